// fma_avx512.c -- the FMA loops on 64-byte vectors. Compiled with -mavx512f.
//
// 24 accumulators and the two factors fit the 32 registers; two units with a latency of
// four cycles need eight. The accumulators are written out, so that each is a register.
#include "fma.h"

#include <immintrin.h>

enum { ACCUMULATORS = 24, LANES_F32 = 16, LANES_F64 = 8 };

static bool usable(void)
{
    return __builtin_cpu_supports("avx512f");
}

static float loop_f32(long steps, float x, float y, const float *start)
{
    const __m512 vx = _mm512_set1_ps(x), vy = _mm512_set1_ps(y);
    __m512 a0 = _mm512_set1_ps(start[0]), a1 = _mm512_set1_ps(start[1]);
    __m512 a2 = _mm512_set1_ps(start[2]), a3 = _mm512_set1_ps(start[3]);
    __m512 a4 = _mm512_set1_ps(start[4]), a5 = _mm512_set1_ps(start[5]);
    __m512 a6 = _mm512_set1_ps(start[6]), a7 = _mm512_set1_ps(start[7]);
    __m512 a8 = _mm512_set1_ps(start[8]), a9 = _mm512_set1_ps(start[9]);
    __m512 a10 = _mm512_set1_ps(start[10]), a11 = _mm512_set1_ps(start[11]);
    __m512 a12 = _mm512_set1_ps(start[12]), a13 = _mm512_set1_ps(start[13]);
    __m512 a14 = _mm512_set1_ps(start[14]), a15 = _mm512_set1_ps(start[15]);
    __m512 a16 = _mm512_set1_ps(start[16]), a17 = _mm512_set1_ps(start[17]);
    __m512 a18 = _mm512_set1_ps(start[18]), a19 = _mm512_set1_ps(start[19]);
    __m512 a20 = _mm512_set1_ps(start[20]), a21 = _mm512_set1_ps(start[21]);
    __m512 a22 = _mm512_set1_ps(start[22]), a23 = _mm512_set1_ps(start[23]);
    for (long i = 0; i < steps; i++) {
        a0 = _mm512_fmadd_ps(a0, vx, vy);
        a1 = _mm512_fmadd_ps(a1, vx, vy);
        a2 = _mm512_fmadd_ps(a2, vx, vy);
        a3 = _mm512_fmadd_ps(a3, vx, vy);
        a4 = _mm512_fmadd_ps(a4, vx, vy);
        a5 = _mm512_fmadd_ps(a5, vx, vy);
        a6 = _mm512_fmadd_ps(a6, vx, vy);
        a7 = _mm512_fmadd_ps(a7, vx, vy);
        a8 = _mm512_fmadd_ps(a8, vx, vy);
        a9 = _mm512_fmadd_ps(a9, vx, vy);
        a10 = _mm512_fmadd_ps(a10, vx, vy);
        a11 = _mm512_fmadd_ps(a11, vx, vy);
        a12 = _mm512_fmadd_ps(a12, vx, vy);
        a13 = _mm512_fmadd_ps(a13, vx, vy);
        a14 = _mm512_fmadd_ps(a14, vx, vy);
        a15 = _mm512_fmadd_ps(a15, vx, vy);
        a16 = _mm512_fmadd_ps(a16, vx, vy);
        a17 = _mm512_fmadd_ps(a17, vx, vy);
        a18 = _mm512_fmadd_ps(a18, vx, vy);
        a19 = _mm512_fmadd_ps(a19, vx, vy);
        a20 = _mm512_fmadd_ps(a20, vx, vy);
        a21 = _mm512_fmadd_ps(a21, vx, vy);
        a22 = _mm512_fmadd_ps(a22, vx, vy);
        a23 = _mm512_fmadd_ps(a23, vx, vy);
    }
    const __m512 all[ACCUMULATORS] = {a0,  a1,  a2,  a3,  a4,  a5,  a6,  a7,
                                      a8,  a9,  a10, a11, a12, a13, a14, a15,
                                      a16, a17, a18, a19, a20, a21, a22, a23};
    __m512 sum = all[0];
    for (int i = 1; i < ACCUMULATORS; i++)
        sum = _mm512_add_ps(sum, all[i]);
    float lane[LANES_F32], total = 0;
    _mm512_storeu_ps(lane, sum);
    for (int i = 0; i < LANES_F32; i++)
        total += lane[i];
    return total;
}

