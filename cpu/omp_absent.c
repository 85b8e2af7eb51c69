// omp_absent.c -- engine omp, and loops over waiting jobs, where the compiler has no
// OpenMP.
#include "omp_engine.h"
#include "waiting.h"

static int probe(struct device *found, int max, struct fail *why)
{
    (void)found;
    (void)max;
    return fail(why, EXIT_ABSENT,
                "this program was compiled without OpenMP; install the "
                "compiler's OpenMP library and build again");
}

int omp_waiting(struct waiting *w, struct fail *why)
{
    (void)w;
    return probe(NULL, 0, why);
}

static int open(const struct engine_opts *opts, struct engine_facts *facts, void **ctx,
                struct fail *why)
{
    (void)opts;
    (void)facts;
    *ctx = NULL;
    return probe(NULL, 0, why);
}

const struct engine engine_omp = {
    .name = "omp",
    .summary = "data-parallel loops: OpenMP",
    .probe = probe,
    .open = open,
    .close = cpu_close,
};
