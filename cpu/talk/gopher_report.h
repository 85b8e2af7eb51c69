// gopher_report.h -- a run of the gophers as a table and sentences, 80 columns wide: who
// works and who waits for whom, where it is held up, and how fast it is beside its bound
// and beside one gopher.
#ifndef GOPHER_REPORT_H
#define GOPHER_REPORT_H

#include "record.h"

#include <stdio.h>

// Runs the plan, and one gopher alone on the same loads, and writes the report. -1:
// EXIT_USAGE for a plan that cannot be, EXIT_RESOURCE, or, after the report of what came
// to pass, EXIT_DEADLOCK, or EXIT_WRONG where a load was lost or burnt twice; else 0.
int gophers_show(const struct gopher_plan *, FILE *out, bool color, struct fail *why);

// The report alone, of two runs that were.
int gophers_write(const struct record *, const struct record *alone, FILE *out,
                  bool color, struct fail *why);

// The plan with its trips as long as they were in the run, on the mean: what a bound is
// computed from where the work is real, or the times are.
struct gopher_plan plan_as_measured(const struct record *);

#endif
