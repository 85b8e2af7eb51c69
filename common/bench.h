// bench.h -- the sampling plan: which worker runs when, and when it is enough.
//
// Cells of the same workload and case form a group and are measured together, round by
// round: in every round each cell gives one sample, in an order that rotates and reverses
// from round to round (ABBA for two, a Latin square for more), so that a machine that
// changes its speed changes it for all, and ratios can be paired round by round.
//
// A cell stops counting, with its sentence, when its engine refuses, gives a wrong
// answer, dies or overruns its deadline; the others go on.
#ifndef BENCH_H
#define BENCH_H

#include "fail.h"
#include "journal.h"
#include "result.h"
#include "workload.h"

#include <stdbool.h>

struct bench_opts {
    int runs;       // rounds to measure; 0: until intervals are narrow or time is up
    int warmup;     // rounds before them: run and checked, not counted
    double time_s;  // for measuring, all groups together
    enum sabotage sabotage;
    int save_fd;              // where save writes, or -1
    int stdin_fd;             // the workers' standard input, or -1
    struct journal *journal;  // NULL: none
    // Told before every sample; NULL: silent. round 0 while preparing and warming up.
    void (*progress)(const struct cell *, int round, int rounds);
};

// Measures every cell of result->cells, whose engines are opened with opts[cell]. Returns
// 0 also when cells failed; -1 only when nothing more can be kept (the journal's disk is
// full). A signal ends it early and sets result->interrupted.
int bench_run(struct result *, const struct engine_opts *opts, const struct bench_opts *,
              struct fail *why);

// The machine's roofs, by as many workers at once as there are usable CPUs.
int bench_limits(struct limits *, int cpus, struct fail *why);

// Whether n cells of a group that have `rounds` rounds behind them, and left_s of their
// time before them, have been measured often enough. runs: that many; 0: when the
// intervals are narrow, the time is up or the rounds are very many.
bool bench_enough(const struct cell *, int n, int runs, int rounds, double left_s);

// For round r of n cells: the cell at each position.
void bench_order(int round, int n, int *order);

// GOPHERBENCH_DEADLINE_S, a billion at most; `otherwise` when it is not set, or no finite
// number above 0.
double bench_fixed_deadline_s(double otherwise);

// The deadline for work of this amount and unit; GOPHERBENCH_DEADLINE_S overrides it.
double bench_deadline_s(double work, const char *unit);

#endif
