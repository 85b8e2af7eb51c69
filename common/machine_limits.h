// machine_limits.h -- the machine's measured roofs, taken in the same run as the results.
//
// Never a figure from the CPU's name. One process measures one CPU; the supervisor runs
// as many at once as there are usable CPUs and adds them up, so that shared caches,
// memory and clocks are in the figure.
#ifndef MACHINE_LIMITS_H
#define MACHINE_LIMITS_H

#include "fail.h"

#include <stddef.h>

// Per second, except the hops. Names that end in _1 are of one CPU alone, the others of
// all usable CPUs at once.
struct limits {
    double fma_f32_flops, fma_f64_flops;
    double fma_f32_flops_1, fma_f64_flops_1;
    double triad_bytes, triad_bytes_1;    // a[i] = b[i] + s c[i]: 24 bytes, as STREAM
    double sha256_bytes, sha256_bytes_1;  // the fastest burning kernel, in the cache
    double pipe_hop_s;     // one-way message between two processes over a pipe
    double channel_hop_s;  // hand-over between two tasks over an unbuffered channel
};

// One CPU's FMA loops: as many independent accumulators as hide the latency, on the
// widest vectors this CPU has. flop per second over about `seconds`; warm-up and moments
// when the CPU was taken away do not count.
double limits_fma_f32(double seconds);
double limits_fma_f64(double seconds);

// Triad on three arrays of `doubles` elements each: choose beyond the last cache. 0: no
// memory.
double limits_triad(size_t doubles, double seconds);

// One-way hop over a pair of pipes between two processes on one CPU. 0: could not be
// measured. Forks, so not for a process with threads.
double limits_pipe_hop(int rounds);

// "gopherbench compare" prints one line; JSON has them all, by these names.
struct limit_row {
    const char *name;
    size_t offset;  // in struct limits, of a double
};
extern const struct limit_row limit_rows[];
extern const int limit_rows_count;

double limit_value(const struct limits *, const struct limit_row *);

#endif
