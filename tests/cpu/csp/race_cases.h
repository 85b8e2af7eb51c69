// race_cases.h -- the memory model as small programs, some of which race: those that Go's
// race detector is tested with (runtime/race/testdata), and some more. test_csp_races.c
// runs them.
//
// A case is a function that runs as the first task of a run, on a scene of its own, and
// starts others on the same scene. The variables are plain on purpose: whether their
// accesses are ordered is the question. The run's owner frees the channels of the scene.

#ifndef RACE_CASES_H
#define RACE_CASES_H

#include "csp_testing.h"

struct scene;

struct request {
    void (*fn)(struct scene *);
    int_chan done;
};

typedef CSP_CHAN(int *) ptr_chan;
typedef CSP_CHAN(struct request) request_chan;

struct cell {
    struct scene *scene;
    int index;
};

enum { CELLS = 10 };

struct scene {
    int v, v1, v2, x, y;
    int data[CELLS];
    struct cell cells[CELLS];
    bool selects, yields;
    int_chan c, c1, c2, c3, old, done;
    ptr_chan p;
    request_chan queue;
    // What on_panic does: the place of a deferred function that recovers.
    void (*recovered)(struct scene *);
};

struct race_case {
    const char *name;
    void (*fn)(void *scene);
    bool race;
};

extern const struct race_case race_cases_chan[], race_cases_close[], race_cases_select[],
    race_cases_own[];
extern const size_t n_race_cases_chan, n_race_cases_close, n_race_cases_select,
    n_race_cases_own;

#endif
