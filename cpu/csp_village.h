// csp_village.h -- where the gophers of a design work: lanes, halves, crews and carts.
//
// A lane is a pile of books with an incinerator of its own. Its way is one half, from
// pile to incinerator, or two, with a dump in the middle. A half is worked by one crew,
// or by several that take turns at both ends. A crew has carts of its own.
//
// Made once for a job; what moves is reset at the start of each run.
#ifndef CSP_VILLAGE_H
#define CSP_VILLAGE_H

#include "cpu_engine.h"
#include "csp.h"

struct end;

typedef CSP_CHAN(struct cart *) cart_chan;
typedef CSP_CHAN(struct end *) end_chan;
typedef CSP_CHAN(struct heap *) heap_chan;
typedef CSP_CHAN(int) done_chan;

// Books that lie on a dump.
struct heap {
    uint8_t *books;
    const struct load *load;
};

// Where carts are loaded, or unloaded: a pile, an incinerator, or one side of a dump. An
// end is used by who holds it; it is sent on to the crew whose turn is next.
struct end {
    const struct cpu_engine *e;
    const struct gophers *job;
    struct lane *lane;
    uint32_t passed;               // loads that were taken from here, or put here
    struct library_cursor cursor;  // the pile's
    struct message *scratch;       // the incinerator's
    struct burning going;          // the incinerator's
};

struct lane {
    const struct load **loads;  // its share, in order
    uint32_t load_count;
    uint64_t bytes;
    struct end from[2], to[2];  // of each half
    struct heap *heaps;
    size_t heap_count;
    heap_chan bare, heaped;  // places on the dump
};

struct crew {
    struct village *village;
    struct lane *lane;
    int half;
    struct crew *next;  // whose turn is after ours; with one crew, ourselves
    uint32_t loads;     // that it moves
    struct cart *carts;
    size_t cart_count;
    cart_chan at[TRIPS];  // carts that wait for each trip
    end_chan from, to;    // our turn at either end
};

struct village {
    const struct cpu_engine *e;
    const struct gophers *job;
    struct lane *lanes;
    size_t lane_count;
    struct crew *crews;  // by lane, half and turn
    size_t crew_count;
    done_chan done;
    bool starved;  // a task could not be started
};

// Lays out the job's design in `space`: loads dealt to lanes by their bytes, whole
// shipments, in order; carts dealt to crews, at least one each.
struct village *village_make(const struct cpu_engine *, const struct gophers *,
                             struct space *, struct fail *why);

// Makes all channels, puts every cart and every end where it starts. On failure closes
// again.
int village_open(struct village *, struct fail *why);
void village_close(struct village *);  // frees the channels and closes the books

#endif
