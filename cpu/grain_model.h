// grain_model.h -- how much work a message should carry: the model, and its run in
// virtual time, which must agree to the nanosecond.
//
// A dealer hands out a number of elements, `grain` to a message, over a channel without a
// buffer; each hand-over takes him so long. One worker receives, and works so long on
// each element. On one processor they take turns; on two the dealer prepares a message
// while the worker works on the one before.
#ifndef GRAIN_MODEL_H
#define GRAIN_MODEL_H

#include "fail.h"

#include <stdint.h>

struct grain_model {
    uint64_t elements, grain;        // both >= 1
    uint64_t hand_over_ns, work_ns;  // of a message; of an element, >= 1
    int procs;                       // 1 or more
};

uint64_t grain_messages(const struct grain_model *);

// How long it takes, by the formula: with M messages, on one processor M d + N w; on
// more, d + (M - 1) max(d, g w) and the work on the last message.
uint64_t grain_formula_ns(const struct grain_model *);

// The same by running it. EXIT_RESOURCE, or EXIT_DEADLOCK if the run does not end well.
int grain_run_ns(const struct grain_model *, uint64_t *ns, struct fail *why);

// The smallest grain at which structure costs at most `percent` of the work on one
// processor, by the formula: the messages may cost N w percent / 100 together. 0: none,
// as even one message costs more.
uint64_t grain_crossover(const struct grain_model *, uint64_t percent);

// The same by trying: runs 1, 2, 3, ... elements to a message, until one is cheap enough;
// each run must agree with the formula (EXIT_WRONG: one did not).
int grain_find(const struct grain_model *, uint64_t percent, uint64_t *grain,
               struct fail *why);

#endif
