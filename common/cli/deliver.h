// deliver.h -- the output of one engine's one run, from the worker that has it to the
// file or standard output that shall get it.
#ifndef DELIVER_H
#define DELIVER_H

#include "command.h"
#include "session.h"

struct delivery {
    const char *const *fallback;  // engines when none was asked for, best first
    int (*plan)(struct session *, const struct options *, struct fail *why);
    const char *output;  // path; "-": standard output; NULL: nowhere
    bool with_stdin;     // an input is standard input
    bool table;          // print the table too, unless the output took stdout
};

enum exit_code deliver(struct options *, int argc, char **argv, const struct delivery *,
                       struct fail *why);

#endif
