// tune_player.h -- a candidate of the tuner at work: a worker whose engine is open and
// ready for one product.
#ifndef TUNE_PLAYER_H
#define TUNE_PLAYER_H

#include "engine.h"
#include "fail.h"
#include "result.h"
#include "worker.h"

struct player {
    struct worker worker;
    double work;  // of one run
};

// Opens the engine with that variant (NULL: its own choice) and has it make the cell's
// product. What it chose goes to `chosen`, if that is not NULL. NULL and why not.
struct player *player_hire(const struct cell *, const struct engine_opts *,
                           const char *variant, char *chosen, size_t chosen_bytes,
                           struct fail *why);
void player_dismiss(struct player *);  // NULL is fine

// One run, verified by the workload's oracle, before a deadline.
int player_play(struct player *, const char *unit, double *total_s, struct fail *why);

// How many times the best's time the challenger takes: the median over rounds in
// alternating order, after one that warms up; over few rounds where it is hopeless. -1:
// one of them failed, *who says which.
int player_match(struct player *best, struct player *challenger, const char *unit,
                 double *ratio, struct player **who, struct fail *why);

#endif