static double loop_f64(long steps, double x, double y, const double *start)
{
    const __m512d vx = _mm512_set1_pd(x), vy = _mm512_set1_pd(y);
    __m512d a0 = _mm512_set1_pd(start[0]), a1 = _mm512_set1_pd(start[1]);
    __m512d a2 = _mm512_set1_pd(start[2]), a3 = _mm512_set1_pd(start[3]);
    __m512d a4 = _mm512_set1_pd(start[4]), a5 = _mm512_set1_pd(start[5]);
    __m512d a6 = _mm512_set1_pd(start[6]), a7 = _mm512_set1_pd(start[7]);
    __m512d a8 = _mm512_set1_pd(start[8]), a9 = _mm512_set1_pd(start[9]);
    __m512d a10 = _mm512_set1_pd(start[10]), a11 = _mm512_set1_pd(start[11]);
    __m512d a12 = _mm512_set1_pd(start[12]), a13 = _mm512_set1_pd(start[13]);
    __m512d a14 = _mm512_set1_pd(start[14]), a15 = _mm512_set1_pd(start[15]);
    __m512d a16 = _mm512_set1_pd(start[16]), a17 = _mm512_set1_pd(start[17]);
    __m512d a18 = _mm512_set1_pd(start[18]), a19 = _mm512_set1_pd(start[19]);
    __m512d a20 = _mm512_set1_pd(start[20]), a21 = _mm512_set1_pd(start[21]);
    __m512d a22 = _mm512_set1_pd(start[22]), a23 = _mm512_set1_pd(start[23]);
    for (long i = 0; i < steps; i++) {
        a0 = _mm512_fmadd_pd(a0, vx, vy);
        a1 = _mm512_fmadd_pd(a1, vx, vy);
        a2 = _mm512_fmadd_pd(a2, vx, vy);
        a3 = _mm512_fmadd_pd(a3, vx, vy);
        a4 = _mm512_fmadd_pd(a4, vx, vy);
        a5 = _mm512_fmadd_pd(a5, vx, vy);
        a6 = _mm512_fmadd_pd(a6, vx, vy);
        a7 = _mm512_fmadd_pd(a7, vx, vy);
        a8 = _mm512_fmadd_pd(a8, vx, vy);
        a9 = _mm512_fmadd_pd(a9, vx, vy);
        a10 = _mm512_fmadd_pd(a10, vx, vy);
        a11 = _mm512_fmadd_pd(a11, vx, vy);
        a12 = _mm512_fmadd_pd(a12, vx, vy);
        a13 = _mm512_fmadd_pd(a13, vx, vy);
        a14 = _mm512_fmadd_pd(a14, vx, vy);
        a15 = _mm512_fmadd_pd(a15, vx, vy);
        a16 = _mm512_fmadd_pd(a16, vx, vy);
        a17 = _mm512_fmadd_pd(a17, vx, vy);
        a18 = _mm512_fmadd_pd(a18, vx, vy);
        a19 = _mm512_fmadd_pd(a19, vx, vy);
        a20 = _mm512_fmadd_pd(a20, vx, vy);
        a21 = _mm512_fmadd_pd(a21, vx, vy);
        a22 = _mm512_fmadd_pd(a22, vx, vy);
        a23 = _mm512_fmadd_pd(a23, vx, vy);
    }
    const __m512d all[ACCUMULATORS] = {a0,  a1,  a2,  a3,  a4,  a5,  a6,  a7,
                                       a8,  a9,  a10, a11, a12, a13, a14, a15,
                                       a16, a17, a18, a19, a20, a21, a22, a23};
    __m512d sum = all[0];
    for (int i = 1; i < ACCUMULATORS; i++)
        sum = _mm512_add_pd(sum, all[i]);
    double lane[LANES_F64], total = 0;
    _mm512_storeu_pd(lane, sum);
    for (int i = 0; i < LANES_F64; i++)
        total += lane[i];
    return total;
}

const struct fma fma_avx512 = {
    .name = "avx512",
    .usable = usable,
    .flops_f32 = 2 * ACCUMULATORS * LANES_F32,
    .flops_f64 = 2 * ACCUMULATORS * LANES_F64,
    .f32 = loop_f32,
    .f64 = loop_f64,
    .triad = fma_triad,
};
