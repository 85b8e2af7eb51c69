// fma.h -- the loops that measure a CPU's limits, one instruction set a file.
//
// To add one: fma_<isa>.c with its own compiler flags, a row in isa_<arch>.c. The build
// gives isa_<arch>.c and its loops to the machine they are for, and isa_other.c to the
// rest.
#ifndef FMA_H
#define FMA_H

#include <stdbool.h>
#include <stddef.h>

enum { FMA_STARTS = 24 };  // at most so many accumulators

struct fma {
    const char *name;
    bool (*usable)(void);      // this CPU has the instructions
    int flops_f32, flops_f64;  // of one step
    // `steps` steps on accumulators that stay in registers; returns something that
    // depends on all of them. x and y should be such that a = a x + y stays ordinary. The
    // accumulators start at different values, or a compiler may find that one is as good
    // as all.
    float (*f32)(long steps, float x, float y, const float start[FMA_STARTS]);
    double (*f64)(long steps, double x, double y, const double start[FMA_STARTS]);
    void (*triad)(double *a, const double *b, const double *c, double s, size_t n);
};

extern const struct fma
    *const fma_rows[];  // widest first, NULL-terminated; the last is usable

// The triad's loop, for each instruction set to compile with its own flags.
static inline void fma_triad(double *restrict a, const double *restrict b,
                             const double *restrict c, double s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        a[i] = b[i] + s * c[i];
}

#endif
