// journal.c -- see journal.h.
#include "journal.h"

#include "report.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JSON_FLAGS = JSON_COMPACT | JSON_REAL_PRECISION(9) };

// Writes one line, whole or not at all.
static int append_bytes(struct journal *journal, const char *line, size_t bytes,
                        struct fail *why)
{
    struct stat before;
    const int unknown = fstat(journal->fd, &before);
    ssize_t n;
    while ((n = write(journal->fd, line, bytes)) < 0 && errno == EINTR)
        continue;
    if (n == (ssize_t)bytes)
        return 0;
    // A short write has no errno of its own; the rest of it tells why.
    if (n > 0)
        (void)!write(journal->fd, line + n, bytes - (size_t)n);
    const char *reason = strerror(errno);
    if (n > 0 && (unknown || ftruncate(journal->fd, before.st_size)))
        return fail(why, EXIT_OUTPUT, "%s: cannot write: %s; its last line is torn",
                    journal->path, reason);
    return fail(why, EXIT_OUTPUT, "%s: cannot write: %s", journal->path, reason);
}

// Takes over the object's reference.
static int append_object(struct journal *journal, json_t *object, struct fail *why)
{
    char *text = object ? json_dumps(object, JSON_FLAGS) : NULL;
    json_decref(object);
    char *line;
    if (!text || asprintf(&line, "%s\n", text) < 0)
        die("no memory for the journal");
    free(text);
    const int status = append_bytes(journal, line, strlen(line), why);
    free(line);
    return status;
}

int journal_open(struct journal *journal, const char *path, const struct result *result,
                 struct fail *why)
{
    *journal = (struct journal){.fd = -1};
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return fail(
            why, EXIT_OUTPUT,
            "%s: exists, and may hold the samples of a run that was cut short: move "
            "or delete it",
            path);
    if (fd < 0)
        return fail(why, EXIT_OUTPUT, "%s: cannot write: %s", path, strerror(errno));
    *journal = (struct journal){.fd = fd, .path = strdup(path)};
    if (!journal->path)
        die("no memory for the journal");
    json_t *run = report_to_json(result);
    static const char *const later[] = {"elapsed_s", "interrupted", "exit_code", "limits",
                                        "cells",     "pairs",       "scaling"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        json_object_del(run, later[i]);
    if (append_object(journal, run, why) == 0)
        return 0;
    journal_close(journal, false);
    return -1;
}

// What every line about a cell begins with.
static json_t *cell_to_json(const struct cell *cell)
{
    const char *const texts[] = {cell->workload, cell->case_name, cell->engine,
                                 cell->column, cell->facts.device};
    char *escaped[sizeof texts / sizeof *texts];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!(escaped[i] = text_escape(texts[i])))
            die("no memory for the journal");
    json_t *object = json_pack("{ss ss ss ss ss si}", "workload", escaped[0], "case",
                               escaped[1], "engine", escaped[2], "column", escaped[3],
                               "device", escaped[4], "threads", cell->threads);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(escaped[i]);
    if (!object)
        die("no memory for the journal");
    return object;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

int journal_append(struct journal *journal, const struct cell *cell,
                   const struct sample *sample, struct fail *why)
{
    json_t *line = cell_to_json(cell);
    json_t *rest =
        json_pack("{sI sI so so so so so sb}", "round", (json_int_t)sample->round,
                  "repeats", (json_int_t)cell->repeats, "total_s",
                  number(sample->total_s), "upload_s", number(sample->upload_s), "run_s",
                  number(sample->run_s), "download_s", number(sample->download_s),
                  "outside_s", number(sample->outside_s), "verified", cell->verified);
    if (!rest || json_object_update(line, rest))
        die("no memory for the journal");
    json_decref(rest);
    return append_object(journal, line, why);
}

int journal_append_failure(struct journal *journal, const struct cell *cell,
                           struct fail *why)
{
    json_t *line = cell_to_json(cell);
    char *error = text_escape(cell->error ? cell->error : "");
    if (!error || json_object_set_new(line, "error", json_string(error)) ||
        json_object_set_new(line, "exit_code", json_integer(cell->failed)))
        die("no memory for the journal");
    free(error);
    return append_object(journal, line, why);
}

void journal_close(struct journal *journal, bool keep)
{
    if (journal->fd >= 0) {
        close(journal->fd);
        if (!keep)
            unlink(journal->path);
    }
    free(journal->path);
    *journal = (struct journal){.fd = -1};
}
