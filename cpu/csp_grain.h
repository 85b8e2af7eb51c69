// csp_grain.h -- how much work a message should carry, on this machine: a product whose
// elements are ordered over a channel, one, a row or a block of rows to a message.
//
// C = A B with the columns of B in a row, of small whole numbers, so that every sum is
// exact. Plain, one loop computes the elements of C in order. With messages, a dealer
// sends orders for the next `grain` of them over a channel without a buffer, and as many
// workers as there are processors take them; each element is computed by the same code.
#ifndef CSP_GRAIN_H
#define CSP_GRAIN_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

struct product {
    size_t side, depth;  // C is side x side
    float *a, *bt, *c;   // rows of A, columns of B, each of `depth`
};

int product_open(struct product *, size_t side, size_t depth, uint64_t seed,
                 struct fail *why);
void product_close(struct product *);  // a zeroed one is fine

// Compute C, and how long that took: without starting tasks or threads.
void product_plain(struct product *, double *seconds);
int product_by_messages(struct product *, size_t grain, int procs, double *seconds,
                        struct fail *why);

// Judges C by C x = A (B x) in whole numbers for two vectors x, and forgets it, so that
// nothing is judged twice. EXIT_WRONG.
int product_check(struct product *, struct fail *why);

#endif
