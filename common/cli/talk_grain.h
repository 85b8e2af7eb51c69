// talk_grain.h -- the sweep over grains, for the word `grain` and for the claim about it.
#ifndef TALK_GRAIN_H
#define TALK_GRAIN_H

#include "fail.h"
#include "grain_model.h"
#include "stats.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GRAINS = 8, GRAIN_PERCENT = 5 };  // structure that costs less is cheap

struct grain_figure {
    size_t grain, messages;
    double time_s, ratio;  // to the plain loop's time, paired
    struct interval ci95;
};

struct grain_sweep {
    int procs, rounds;
    size_t elements;
    double plain_s, element_s, message_s;  // message_s: beyond the element's own
    struct grain_figure one[GRAINS];       // on one processor
    struct grain_figure all[GRAINS];       // on procs, where these are several
    int cheap;                             // from this grain on all are cheap; -1: none
    double *seconds;                       // while it is measured
};

// Measures every grain beside the plain loop, in balanced rounds, and checks every
// product.
int grain_measure(struct grain_sweep *, int procs, int rounds, uint64_t seed, bool shown,
                  struct fail *why);

// The model that the exact answer is asked of.
extern const struct grain_model grain_example;

#endif
