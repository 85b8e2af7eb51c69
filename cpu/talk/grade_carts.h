// grade_carts.h -- the graders' carts: they watch who makes which trip with what.
#ifndef GRADE_CARTS_H
#define GRADE_CARTS_H

#include "design.h"
#include "exercise.h"
#include "grader.h"

enum { CARTS_MOST = 8 };

struct yard;

struct cart {
    struct yard *yard;
    enum trip next;  // LOAD: it stands empty at the pile
    int loads;       // that it has carried
};

// One run's carts and pile, and a record of it. Whoever holds the ledger's only element
// may read and write the record: gophers are tasks on several threads.
struct yard {
    struct cart carts[CARTS_MOST];
    int count;  // of carts
    int loads;  // in the pile at first
    uint64_t trip_ns[TRIPS];
    bool spins;  // trips compute; else they wait
    done_chan ledger;
    int loaded, burnt;
    int under_way[TRIPS], all_under_way, most_under_way;
    uint64_t last_burnt_ns;
};

// A yard for an attempt: carts and loads are drawn (4 to 8, and 2 to 6 loads for each),
// and trips of 1 to 5 ms, some equal; on threads, of 20 to 100 us.
void yard_draw(struct yard *, struct attempt *);
void yard_make(struct yard *, int carts, int loads, uint64_t trip_ns);

// Runs the reader's function in the yard. False: it has been told what went wrong.
bool yard_run(struct yard *, struct attempt *, void (*burn)(struct cart *const *, int));

// When the last load is burnt if each trip has a gopher who never waits without need.
uint64_t yard_best_ns(const struct yard *);

void yard_expect_burnt(const struct yard *, const struct attempt *);

#endif
