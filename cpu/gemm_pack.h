// gemm_pack.h -- what is copied before the micro-kernel reads it, and why.
//
// B, sliver by sliver: within a sliver lie nr elements of a row, then the next row's, so
// that the micro-kernel reads one stream instead of a page a row. The last sliver is
// filled up with zeros: what a micro-kernel computes from those stays in a padded tile
// and is not copied out. gemm_pack_b is in gemm.h: engines call it.
//
// A, row by row and otherwise as it is: rows a power of two apart would all lie in the
// same set of the first cache.
#ifndef GEMM_PACK_H
#define GEMM_PACK_H

#include "gemm.h"

// The rows of B, and columns of A, that belong to a part.
size_t gemm_part_rows(const struct gemm *, size_t part);

// How far apart staged rows of A lie, in elements.
size_t gemm_stage_lda(const struct gemm *);

// Copies `rows` rows of A from (row, col), `steps` columns of them.
void gemm_stage_a(const struct gemm *, size_t row, size_t rows, size_t col, size_t steps,
                  void *to);

// Copies `cols` columns of B, fewer than a sliver, from (row, col), `steps` rows of them,
// to rows of `width` elements, filled up with zeros.
void gemm_pad_b(const struct gemm *, size_t row, size_t col, size_t cols, size_t steps,
                size_t width, void *to);

#endif
