// outfile.h -- output files that are old or new, never half written.
//
// Opening checks everything that can be known before the work: it makes the temporary
// file beside the target. Committing syncs and renames it. SIGINT, SIGTERM and SIGHUP,
// where nobody handles them, take the temporary file away. "-" is standard output; a
// target that exists and is no regular file (a device, a FIFO) is written directly.
#ifndef OUTFILE_H
#define OUTFILE_H

#include "fail.h"

#include <stdio.h>

struct outfile {
    FILE *stream;     // NULL: not open
    char *path;       // the target; NULL for standard output
    char *temporary;  // NULL when written directly
};

int outfile_open(struct outfile *, const char *path, struct fail *why);  // EXIT_OUTPUT
// Has a sentence about writing name the file, if there is one and it does not yet.
void outfile_blame(const struct outfile *, struct fail *why);
// Copies all that lies behind a descriptor, from its beginning.
int outfile_fill(struct outfile *, int from, struct fail *why);  // EXIT_OUTPUT
int outfile_commit(struct outfile *, struct fail *why);          // EXIT_OUTPUT
void outfile_abandon(struct outfile *);  // leaves the target as it was; zeroed is fine

#endif
