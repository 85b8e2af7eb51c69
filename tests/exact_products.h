// exact_products.h -- products whose every bit is known: from a loop that adds in the
// order of k and rounds once a step, or twice, where an instruction set cannot do better.
//
// Includers are compiled with -ffp-contract=off: two roundings where they are written so.
#ifndef EXACT_PRODUCTS_H
#define EXACT_PRODUCTS_H

#include "matmul.h"
#include "rng.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

// What the entries are like. Of the last three results need not be finite or normal, so
// that an error has no gauge.
enum kind {
    RANDOM,      // in [-1, 1)
    INTEGER,     // whole and small: every sum is exact
    GRADED,      // columns of B, and rows of A, of very unequal size
    CANCELLING,  // the second half of every sum takes back most of the first
    NEGATIVE_0,  // zeros of either sign, and products that vanish
    SUBNORMAL,   // factors and products below the normal numbers
    HUGE_SUMS,   // products near the largest number: some sums overflow
    NOT_FINITE,  // NaN and infinities, also in the last row and column, and zeros that
                 // meet them
    KINDS
};

static const char *const kind_names[] = {"random",     "integer",       "graded",
                                         "cancelling", "negative zero", "subnormal",
                                         "huge",       "not finite"};

struct exact {
    struct matmul *job;
    enum kind kind;
    void *once, *twice;  // C, as it must be
};

static inline double exact_get(enum elem type, const void *matrix, size_t at)
{
    return type == ELEM_F32 ? (double)((const float *)matrix)[at]
                            : ((const double *)matrix)[at];
}

static inline void exact_set(enum elem type, const void *matrix, size_t at, double value)
{
    // The test makes its inputs, which engines may not change.
    void *to = (void *)(uintptr_t)matrix;
    if (type == ELEM_F32)
        ((float *)to)[at] = (float)value;
    else
        ((double *)to)[at] = value;
}

// By a power of two that each type has its own of.
static inline double exact_scaled(double unit, enum elem type, int f32, int f64)
{
    return ldexp(unit, type == ELEM_F32 ? f32 : f64);
}

// Entry `at` of A (`left`) or B. `unit` lies in [-1, 1).
static inline double exact_entry(const struct matmul *job, enum kind kind, bool left,
                                 size_t at, double unit)
{
    const size_t col = at % (left ? job->k : job->n), row = at / (left ? job->k : job->n);
    const size_t outer = left ? row : col, step = left ? col : row;
    switch (kind) {
    case GRADED:
        return exact_scaled(unit, job->type, (int)(outer * 7 % 41) - 20,
                            (int)(outer * 7 % 41) * 10 - 200);
    case NEGATIVE_0:  // rows of zeros, of numbers that vanish in a product, and of others
        if (left && outer % 3 == 0)
            return unit < 0 ? -0.0 : 0.0;
        if (left && outer % 3 == 1)
            return exact_scaled(-1, job->type, -149, -1074);
        return left ? unit : outer % 2 ? -0.25 : 0.25;
    case SUBNORMAL:
        return step % 2 == left ? exact_scaled(unit, job->type, -130, -1030)
                                : unit * 0x1p-8;
    case HUGE_SUMS:
        return left ? exact_scaled(unit, job->type, 64, 512)
                    : exact_scaled(unit, job->type, 62, 510);
    case NOT_FINITE:
        if (at % 1009 == 500)
            return unit < -0.3 ? -INFINITY : unit < 0.3 ? INFINITY : NAN;
        return at % 13 == 5 ? 0 : unit;
    case CANCELLING:  // what is left of A's second half
        return left && step >= job->k / 2 ? unit * 0x1p-12 : unit;
    default:
        return unit;
    }
}

// A's second half takes back the first but for what it holds, B's repeats it.
static inline void exact_take_back(const struct matmul *job)
{
    const size_t half = job->k / 2;
    for (size_t i = 0; i < job->m; i++)
        for (size_t p = half; p < 2 * half; p++) {
            const double first = exact_get(job->type, job->a, i * job->k + p - half);
            const double rest = exact_get(job->type, job->a, i * job->k + p);
            exact_set(job->type, job->a, i * job->k + p, rest - first);
        }
    for (size_t p = half; p < 2 * half; p++)
        memcpy((char *)(uintptr_t)job->b + p * job->n * elem_bytes(job->type),
               (const char *)job->b + (p - half) * job->n * elem_bytes(job->type),
               job->n * elem_bytes(job->type));
}

