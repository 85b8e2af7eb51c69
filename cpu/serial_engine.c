// serial_engine.c -- everything on one plain thread: the baseline of every speed-up.
#include "serial_engine.h"

static int probe(struct device *found, int max, struct fail *why)
{
    (void)why;
    return cpu_probe(found, max, "one plain thread");
}

static int open(const struct engine_opts *opts, struct engine_facts *facts, void **ctx,
                struct fail *why)
{
    return cpu_open(opts, 1, facts, ctx, why);
}

const struct engine engine_serial = {
    .name = "serial",
    .sequential = true,
    .summary = "one thing after another, on one plain thread",
    .matmul_variants = gemm_variants,
    .gophers_variants = burn_variants,
    .probe = probe,
    .open = open,
    .prepare_matmul = serial_prepare_matmul,
    .prepare_gophers = serial_prepare_gophers,
    .matmul = serial_matmul,
    .gophers = serial_gophers,
    .close = cpu_close,
};
