// matmul_reference.h -- rows of A B in about twice the working precision, and the verdict
// on single elements of C.
//
// In double for f32, where each product is exact, and in double-double for f64 (Ogita,
// Rump and Oishi, Accurate sum and dot product, SISC 2005). An element is right when |C -
// C_ref| <= eps max(16, k) |A||B| + k * the least subnormal: a bound that holds for every
// order of summation, fused or not, so that a correct engine is never accused.
//
// Not finite: where the reference is NaN, C must be a NaN, but not the poison; where it
// is infinite, the same infinity. Where only |A||B| leaves the range of the type, partial
// sums overflow in one order and not in another: infinities and NaN are let pass there
// beside a right value, and demanded only where the reference itself is out of range.
#ifndef MATMUL_REFERENCE_H
#define MATMUL_REFERENCE_H

#include "fail.h"
#include "matmul.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One row of A B: sum + rest, and size = |A||B|; n elements each, one behind the other.
struct line {
    double *sum, *rest, *size;
};

enum { LINE_ARRAYS = 3 };

static inline struct line line_at(double *memory, size_t n)
{
    return (struct line){memory, memory + n, memory + 2 * n};
}

void reference_row(const struct matmul *, size_t i, struct line to);

// 0, raising *max_error to the largest |C - C_ref| / (eps |A||B|) of the row; or
// EXIT_WRONG with the first wrong element. `exact`: C must equal the reference.
int reference_judge_row(const struct matmul *, bool exact, size_t i, struct line,
                        double *max_error, struct fail *why);

// Judges one element by itself, with every special case; slow, k steps.
int reference_judge_element(const struct matmul *, size_t i, size_t j, struct fail *why);

// Fills C with NaNs that differ from element to element and that no arithmetic makes.
void matmul_poison(struct matmul *);
bool matmul_is_poison(const struct matmul *, size_t at);

#endif
