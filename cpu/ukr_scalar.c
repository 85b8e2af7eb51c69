// ukr_scalar.c -- micro-kernels without an instruction set of their own: what the
// compiler makes of 16-byte vectors on the baseline of the architecture.
//
// On x86-64 that baseline has no fused multiply-add, and fma() would be a call for each
// element, so this kernel rounds twice where the others round once: a variant with bits
// of its own, the same ones for every engine and partition.
#include "ukr.h"

#define ROWS4(X) X(0) X(1) X(2) X(3)

#define UKR_FN      run_f32
#define UKR_LOOP    loop_f32_
#define UKR_REAL    float
#define UKR_BYTES   16
#define UKR_MR      4
#define UKR_ROWS(X) ROWS4(X)
#include "ukr_body.h"

#define UKR_FN      run_f64
#define UKR_LOOP    loop_f64_
#define UKR_REAL    double
#define UKR_BYTES   16
#define UKR_MR      4
#define UKR_ROWS(X) ROWS4(X)
#include "ukr_body.h"

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

const struct ukr ukr_scalar = {
    .name = "scalar",
    .usable = usable,
    .of = {[ELEM_F32] = {run_f32, strip_f32, 4, 8},
           [ELEM_F64] = {run_f64, strip_f64, 4, 4}},
};
