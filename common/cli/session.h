// session.h -- one run, from the planned cells to the written outputs.
#ifndef SESSION_H
#define SESSION_H

#include "bench.h"
#include "board.h"
#include "options.h"
#include "outfile.h"
#include "plan.h"

#include <stdbool.h>

struct session {
    struct plan plan;
    struct result result;
    struct outfile json, csv, markdown, trace;
    struct journal journal;
    struct fail broken;  // why measuring ended early; EXIT_OK: it did not
    bool stdout_taken;   // by a machine format, or by the output itself
    // What the table says of each case; NULL: verdict_case.
    void (*verdict)(struct lines *, const struct board *, bool brief);
};

// Reads the host, resolves the CPU count into *options (which then has at least one
// thread count), and checks that every output can be written, before anything is
// measured.
int session_open(struct session *, struct options *, int argc, char **argv,
                 struct fail *why);

// Measures the machine's roofs, where some output will show them. Without them there are
// no shares of a limit, and a sentence says why; the rest goes on.
void session_limits(struct session *, const struct options *);

// Measures the planned cells; what failed stands in them.
void session_measure(struct session *, const struct options *, struct bench_opts how);

// Writes every output and the table, and says how it ended: the exit code, and *why (an
// empty text when there is nothing to print).
enum exit_code session_report(struct session *, const struct options *, bool table,
                              struct fail *why);

// Prints what inputs could not be used, to stderr; true if there was any.
bool session_complaints(const struct session *);

void session_close(struct session *);

#endif
