// verdict.h -- what a board's figures say, in plain English.
//
// Sentences claim no more than the intervals do: "not separated" is not "the same", and
// fewer than six rounds have no 95 % interval.
#ifndef VERDICT_H
#define VERDICT_H

#include "board.h"
#include "lines.h"

// Adds the case's sentences. `brief`: without where devices spent their time.
void verdict_case(struct lines *, const struct board *, bool brief);

// Adds what is to be said of the whole run: what failed, was cut short or went
// unverified.
void verdict_run(struct lines *, const struct result *);

#endif
