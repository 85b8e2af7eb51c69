// gemm_pack.c -- see gemm_pack.h. Bits are moved, not numbers.
#include "gemm_pack.h"

#include <string.h>

enum {
    PAD_BYTES = 64,  // between staged rows: a line, so that they fill all sets
    AHEAD = 2        // rows of B that are called for: each begins on a page of its own
};

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
        for (size_t at = 0; at < whole * sliver; at += 64)
            __builtin_prefetch(from + AHEAD * n * elem + at);
        for (size_t s = 0; s < whole; s++)
            copy_row(to + s * sliver * rows, from + s * sliver, sliver);
        if (rest > 0) {
            char *edge = to + whole * sliver * rows;
            memcpy(edge, from + whole * sliver, rest);
            memset(edge + rest, 0, sliver - rest);
        }
    }
}

size_t gemm_stage_lda(const struct gemm *g)
{
    return g->kc + PAD_BYTES / elem_bytes(g->job->type);
}

void gemm_stage_a(const struct gemm *g, size_t row, size_t rows, size_t col, size_t steps,
                  void *to)
{
    const size_t elem = elem_bytes(g->job->type), lda = g->job->k;
    const char *from = (const char *)g->job->a + (row * lda + col) * elem;
    for (size_t r = 0; r < rows; r++)
        memcpy((char *)to + r * gemm_stage_lda(g) * elem, from + r * lda * elem,
               steps * elem);
}

void gemm_pad_b(const struct gemm *g, size_t row, size_t col, size_t cols, size_t steps,
                size_t width, void *to)
{
    const size_t elem = elem_bytes(g->job->type), ldb = g->job->n;
    const char *from = (const char *)g->job->b + (row * ldb + col) * elem;
    for (size_t p = 0; p < steps; p++) {
        char *line = (char *)to + p * width * elem;
        memcpy(line, from + p * ldb * elem, cols * elem);
        memset(line + cols * elem, 0, (width - cols) * elem);
    }
}
