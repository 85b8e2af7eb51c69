// ocl_matmul.c -- see ocl_matmul.h.
//
// Where device and host share memory the matrices stay where they are; elsewhere they are
// written before and read after.
#include "ocl_matmul.h"

#include "clock.h"
#include "ocl_errname.h"
#include "ocl_rung.h"
#include "ocl_tuned.h"

#include <stdio.h>
#include <stdlib.h>

struct ocl_matmul {
    const struct ocl *ocl;
    const struct matmul *job;
    const struct ocl_rung *rung;
    struct ocl_settings asked;
    bool tuned;  // asked for by what was remembered, not by name
    char remark[256];
    size_t a_bytes, b_bytes, c_bytes;
    struct ocl_matrices on_device;
    struct ocl_plan plan;
    void *c_mapped;  // shared memory: C while the host owns it, outside of runs
};

static bool is_empty(const struct matmul *job)
{
    return job->m == 0 || job->n == 0;
}

static int make_matrices(struct ocl_matmul *x, struct fail *why)
{
    const struct matmul *job = x->job;
    const struct ocl *o = x->ocl;
    const size_t element = elem_bytes(job->type);
    struct ocl_matrices *on = &x->on_device;
    x->a_bytes = job->m * job->k * element;
    x->b_bytes = job->k * job->n * element;
    x->c_bytes = job->m * job->n * element;
    const double all = (double)x->a_bytes + (double)x->b_bytes + (double)x->c_bytes;
    // Buffers of const memory are read-only: kernels do not write to A and B.
    if (ocl_fits(o, "this product", all, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_ONLY, x->a_bytes, (void *)job->a, &on->a, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_ONLY, x->b_bytes, (void *)job->b, &on->b, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_WRITE, x->c_bytes, job->c, &on->c, why) != 0)
        return -1;
    if (o->device.unified)
        return 0;
    return ocl_touch(o, 3, (const cl_mem[]){on->a, on->b, on->c}, why);
}

static int map_c(struct ocl_matmul *x, struct fail *why)
{
    cl_int status;
    void *mapped = clEnqueueMapBuffer(x->ocl->queue, x->on_device.c, CL_TRUE,
                                      CL_MAP_READ | CL_MAP_WRITE, 0, x->c_bytes, 0, NULL,
                                      NULL, &status);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "cannot map C");
    x->c_mapped = mapped;
    return 0;
}

// C goes to the device, unless it has stayed there when a run failed.
static int unmap_c(struct ocl_matmul *x, struct fail *why)
{
    if (!x->c_mapped)
        return 0;
    const cl_int status = clEnqueueUnmapMemObject(x->ocl->queue, x->on_device.c,
                                                  x->c_mapped, 0, NULL, NULL);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "cannot unmap C");
    x->c_mapped = NULL;
    return 0;
}

static int make_plan(struct ocl_matmul *x, struct fail *why)
{
    if (x->rung->knobs && !x->asked.given) {
        x->tuned = ocl_tuned_find(x->ocl, x->rung, x->job, &x->asked, why);
        snprintf(x->remark, sizeof x->remark, "%.255s", why->text);
    }
    if (ocl_plan_make(&x->plan, x->rung, x->ocl, &x->asked, x->job, &x->on_device, why) ==
        0)
        return 0;
    if (!x->tuned || why->code != EXIT_ABSENT)
        return -1;
    // Remembered numbers that this device cannot have, or not any more.
    snprintf(x->remark, sizeof x->remark, "tuned numbers are ignored: %.200s", why->text);
    x->tuned = false;
    x->asked = (struct ocl_settings){0};
    ocl_plan_free(&x->plan);
    return ocl_plan_make(&x->plan, x->rung, x->ocl, &x->asked, x->job, &x->on_device,
                         why);
}

static int prepare(struct ocl_matmul *x, struct fail *why)
{
    const struct device *seen = &x->ocl->device.seen;
    if (x->job->type == ELEM_F64 && !x->ocl->f64)
        return fail(why, EXIT_ABSENT, "%s %s has no double precision", seen->address,
                    seen->name);
    if (is_empty(x->job))
        return 0;
    if (make_matrices(x, why) != 0 || make_plan(x, why) != 0)
        return -1;
    return x->ocl->device.unified ? map_c(x, why) : 0;
}

struct ocl_matmul *ocl_matmul_make(const struct ocl *o, const char *variant,
                                   const struct matmul *job, struct fail *why)
{
    struct ocl_settings asked;
    const struct ocl_rung *rung = ocl_rung_choose(o, variant, &asked, why);
    if (!rung)
        return NULL;
    struct ocl_matmul *x = calloc(1, sizeof *x);
    if (!x) {
        fail(why, EXIT_RESOURCE, "no memory to prepare a product");
        return NULL;
    }
    x->ocl = o;
    x->job = job;
    x->rung = rung;
    x->asked = asked;
    if (prepare(x, why) == 0)
        return x;
    ocl_matmul_free(x);
    return NULL;
}

