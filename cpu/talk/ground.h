// ground.h -- where the gophers of a plan work: lanes, halves, carts, heaps, and the
// channels between them.
//
// Made before a run and freed after it; what happens on it is in site.c. Everything has
// one owner at a time: who received it.
#ifndef GROUND_H
#define GROUND_H

#include "record.h"
#include "rng.h"

struct cart {
    uint16_t number;  // within its half
    bool home;        // stands in the yard
    uint32_t load;
    uint64_t ready_ns;    // when it was put down for the next trip
    uint8_t *bed, *away;  // real books: in the cart, and where they were carried to
};

// A place on the dump, bare or with the books of a load.
struct heap {
    uint32_t load;
    uint64_t ready_ns;
    uint8_t *books;
};

// Where carts are loaded or unloaded: the pile, the incinerator, or a side of the dump.
// Who holds it is there; it is sent on to whom it may concern.
struct end {
    uint64_t ready_ns;
    uint32_t passed;  // loads that were taken from here, or put here
};

typedef CSP_CHAN(struct cart *) cart_chan;
typedef CSP_CHAN(struct heap *) heap_chan;
typedef CSP_CHAN(struct end *) end_chan;
typedef CSP_CHAN(int) done_chan;

struct half {
    struct lane *lane;
    bool first, last;     // of its lane's way
    cart_chan at[TRIPS];  // carts that wait for each trip
    end_chan from, to;    // our turn at either end
    done_chan all_out;    // a loader has taken his last cart
    struct end ends[2];
    struct cart *carts;
};

struct burnt {
    uint64_t ns;
    uint32_t load;
};

struct lane {
    struct ground *ground;
    uint64_t number;
    struct half half[2];
    heap_chan bare, heaped;  // places on the dump
    struct heap *heaps;
    struct burnt *burnt;  // this and the ash: for who holds the incinerator's end
    uint64_t ash;
};

struct gopher {
    struct ground *ground;
    struct half *half;
    const struct duty *duty;
    uint32_t share;  // of the loads
    char name[24];
    struct rng rng;
    struct diary *diary;
    struct stint wait;  // what he waits for; TIME_OPEN in to_ns: still does
};

#define TIME_OPEN UINT64_MAX

struct ground {
    struct gopher_plan plan;
    struct lane *lanes;
    struct gopher *gophers;
    int gopher_count;
    uint8_t *bytes;  // of all books
    done_chan done;
    uint64_t began_ns;
    bool starved;  // a task could not be started
};

// Lays everything out: carts are in nobody's hands, ends where they start. The gophers
// write into `diaries`, which get room for all that can happen. NULL: no memory.
struct ground *ground_make(const struct gopher_plan *, struct diary *diaries);
void ground_free(struct ground *);  // NULL is fine

// The first task of a run, in site.c: all that happens on a struct ground.
void everybody(void *ground);

#endif
