// worker_heap.h -- workers by load: whose is the least is found at once.
//
// A heap; each worker knows its place in it, so that one whose load has changed finds its
// new place in O(log n). Plain data, for one task to own.
#ifndef WORKER_HEAP_H
#define WORKER_HEAP_H

enum { WORKERS_MOST = 64 };

// How much one of them has to do.
struct worker_load {
    int number;   // from 0, in the order in which they are added
    int pending;  // requests given and not completed; after a change: worker_heap_update
    int place;    // the heap's
};

struct worker_heap {
    int count;
    struct worker_load workers[WORKERS_MOST];
    struct worker_load *places[WORKERS_MOST];
};

// An idle worker more; with WORKERS_MOST of them it asserts.
void worker_heap_add(struct worker_heap *);

// One of those with the fewest pending; NULL when there is none.
struct worker_load *worker_heap_lightest(const struct worker_heap *);

void worker_heap_update(struct worker_heap *, struct worker_load *);

// How unevenly the workers are loaded: most pending less fewest, and the standard
// deviation.
struct unevenness {
    double range, deviation;
};
struct unevenness worker_heap_unevenness(const struct worker_heap *);

#endif
