// ukr_body.h -- the micro-kernel, written once; each ukr_<isa>.c includes it once per
// type.
//
// A tile of C is up to UKR_MR rows of one or two vectors each, held in registers over all
// k steps: a step loads one row of one or two vectors of B, and multiplies it with one
// element of each row of A. A is read where it lies, a stream a row. Row numbers are
// literals, so that the two arrays become registers on every compiler; every number of
// rows is a loop of its own, so that the last tile of a matrix wastes nothing.
//
// The includer defines what ukr_table_body.h wants, and, to be undefined here:
//   UKR_REAL      float or double
//   UKR_BYTES     bytes of a vector; at most 15 rows
// The multiplication and the addition are one rounding where the instruction set has a
// fused instruction: these files are compiled with -ffp-contract=fast.

#define UKR_LOAD(r)                                                                      \
    if ((r) < rows) {                                                                    \
        const struct unaligned *from = (const void *)(c + (r)*ldc);                      \
        c0[r] = first ? zero : from->v[0];                                               \
        if (wide)                                                                        \
            c1[r] = first ? zero : from->v[1];                                           \
    }
#define UKR_STREAM(r) ((r) < 3 ? a0 : (r) < 6 ? a1 : (r) < 9 ? a2 : (r) < 12 ? a3 : a4)
#define UKR_STEP(r)                                                                      \
    if ((r) < rows) {                                                                    \
        const UKR_REAL x = UKR_STREAM(r)[(r) % 3 * lda];                                 \
        c0[r] += b0 * x;                                                                 \
        if (wide)                                                                        \
            c1[r] += b1 * x;                                                             \
    }
#define UKR_STORE(r)                                                                     \
    if ((r) < rows) {                                                                    \
        struct unaligned *to = (void *)(c + (r)*ldc);                                    \
        to->v[0] = c0[r];                                                                \
        if (wide)                                                                        \
            to->v[1] = c1[r];                                                            \
    }
#define UKR_PREFETCH(r)                                                                  \
    if ((r) < rows) {                                                                    \
        __builtin_prefetch(next + (r)*ldc, 1);                                           \
        if (wide)                                                                        \
            __builtin_prefetch(next + (r)*ldc + nr - 1, 1);                              \
    }

#define UKR_LANES (UKR_BYTES / sizeof(UKR_REAL))

static inline __attribute__((always_inline)) void UKR_LOOP(const struct ukr_tile *t,
                                                           const size_t rows,
                                                           const bool wide)
{
    // A vector type cannot be written without a typedef.
    typedef UKR_REAL vec __attribute__((vector_size(UKR_BYTES), may_alias));
    struct __attribute__((packed, aligned(sizeof(UKR_REAL)), may_alias)) unaligned {
        vec v[2];
    };
    enum { nr = 2 * UKR_BYTES / sizeof(UKR_REAL) };
    const size_t lda = t->lda, ldb = t->ldb, ldc = t->ldc;
    const bool first = t->first;
    const vec zero = {0};
    const UKR_REAL *b = t->b;
    UKR_REAL *c = t->c;
    const UKR_REAL *next = t->next_c;
    vec c0[UKR_MR], c1[UKR_MR];
    // Three rows share a pointer: one for each would not fit into the registers.
    const UKR_REAL *a0 = t->a, *a1 = rows > 3 ? a0 + 3 * lda : a0;
    const UKR_REAL *a2 = rows > 6 ? a1 + 3 * lda : a0, *a3 = rows > 9 ? a2 + 3 * lda : a0;
    const UKR_REAL *a4 = rows > 12 ? a3 + 3 * lda : a0;

    UKR_ROWS(UKR_PREFETCH)
    UKR_ROWS(UKR_LOAD)
    for (size_t k = t->k; k > 0; k--) {
        const vec b0 = ((const struct unaligned *)b)->v[0];
        const vec b1 = wide ? ((const struct unaligned *)b)->v[1] : zero;
        UKR_ROWS(UKR_STEP)
        a0++, a1++, a2++, a3++, a4++;
        b += ldb;
        // Without this the compiler keeps a pointer a row after all, on the stack.
        __asm__("" : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4));
    }
    // The addresses of C are computed anew: kept, they would push others to the stack.
    __asm__("" : "+r"(c));
    UKR_ROWS(UKR_STORE)
}

#include "ukr_table_body.h"

#undef UKR_LOAD
#undef UKR_STREAM
#undef UKR_STEP
#undef UKR_STORE
#undef UKR_PREFETCH
#undef UKR_REAL
#undef UKR_BYTES