static inline void exact_fill(struct matmul *job, enum kind kind)
{
    struct rng rng = {job->m * 1009 + job->n * 31 + job->k};
    for (size_t i = 0; i < job->m * job->k; i++)
        exact_set(job->type, job->a, i,
                  exact_entry(job, kind, true, i, 2 * rng_unit(&rng) - 1));
    for (size_t i = 0; i < job->k * job->n; i++)
        exact_set(job->type, job->b, i,
                  exact_entry(job, kind, false, i, 2 * rng_unit(&rng) - 1));
    if (kind == CANCELLING)
        exact_take_back(job);
    if (kind == NOT_FINITE && job->m * job->n * job->k > 0) {
        exact_set(job->type, job->a, job->m * job->k - 1, INFINITY);
        exact_set(job->type, job->b, job->k * job->n - 1, 0);
    }
}

static inline void exact_multiply(const struct matmul *job, bool once, void *c)
{
    for (size_t i = 0; i < job->m; i++)
        for (size_t j = 0; j < job->n; j++) {
            float sum_f32 = 0;
            double sum_f64 = 0;
            for (size_t p = 0; p < job->k; p++) {
                const double a = exact_get(job->type, job->a, i * job->k + p);
                const double b = exact_get(job->type, job->b, p * job->n + j);
                if (job->type == ELEM_F32)
                    sum_f32 = once ? fmaf((float)a, (float)b, sum_f32)
                                   : sum_f32 + (float)a * (float)b;
                else
                    sum_f64 = once ? fma(a, b, sum_f64) : sum_f64 + a * b;
            }
            exact_set(job->type, c, i * job->n + j,
                      job->type == ELEM_F32 ? (double)sum_f32 : sum_f64);
        }
}

static inline struct exact exact_make(size_t m, size_t n, size_t k, enum elem type,
                                      enum kind kind)
{
    struct fail why;
    json_t *params =
        json_pack("{s:I, s:I, s:I, s:s, s:s}", "m", (json_int_t)m, "n", (json_int_t)n,
                  "k", (json_int_t)k, "type", type == ELEM_F32 ? "f32" : "f64", "fill",
                  kind == INTEGER ? "integer" : "uniform");
    struct exact x = {.job = workload_matmul.make(params, &why), .kind = kind};
    json_decref(params);
    if (!x.job)
        fail_msg("%s", why.text);
    if (kind != INTEGER)
        exact_fill(x.job, kind);
    x.once = calloc(m * n + 1, sizeof(double));
    x.twice = calloc(m * n + 1, sizeof(double));
    assert_non_null(x.once);
    assert_non_null(x.twice);
    exact_multiply(x.job, true, x.once);
    exact_multiply(x.job, false, x.twice);
    return x;
}

static inline void exact_free(struct exact *x)
{
    workload_matmul.free(x->job);
    free(x->once);
    free(x->twice);
}

// The first element whose bits differ, or SIZE_MAX. Of NaNs only the place is compared:
// what payload and sign they get is the hardware's affair. `pads`: nor is the sign of a
// zero, which a step beyond the end of k, zero times zero, makes positive.
static inline size_t exact_differs(const struct exact *x, const void *want, bool pads)
{
    const struct matmul *job = x->job;
    const size_t elem = elem_bytes(job->type);
    for (size_t i = 0; i < job->m * job->n; i++) {
        const double w = exact_get(job->type, want, i),
                     c = exact_get(job->type, job->c, i);
        if (pads && w == 0 && c == 0)
            continue;
        if (isnan(w) ? !isnan(c) || matmul_is_poison(job, i)
                     : memcmp((const char *)want + i * elem,
                              (const char *)job->c + i * elem, elem) != 0)
            return i;
    }
    return SIZE_MAX;
}

#endif
