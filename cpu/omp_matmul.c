// omp_matmul.c -- the product as two data-parallel loops: pack B together, then share out
// the blocks of C.
#include "omp_engine.h"

#include "clock.h"

#include <omp.h>

enum {
    CARTS = 16,  // so many column blocks of B are packed between two barriers
    SLIVERS = 8  // that one thread packs at a time
};

int omp_prepare_matmul(void *ctx, struct matmul *job, struct engine_facts *facts,
                       struct fail *why)
{
    return cpu_prepare_matmul(ctx, job, CARTS, facts, why);
}

int omp_matmul(void *ctx, struct matmul *job, struct phases *phases, struct fail *why)
{
    const struct cpu_engine *e = ctx;
    const struct gemm *g = &e->gemm;
    const size_t cols = g->col_blocks, carts = e->cart_count;
    const uint64_t start_ns = clock_ns();
    (void)job;
    (void)why;

    if (!gemm_trivial(g) && g->row_blocks * cols == 1) {
        // No work for a team, which would only be woken.
        cpu_multiply_alone(e);
    } else if (!gemm_trivial(g)) {
#pragma omp parallel num_threads(e->threads)
        for (size_t part = 0; part < g->k_parts; part++)
            for (size_t from = 0; from < cols; from += carts) {
                const size_t to = from + carts < cols ? from + carts : cols;
#pragma omp for collapse(2) schedule(static)
                for (size_t jc = from; jc < to; jc++)
                    for (size_t s = 0; s < gemm_slivers(g); s += SLIVERS)
                        gemm_pack_b(g, part, jc, s, s + SLIVERS, e->carts[jc - from]);
#pragma omp for collapse(2) schedule(dynamic)
                for (size_t jc = from; jc < to; jc++)
                    for (size_t ic = 0; ic < g->row_blocks; ic++)
                        gemm_block(g, part, ic, jc, e->carts[jc - from],
                                   e->space[omp_get_thread_num()]);
            }
    }

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}
