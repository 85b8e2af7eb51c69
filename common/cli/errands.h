// errands.h -- what measures itself in a worker, and asking for it.
//
// To add one: a function that answers a request, and a row in errands.c.
#ifndef ERRANDS_H
#define ERRANDS_H

#include "fail.h"

#include <jansson.h>

// Runs the errand of that name once, in a new process with so many threads to use. Steals
// `request`, which holds what the errand wants to know. Fails as a worker fails: with the
// errand's own sentence, or with EXIT_DIED when it died or overran the deadline, or with
// EXIT_SIGNAL + n.
int errand_ask(const char *name, int threads, json_t *request, double deadline_s,
               json_t **reply, struct fail *why);

// One run of waiting jobs: "way", "threads", "jobs", "wait_ns", "steps" are answered by
// the figures of waiting.h.
json_t *errand_waiting(const json_t *request, struct fail *why);

#endif
