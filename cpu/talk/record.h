// record.h -- what happened in one run of the gophers: who did what, from when to when.
//
// Everything that is shown or claimed of a run is computed from its record: rates,
// waiting, who holds up whom, and the animation.
#ifndef RECORD_H
#define RECORD_H

#include "gopher_plan.h"

// What a gopher is at. Times do not overlap for one gopher, and follow each other.
enum doing {
    DOING_WORK,        // makes a trip
    DOING_WAIT_CART,   // no cart is ready for any of his trips
    DOING_WAIT_TURN,   // another gopher of his half is at the pile, the dump or the
                       // incinerator
    DOING_WAIT_BOOKS,  // nothing lies on the dump
    DOING_WAIT_ROOM,  // the dump is full, or who takes the cart is not there (unbuffered)
    DOING_WAIT_CPU,   // he could go on, but every processor is taken
    DOINGS
};

struct stint {
    uint64_t from_ns, to_ns;  // since the run began
    uint8_t doing, trip;      // enum doing; enum trip: the one made, or waited to make
    uint16_t cart;            // number within its half; CART_NONE while he has none
    uint32_t load;            // number within the lane; LOAD_NONE: the cart is empty
};
enum { CART_NONE = UINT16_MAX };
#define LOAD_NONE UINT32_MAX

struct diary {             // of one gopher
    struct stint *stints;  // in order of time
    size_t count, room;
};

struct record {
    struct gopher_plan plan;
    int result;       // csp_run's
    uint64_t end_ns;  // of the run
    int gophers;
    struct diary *diaries;
    uint32_t burnt;        // cartloads, in all lanes together
    uint64_t *burnt_ns;    // when each came to ash, ascending
    uint32_t twice, lost;  // loads that came to ash more than once, or never
    uint64_t ash;          // real work: all digests folded together; 0 otherwise
    struct csp_stats stats;
};

// Steady state: the mean time between burnt loads over the middle of the run, with
// filling and draining left out: from load number `first` to load number `last`
// (0-based). Exact integer arithmetic: *ns over *loads.
void record_interval(const struct record *, uint32_t first, uint32_t last, uint64_t *ns,
                     uint64_t *loads);
double record_rate(const struct record *);  // loads per second in the steady state

// Whether there are loads enough for one: four for each gopher and for each cart.
bool record_steady(const struct record *);
uint64_t record_last_burnt(const struct record *);

// Whether no load came to ash twice and, in a run that came to its end, each did once.
bool record_conserved(const struct record *);

// What one gopher did with the time from the run's begin to the last burnt load.
struct share {
    uint64_t ns[DOINGS];
    int waits_for;  // the gopher for whom he waited most; -1: none
    uint64_t waits_for_ns;
};
struct share record_share(const struct record *, int gopher);
uint64_t record_work_ns(const struct record *, int gopher);  // ns[DOING_WORK] alone

// For whom a gopher waited in a stint of his; -1: for nobody, or for a processor.
int record_waits_for(const struct record *, int gopher, size_t stint);

// The gopher who holds up the others: the one who works the greatest part of the time.
int record_bottleneck(const struct record *);

// Mean number of gophers alive, and of gophers at work at once: concurrency and
// parallelism.
double record_alive(const struct record *);
double record_working(const struct record *);

// The stint of a gopher at an instant, or NULL before his first and after his last.
const struct stint *record_at(const struct record *, int gopher, uint64_t ns);

// Writes down what a gopher did from one instant to the other; nothing where it took no
// time. His diary has room.
void diary_note(struct diary *, struct stint);

// The same, also when it took no time: in what the end of the run found him.
void diary_end(struct diary *, struct stint);

// Zeroed memory for what is made of a record; dies when out of memory.
void *record_room(size_t count, size_t size);

int record_by_time(const void *, const void *);  // for qsort: instants (ns), ascending

void record_free(struct record *);  // a zeroed one is fine

#endif
