// verdict_phases.h -- where devices spent their time, and what a sample does not hold.
#ifndef VERDICT_PHASES_H
#define VERDICT_PHASES_H

#include "board.h"
#include "lines.h"

void verdict_phases(struct lines *, const struct board *);

#endif
