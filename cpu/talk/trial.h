// trial.h -- what the judges of gophers share: plans in a line, runs, and exact figures.
#ifndef TRIAL_H
#define TRIAL_H

#include "claim.h"
#include "record.h"

#define TRIP_NS UINT64_C(1000000)  // "a trip": the unit of the judges' times

// In virtual time, spinning, first in first out: 1000 loads in each lane, four carts in
// each half, trips of TRIP_NS, seed 1.
struct gopher_plan trial_plan(const char *design, int procs);

// The same with trips of so many TRIP_NS.
struct gopher_plan trial_trips(struct gopher_plan, int load, int carry, int unload,
                               int come_back);

// One judge at work. If a run cannot be made, for lack of memory, nothing is demanded any
// more, and trial_end says INCONCLUSIVE.
struct trial {
    struct evidence *e;
    const struct claim_opts *opts;
    bool unable;
    struct fail why;
    uint32_t lost, twice;  // loads, in the run that broke the books
};

// Makes a run, and demands that it lost no load and burnt none twice.
bool trial_run(struct trial *, const struct gopher_plan *, struct record *);
void trial_conserved(struct trial *, const struct record *);
void trial_demand(struct trial *, bool truth);

// Whether in the middle half of the run each load comes span_ns before the one that is
// `window` loads later: exactly, everywhere.
bool trial_steady(const struct record *, uint32_t window, uint64_t span_ns);

// Runs it, demands that of it, and gives loads per TRIP_NS; 0 if it could not be run.
double trial_pace(struct trial *, const struct gopher_plan *, uint32_t window,
                  uint64_t span_ns);

// When the last load is burnt; 0 if it could not be run.
uint64_t trial_last(struct trial *, const struct gopher_plan *);

// The plan on this machine, in real time, with trips of trip_ns for each TRIP_NS and some
// 50 ms of loads or more: how many times as fast as one gopher over the whole run, and
// how many it could be at most with trips as long as they were, and why. Both are 0 if it
// could not be run, and that is why.
struct here {
    double times, most;
    char why[120];
};
struct here trial_here(const struct claim_opts *, struct gopher_plan, uint64_t trip_ns);

// The last word. Fills e->real, if that is asked for: the plan on this machine, with
// trips of a tenth of a millisecond for each TRIP_NS, beside one gopher, and what is to
// be had at most. NULL: the judge has said what there is to say.
void trial_end(struct trial *, const struct gopher_plan *);

#endif
