// burst.h -- one sample: a job, run back to back so often that a clock can tell.
//
// A job of some microseconds, run once out of a sleep, measures how threads wake up. So a
// sample of a short job is a burst of some milliseconds, and its time is the mean of one
// run. It happens in the engine's own world (engine.h, `within`); what it costs to enter
// that and to leave it is told apart.
#ifndef BURST_H
#define BURST_H

#include "engine.h"
#include "fail.h"
#include "workload.h"

#include <stdint.h>

struct burst {
    const struct engine *engine;
    const struct workload *workload;
    void *ctx, *job;
};

// Of one run, on average: its seconds, and those of its phases.
struct burst_times {
    double total_s, upload_s, run_s, download_s;
    double
        outside_s;  // around all runs together: entering and leaving the engine's world
};

// Runs the prepared job `repeats` times (>= 1). Neither poisons nor checks.
int burst_run(const struct burst *, uint64_t repeats, struct burst_times *,
              struct fail *why);

// How many runs fill a burst, when the shortest known one takes so long: 2 ms' worth, and
// not twice that unless one run is. 1 for a time that is not above 0.
uint64_t burst_fill(double shortest_s);

// Finds that number out by longer and longer bursts, two at least and some 10 ms
// together, given what a first run took. Of a job that fills a burst by far it is 1,
// without another run.
int burst_choose(const struct burst *, double first_s, uint64_t *repeats,
                 struct fail *why);

#endif
