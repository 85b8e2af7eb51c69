// ladder.h -- variants of one engine as the rungs of a ladder: what each step brought.
//
// Rungs are the cells that --variant made of one column, in its order, on one case. A
// step goes from a rung to the one before that stands; absent and failed ones are passed
// over.
#ifndef LADDER_H
#define LADDER_H

#include "board.h"
#include "lines.h"
#include "result.h"

// The rung before, and the lowest one; NULL: there is none, or the cell is no rung.
const struct cell *ladder_below(const struct result *, const struct cell *);
const struct cell *ladder_foot(const struct result *, const struct cell *);

// Whether all cells of the first one's case are rungs of one ladder.
bool ladder_only(const struct result *, const struct cell *first);

// A sentence for each ladder of the board that has at least one step.
void ladder_verdict(struct lines *, const struct board *);

#endif
