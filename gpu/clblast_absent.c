// clblast_absent.c -- the clblast engine of a build without OpenCL: its probe says why
// not.
#include "engine.h"

#include <stddef.h>

static const char reason[] =
    "this build has no OpenCL: install ocl-icd-opencl-dev, configure and build again";

static int absent_probe(struct device *found, int max, struct fail *why)
{
    (void)found, (void)max;
    return fail(why, EXIT_ABSENT, "%s", reason);
}

static int absent_open(const struct engine_opts *opts, struct engine_facts *facts,
                       void **ctx, struct fail *why)
{
    (void)opts, (void)facts;
    *ctx = NULL;
    return fail(why, EXIT_ABSENT, "%s", reason);
}

static void absent_close(void *ctx)
{
    (void)ctx;
}

extern const struct engine engine_clblast;

const struct engine engine_clblast = {
    .name = "clblast",
    .summary = "CLBlast, an OpenCL BLAS, on the devices of ocl (not in this build)",
    .peer = true,
    .takes = "clblast:0:1, clblast:gpu or clblast:NAME",
    .probe = absent_probe,
    .open = absent_open,
    .close = absent_close,
};
