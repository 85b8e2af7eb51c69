// ukr_avx512.c -- micro-kernels for AVX-512: 14 rows of two 64-byte vectors, 28 of the 32
// registers, so that two FMA units with four cycles of latency never wait.
#include "ukr.h"

#define ROWS14(X)                                                                        \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13)

#define UKR_FN      run_f32
#define UKR_LOOP    loop_f32_
#define UKR_REAL    float
#define UKR_BYTES   64
#define UKR_MR      14
#define UKR_ROWS(X) ROWS14(X)
#include "ukr_body.h"

#define UKR_FN      run_f64
#define UKR_LOOP    loop_f64_
#define UKR_REAL    double
#define UKR_BYTES   64
#define UKR_MR      14
#define UKR_ROWS(X) ROWS14(X)
#include "ukr_body.h"

#define UKR_FN    strip_f32
#define UKR_FOUR  four_f32
#define UKR_ONE   one_f32
#define UKR_REAL  float
#define UKR_BYTES 64
#include "ukr_strip_body.h"

#define UKR_FN    strip_f64
#define UKR_FOUR  four_f64
#define UKR_ONE   one_f64
#define UKR_REAL  double
#define UKR_BYTES 64
#include "ukr_strip_body.h"

static bool usable(void)
{
    return __builtin_cpu_supports("avx512f");
}

const struct ukr ukr_avx512 = {
    .name = "avx512",
    .usable = usable,
    .of = {[ELEM_F32] = {run_f32, strip_f32, 14, 32},
           [ELEM_F64] = {run_f64, strip_f64, 14, 16}},
};
