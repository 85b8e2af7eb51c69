// matmul_oracle.h -- says whether a product is right, by code that no engine shares.
//
//   small (m n k <= 2^24, or up to 4 rows)  every element is judged against the reference
//   large  C r is compared with A (B r) for random vectors r (Freivalds, 1977) of +-2^-e,
//          each column with an e that gives all the same weight. Rounding makes them
//          differ always, so the difference accuses nobody: it names the 3 rows that look
//          worst, and these, and 4 rows drawn by seed, are judged element by element.
//
// So in large products all rows are compared, but an element outside the rows judged is
// found only where its error stands out from the rounding of its whole row: an error of
// a few eps times sqrt(n) |A||B| may stay. Sampled only, by seed: of the rows that a NaN
// or Inf of A reaches, and of those that overflow, 2 each; of the columns that a NaN or
// Inf of B reaches, and of those where a typical row comes near overflow, 256 elements.
// An element that was never written is found everywhere.
#ifndef MATMUL_ORACLE_H
#define MATMUL_ORACLE_H

#include "fail.h"
#include "matmul.h"

#include <stdbool.h>
#include <stdint.h>

// `exact`: every partial sum is exact, and so must C be.
struct matmul_oracle *matmul_oracle_make(bool exact, uint64_t seed, struct fail *why);
void matmul_oracle_free(struct matmul_oracle *);  // NULL is fine

// About how many bytes checking such a product takes.
double matmul_oracle_bytes(size_t m, size_t n, size_t k);

// 0 and the largest |C - C_ref| / (eps |A||B|) among the elements judged; or EXIT_WRONG,
// or EXIT_RESOURCE. The first call computes what later ones compare with.
int matmul_oracle_check(const struct matmul *, double *max_error, struct fail *why);

#endif
