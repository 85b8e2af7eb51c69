// ukr_neon.c -- micro-kernels for aarch64: 8 x 12 in float, 6 x 8 in double, 24 vectors
// of C in the 32 registers.
//
// Not of ukr_body.h's text, whose rows have two vectors: with three and four, a step's
// loads are 5 and 7 vectors for 24 fused instructions, and each element of A is a lane,
// which the instructions take as it is. The additions come in the same order. Every
// aarch64 CPU has these instructions.
#include "ukr.h"

#include <arm_neon.h>

#define ROWS6(X) X(0) X(1) X(2) X(3) X(4) X(5)
#define ROWS8(X) ROWS6(X) X(6) X(7)

#define LOAD_F32(r)                                                                      \
    c0[r] = first ? zero : vld1q_f32(c + (r)*ldc);                                       \
    c1[r] = first ? zero : vld1q_f32(c + (r)*ldc + 4);                                   \
    c2[r] = first ? zero : vld1q_f32(c + (r)*ldc + 8);
#define A_F32(r) ((r) < 4 ? a0 : a1)
#define STEP_F32(r)                                                                      \
    c0[r] = vfmaq_laneq_f32(c0[r], b0, A_F32(r), (r) % 4);                               \
    c1[r] = vfmaq_laneq_f32(c1[r], b1, A_F32(r), (r) % 4);                               \
    c2[r] = vfmaq_laneq_f32(c2[r], b2, A_F32(r), (r) % 4);
#define STORE_F32(r)                                                                     \
    vst1q_f32(c + (r)*ldc, c0[r]);                                                       \
    vst1q_f32(c + (r)*ldc + 4, c1[r]);                                                   \
    vst1q_f32(c + (r)*ldc + 8, c2[r]);

static void run_f32(size_t k, const void *a_sliver, const void *b_sliver, void *c_tile,
                    size_t ldc, bool first)
{
    const float32x4_t zero = vdupq_n_f32(0);
    const float *a = a_sliver, *b = b_sliver;
    float *c = c_tile;
    float32x4_t c0[8], c1[8], c2[8];

    ROWS8(LOAD_F32)
    for (; k > 0; k--) {
        const float32x4_t b0 = vld1q_f32(b), b1 = vld1q_f32(b + 4), b2 = vld1q_f32(b + 8);
        const float32x4_t a0 = vld1q_f32(a), a1 = vld1q_f32(a + 4);
        ROWS8(STEP_F32)
        a += 8;
        b += 12;
    }
    ROWS8(STORE_F32)
}

#define LOAD_F64(r)                                                                      \
    c0[r] = first ? zero : vld1q_f64(c + (r)*ldc);                                       \
    c1[r] = first ? zero : vld1q_f64(c + (r)*ldc + 2);                                   \
    c2[r] = first ? zero : vld1q_f64(c + (r)*ldc + 4);                                   \
    c3[r] = first ? zero : vld1q_f64(c + (r)*ldc + 6);
#define A_F64(r) ((r) < 2 ? a0 : (r) < 4 ? a1 : a2)
#define STEP_F64(r)                                                                      \
    c0[r] = vfmaq_laneq_f64(c0[r], b0, A_F64(r), (r) % 2);                               \
    c1[r] = vfmaq_laneq_f64(c1[r], b1, A_F64(r), (r) % 2);                               \
    c2[r] = vfmaq_laneq_f64(c2[r], b2, A_F64(r), (r) % 2);                               \
    c3[r] = vfmaq_laneq_f64(c3[r], b3, A_F64(r), (r) % 2);
#define STORE_F64(r)                                                                     \
    vst1q_f64(c + (r)*ldc, c0[r]);                                                       \
    vst1q_f64(c + (r)*ldc + 2, c1[r]);                                                   \
    vst1q_f64(c + (r)*ldc + 4, c2[r]);                                                   \
    vst1q_f64(c + (r)*ldc + 6, c3[r]);

static void run_f64(size_t k, const void *a_sliver, const void *b_sliver, void *c_tile,
                    size_t ldc, bool first)
{
    const float64x2_t zero = vdupq_n_f64(0);
    const double *a = a_sliver, *b = b_sliver;
    double *c = c_tile;
    float64x2_t c0[6], c1[6], c2[6], c3[6];

    ROWS6(LOAD_F64)
    for (; k > 0; k--) {
        const float64x2_t b0 = vld1q_f64(b), b1 = vld1q_f64(b + 2);
        const float64x2_t b2 = vld1q_f64(b + 4), b3 = vld1q_f64(b + 6);
        const float64x2_t a0 = vld1q_f64(a), a1 = vld1q_f64(a + 2), a2 = vld1q_f64(a + 4);
        ROWS6(STEP_F64)
        a += 6;
        b += 8;
    }
    ROWS6(STORE_F64)
}

static bool usable(void)
{
    return true;
}

const struct ukr ukr_neon = {
    .name = "neon",
    .usable = usable,
    .of = {[ELEM_F32] = {run_f32, 8, 12}, [ELEM_F64] = {run_f64, 6, 8}},
};
