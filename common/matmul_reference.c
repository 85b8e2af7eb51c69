// matmul_reference.c -- see matmul_reference.h.
//
// Compiled without contraction of a * b + c, which would break the error-free additions.
#include "matmul_reference.h"

#include <float.h>
#include <math.h>
#include <string.h>

static double element(const void *matrix, enum elem type, size_t i)
{
    return type == ELEM_F32 ? (double)((const float *)matrix)[i]
                            : ((const double *)matrix)[i];
}

// The poison: a quiet NaN whose payload comes from the position and is never 0, as it is
// in the NaNs of hardware.
static uint32_t poison_f32(size_t at)
{
    uint64_t mixed = ((uint64_t)at + 1) * 0x9e3779b97f4a7c15u;
    return 0x7fc00000u | ((uint32_t)(mixed >> 40) & 0x3fffffu) | 1u;
}

static uint64_t poison_f64(size_t at)
{
    uint64_t mixed = ((uint64_t)at + 1) * 0x9e3779b97f4a7c15u;
    return 0x7ff8000000000000u | (mixed >> 14) | 1u;
}

void matmul_poison(struct matmul *job)
{
    size_t elements = job->m * job->n;
    for (size_t i = 0; i < elements; i++)
        if (job->type == ELEM_F32)
            ((uint32_t *)job->c)[i] = poison_f32(i);
        else
            ((uint64_t *)job->c)[i] = poison_f64(i);
}

bool matmul_is_poison(const struct matmul *job, size_t at)
{
    return job->type == ELEM_F32 ? ((const uint32_t *)job->c)[at] == poison_f32(at)
                                 : ((const uint64_t *)job->c)[at] == poison_f64(at);
}

static void add_step_f32(struct line to, double a, const float *b, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double product = a * (double)b[j];
        to.sum[j] += product;
        to.size[j] += fabs(product);
    }
}

// product + its error by fma, sum + its error by Knuth's two-sum.
static void add_step_f64(struct line to, double a, const double *b, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        double product = a * b[j];
        double product_error = fma(a, b[j], -product);
        double sum = to.sum[j] + product;
        double part = sum - to.sum[j];
        double sum_error = (to.sum[j] - (sum - part)) + (product - part);
        to.sum[j] = sum;
        to.rest[j] += product_error + sum_error;
        to.size[j] += fabs(product);
    }
}

void reference_row(const struct matmul *job, size_t i, struct line to)
{
    memset(to.sum, 0, 3 * job->n * sizeof *to.sum);
    for (size_t p = 0; p < job->k; p++)
        if (job->type == ELEM_F32)
            add_step_f32(to, (double)((const float *)job->a)[i * job->k + p],
                         (const float *)job->b + p * job->n, job->n);
        else
            add_step_f64(to, ((const double *)job->a)[i * job->k + p],
                         (const double *)job->b + p * job->n, job->n);
}

static double eps_of(enum elem type)
{
    return type == ELEM_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
}

static double top_of(enum elem type)
{
    return type == ELEM_F32 ? (double)FLT_MAX : DBL_MAX;
}

// What k roundings may amount to, relative to |A||B|, and those of both factors of each
// product, if the engine rounds them; and absolutely, where results are subnormal and a
// rounding is no longer relative.
static double relative_bound(const struct matmul *job)
{
    const double inputs = job->input_epsilon * (2 + job->input_epsilon);
    return inputs +
           (1 + inputs) * eps_of(job->type) * (job->k > 16 ? (double)job->k : 16.0);
}

static double absolute_bound(const struct matmul *job)
{
    return (double)job->k * (job->type == ELEM_F32 ? (double)FLT_TRUE_MIN : DBL_TRUE_MIN);
}

// An element whose terms are not finite or whose |A||B| comes near the end of the type,
// in a type with a wider exponent.
static bool wide_right(const struct matmul *job, size_t i, size_t j)
{
    bool nan = false, plus = false, minus = false;
    long double sum = 0, size = 0;
    for (size_t p = 0; p < job->k; p++) {
        double a = element(job->a, job->type, i * job->k + p);
        double b = element(job->b, job->type, p * job->n + j);
        if (isfinite(a) && isfinite(b)) {
            sum += (long double)a * b;
            size += fabsl((long double)a * b);
            continue;
        }
        double product = a * b;  // Inf * 0 is NaN, as everywhere
        nan |= isnan(product) != 0;
        plus |= product > 0;
        minus |= product < 0;
    }
    double c = element(job->c, job->type, i * job->n + j);
    long double bound = relative_bound(job) * size + absolute_bound(job);
    bool overflow = size + bound >= top_of(job->type);
    if (matmul_is_poison(job, i * job->n + j))
        return false;
    if (nan || (plus && minus))
        return isnan(c);
    if (plus || minus)
        return (isinf(c) && (c > 0) == plus) || (overflow && isnan(c));
    if (isfinite(c))
        return fabsl((long double)c - sum) <= bound;
    return overflow;
}

static bool element_right(const struct matmul *job, bool exact, size_t i, size_t j,
                          struct line ref, double *max_error)
{
    double c = element(job->c, job->type, i * job->n + j);
    double size = ref.size[j];
    if (!(size < top_of(job->type) / 4))
        return wide_right(job, i, j);
    double off = fabs((c - ref.sum[j]) - ref.rest[j]);
    if (exact && job->input_epsilon == 0)
        return off == 0;
    if (!(off <= relative_bound(job) * size + absolute_bound(job)))
        return false;
    double gauge = off / (eps_of(job->type) * size);
    bool subnormal = relative_bound(job) * size < 1e3 * absolute_bound(job);
    if (!subnormal && gauge > *max_error)
        *max_error = gauge;
    return true;
}

static int wrong_element(const struct matmul *job, size_t i, size_t j,
                         const double *expected, struct fail *why)
{
    if (matmul_is_poison(job, i * job->n + j))
        return fail(why, EXIT_WRONG, "C[%zu,%zu] was never written", i, j);
    int digits = job->type == ELEM_F32 ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    double c = element(job->c, job->type, i * job->n + j);
    if (!expected || !isfinite(*expected))
        return fail(
            why, EXIT_WRONG,
            "C[%zu,%zu] is %.*g, which the NaN, the infinities or the overflow of "
            "its terms do not give",
            i, j, digits, c);
    return fail(why, EXIT_WRONG, "C[%zu,%zu] is %.*g, but must be %.*g", i, j, digits, c,
                digits, *expected);
}

int reference_judge_element(const struct matmul *job, size_t i, size_t j,
                            struct fail *why)
{
    return wide_right(job, i, j) ? 0 : wrong_element(job, i, j, NULL, why);
}

int reference_judge_row(const struct matmul *job, bool exact, size_t i, struct line ref,
                        double *max_error, struct fail *why)
{
    for (size_t j = 0; j < job->n; j++)
        if (!element_right(job, exact, i, j, ref, max_error))
            return wrong_element(job, i, j, &ref.sum[j], why);
    return 0;
}
