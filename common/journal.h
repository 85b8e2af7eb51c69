// journal.h -- every finished sample, on disk at once: kill -9 loses nothing finished.
//
// JSON lines. The first line is the run: {"schema", "command", "started", "seed", "tool",
// "host"}; each further line one sample: {"workload", "case", "engine", "column",
// "device", "threads", "round", "repeats", "total_s", "upload_s", "run_s", "download_s",
// "outside_s", "verified"}, or a cell that failed: {"workload", "case", "engine", "column", "device",
// "threads", "error", "exit_code"}, which takes back its samples. A line is one write(2)
// on an O_APPEND descriptor, so that a torn line can only be the last; when the disk is
// full, the journal ends with the last whole line. SIGXFSZ must be ignored.
#ifndef JOURNAL_H
#define JOURNAL_H

#include "fail.h"
#include "result.h"

struct journal {
    int fd;  // -1: closed, or never opened
    char *path;
};

// Writes the first line. A file that exists is refused (EXIT_OUTPUT): it may hold the
// samples of a run that was killed.
int journal_open(struct journal *, const char *path, const struct result *,
                 struct fail *why);
int journal_append(struct journal *, const struct cell *, const struct sample *,
                   struct fail *why);
int journal_append_failure(struct journal *, const struct cell *, struct fail *why);

// !keep: the result file replaces it. {.fd = -1} is fine.
void journal_close(struct journal *, bool keep);

#endif
