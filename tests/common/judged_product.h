// judged_product.h -- products from plain loops, in the working precision and in another
// order than the reference's, and what the check says about them.
#ifndef JUDGED_PRODUCT_H
#define JUDGED_PRODUCT_H

#include "matmul.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static inline struct matmul *make(size_t m, size_t n, size_t k, const char *type,
                                  const char *fill)
{
    struct fail why = {EXIT_OK, ""};
    json_t *params = json_pack("{s:I, s:I, s:I, s:s, s:s, s:i}", "m", (json_int_t)m, "n",
                               (json_int_t)n, "k", (json_int_t)k, "type", type, "fill",
                               fill, "seed", 3);
    struct matmul *job = workload_matmul.make(params, &why);
    json_decref(params);
    if (!job)
        fail_msg("%s", why.text);
    return job;
}

static inline double get(const struct matmul *job, const void *matrix, size_t at)
{
    return job->type == ELEM_F32 ? (double)((const float *)matrix)[at]
                                 : ((const double *)matrix)[at];
}

static inline void set(const struct matmul *job, const void *matrix, size_t at,
                       double value)
{
    // Tests change inputs, too.
    void *to = (void *)(uintptr_t)matrix;
    if (job->type == ELEM_F32)
        ((float *)to)[at] = (float)value;
    else
        ((double *)to)[at] = value;
}

static inline void multiply_f32(const struct matmul *job)
{
    float *c = job->c;
    const float *a = job->a, *b = job->b;
    memset(c, 0, job->m * job->n * sizeof *c);
    for (size_t i = 0; i < job->m; i++)
        for (size_t p = job->k; p-- > 0;)
            for (size_t j = 0; j < job->n; j++)
                c[i * job->n + j] += a[i * job->k + p] * b[p * job->n + j];
}

static inline void multiply_f64(const struct matmul *job)
{
    double *c = job->c;
    const double *a = job->a, *b = job->b;
    memset(c, 0, job->m * job->n * sizeof *c);
    for (size_t i = 0; i < job->m; i++)
        for (size_t p = job->k; p-- > 0;)
            for (size_t j = 0; j < job->n; j++)
                c[i * job->n + j] += a[i * job->k + p] * b[p * job->n + j];
}

static inline void multiply(struct matmul *job)
{
    if (job->type == ELEM_F32)
        multiply_f32(job);
    else
        multiply_f64(job);
}

static inline double assert_right(struct matmul *job)
{
    struct fail why = {EXIT_OK, ""};
    double error = -1;
    if (workload_matmul.check(job, &error, &why))
        fail_msg("%zu x %zu x %zu: %s", job->m, job->n, job->k, why.text);
    assert_true(error >= 0 && error <= (job->k > 16 ? (double)job->k : 16));
    return error;
}

static inline void assert_wrong(struct matmul *job, const char *says)
{
    struct fail why = {EXIT_OK, ""};
    double error = 0;
    if (workload_matmul.check(job, &error, &why) != -1 || why.code != EXIT_WRONG ||
        !strstr(why.text, says))
        fail_msg("%zu x %zu x %zu: expected %s, got '%s'", job->m, job->n, job->k, says,
                 why.text);
}

#endif
