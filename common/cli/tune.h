// tune.h -- --tune: searches the numbers that a variant's kernels are built with.
//
// The best so far plays against one candidate at a time, each in a worker of its own,
// turn by turn on the same product; every answer is checked by the workload's oracle. A
// candidate that is refused, wrong, crashes or hangs costs only itself. The winner's
// worker is told to remember its numbers; later workers find them by themselves.
#ifndef TUNE_H
#define TUNE_H

#include "fail.h"
#include "options.h"
#include "plan.h"

// Tunes, for o->tune_s seconds each, every engine, device, variant and type of the plan
// that has numbers to search, with the first case of each type; prints what it tried to
// stderr, unless --quiet. Whatever goes wrong is printed, and the comparison goes on.
void tune_plan(const struct plan *, const struct options *);

#endif
