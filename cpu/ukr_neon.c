// ukr_neon.c -- micro-kernels for aarch64: 10 rows of two 16-byte vectors, 20 of the 32
// registers. With 12 rows gcc 12 spills: it loads all elements of A before it uses them.
// Every aarch64 CPU has these instructions.
#include "ukr.h"

#define ROWS10(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9)

#define UKR_FN      run_f32
#define UKR_LOOP    loop_f32_
#define UKR_REAL    float
#define UKR_BYTES   16
#define UKR_MR      10
#define UKR_ROWS(X) ROWS10(X)
#include "ukr_body.h"

#define UKR_FN      run_f64
#define UKR_LOOP    loop_f64_
#define UKR_REAL    double
#define UKR_BYTES   16
#define UKR_MR      10
#define UKR_ROWS(X) ROWS10(X)
#include "ukr_body.h"

static bool usable(void)
{
    return true;
}

const struct ukr ukr_neon = {
    .name = "neon",
    .usable = usable,
    .of = {[ELEM_F32] = {run_f32, 10, 8}, [ELEM_F64] = {run_f64, 10, 4}},
};
