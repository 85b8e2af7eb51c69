// gemm_pack.h -- matrices copied into the order in which the micro-kernel reads them.
//
// Within a sliver lie nr elements of a row of B, then the next row's; mr elements of a
// column of A, then the next column's. Slivers at an edge are filled up with zeros: what
// a micro-kernel computes from those stays in a padded tile and is not copied out.
#ifndef GEMM_PACK_H
#define GEMM_PACK_H

#include "gemm.h"

// The rows of B, and columns of A, that belong to a part.
size_t gemm_part_rows(const struct gemm *, size_t part);

// Packs the sliver of A that begins at (row, col), `steps` columns of it. gemm_pack_b,
// the other half, is in gemm.h: engines call it.
void gemm_pack_a(const struct gemm *, size_t row, size_t col, size_t steps, void *to);

#endif
