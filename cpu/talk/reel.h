// reel.h -- a recorded run made ready to be shown: who ran on which processor, and the
// instants at which something happened.
//
// A record does not say which processor a trip was made on, for processors are alike. So
// they are dealt out here as the trips begin: a gopher gets the one that he had before,
// if it is free, else the free one with the lowest number. Trips that wait need none.
#ifndef REEL_H
#define REEL_H

#include "record.h"

struct turn_on_proc {
    uint64_t from_ns, to_ns;
    int gopher, proc;
};

struct reel {
    struct record record;
    double rate;  // loads per second in the steady state; 0: none came to ash
    struct bound bound;
    struct turn_on_proc *turns;  // by processor, then by time
    size_t turn_count;
    size_t *first;  // of each processor; procs + 1 of them
    int proc_count;
    uint64_t *events;  // ascending, each once; the first is 0, the last the run's end
    size_t event_count;
    uint64_t pace_ns;  // the mean length of a trip
};

// Runs the plan. The trips must take time: else there is nothing to be seen (EXIT_USAGE).
// A run that deadlocks is shown as far as it went.
int reel_make(struct reel *, const struct gopher_plan *, struct fail *why);

// Takes over a record that is there already.
struct reel reel_of(struct record *);

void reel_free(struct reel *);  // a zeroed one is fine

int reel_running(const struct reel *, int proc, uint64_t ns);  // the gopher, or -1: idle
uint64_t reel_next(const struct reel *, uint64_t ns);    // the next event; the end, at it
uint64_t reel_before(const struct reel *, uint64_t ns);  // the one before; 0, at 0

// The instant of `to` at which it has come as far as `from` had at ns: as many loads are
// ash, and as much of the time to the next has passed.
uint64_t reel_same(const struct reel *from, const struct reel *to, uint64_t ns);

#endif
