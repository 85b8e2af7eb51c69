// omp_engine.c -- data-parallel loops on OpenMP's threads.
#include "omp_engine.h"

#include <omp.h>
#include <stdio.h>

static int probe(struct device *found, int max, struct fail *why)
{
    char how[64];
    (void)why;
    snprintf(how, sizeof how, "OpenMP %d", _OPENMP);
    return cpu_probe(found, max, how);
}

// OpenMP may give fewer threads than were asked for (OMP_THREAD_LIMIT, for one), and says
// so only inside a region.
static int threads_given(int threads)
{
    int given = 0;
    omp_set_dynamic(0);
#pragma omp parallel num_threads(threads)
#pragma omp single
    given = omp_get_num_threads();
    return given;
}

static int open(const struct engine_opts *opts, struct engine_facts *facts, void **ctx,
                struct fail *why)
{
    *ctx = NULL;
    const int given = threads_given(opts->threads);
    if (given != opts->threads)
        return fail(why, EXIT_RESOURCE,
                    "OpenMP gives %d of %d threads (OMP_THREAD_LIMIT?)", given,
                    opts->threads);
    return cpu_open(opts, opts->threads, facts, ctx, why);
}

const struct engine engine_omp = {
    .name = "omp",
    .summary = "data-parallel loops: OpenMP",
    .matmul_variants = gemm_variants,
    .gophers_variants = burn_variants,
    .probe = probe,
    .open = open,
    .prepare_matmul = omp_prepare_matmul,
    .prepare_gophers = omp_prepare_gophers,
    .matmul = omp_matmul,
    .gophers = omp_gophers,
    .close = cpu_close,
};
