// bench_turns.h -- how much of a group's time a cell may use.
//
// The cells of a group take turns round by round, however long each takes: their ratios
// are paired. One that is far slower than the fastest would leave the others hardly any
// rounds, and needs few itself: it gets its share of the time, and then sits out.
#ifndef BENCH_TURNS_H
#define BENCH_TURNS_H

#include "result.h"

#include <stdbool.h>

// Whether the cell, one of `count` that share time_s, has had its share. Never before its
// first sample, nor for one within ten times the fastest's time.
bool bench_sits_out(const struct cell *cells, int count, const struct cell *,
                    double time_s);

// Whether its last run before the rounds took so long that it must do as its sample.
bool bench_warmup_is_enough(const struct cell *cells, int count, const struct cell *,
                            double time_s);

#endif
