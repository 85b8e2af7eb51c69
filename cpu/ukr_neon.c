// ukr_neon.c -- micro-kernels for aarch64: 8 rows of two 16-byte vectors. Every aarch64
// CPU has these instructions.
#include "ukr.h"

#include <arm_neon.h>

#define ROWS8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

#define UKR_FN       run_f32
#define UKR_LOOP     loop_f32_
#define UKR_REAL     float
#define UKR_VEC      float32x4_t
#define UKR_LANES    4
#define UKR_OP(x)    x##_f32
#define UKR_STEPS(X) X(0) X(1) X(2) X(3)
#define UKR_MR       8
#define UKR_ROWS(X)  ROWS8(X)
#include "ukr_neon_body.h"

#define UKR_FN       run_f64
#define UKR_LOOP     loop_f64_
#define UKR_REAL     double
#define UKR_VEC      float64x2_t
#define UKR_LANES    2
#define UKR_OP(x)    x##_f64
#define UKR_STEPS(X) X(0) X(1)
#define UKR_MR       8
#define UKR_ROWS(X)  ROWS8(X)
#include "ukr_neon_body.h"

#define UKR_FN    strip_f32
#define UKR_FOUR  four_f32
#define UKR_ONE   one_f32
#define UKR_REAL  float
#define UKR_BYTES 16
#include "ukr_strip_body.h"

#define UKR_FN    strip_f64
#define UKR_FOUR  four_f64
#define UKR_ONE   one_f64
#define UKR_REAL  double
#define UKR_BYTES 16
#include "ukr_strip_body.h"

static bool usable(void)
{
    return true;
}

const struct ukr ukr_neon = {
    .name = "neon",
    .usable = usable,
    .of = {[ELEM_F32] = {run_f32, strip_f32, 8, 8},
           [ELEM_F64] = {run_f64, strip_f64, 8, 4}},
};
