// fma_scalar.c -- the FMA loops in plain C, for a CPU without wider vectors of ours.
//
// Eight accumulators of 16 bytes each hide the latency of a multiplication and an
// addition and fit the registers of every 64-bit machine. Where the compiler may fuse the
// two
// (-ffp-contract=fast) it does.
#include "fma.h"

#define VECTOR __attribute__((vector_size(16)))

enum { ACCUMULATORS = 8, LANES_F32 = 4, LANES_F64 = 2 };

static bool always(void)
{
    return true;
}

static float loop_f32(long steps, float x, float y, const float *start)
{
    VECTOR const float vx = {x, x, x, x}, vy = {y, y, y, y};
    VECTOR float a0 = vy + start[0], a1 = vy + start[1];
    VECTOR float a2 = vy + start[2], a3 = vy + start[3];
    VECTOR float a4 = vy + start[4], a5 = vy + start[5];
    VECTOR float a6 = vy + start[6], a7 = vy + start[7];
    for (long i = 0; i < steps; i++) {
        a0 = a0 * vx + vy;
        a1 = a1 * vx + vy;
        a2 = a2 * vx + vy;
        a3 = a3 * vx + vy;
        a4 = a4 * vx + vy;
        a5 = a5 * vx + vy;
        a6 = a6 * vx + vy;
        a7 = a7 * vx + vy;
    }
    VECTOR const float sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static double loop_f64(long steps, double x, double y, const double *start)
{
    VECTOR const double vx = {x, x}, vy = {y, y};
    VECTOR double a0 = vy + start[0], a1 = vy + start[1];
    VECTOR double a2 = vy + start[2], a3 = vy + start[3];
    VECTOR double a4 = vy + start[4], a5 = vy + start[5];
    VECTOR double a6 = vy + start[6], a7 = vy + start[7];
    for (long i = 0; i < steps; i++) {
        a0 = a0 * vx + vy;
        a1 = a1 * vx + vy;
        a2 = a2 * vx + vy;
        a3 = a3 * vx + vy;
        a4 = a4 * vx + vy;
        a5 = a5 * vx + vy;
        a6 = a6 * vx + vy;
        a7 = a7 * vx + vy;
    }
    VECTOR const double sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
    return sum[0] + sum[1];
}

const struct fma fma_scalar = {
    .name = "scalar",
    .usable = always,
    .flops_f32 = 2 * ACCUMULATORS * LANES_F32,
    .flops_f64 = 2 * ACCUMULATORS * LANES_F64,
    .f32 = loop_f32,
    .f64 = loop_f64,
    .triad = fma_triad,
};