void ocl_matmul_free(struct ocl_matmul *x)
{
    if (!x)
        return;
    struct fail nobody_asks;
    unmap_c(x, &nobody_asks);
    clFinish(x->ocl->queue);
    ocl_plan_free(&x->plan);
    ocl_release_buffer(&x->on_device.c);
    ocl_release_buffer(&x->on_device.b);
    ocl_release_buffer(&x->on_device.a);
    free(x);
}

const char *ocl_matmul_rung(const struct ocl_matmul *x)
{
    return x->rung->name;
}

char *ocl_matmul_variant(const struct ocl_matmul *x, char *to, size_t bytes)
{
    snprintf(to, bytes, "%s%s%s%s", x->rung->name, *x->plan.about ? " " : "",
             x->plan.about, x->tuned ? ", tuned" : "");
    return to;
}

const char *ocl_matmul_remark(const struct ocl_matmul *x)
{
    return x->remark;
}

double ocl_matmul_input_epsilon(const struct ocl_matmul *x)
{
    return x->plan.input_epsilon;
}

int ocl_matmul_keep(const struct ocl_matmul *x, struct fail *why)
{
    if (!x->rung->knobs || !x->plan.multiply)
        return fail(why, EXIT_USAGE, "%s has no numbers to remember", x->rung->name);
    return ocl_tuned_keep(x->ocl, x->rung, x->job, &x->plan.settings, why);
}

static int upload(struct ocl_matmul *x, struct fail *why)
{
    cl_command_queue queue = x->ocl->queue;
    cl_int status = CL_SUCCESS;
    if (x->ocl->device.unified)
        return unmap_c(x, why);
    if (x->a_bytes > 0)
        status = clEnqueueWriteBuffer(queue, x->on_device.a, CL_FALSE, 0, x->a_bytes,
                                      x->job->a, 0, NULL, NULL);
    if (status == CL_SUCCESS && x->b_bytes > 0)
        status = clEnqueueWriteBuffer(queue, x->on_device.b, CL_FALSE, 0, x->b_bytes,
                                      x->job->b, 0, NULL, NULL);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "cannot write to the device");
    return ocl_finish(queue, "writing to the device", why);
}

static int compute(struct ocl_matmul *x, struct fail *why)
{
    if (ocl_plan_launch(&x->plan, x->ocl->queue, why) != 0)
        return -1;
    // Mapping C waits for the kernels, and waiting twice would cost a small product dear.
    if (x->ocl->device.unified)
        return 0;
    return ocl_finish(x->ocl->queue, "the product's kernel", why);
}

static int download(struct ocl_matmul *x, struct fail *why)
{
    if (x->ocl->device.unified)
        return map_c(x, why);
    const cl_int status = clEnqueueReadBuffer(x->ocl->queue, x->on_device.c, CL_TRUE, 0,
                                              x->c_bytes, x->job->c, 0, NULL, NULL);
    return status == CL_SUCCESS ? 0
                                : ocl_fail(why, status, "cannot read from the device");
}

static int multiply(struct ocl_matmul *x, struct phases *phases, struct fail *why)
{
    const uint64_t start_ns = clock_ns();
    if (upload(x, why) != 0)
        return -1;
    const uint64_t uploaded_ns = clock_ns();
    if (compute(x, why) != 0)
        return -1;
    const uint64_t computed_ns = clock_ns();
    if (download(x, why) != 0)
        return -1;
    const uint64_t end_ns = clock_ns();
    // Where memory is shared, taking it over is not a transfer.
    if (x->ocl->device.unified) {
        phases->run_ns = end_ns - start_ns;
    } else {
        phases->upload_ns = uploaded_ns - start_ns;
        phases->run_ns = computed_ns - uploaded_ns;
        phases->download_ns = end_ns - computed_ns;
    }
    return 0;
}

// Nothing is under way after a run that failed, and the host owns C if it can.
static void retreat(struct ocl_matmul *x)
{
    struct fail nobody_asks;
    clFinish(x->ocl->queue);
    if (x->ocl->device.unified && !x->c_mapped)
        map_c(x, &nobody_asks);
}

int ocl_matmul_run(struct ocl_matmul *x, struct phases *phases, struct fail *why)
{
    *phases = (struct phases){0};
    if (is_empty(x->job))
        return 0;
    if (multiply(x, phases, why) == 0)
        return 0;
    retreat(x);
    return -1;
}
