// ocl_product.h -- products for tests of rungs: matrices, the definition of each element,
// and how far rounding may be off.
#ifndef OCL_PRODUCT_H
#define OCL_PRODUCT_H

#include "ocl_fixture.h"

#include "matmul.h"
#include "pages.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD_BYTES = 256 };

static inline double next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)*seed * 0x1p-63;
}

static inline void *matrix(size_t count, enum elem type, uint64_t seed)
{
    struct fail why;
    void *x = pages_make(count * elem_bytes(type) + GUARD_BYTES, "a test", &why);
    assert_non_null(x);
    for (size_t i = 0; i < count; i++) {
        const double value = next(&seed);
        if (type == ELEM_F32)
            ((float *)x)[i] = (float)value;
        else
            ((double *)x)[i] = value;
    }
    return x;
}

static inline double at(const void *x, enum elem type, size_t i)
{
    return type == ELEM_F32 ? ((const float *)x)[i] : ((const double *)x)[i];
}

static inline void make_job(struct matmul *job, size_t m, size_t n, size_t k,
                            enum elem type)
{
    *job = (struct matmul){.m = m, .n = n, .k = k, .type = type};
    job->a = matrix(m * k, type, m * 31 + k);
    job->b = matrix(k * n, type, n * 17 + k);
    job->c = matrix(m * n, type, 0);
}

static inline void free_job(struct matmul *job)
{
    // The job's own matrices, whose contents engines may not change.
    free((void *)job->a);
    free((void *)job->b);
    free(job->c);
}

static inline void poison(struct matmul *job)
{
    memset(job->c, 0x7f, job->m * job->n * elem_bytes(job->type) + GUARD_BYTES);
}

// One element by the definition, rounded once per step of k.
static inline double by_fma(const struct matmul *job, size_t i, size_t j)
{
    float sum_f32 = 0;
    double sum_f64 = 0;
    for (size_t p = 0; p < job->k; p++) {
        const double a = at(job->a, job->type, i * job->k + p);
        const double b = at(job->b, job->type, p * job->n + j);
        sum_f32 = fmaf((float)a, (float)b, sum_f32);
        sum_f64 = fma(a, b, sum_f64);
    }
    return job->type == ELEM_F32 ? sum_f32 : sum_f64;
}

// The distance from the product in long double, and how far rounding may be off.
static inline void check_bound(const struct matmul *job, size_t i, size_t j, double got)
{
    const double eps = job->type == ELEM_F32 ? FLT_EPSILON : DBL_EPSILON;
    long double sum = 0, size = 0;
    for (size_t p = 0; p < job->k; p++) {
        const long double product = (long double)at(job->a, job->type, i * job->k + p) *
                                    at(job->b, job->type, p * job->n + j);
        sum += product;
        size += fabsl(product);
    }
    const double steps = job->k > 16 ? (double)job->k : 16;
    if (!(fabsl(got - sum) <= (long double)(eps * steps) * size))
        fail_msg("C[%zu][%zu] is %g, not %Lg", i, j, got, sum);
}

static inline void check(const struct matmul *job, const char *where)
{
    const unsigned char *guard =
        (unsigned char *)job->c + job->m * job->n * elem_bytes(job->type);
    for (size_t i = 0; i < job->m; i++) {
        for (size_t j = 0; j < job->n; j++) {
            const double got = at(job->c, job->type, i * job->n + j);
            const double want = by_fma(job, i, j);
            if (got != want && !(isnan(got) && isnan(want)))
                fail_msg("%s %zux%zux%zu: C[%zu][%zu] is %.9g, not %.9g", where, job->m,
                         job->n, job->k, i, j, got, want);
            if (isfinite(want))
                check_bound(job, i, j, got);
        }
    }
    for (int i = 0; i < GUARD_BYTES; i++)
        if (guard[i] != 0x7f)
            fail_msg("%s %zux%zux%zu: wrote %d bytes behind C", where, job->m, job->n,
                     job->k, i + 1);
}

#endif
