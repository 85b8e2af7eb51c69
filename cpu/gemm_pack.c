// gemm_pack.c -- see gemm_pack.h. Bits are moved, not numbers.
#include "gemm_pack.h"

#include <string.h>

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t gemm_part_rows(const struct gemm *g, size_t part)
{
    return min_size(g->part_k, g->job->k - part * g->part_k);
}

// One row of one sliver. The usual lengths are literals, which the compiler copies in
// place.
static inline void copy_row(char *to, const char *from, size_t bytes)
{
    if (bytes == 128)
        memcpy(to, from, 128);
    else if (bytes == 64)
        memcpy(to, from, 64);
    else if (bytes == 32)
        memcpy(to, from, 32);
    else
        memcpy(to, from, bytes);
}

// Along the rows of B, through all slivers at once: a strip of single slivers would touch
// a new page with every row.
void gemm_pack_b(const struct gemm *g, size_t part, size_t jc, size_t first, size_t last,
                 void *cart)
{
    const size_t elem = elem_bytes(g->job->type), n = g->job->n;
    const size_t rows = gemm_part_rows(g, part), sliver = g->nr * elem;
    const size_t col = jc * g->nc + first * g->nr;
    const size_t end = min_size(jc * g->nc + min_size(last * g->nr, g->nc), n);
    if (col >= end)
        return;
    const size_t whole = (end - col) / g->nr, rest = (end - col) % g->nr * elem;
    const char *from = (const char *)g->job->b + (part * g->part_k * n + col) * elem;
    char *to = (char *)cart + first * sliver * rows;
    for (size_t p = 0; p < rows; p++, from += n * elem, to += sliver) {
        for (size_t s = 0; s < whole; s++)
            copy_row(to + s * sliver * rows, from + s * sliver, sliver);
        if (rest > 0) {
            char *edge = to + whole * sliver * rows;
            memcpy(edge, from + whole * sliver, rest);
            memset(edge + rest, 0, sliver - rest);
        }
    }
}

// Elements as bits, one or as many as fill the vectors that every architecture has.
// Neither a vector type nor one that may alias others can be written without a typedef.
typedef uint32_t bits32 __attribute__((may_alias));
typedef uint64_t bits64 __attribute__((aligned(4), may_alias));
typedef uint32_t quad __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint64_t twin __attribute__((vector_size(16), aligned(8), may_alias));

// Four rows of A, `steps` columns, to every mr-th place: 4 x 4 transposed at a time.
static void pack_4_rows_f32(const bits32 *a, size_t lda, size_t steps, bits32 *to,
                            size_t mr)
{
    size_t p = 0;
    for (; p + 4 <= steps; p += 4) {
        const quad r0 = *(const quad *)(a + p), r1 = *(const quad *)(a + lda + p);
        const quad r2 = *(const quad *)(a + 2 * lda + p),
                   r3 = *(const quad *)(a + 3 * lda + p);
        const quad x = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
        const quad y = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
        const quad z = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
        const quad w = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
        *(quad *)(to + p * mr) = __builtin_shufflevector(x, y, 0, 1, 4, 5);
        *(quad *)(to + (p + 1) * mr) = __builtin_shufflevector(x, y, 2, 3, 6, 7);
        *(quad *)(to + (p + 2) * mr) = __builtin_shufflevector(z, w, 0, 1, 4, 5);
        *(quad *)(to + (p + 3) * mr) = __builtin_shufflevector(z, w, 2, 3, 6, 7);
    }
    for (; p < steps; p++)
        for (size_t r = 0; r < 4; r++)
            to[p * mr + r] = a[r * lda + p];
}

static void pack_2_rows_f32(const bits32 *a, size_t lda, size_t steps, bits32 *to,
                            size_t mr)
{
    size_t p = 0;
    for (; p + 4 <= steps; p += 4) {
        const quad r0 = *(const quad *)(a + p), r1 = *(const quad *)(a + lda + p);
        const twin lo = (twin)__builtin_shufflevector(r0, r1, 0, 4, 1, 5);
        const twin hi = (twin)__builtin_shufflevector(r0, r1, 2, 6, 3, 7);
        *(bits64 *)(to + p * mr) = lo[0];
        *(bits64 *)(to + (p + 1) * mr) = lo[1];
        *(bits64 *)(to + (p + 2) * mr) = hi[0];
        *(bits64 *)(to + (p + 3) * mr) = hi[1];
    }
    for (; p < steps; p++) {
        to[p * mr] = a[p];
        to[p * mr + 1] = a[lda + p];
    }
}

static void pack_2_rows_f64(const bits64 *a, size_t lda, size_t steps, bits64 *to,
                            size_t mr)
{
    size_t p = 0;
    for (; p + 2 <= steps; p += 2) {
        const twin r0 = *(const twin *)(a + p), r1 = *(const twin *)(a + lda + p);
        *(twin *)(to + p * mr) = __builtin_shufflevector(r0, r1, 0, 2);
        *(twin *)(to + (p + 1) * mr) = __builtin_shufflevector(r0, r1, 1, 3);
    }
    if (p < steps) {
        to[p * mr] = a[p];
        to[p * mr + 1] = a[lda + p];
    }
}

// One row, and the row of zeros that stands for one beyond the matrix (a == NULL).
static void pack_row(const char *a, size_t elem, size_t steps, char *to, size_t mr)
{
    static const uint64_t zero = 0;
    for (size_t p = 0; p < steps; p++)
        memcpy(to + p * mr * elem, a == NULL ? (const char *)&zero : a + p * elem, elem);
}

// Few rows at a time: a power of two between rows maps all of them to one set of the
// cache.
void gemm_pack_a(const struct gemm *g, size_t row, size_t col, size_t steps, void *to)
{
    const size_t elem = elem_bytes(g->job->type), lda = g->job->k, mr = g->mr;
    const size_t rows = min_size(mr, g->job->m - row);
    const char *a = (const char *)g->job->a + (row * lda + col) * elem;
    size_t r = 0;
    if (g->job->type == ELEM_F32) {
        for (; r + 4 <= rows; r += 4)
            pack_4_rows_f32((const bits32 *)(const void *)a + r * lda, lda, steps,
                            (bits32 *)(void *)to + r, mr);
        for (; r + 2 <= rows; r += 2)
            pack_2_rows_f32((const bits32 *)(const void *)a + r * lda, lda, steps,
                            (bits32 *)(void *)to + r, mr);
    } else {
        for (; r + 2 <= rows; r += 2)
            pack_2_rows_f64((const bits64 *)(const void *)a + r * lda, lda, steps,
                            (bits64 *)(void *)to + r, mr);
    }
    for (; r < mr; r++)
        pack_row(r < rows ? a + r * lda * elem : NULL, elem, steps, (char *)to + r * elem,
                 mr);
}
