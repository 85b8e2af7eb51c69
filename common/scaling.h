// scaling.h -- how times change with the size of a job, with threads, and with how often
// a device is used; from a concluded result, claiming no more than its intervals do.
//
// Every interval is one of 95 % of a median, by order statistics (stats.h), of paired
// figures: ratios or differences of two cells in the same round. What is computed from a
// ratio by a monotone formula has the formula's values at the interval's ends. Nothing is
// interpolated: a crossover lies between two sizes that were measured.
#ifndef SCALING_H
#define SCALING_H

#include "result.h"

#include <stdbool.h>
#include <stddef.h>

// Cases of one workload and type, in ascending order of their work.
struct sweep {
    const struct cell **first;  // the first cell of each case
    size_t count;
};

enum { SWEEP_MIN = 3 };  // fewer sizes make no sweep

// One engine beside another over a sweep.
struct crossover {
    const struct sweep *sweep;
    char a[64], b[64];  // their columns
    bool kernels;       // a's kernels alone; false: end to end
    struct pair *at;    // a over b in every case that both have
    size_t count;
    // a is faster, its intervals leave 1 out, at `from` and at every larger size; `after`
    // is the largest size below it at which b is. -1: there is none.
    int after, from;
};

// One engine at many threads beside itself at one.
struct speedup {
    const struct cell *one, *many;
    struct pair pair;  // one over many: how many times as fast
    double efficiency;
    struct interval efficiency_ci95;
    // Karp and Flatt, CACM 33(5), 1990; NAN where there are more threads than CPUs, or no
    // speed-up that a serial part could explain.
    double serial_fraction;
    struct interval serial_fraction_ci95;
};

// How many runs a device's opening takes to pay, beside OpenMP's. Each was opened once:
// the interval is the gain's alone.
struct payback {
    const struct cell *device, *other;
    double open_s;  // what opening it took longer than opening the other
    double gain_s;  // a run; below 0: it is slower
    struct interval gain_ci95_s;
    size_t rounds;
    bool paid;    // the gain's interval is above 0
    double runs;  // until then
    struct interval runs_ci95;
};

struct scaling {
    struct sweep *sweeps;
    size_t sweep_count;
    struct crossover *crossovers;
    size_t crossover_count;
    struct speedup *speedups;
    size_t speedup_count;
    struct payback *paybacks;
    size_t payback_count;
};

void scaling_find(struct scaling *, const struct result *);
void scaling_free(struct scaling *);

// The cell of a case that the column names, if it stands; or NULL.
const struct cell *scaling_cell(const struct result *, const struct cell *first,
                                const char *column);

// The speed-up's engine has one at three thread counts or more, or several engines have
// one: somebody asked for threads.
bool scaling_threads_swept(const struct scaling *, const struct speedup *);

// Whether a is the better thread count to be compared at: the most that CPUs are there
// for, or else the least.
bool scaling_better_threads(int a, int b, int cpus);

double karp_flatt(double speedup, int threads);

// Of sizes in ascending order, at each of which a is faster (1), slower (-1) or not
// separated (0).
void crossover_find(const int *faster, size_t count, int *after, int *from);

#endif
