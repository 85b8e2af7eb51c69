// stats.h -- medians and intervals that assume nothing about the shape of the noise.
//
// Pure functions over samples. The interval of a median comes from order statistics (the
// binomial distribution: David and Nagaraja, Order Statistics, section 7.1); the interval
// of a ratio is the same on the logarithms of paired ratios, which is the sign test
// turned inside out. No outlier is removed, nothing is averaged.
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stddef.h>

struct interval {
    double lo, hi;
};

enum { STATS_MIN_FOR_INTERVAL = 6 };  // fewer samples hold no 95 % interval of a median

double stats_median(const double *samples, size_t n);              // n >= 1
double stats_quantile(const double *samples, size_t n, double q);  // 0 <= q <= 1

// The 95 % interval of the median; with fewer than STATS_MIN_FOR_INTERVAL samples the
// whole range, which claims less than 95 %.
struct interval stats_median_ci95(const double *samples, size_t n);

// Median of a[i] / b[i] and its interval: a and b were taken in the same round.
double stats_ratio(const double *a, const double *b, size_t n, struct interval *ci95);

// False when the interval holds 1: "not separated", which is not "the same".
bool stats_separated(struct interval ratio_ci95);

#endif
