// waiting.h -- many jobs that wait, as for a disk or a network, or compute; handed out in
// several ways.
//
// A way differs from another only in who runs the jobs: <way>_waiting.c. Two numbers tell
// concurrency and parallelism apart: the mean number of jobs alive (begun, not ended: a
// task or a thread begins when it is started, a loop's job when its turn comes) and of
// processors at work. Jobs compute a sequence whose end is known by other means, so that
// none can be skipped; and none may wait too short.
#ifndef WAITING_H
#define WAITING_H

#include "fail.h"

#include <stdbool.h>
#include <stdint.h>

struct waiting_job {
    const struct waiting *all;
    uint64_t begin_ns, end_ns;
    uint64_t answer;
    int thread;  // the OS thread in which it ended
};

struct waiting {
    int threads;       // that the way may use
    uint64_t wait_ns;  // each job waits so long, and then
    uint64_t steps;    // computes so many steps
    int jobs;
    struct waiting_job *job;
};

struct waiting_way {
    const char *name;
    // Runs every job once. EXIT_ABSENT where the way is not compiled in, EXIT_RESOURCE
    // where the system has not enough for it.
    int (*run)(struct waiting *, struct fail *why);
};

// serial, csp, omp, threads (an OS thread a job); until one without a name.
extern const struct waiting_way waiting_ways[];

struct waiting_figures {
    double elapsed_s;
    double alive;         // jobs begun and not ended, mean over the time
    double running;       // processors at work, mean over the time
    int threads;          // different ones in which jobs ended
    double memory_bytes;  // that became resident meanwhile, at most
};

// Runs so many jobs and judges every answer: EXIT_WRONG if one is. Meant for a process of
// its own: the memory of an earlier run would count for less.
int waiting_measure(const struct waiting_way *, const struct waiting *asked,
                    struct waiting_figures *, struct fail *why);

// So many steps take about so long, here and now.
uint64_t waiting_steps(uint64_t ns);

// ---- for the ways

void waiting_begin(struct waiting_job *);
void waiting_finish(struct waiting_job *);  // computes, and ends it

// Blocks the calling thread for as long as the job waits, and finishes it.
void waiting_block(struct waiting_job *);

int serial_waiting(struct waiting *, struct fail *why);
int csp_waiting(struct waiting *, struct fail *why);
int omp_waiting(struct waiting *, struct fail *why);
int threads_waiting(struct waiting *, struct fail *why);

#endif
