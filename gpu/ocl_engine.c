// ocl_engine.c -- see ocl_engine.h.
#include "ocl_engine.h"

#include "ocl_environment.h"
#include "ocl_limits.h"
#include "ocl_rung.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static int engine_probe(struct device *found, int max, struct fail *why)
{
    struct ocl_device devices[DEVICES_MAX];
    if (ocl_environment_enter(0, why) != 0)
        return -1;
    const int count = ocl_devices(devices, max < DEVICES_MAX ? max : DEVICES_MAX, why);
    for (int i = 0; i < count; i++)
        found[i] = devices[i].seen;
    ocl_environment_leave();
    return count;
}

// Where memory is shared the device's buffers are the job's own memory.
static void engine_release(void *ctx)
{
    struct ocl_engine *e = ctx;
    ocl_gophers_free(e->gophers);
    e->gophers = NULL;
    ocl_matmul_free(e->matmul);
    e->matmul = NULL;
}

static void engine_close(void *ctx)
{
    struct ocl_engine *e = ctx;
    if (!e)
        return;
    engine_release(e);
    ocl_close(&e->ocl);
    free(e);
}

static int engine_open(const struct engine_opts *opts, struct engine_facts *facts,
                       void **ctx, struct fail *why)
{
    struct ocl_engine *e = calloc(1, sizeof *e);
    *ctx = NULL;
    if (!e)
        return fail(why, EXIT_RESOURCE, "no memory to open a device");
    if (ocl_open(&e->ocl, opts, why) != 0) {
        engine_close(e);
        return -1;
    }
    snprintf(e->variant, sizeof e->variant, "%s", opts->variant ? opts->variant : "");
    const struct device *seen = &e->ocl.device.seen;
    snprintf(facts->device, sizeof facts->device, "%s %s", seen->address, seen->name);
    facts->gpu = seen->gpu;
    facts->threads = seen->gpu ? 0 : e->ocl.units;
    *ctx = e;
    return 0;
}

static const char *variant(const struct ocl_engine *e)
{
    return e->variant[0] ? e->variant : NULL;
}

static int engine_prepare_matmul(void *ctx, struct matmul *job,
                                 struct engine_facts *facts, struct fail *why)
{
    struct ocl_engine *e = ctx;
    engine_release(e);
    e->matmul = ocl_matmul_make(&e->ocl, variant(e), job, why);
    if (!e->matmul)
        return -1;
    ocl_matmul_variant(e->matmul, facts->variant, sizeof facts->variant);
    facts->input_epsilon = ocl_matmul_input_epsilon(e->matmul);
    snprintf(facts->remark, sizeof facts->remark, "%s", ocl_matmul_remark(e->matmul));
    return 0;
}

static int engine_keep_matmul(void *ctx, struct fail *why)
{
    const struct ocl_engine *e = ctx;
    if (!e->matmul)
        return fail(why, EXIT_USAGE, "no product is prepared");
    return ocl_matmul_keep(e->matmul, why);
}

static int engine_matmul(void *ctx, struct matmul *job, struct phases *phases,
                         struct fail *why)
{
    struct ocl_engine *e = ctx;
    (void)job;
    assert(e->matmul);
    return ocl_matmul_run(e->matmul, phases, why);
}

static int engine_prepare_gophers(void *ctx, struct gophers *job,
                                  struct engine_facts *facts, struct fail *why)
{
    struct ocl_engine *e = ctx;
    engine_release(e);
    e->gophers = ocl_gophers_make(&e->ocl, variant(e), job, why);
    if (!e->gophers)
        return -1;
    snprintf(facts->variant, sizeof facts->variant, "%s", ocl_gophers_kernel(e->gophers));
    return 0;
}

static int engine_gophers(void *ctx, struct gophers *job, struct phases *phases,
                          struct fail *why)
{
    struct ocl_engine *e = ctx;
    (void)job;
    assert(e->gophers);
    return ocl_gophers_run(e->gophers, phases, why);
}

static int engine_limits(void *ctx, struct device_limits *limits, struct fail *why)
{
    const struct ocl_engine *e = ctx;
    return ocl_limits(&e->ocl, limits, why);
}

const struct engine engine_ocl = {
    .name = "ocl",
    .summary = "OpenCL kernels: work-items on a GPU, or on the CPU through PoCL",
    .takes = "ocl:0:1, ocl:gpu or ocl:NAME",
    .matmul_variants = ocl_rung_names,
    .gophers_variants = ocl_gophers_variants,
    .matmul_tunables = ocl_tunables,
    .probe = engine_probe,
    .open = engine_open,
    .prepare_matmul = engine_prepare_matmul,
    .prepare_gophers = engine_prepare_gophers,
    .keep_matmul = engine_keep_matmul,
    .release = engine_release,
    .matmul = engine_matmul,
    .gophers = engine_gophers,
    .limits = engine_limits,
    .close = engine_close,
};
