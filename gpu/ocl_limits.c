// ocl_limits.c -- see ocl_limits.h.
//
// The best of several rounds: a roof is what the device can do, not what it did on
// average.
#include "ocl_limits.h"

#include "clock.h"
#include "ocl_errname.h"
#include "ocl_pair.h"

#include <stdio.h>
#include <string.h>

enum {
    CHAINS = 16,
    ROUNDS = 5,
    ROUND_NS = 20000000,
    TRANSFER_BYTES = 64 << 20,
};

struct peak {
    cl_program program;
    cl_kernel kernel;
    cl_mem out;
    struct grid grid;
    int width;  // of the kernel's vectors
};

static void close_peak(struct peak *p)
{
    ocl_release_buffer(&p->out);
    ocl_release_kernel(&p->kernel);
    ocl_release_program(&p->program);
}

static int open_peak(const struct ocl *o, bool f64, struct peak *p, struct fail *why)
{
    static const char *const sources[] = {"peak.cl", NULL};
    const char *const real = f64 ? "double" : "float";
    const size_t units = (size_t)o->units;
    char defines[96];
    *p = (struct peak){.width = o->device.gpu ? 4
                                : f64         ? o->vector_f32 / 2
                                              : o->vector_f32};
    p->grid = o->device.gpu ? (struct grid){{8 * units, 1}, {256, 1}}
                            : (struct grid){{units, 1}, {1, 1}};
    if (p->grid.items[0] > o->group_items)
        p->grid.items[0] = o->group_items;
    snprintf(defines, sizeof defines, "-DREAL=%s -DVEC=%s%d -DCHAINS=%d", real, real,
             p->width, CHAINS);
    if (ocl_program(o, sources, defines, &p->program, why) != 0 ||
        ocl_kernel(p->program, "peak", &p->kernel, why) != 0 ||
        ocl_buffer(o, CL_MEM_WRITE_ONLY,
                   p->grid.groups[0] * p->grid.items[0] * (size_t)p->width *
                       sizeof(double),
                   NULL, &p->out, why) != 0)
        return -1;
    if (f64) {
        ocl_arg(p->kernel, 1, sizeof(double), &(double){1});
        ocl_arg(p->kernel, 2, sizeof(double), &(double){0});
    } else {
        ocl_arg(p->kernel, 1, sizeof(float), &(float){1});
        ocl_arg(p->kernel, 2, sizeof(float), &(float){0});
    }
    ocl_arg_buffer(p->kernel, 3, p->out);
    return 0;
}

// One round of `steps`; how long it took goes to *ns.
static int round_ns(const struct ocl *o, const struct peak *p, uint64_t steps,
                    uint64_t *ns, struct fail *why)
{
    ocl_arg_ulong(p->kernel, 0, steps);
    const uint64_t start_ns = clock_ns();
    if (ocl_launch(o->queue, p->kernel, &p->grid, 0, NULL, NULL, why) != 0 ||
        ocl_finish(o->queue, "measuring arithmetic", why) != 0)
        return -1;
    *ns = clock_ns() - start_ns;
    return 0;
}

static int measure_fma(const struct ocl *o, bool f64, double *flops, struct fail *why)
{
    struct peak p;
    uint64_t steps = 1000, ns = 0, best_ns = UINT64_MAX;
    int result = open_peak(o, f64, &p, why);
    // Grows until a round is long enough; the first one compiles.
    for (int i = 0; result == 0 && i < 24 && (i < 2 || ns < ROUND_NS); i++) {
        steps *= i < 2 ? 1 : 2;
        result = round_ns(o, &p, steps, &ns, why);
    }
    for (int i = 0; result == 0 && i < ROUNDS; i++) {
        result = round_ns(o, &p, steps, &ns, why);
        if (result == 0 && ns < best_ns)
            best_ns = ns;
    }
    if (result == 0)
        *flops = 2.0 * CHAINS * p.width * (double)steps *
                 (double)(p.grid.groups[0] * p.grid.items[0]) / (double)best_ns * 1e9;
    close_peak(&p);
    return result;
}

static int transfer(const struct ocl *o, cl_mem buffer, void *host, bool up,
                    uint64_t *best_ns, struct fail *why)
{
    *best_ns = UINT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        const uint64_t start_ns = clock_ns();
        const cl_int status =
            up ? clEnqueueWriteBuffer(o->queue, buffer, CL_TRUE, 0, TRANSFER_BYTES, host,
                                      0, NULL, NULL)
               : clEnqueueReadBuffer(o->queue, buffer, CL_TRUE, 0, TRANSFER_BYTES, host,
                                     0, NULL, NULL);
        const uint64_t ns = clock_ns() - start_ns;
        if (status != CL_SUCCESS)
            return ocl_fail(why, status, "measuring transfers failed");
        if (ns < *best_ns)
            *best_ns = ns;
    }
    return 0;
}

static int measure_transfers(const struct ocl *o, struct device_limits *limits,
                             struct fail *why)
{
    struct ocl_pair host = {0};
    cl_mem buffer = NULL;
    uint64_t up_ns, down_ns;
    int result = ocl_pair_make(&host, o, TRANSFER_BYTES, why);
    if (result == 0)
        result = ocl_buffer(o, CL_MEM_READ_WRITE, TRANSFER_BYTES, NULL, &buffer, why);
    if (result == 0) {
        memset(host.host, 1, TRANSFER_BYTES);
        result = transfer(o, buffer, host.host, true, &up_ns, why);
    }
    if (result == 0)
        result = transfer(o, buffer, host.host, false, &down_ns, why);
    if (result == 0) {
        limits->upload_bytes = TRANSFER_BYTES / (double)up_ns * 1e9;
        limits->download_bytes = TRANSFER_BYTES / (double)down_ns * 1e9;
    }
    ocl_release_buffer(&buffer);
    ocl_pair_free(&host);
    return result;
}

int ocl_limits(const struct ocl *o, struct device_limits *limits, struct fail *why)
{
    *limits = (struct device_limits){0};
    if (measure_fma(o, false, &limits->fma_f32_flops, why) != 0)
        return -1;
    if (o->f64 && measure_fma(o, true, &limits->fma_f64_flops, why) != 0)
        return -1;
    return measure_transfers(o, limits, why);
}
