// site.h -- the gophers at work: the one program that runs every plan.
#ifndef SITE_H
#define SITE_H

#include "record.h"

// Runs the plan and fills *record, whose result says how the run ended: CSP_OK, or
// CSP_DEADLOCK when carts without room lock all gophers up (the list of tasks goes to
// stderr, as always). Books in are books burnt, and carts stay as many, or it asserts.
// Returns 0, or -1 with EXIT_RESOURCE when there is no memory.
int site_run(const struct gopher_plan *, struct record *, struct fail *why);

#endif
