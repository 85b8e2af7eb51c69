// scaling_text.h -- what scaling.h found, for people: small tables, and sentences in
// plain English with their intervals.
#ifndef SCALING_TEXT_H
#define SCALING_TEXT_H

#include "grid.h"
#include "lines.h"
#include "result.h"

// Adds a table by size for every sweep, one by threads for every case in which somebody
// asked for threads; and what they show. Nothing for results without either.
void scaling_tell(struct grids *, struct lines *, const struct result *);

#endif
