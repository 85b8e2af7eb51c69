// pair_text.h -- what a pair says, in the words of sentences. Texts are malloced, but the
// last.
#ifndef PAIR_TEXT_H
#define PAIR_TEXT_H

#include "result.h"

char *pair_ratio(const struct pair *);   // "1.92"
char *pair_bounds(const struct pair *);  // "1.88 to 1.95"

// "95 % interval 1.88 to 1.95, 12 rounds"; of fewer than six rounds, the whole range.
char *pair_evidence(const struct pair *);

// Whether the ratio may be told as one: its interval leaves 1 out, or the rounds are too
// few for an interval to say so.
bool pair_told(const struct pair *);

// "csp t2 was 1.92x as fast as csp t1 (95 % interval 1.88 to 1.95, 12 rounds)", or that
// the two were not separated.
char *pair_gain(const struct pair *, const char *name, const char *base);

// What follows a gain's or a cost's name: an interval that holds 1 proves neither.
const char *pair_doubt(const struct pair *);

#endif
