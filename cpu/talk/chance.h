// chance.h -- how long one waits for answers that take a random time: what mathematics
// says of it, for programs and claims to be compared with.
#ifndef CHANCE_H
#define CHANCE_H

#include "rng.h"

#include <stdint.h>

struct law {
    double mean_ms, deviation_ms;
    double complete;  // the chance that all is there before patience ends
};

enum { CHANCE_MS = 100 };  // an answer takes 0, 1, ... or 99 ms, all as likely

// Until each of `kinds` questions has an answer from one of `replicas` that are all asked
// at once; nobody waits longer than patience_ms, 1 to CHANCE_MS. An answer that comes
// with the end of patience is late.
struct law chance_at_once(int kinds, int replicas, uint64_t patience_ms);

// As many questions one after the other.
struct law chance_in_turn(int kinds);

// Four standard errors of a mean of n: what luck alone exceeds once in 16,000.
double chance_slack_ms(struct law, int n);

// A time with an exponential distribution: that to the next of events which come
// independently of each other, mean_ns apart.
uint64_t chance_exponential_ns(struct rng *, uint64_t mean_ns);

#endif
