// ukr_avx2.c -- micro-kernels for AVX2 with FMA: 6 rows of two 32-byte vectors, 12 of the
// 16 registers.
#include "ukr.h"

#define ROWS6(X) X(0) X(1) X(2) X(3) X(4) X(5)

#define UKR_FN      run_f32
#define UKR_LOOP    loop_f32_
#define UKR_REAL    float
#define UKR_BYTES   32
#define UKR_MR      6
#define UKR_ROWS(X) ROWS6(X)
#include "ukr_body.h"

#define UKR_FN      run_f64
#define UKR_LOOP    loop_f64_
#define UKR_REAL    double
#define UKR_BYTES   32
#define UKR_MR      6
#define UKR_ROWS(X) ROWS6(X)
#include "ukr_body.h"

#define UKR_FN    strip_f32
#define UKR_FOUR  four_f32
#define UKR_ONE   one_f32
#define UKR_REAL  float
#define UKR_BYTES 32
#include "ukr_strip_body.h"

#define UKR_FN    strip_f64
#define UKR_FOUR  four_f64
#define UKR_ONE   one_f64
#define UKR_REAL  double
#define UKR_BYTES 32
#include "ukr_strip_body.h"

static bool usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct ukr ukr_avx2 = {
    .name = "avx2",
    .usable = usable,
    .of = {[ELEM_F32] = {run_f32, strip_f32, 6, 16},
           [ELEM_F64] = {run_f64, strip_f64, 6, 8}},
};
