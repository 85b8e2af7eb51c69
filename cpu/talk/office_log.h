// office_log.h -- what is measured of a balancer: how evenly the workers were loaded, and
// how long customers waited.
//
// Plain data, for one task to write.
#ifndef OFFICE_LOG_H
#define OFFICE_LOG_H

#include "worker_heap.h"

#include <stdint.h>

enum { OFFICE_LOG_MOST = 1000 };

struct office_log {
    int dispatches, answers;    // OFFICE_LOG_MOST at most
    double ranges, deviations;  // of the loads, summed over the dispatches
    double latency_ms[OFFICE_LOG_MOST];
};

// After each dispatch; after each answer.
void office_log_loads(struct office_log *, const struct worker_heap *);
void office_log_answer(struct office_log *, uint64_t latency_ns);

// Says how the two compare, and that the second must be better; nothing when one has no
// answers, because its run failed.
void office_log_compare(const struct office_log *turns, const struct office_log *heap);

#endif
