// clblast_engine.c -- a peer: the product by CLBlast, an OpenCL BLAS, loaded at run time.
//
// It runs on the devices of ocl, between the same transfers. CLBlast compiles at the
// first product of a type and a kind of shape (18 s on PoCL): prepare multiplies once.
// Its kernels' parameters are its own database's for the device, or its defaults.
#include "engine.h"
#include "matmul.h"
#include "ocl_engine.h"
#include "ocl_errname.h"
#include "ocl_limits.h"
#include "ocl_operands.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// CLBlast's own constants.
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111 };

typedef int sgemm_fn(int layout, int ta, int tb, size_t m, size_t n, size_t k,
                     float alpha, cl_mem a, size_t a_offset, size_t a_ld, cl_mem b,
                     size_t b_offset, size_t b_ld, float beta, cl_mem c, size_t c_offset,
                     size_t c_ld, cl_command_queue *queue, cl_event *event);
typedef int dgemm_fn(int layout, int ta, int tb, size_t m, size_t n, size_t k,
                     double alpha, cl_mem a, size_t a_offset, size_t a_ld, cl_mem b,
                     size_t b_offset, size_t b_ld, double beta, cl_mem c, size_t c_offset,
                     size_t c_ld, cl_command_queue *queue, cl_event *event);

struct clblast {
    struct ocl ocl;
    sgemm_fn *sgemm;
    dgemm_fn *dgemm;
    char name[40];  // "CLBlast 1.5.3"
    const struct matmul *job;
    struct ocl_operands operands;
};

// ---- the library

// Its file's name ends with its version; nothing else tells it.
static void find_version(void *library, char *name, size_t bytes)
{
    static const char before[] = ".so.";
    struct link_map *map = NULL;
    char *path = NULL;
    if (dlinfo(library, RTLD_DI_LINKMAP, &map) == 0 && map)
        path = realpath(map->l_name, NULL);
    const char *at = path ? strstr(path, before) : NULL;
    snprintf(name, bytes, "CLBlast%s%.16s", at ? " " : "", at ? at + strlen(before) : "");
    free(path);
}

static int load(struct clblast *e, struct fail *why)
{
    void *library = dlopen("libclblast.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return fail(why, EXIT_ABSENT,
                    "no CLBlast here: libclblast.so.1 cannot be loaded; install "
                    "libclblast1");
    void *s = dlsym(library, "CLBlastSgemm"), *d = dlsym(library, "CLBlastDgemm");
    memcpy(&e->sgemm, &s, sizeof s);
    memcpy(&e->dgemm, &d, sizeof d);
    find_version(library, e->name, sizeof e->name);
    return s && d ? 0
                  : fail(why, EXIT_ABSENT,
                         "libclblast.so.1 is no CLBlast: it has no CLBlastSgemm and "
                         "CLBlastDgemm");
}

// Codes between OpenCL's and its own are those of OpenCL.
static int check(int status, struct fail *why)
{
    if (status == 0)
        return 0;
    if (status > -1000)
        return ocl_fail(why, status, "CLBlast cannot multiply");
    return fail(why, status == -2044 ? EXIT_ABSENT : EXIT_RESOURCE,
                "CLBlast cannot multiply: its status %d (clblast_c.h names it)", status);
}

// ---- the engine

static int clblast_probe(struct device *found, int max, struct fail *why)
{
    struct clblast e = {0};
    if (load(&e, why) != 0)
        return -1;
    const int count = engine_ocl.probe(found, max, why);
    for (int i = 0; i < count; i++)
        snprintf(found[i].driver, sizeof found[i].driver, "%s", e.name);
    return count;
}

static void clblast_release(void *ctx)
{
    struct clblast *e = ctx;
    ocl_operands_free(&e->operands);
}

static void clblast_close(void *ctx)
{
    struct clblast *e = ctx;
    if (!e)
        return;
    clblast_release(e);
    ocl_close(&e->ocl);
    free(e);
}

static int clblast_open(const struct engine_opts *opts, struct engine_facts *facts,
                        void **ctx, struct fail *why)
{
    struct clblast *e = calloc(1, sizeof *e);
    *ctx = NULL;
    if (!e)
        return fail(why, EXIT_RESOURCE, "no memory to open a library");
    if (load(e, why) != 0 || ocl_open(&e->ocl, opts, why) != 0) {
        free(e);
        return -1;
    }
    const struct device *seen = &e->ocl.device.seen;
    snprintf(facts->device, sizeof facts->device, "%s %s", seen->address, seen->name);
    snprintf(facts->variant, sizeof facts->variant, "%s", e->name);
    facts->gpu = seen->gpu;
    facts->threads = seen->gpu ? 0 : e->ocl.units;
    *ctx = e;
    return 0;
}

// Without columns of A there is nothing to add up, and CLBlast refuses.
static int fill_zeros(struct clblast *e, struct fail *why)
{
    static const double zero = 0;
    const struct ocl_operands *x = &e->operands;
    const cl_int status =
        clEnqueueFillBuffer(e->ocl.queue, x->on_device.c, &zero, elem_bytes(e->job->type),
                            0, x->c_bytes, 0, NULL, NULL);
    return status == CL_SUCCESS ? 0 : ocl_fail(why, status, "cannot fill C");
}

static int multiply(void *arg, struct fail *why)
{
    struct clblast *e = arg;
    const struct matmul *j = e->job;
    const struct ocl_matrices *on = &e->operands.on_device;
    cl_command_queue queue = e->ocl.queue;
    int bad;
    if (j->k == 0)
        bad = fill_zeros(e, why);
    else if (j->type == ELEM_F32)
        bad = check(e->sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, j->m, j->n, j->k, 1,
                             on->a, 0, j->k, on->b, 0, j->n, 0, on->c, 0, j->n, &queue,
                             NULL),
                    why);
    else
        bad = check(e->dgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, j->m, j->n, j->k, 1,
                             on->a, 0, j->k, on->b, 0, j->n, 0, on->c, 0, j->n, &queue,
                             NULL),
                    why);
    return bad ? -1 : ocl_finish(queue, "CLBlast's product", why);
}

static int clblast_matmul(void *ctx, struct matmul *job, struct phases *phases,
                          struct fail *why)
{
    struct clblast *e = ctx;
    *phases = (struct phases){0};
    if (job->m == 0 || job->n == 0)
        return 0;
    return ocl_operands_multiply(&e->operands, multiply, e, phases, why);
}

static int clblast_prepare(void *ctx, struct matmul *job, struct engine_facts *facts,
                           struct fail *why)
{
    struct clblast *e = ctx;
    struct phases nobody_asks;
    (void)facts;
    clblast_release(e);
    e->job = job;
    if (job->m == 0 || job->n == 0)
        return 0;
    if (ocl_operands_make(&e->operands, &e->ocl, job, why) != 0)
        return -1;
    return clblast_matmul(e, job, &nobody_asks, why);
}

static int clblast_limits(void *ctx, struct device_limits *limits, struct fail *why)
{
    struct clblast *e = ctx;
    return ocl_limits(&e->ocl, limits, why);
}

extern const struct engine engine_clblast;

const struct engine engine_clblast = {
    .name = "clblast",
    .summary = "CLBlast, an OpenCL BLAS, on the devices of ocl",
    .peer = true,
    .takes = "clblast:0:1, clblast:gpu or clblast:NAME",
    .probe = clblast_probe,
    .open = clblast_open,
    .prepare_matmul = clblast_prepare,
    .release = clblast_release,
    .matmul = clblast_matmul,
    .limits = clblast_limits,
    .close = clblast_close,
};
