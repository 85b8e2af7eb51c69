// fma_avx2.c -- the FMA loops on 32-byte vectors. Compiled with -mavx2 -mfma.
//
// 12 accumulators and the two factors fit the 16 registers; two units with a latency of
// five cycles need ten. The accumulators are written out, so that each is a register.
#include "fma.h"

#include <immintrin.h>

enum { ACCUMULATORS = 12, LANES_F32 = 8, LANES_F64 = 4 };

static bool usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static float loop_f32(long steps, float x, float y, const float *start)
{
    const __m256 vx = _mm256_set1_ps(x), vy = _mm256_set1_ps(y);
    __m256 a0 = _mm256_set1_ps(start[0]), a1 = _mm256_set1_ps(start[1]);
    __m256 a2 = _mm256_set1_ps(start[2]), a3 = _mm256_set1_ps(start[3]);
    __m256 a4 = _mm256_set1_ps(start[4]), a5 = _mm256_set1_ps(start[5]);
    __m256 a6 = _mm256_set1_ps(start[6]), a7 = _mm256_set1_ps(start[7]);
    __m256 a8 = _mm256_set1_ps(start[8]), a9 = _mm256_set1_ps(start[9]);
    __m256 a10 = _mm256_set1_ps(start[10]), a11 = _mm256_set1_ps(start[11]);
    for (long i = 0; i < steps; i++) {
        a0 = _mm256_fmadd_ps(a0, vx, vy);
        a1 = _mm256_fmadd_ps(a1, vx, vy);
        a2 = _mm256_fmadd_ps(a2, vx, vy);
        a3 = _mm256_fmadd_ps(a3, vx, vy);
        a4 = _mm256_fmadd_ps(a4, vx, vy);
        a5 = _mm256_fmadd_ps(a5, vx, vy);
        a6 = _mm256_fmadd_ps(a6, vx, vy);
        a7 = _mm256_fmadd_ps(a7, vx, vy);
        a8 = _mm256_fmadd_ps(a8, vx, vy);
        a9 = _mm256_fmadd_ps(a9, vx, vy);
        a10 = _mm256_fmadd_ps(a10, vx, vy);
        a11 = _mm256_fmadd_ps(a11, vx, vy);
    }
    const __m256 all[ACCUMULATORS] = {a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11};
    __m256 sum = all[0];
    for (int i = 1; i < ACCUMULATORS; i++)
        sum = _mm256_add_ps(sum, all[i]);
    float lane[LANES_F32], total = 0;
    _mm256_storeu_ps(lane, sum);
    for (int i = 0; i < LANES_F32; i++)
        total += lane[i];
    return total;
}

static double loop_f64(long steps, double x, double y, const double *start)
{
    const __m256d vx = _mm256_set1_pd(x), vy = _mm256_set1_pd(y);
    __m256d a0 = _mm256_set1_pd(start[0]), a1 = _mm256_set1_pd(start[1]);
    __m256d a2 = _mm256_set1_pd(start[2]), a3 = _mm256_set1_pd(start[3]);
    __m256d a4 = _mm256_set1_pd(start[4]), a5 = _mm256_set1_pd(start[5]);
    __m256d a6 = _mm256_set1_pd(start[6]), a7 = _mm256_set1_pd(start[7]);
    __m256d a8 = _mm256_set1_pd(start[8]), a9 = _mm256_set1_pd(start[9]);
    __m256d a10 = _mm256_set1_pd(start[10]), a11 = _mm256_set1_pd(start[11]);
    for (long i = 0; i < steps; i++) {
        a0 = _mm256_fmadd_pd(a0, vx, vy);
        a1 = _mm256_fmadd_pd(a1, vx, vy);
        a2 = _mm256_fmadd_pd(a2, vx, vy);
        a3 = _mm256_fmadd_pd(a3, vx, vy);
        a4 = _mm256_fmadd_pd(a4, vx, vy);
        a5 = _mm256_fmadd_pd(a5, vx, vy);
        a6 = _mm256_fmadd_pd(a6, vx, vy);
        a7 = _mm256_fmadd_pd(a7, vx, vy);
        a8 = _mm256_fmadd_pd(a8, vx, vy);
        a9 = _mm256_fmadd_pd(a9, vx, vy);
        a10 = _mm256_fmadd_pd(a10, vx, vy);
        a11 = _mm256_fmadd_pd(a11, vx, vy);
    }
    const __m256d all[ACCUMULATORS] = {a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11};
    __m256d sum = all[0];
    for (int i = 1; i < ACCUMULATORS; i++)
        sum = _mm256_add_pd(sum, all[i]);
    double lane[LANES_F64], total = 0;
    _mm256_storeu_pd(lane, sum);
    for (int i = 0; i < LANES_F64; i++)
        total += lane[i];
    return total;
}

const struct fma fma_avx2 = {
    .name = "avx2",
    .usable = usable,
    .flops_f32 = 2 * ACCUMULATORS * LANES_F32,
    .flops_f64 = 2 * ACCUMULATORS * LANES_F64,
    .f32 = loop_f32,
    .f64 = loop_f64,
    .triad = fma_triad,
};
