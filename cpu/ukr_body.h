// ukr_body.h -- the micro-kernel, written once; each ukr_<isa>.c includes it once per
// type.
//
// A tile of C is UKR_MR rows of two vectors each, held in registers over all k steps: a
// step loads one row of two vectors of B, and multiplies it with each of UKR_MR elements
// of A. Row numbers are literals, so that the two arrays become registers on every
// compiler.
//
// The includer defines, and this file undefines:
//   UKR_FN        the function's name
//   UKR_REAL      float or double
//   UKR_BYTES     bytes of a vector
//   UKR_ROWS(X)   X(0) X(1) ... X(UKR_MR - 1)
//   UKR_MR        rows
// The multiplication and the addition are one rounding where the instruction set has a
// fused instruction: these files are compiled with -ffp-contract=fast.

#define UKR_LOAD(r)                                                                      \
    c0[r] = first ? zero : ((const struct unaligned *)(c + (r)*ldc))->v[0];              \
    c1[r] = first ? zero : ((const struct unaligned *)(c + (r)*ldc))->v[1];
#define UKR_STEP(r)                                                                      \
    c0[r] += b0 * a[r];                                                                  \
    c1[r] += b1 * a[r];
#define UKR_STORE(r)                                                                     \
    ((struct unaligned *)(c + (r)*ldc))->v[0] = c0[r];                                   \
    ((struct unaligned *)(c + (r)*ldc))->v[1] = c1[r];

static void UKR_FN(size_t k, const void *a_sliver, const void *b_sliver, void *c_tile,
                   size_t ldc, bool first)
{
    // A vector type cannot be written without a typedef.
    typedef UKR_REAL vec __attribute__((vector_size(UKR_BYTES), may_alias));
    struct __attribute__((packed, aligned(sizeof(UKR_REAL)), may_alias)) unaligned {
        vec v[2];
    };
    const vec zero = {0};
    const UKR_REAL *a = a_sliver;
    const vec *b = b_sliver;
    UKR_REAL *c = c_tile;
    vec c0[UKR_MR], c1[UKR_MR];

    UKR_ROWS(UKR_LOAD)
    for (; k > 0; k--) {
        const vec b0 = b[0], b1 = b[1];
        UKR_ROWS(UKR_STEP)
        a += UKR_MR;
        b += 2;
    }
    UKR_ROWS(UKR_STORE)
}

#undef UKR_LOAD
#undef UKR_STEP
#undef UKR_STORE
#undef UKR_FN
#undef UKR_REAL
#undef UKR_BYTES
#undef UKR_ROWS
#undef UKR_MR
