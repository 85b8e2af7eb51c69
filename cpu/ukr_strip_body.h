// ukr_strip_body.h -- few rows of C, along them: each ukr_<isa>.c includes it once per
// type.
//
// With few rows a product reads B once and is as fast as memory. A tile goes down B's
// columns and touches a page with every step; a strip takes four rows of B at a time and
// goes along them, four streams that the hardware fetches ahead. The sums stay in the
// first cache. Each element is still summed in the order of k with the same roundings.
//
// The includer defines, and this file undefines:
//   UKR_FN     the function's name; UKR_FOUR and UKR_ONE, those of its parts
//   UKR_REAL   float or double
//   UKR_BYTES  bytes of a vector

// C += a[0 .. 3] times four rows of B. `first`: C is not read.
static inline void UKR_FOUR(size_t cols, const UKR_REAL *a, const UKR_REAL *b, size_t ldb,
                            UKR_REAL *c, bool first)
{
    // A vector type cannot be written without a typedef.
    typedef UKR_REAL vec
        __attribute__((vector_size(UKR_BYTES), aligned(sizeof(UKR_REAL)), may_alias));
    const UKR_REAL *const b1 = b + ldb, *const b2 = b1 + ldb, *const b3 = b2 + ldb;
    const size_t lanes = UKR_BYTES / sizeof(UKR_REAL);
    size_t j = 0;
    for (; j + lanes <= cols; j += lanes) {
        vec sum = first ? (vec){0} : *(const vec *)(c + j);
        sum += *(const vec *)(b + j) * a[0];
        sum += *(const vec *)(b1 + j) * a[1];
        sum += *(const vec *)(b2 + j) * a[2];
        sum += *(const vec *)(b3 + j) * a[3];
        *(vec *)(c + j) = sum;
    }
    for (; j < cols; j++) {
        UKR_REAL sum = first ? 0 : c[j];
        sum += b[j] * a[0];
        sum += b1[j] * a[1];
        sum += b2[j] * a[2];
        sum += b3[j] * a[3];
        c[j] = sum;
    }
}

static inline void UKR_ONE(size_t cols, UKR_REAL a, const UKR_REAL *b, UKR_REAL *c,
                           bool first)
{
    for (size_t j = 0; j < cols; j++)
        c[j] = b[j] * a + (first ? 0 : c[j]);
}

static void UKR_FN(const struct ukr_tile *t)
{
    size_t p = 0;
    for (; p + 4 <= t->k; p += 4)
        for (size_t r = 0; r < t->rows; r++)
            UKR_FOUR(t->cols, (const UKR_REAL *)t->a + r * t->lda + p,
                     (const UKR_REAL *)t->b + p * t->ldb, t->ldb,
                     (UKR_REAL *)t->c + r * t->ldc, t->first && p == 0);
    for (; p < t->k; p++)
        for (size_t r = 0; r < t->rows; r++)
            UKR_ONE(t->cols, ((const UKR_REAL *)t->a)[r * t->lda + p],
                    (const UKR_REAL *)t->b + p * t->ldb, (UKR_REAL *)t->c + r * t->ldc,
                    t->first && p == 0);
}

#undef UKR_FN
#undef UKR_FOUR
#undef UKR_ONE
#undef UKR_REAL
#undef UKR_BYTES
