// csp_start.h -- one run of tasks, and what became of it in a sentence.
#ifndef CSP_START_H
#define CSP_START_H

#include "cpu_engine.h"

// Runs first(arg) as the first task on the engine's threads, and returns when it returns;
// inside csp_within just calls it. Fails with EXIT_DEADLOCK for a deadlock or a panic,
// EXIT_RESOURCE without threads or memory.
int csp_start(const struct cpu_engine *, void (*first)(void *), void *arg,
              struct fail *why);

// Sends away the gophers that csp_matmul has called together in this run, if any.
void csp_dismiss(struct cpu_engine *);

// One run around all that body does: a program of tasks starts its run once, not once a
// product. struct engine's `within`.
int csp_within(void *ctx, int (*body)(void *arg), void *arg, struct fail *why);

#endif
