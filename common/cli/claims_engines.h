// claims_engines.h -- the claims that only engines can be asked: cpu/talk sees none, so
// they are judged from the roof.
#ifndef CLAIMS_ENGINES_H
#define CLAIMS_ENGINES_H

#include "claim.h"

extern const struct claim claims_engines[];  // by number; none of claims[] is here
extern const int claims_engines_count;

// The claim of that number in either table, or NULL.
const struct claim *claims_find(int number);

#endif
