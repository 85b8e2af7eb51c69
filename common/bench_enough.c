// bench_enough.c -- when a group of cells has been measured often enough.
#include "bench.h"

#include "stats.h"

#include <stdlib.h>

// A round of bursts takes longer than one of short jobs run once would, and says more.
enum { ROUNDS_MIN = 3, ROUNDS_NARROW = 12, ROUNDS_MAX = 200, ROUNDS_MAX_BURSTS = 100 };
static const double NARROW = 0.005;  // half an interval, relative to the median

static bool narrow(const struct cell *c)
{
    double *total_s = malloc(c->count * sizeof *total_s);
    if (!total_s)
        die("out of memory");
    for (size_t i = 0; i < c->count; i++)
        total_s[i] = c->samples[i].total_s;
    double median = stats_median(total_s, c->count);
    struct interval ci = stats_median_ci95(total_s, c->count);
    free(total_s);
    return ci.hi - ci.lo <= 2 * NARROW * median;
}

static int rounds_max(const struct cell *cells, int n)
{
    for (int i = 0; i < n; i++)
        if (!cells[i].failed && cells[i].repeats <= 1)
            return ROUNDS_MAX;
    return ROUNDS_MAX_BURSTS;
}

bool bench_enough(const struct cell *cells, int n, int runs, int rounds, double left_s)
{
    if (runs > 0)
        return rounds >= runs;
    if (rounds < ROUNDS_MIN)
        return false;
    if (rounds >= rounds_max(cells, n) || left_s <= 0)
        return true;
    bool all = rounds >= ROUNDS_NARROW;
    for (int i = 0; i < n && all; i++)
        // One that sits out is not waited for.
        all = cells[i].failed || cells[i].count < (size_t)rounds || narrow(&cells[i]);
    return all;
}
