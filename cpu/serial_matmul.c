// serial_matmul.c -- the product, one block after another.
#include "serial_engine.h"

#include "clock.h"

int serial_prepare_matmul(void *ctx, struct matmul *job, struct engine_facts *facts,
                          struct fail *why)
{
    return cpu_prepare_matmul(ctx, job, 1, facts, why);
}

int serial_matmul(void *ctx, struct matmul *job, struct phases *phases, struct fail *why)
{
    const struct cpu_engine *e = ctx;
    const struct gemm *g = &e->gemm;
    const uint64_t start_ns = clock_ns();
    (void)job;
    (void)why;

    if (!gemm_trivial(g))
        for (size_t part = 0; part < g->k_parts; part++)
            for (size_t jc = 0; jc < g->col_blocks; jc++) {
                gemm_pack_b(g, part, jc, 0, gemm_slivers(g), e->carts[0]);
                for (size_t ic = 0; ic < g->row_blocks; ic++)
                    gemm_block(g, part, ic, jc, e->carts[0], e->space[0]);
            }

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}
