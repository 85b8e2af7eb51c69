// stats.c -- see stats.h.
#include "stats.h"

#include "fail.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A duration below the clock's nanosecond is taken as one, so that no ratio is infinite.
static const double CLOCK_RESOLUTION_S = 1e-9;

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double *sorted_copy(const double *samples, size_t n)
{
    assert(n >= 1);
    double *sorted = malloc(n * sizeof *sorted);
    if (!sorted)
        die("no memory to sort %zu samples", n);
    memcpy(sorted, samples, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, compare_doubles);
    return sorted;
}

static double quantile_of_sorted(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t below = (size_t)at;
    if (below + 1 >= n)
        return sorted[n - 1];
    const double part = at - (double)below;
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

// The largest r for which [x(r), x(n+1-r)], counted from 1, holds the median with at
// least 95 %: at most r - 1 of n fair coins fall on one side with probability <= 2.5 %.
// The terms are kept as logarithms, because 2^-n underflows where n is large.
static size_t lower_rank(size_t n)
{
    double log_term = -(double)n * log(2.0);
    double tail = exp(log_term);
    size_t rank = 0;
    while (tail <= 0.025) {
        rank++;
        log_term += log((double)(n - rank + 1)) - log((double)rank);
        tail += exp(log_term);
    }
    return rank;
}

static struct interval median_ci95_of_sorted(const double *sorted, size_t n)
{
    const size_t rank = n < STATS_MIN_FOR_INTERVAL ? 1 : lower_rank(n);
    assert(rank >= 1 && rank <= n);
    return (struct interval){.lo = sorted[rank - 1], .hi = sorted[n - rank]};
}

double stats_quantile(const double *samples, size_t n, double q)
{
    assert(q >= 0 && q <= 1);
    double *sorted = sorted_copy(samples, n);
    const double value = quantile_of_sorted(sorted, n, q);
    free(sorted);
    return value;
}

double stats_median(const double *samples, size_t n)
{
    return stats_quantile(samples, n, 0.5);
}

struct interval stats_median_ci95(const double *samples, size_t n)
{
    double *sorted = sorted_copy(samples, n);
    const struct interval ci95 = median_ci95_of_sorted(sorted, n);
    free(sorted);
    return ci95;
}

// Logarithms make the ratio of a to b the exact inverse of that of b to a.
double stats_ratio(const double *a, const double *b, size_t n, struct interval *ci95)
{
    assert(n >= 1);
    double *logs = malloc(n * sizeof *logs);
    if (!logs)
        die("no memory to compare %zu samples", n);
    for (size_t i = 0; i < n; i++)
        logs[i] = log(fmax(a[i], CLOCK_RESOLUTION_S) / fmax(b[i], CLOCK_RESOLUTION_S));
    qsort(logs, n, sizeof *logs, compare_doubles);
    const struct interval log_ci95 = median_ci95_of_sorted(logs, n);
    *ci95 = (struct interval){.lo = exp(log_ci95.lo), .hi = exp(log_ci95.hi)};
    const double ratio = exp(quantile_of_sorted(logs, n, 0.5));
    free(logs);
    return ratio;
}

bool stats_separated(struct interval ratio_ci95)
{
    return ratio_ci95.lo > 1 || ratio_ci95.hi < 1;
}
