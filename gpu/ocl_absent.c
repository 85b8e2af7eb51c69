// ocl_absent.c -- the engines ocl and clblast of a build without OpenCL: their probes say
// why not.
#include "engine.h"

#include <stddef.h>

static const char reason[] =
    "this build has no OpenCL: install ocl-icd-opencl-dev, configure "
    "and build again";

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

extern const struct engine engine_ocl, engine_clblast;

const struct engine engine_ocl = {
    .name = "ocl",
    .summary = "OpenCL kernels on a GPU, or on the CPU through PoCL (not in this build)",
    .takes = "ocl:0:1, ocl:gpu or ocl:NAME",
    .probe = absent_probe,
    .open = absent_open,
    .close = absent_close,
};

const struct engine engine_clblast = {
    .name = "clblast",
    .summary = "CLBlast, an OpenCL BLAS, on the devices of ocl (not in this build)",
    .peer = true,
    .takes = "clblast:0:1, clblast:gpu or clblast:NAME",
    .probe = absent_probe,
    .open = absent_open,
    .close = absent_close,
};
