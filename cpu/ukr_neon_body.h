// ukr_neon_body.h -- the micro-kernel for aarch64; ukr_neon.c includes it once per type.
//
// As ukr_body.h, but for what aarch64 has: its fused instruction takes a lane of a vector
// for the element of A. So A is loaded a vector of steps at a time, a vector a row, and a
// step loads B alone. 8 rows: 16 vectors of C, 8 of A, 2 of B, of 32.
//
// The includer defines what ukr_table_body.h wants, and, to be undefined here:
//   UKR_REAL      float or double
//   UKR_VEC       the vector of it
//   UKR_OP(x)     x##_f32 or x##_f64
//   UKR_STEPS(X)  X(0) to X(UKR_LANES - 1)

#define UKR_LOAD(r)                                                                      \
    if ((r) < rows) {                                                                    \
        c0[r] = first ? zero : UKR_OP(vld1q)(c + (r)*ldc);                               \
        c1[r] = first || !wide ? zero : UKR_OP(vld1q)(c + (r)*ldc + UKR_LANES);          \
        __builtin_prefetch(next + (r)*ldc, 1);                                           \
    }
#define UKR_LOAD_A(r)                                                                    \
    if ((r) < rows)                                                                      \
        x[r] = UKR_OP(vld1q)(a + (r)*lda);
#define UKR_STEP(r, lane)                                                                \
    if ((r) < rows) {                                                                    \
        c0[r] = UKR_OP(vfmaq_laneq)(c0[r], b0, x[r], lane);                              \
        if (wide)                                                                        \
            c1[r] = UKR_OP(vfmaq_laneq)(c1[r], b1, x[r], lane);                          \
    }
#define UKR_LAST(r)                                                                      \
    if ((r) < rows) {                                                                    \
        c0[r] = UKR_OP(vfmaq_n)(c0[r], b0, a[(r)*lda]);                                  \
        if (wide)                                                                        \
            c1[r] = UKR_OP(vfmaq_n)(c1[r], b1, a[(r)*lda]);                              \
    }
#define UKR_STORE(r)                                                                     \
    if ((r) < rows) {                                                                    \
        UKR_OP(vst1q)(c + (r)*ldc, c0[r]);                                               \
        if (wide)                                                                        \
            UKR_OP(vst1q)(c + (r)*ldc + UKR_LANES, c1[r]);                               \
    }
#define UKR_LOAD_B                                                                       \
    const UKR_VEC b0 = UKR_OP(vld1q)(b);                                                 \
    const UKR_VEC b1 = wide ? UKR_OP(vld1q)(b + UKR_LANES) : zero;                       \
    b += ldb;
#define UKR_LANE(lane)                                                                   \
    {                                                                                    \
        UKR_LOAD_B                                                                       \
        UKR_STEP(0, lane)                                                                \
        UKR_STEP(1, lane)                                                                \
        UKR_STEP(2, lane)                                                                \
        UKR_STEP(3, lane)                                                                \
        UKR_STEP(4, lane)                                                                \
        UKR_STEP(5, lane)                                                                \
        UKR_STEP(6, lane)                                                                \
        UKR_STEP(7, lane)                                                                \
    }

static inline __attribute__((always_inline)) void UKR_LOOP(const struct ukr_tile *t,
                                                           const size_t rows,
                                                           const bool wide)
{
    const size_t lda = t->lda, ldb = t->ldb, ldc = t->ldc;
    const bool first = t->first;
    const UKR_VEC zero = UKR_OP(vdupq_n)(0);
    const UKR_REAL *a = t->a, *b = t->b, *next = t->next_c;
    UKR_REAL *c = t->c;
    UKR_VEC c0[UKR_MR], c1[UKR_MR], x[UKR_MR];
    size_t k = t->k;

    UKR_ROWS(UKR_LOAD)
    for (; k >= UKR_LANES; k -= UKR_LANES, a += UKR_LANES) {
        UKR_ROWS(UKR_LOAD_A)
        UKR_STEPS(UKR_LANE)
    }
    for (; k > 0; k--, a++) {
        UKR_LOAD_B
        UKR_ROWS(UKR_LAST)
    }
    UKR_ROWS(UKR_STORE)
}

#include "ukr_table_body.h"

#undef UKR_LOAD
#undef UKR_LOAD_A
#undef UKR_STEP
#undef UKR_LAST
#undef UKR_STORE
#undef UKR_LOAD_B
#undef UKR_LANE
#undef UKR_STEPS
#undef UKR_REAL
#undef UKR_VEC
#undef UKR_OP
