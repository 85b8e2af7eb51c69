// bench_deadline.c -- how long a worker may take before it is given up; see bench.h.
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double bench_fixed_deadline_s(double otherwise)
{
    static const double MOST_S = 1e9;  // its nanoseconds still fit a clock
    const char *fixed = getenv("GOPHERBENCH_DEADLINE_S");
    const double seconds = fixed ? strtod(fixed, NULL) : 0;
    if (!isfinite(seconds) || seconds <= 0)
        return otherwise;
    return seconds < MOST_S ? seconds : MOST_S;
}

double bench_deadline_s(double work, const char *unit)
{
    // Slower than any engine worth measuring: 0.1 GFLOP/s, 10 MB/s.
    double slowest = unit && strcmp(unit, "flop") == 0 ? 1e8 : 1e7;
    return bench_fixed_deadline_s(30 + work / slowest);
}
