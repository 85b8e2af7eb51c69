// tracing.h -- a run's trace on its way to the user's file, which is old or whole.
//
// The runtime writes a trace to any path it is given, and goes on when it cannot. So it
// gets a path to memory, and what it wrote is handed over when the run has ended.
#ifndef TRACING_H
#define TRACING_H

#include "outfile.h"

#include <stdbool.h>

struct tracing {
    struct outfile out;
    int fd;         // of the memory
    char path[40];  // to it
};

// NULL: no trace was asked for. EXIT_OUTPUT, EXIT_USAGE for standard output, which is the
// program's.
int tracing_open(struct tracing *, const char *file, struct fail *why);
const char *tracing_path(const struct tracing *);  // for csp_opts.trace
bool tracing_written(const struct tracing *);      // by a run, whatever became of it
int tracing_commit(struct tracing *, struct fail *why);
void tracing_close(struct tracing *);

#endif
