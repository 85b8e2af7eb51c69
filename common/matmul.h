// matmul.h -- the workload C = A B, row-major, f32 or f64, any m, n, k >= 0.
//
// Parameters: {"m","n","k": sizes, "type": "f32"|"f64", "seed": N, "fill": "uniform" |
// "integer", "grain": flop}, or {"a": path, "b": path} for matrices in NumPy's format
// (paths as text_escape writes them). "grain" is for the engines that hand out blocks of
// C: how much work one is, about. Uniform entries lie in [-1, 1); integer entries are
// small enough that every partial sum is exact, so that all engines must agree bit for
// bit.
//
// The check. Small products: an own triple loop in double, for f64 in double-double, with
// the componentwise bound |C - C_ref| <= eps max(16, k) |A||B| of netlib's testers. Large
// ones, on every sample: Freivalds' check, C r against A (B r) for random vectors r,
// compares all rows and points out the 3 worst; these and 4 drawn by seed are judged like
// small products, the other rows only as far as errors stand out from rounding; what NaN,
// Inf or overflow reaches is sampled (matmul_oracle.h). The error reported is the largest
// |C - C_ref| / (eps |A||B|) among the elements judged. NaN and Inf must land in the same
// positions as in the reference. An engine that says that it rounds its inputs by e is
// allowed 2 e |A||B| more. k = 0 gives zeros; m = 0 or n = 0 an empty, valid
// product.
#ifndef MATMUL_H
#define MATMUL_H

#include "fail.h"
#include "workload.h"

#include <stddef.h>
#include <stdint.h>

enum elem { ELEM_F32, ELEM_F64 };

static inline size_t elem_bytes(enum elem type)
{
    return type == ELEM_F32 ? sizeof(float) : sizeof(double);
}

// The matrices are dense: leading dimensions are k, n and n. Each starts at a page
// boundary and its allocation is padded to a multiple of 4096 bytes, so that a device may
// map it.
struct matmul {
    size_t m, n, k;
    enum elem type;
    const void *a;         // m x k
    const void *b;         // k x n
    void *c;               // m x n
    double grain_flop;     // of a block that is handed out; 0: the engine's choice
    double input_epsilon;  // how far the engine rounds A and B: engine_facts'
    struct matmul_oracle *oracle;  // matmul_oracle.c's own
};

extern const struct workload workload_matmul;

// flop of one product: 2 m n k.
static inline double matmul_flops(const struct matmul *job)
{
    return 2.0 * (double)job->m * (double)job->n * (double)job->k;
}

// A matrix's size in bytes, or fails with EXIT_USAGE when rows * cols * element
// overflows.
int matmul_bytes(size_t rows, size_t cols, enum elem type, size_t *bytes,
                 struct fail *why);

#endif
