// session.c -- see session.h.
#include "session.h"

#include "clock.h"
#include "command.h"
#include "report.h"
#include "terminal.h"
#include "text.h"
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

// ---- opening

// Two outputs in one file would leave one of them.
static int refuse_twice(const struct options *o, struct fail *why)
{
    const char *paths[] = {o->json, o->csv, o->markdown, o->trace, o->output};
    enum { PATHS = sizeof paths / sizeof *paths };
    for (int i = 0; i < PATHS; i++)
        for (int j = i + 1; j < PATHS; j++)
            if (paths[i] && paths[j] && strcmp(paths[i], "-") != 0 &&
                strcmp(paths[i], "/dev/null") != 0 && strcmp(paths[i], paths[j]) == 0)
                return fail(why, EXIT_USAGE, "two outputs cannot go to one file: %.200s",
                            paths[i]);
    return 0;
}

static int open_output(struct session *s, struct outfile *out, const char *path,
                       struct fail *why)
{
    if (!path)
        return 0;
    bool to_stdout = strcmp(path, "-") == 0;
    if (to_stdout && s->stdout_taken)
        return fail(why, EXIT_USAGE, "only one output can go to standard output");
    s->stdout_taken = s->stdout_taken || to_stdout;
    return outfile_open(out, path, why);
}

// Beside the JSON file, where one was asked for: it holds what was finished if we are
// killed.
static int open_journal(struct session *s, const char *json, struct fail *why)
{
    s->journal.fd = -1;
    if (!json || !s->json.temporary)
        return 0;
    char *path;
    if (asprintf(&path, "%s.journal", json) < 0)
        die("out of memory");
    int bad = journal_open(&s->journal, path, &s->result, why);
    free(path);
    return bad;
}

int session_open(struct session *s, struct options *o, int argc, char **argv,
                 struct fail *why)
{
    struct result *r = &s->result;
    time_t now = time(NULL);
    struct tm utc;
    strftime(r->started, sizeof r->started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    r->command = command_typed(argc, argv);
    r->seed = o->seed;
    host_read(&r->host);
    s->plan.result = r;
    if (o->thread_count == 0) {
        o->threads = malloc(sizeof *o->threads);
        if (!o->threads)
            die("out of memory");
        o->threads[o->thread_count++] = r->host.usable_cpus;
    }
    worker_watch_signals();
    if (refuse_twice(o, why) || open_output(s, &s->json, o->json, why) ||
        open_output(s, &s->csv, o->csv, why) ||
        open_output(s, &s->markdown, o->markdown, why) ||
        open_output(s, &s->trace, o->trace, why))
        return -1;
    return open_journal(s, o->json, why);
}

// ---- measuring

static void progress(const struct cell *c, int round, int rounds)
{
    static const uint64_t EVERY_NS = 100000000;
    static uint64_t shown_ns;
    if (round > 1 && clock_ns() - shown_ns < EVERY_NS)
        return;
    shown_ns = clock_ns();
    char of[16] = "", text[40] = "preparing";
    if (rounds > 0)
        snprintf(of, sizeof of, "/%d", rounds);
    if (round > 0)
        snprintf(text, sizeof text, "round %d%s", round, of);
    char *line, *shown;
    if (asprintf(&line, "%s  %s  %.24s  %s", text, c->workload, c->column, c->case_name) <
        0)
        return;
    shown = text_escape(line);
    // Within one row, or what clears it would leave the rest.
    fprintf(stderr, "\r\033[K%.*s", terminal_columns(stderr) - 1, shown ? shown : "");
    free(shown);
    free(line);
}

// Limits are measured where somebody will see them.
static bool shows_limits(const struct options *o)
{
    return !o->quiet || o->json || o->csv || o->markdown;
}

void session_limits(struct session *s, const struct options *o)
{
    if (!shows_limits(o))
        return;
    if (terminal_progress(o))
        fprintf(stderr, "\r\033[Kmeasuring this machine's limits");
    struct fail why;
    int bad = bench_limits(&s->result.limits, s->result.host.usable_cpus, &why);
    terminal_progress_end(o);
    if (bad && worker_signal()) {
        s->result.interrupted = true;
    } else if (bad) {
        s->result.limits = (struct limits){0};
        fputs("gopherbench: no limits, the measuring failed: ", stderr);
        text_print(stderr, why.text);
        fputc('\n', stderr);
    }
}

void session_measure(struct session *s, const struct options *o, struct bench_opts how)
{
    struct fail why;
    how.progress = terminal_progress(o) ? progress : NULL;
    how.journal = s->journal.fd >= 0 ? &s->journal : NULL;
    // A journal that broke ends the measuring; what was finished is still reported.
    if (!s->result.interrupted && bench_run(&s->result, s->plan.opts, &how, &why))
        s->broken = why;
    terminal_progress_end(o);
}

// ---- reporting

// Every output is tried, whatever became of the others; the first failure is kept.
static void keep_first(struct fail *first, const struct fail *why)
{
    if (first->code == EXIT_OK)
        *first = *why;
}

typedef int writer(FILE *, const struct result *, struct fail *);

// True when there was nothing to write, or all of it is.
static bool write_one(struct outfile *out, writer *write, const struct result *r,
                      struct fail *first)
{
    struct fail why;
    if (!out->stream ||
        (write(out->stream, r, &why) == 0 && outfile_commit(out, &why) == 0))
        return true;
    outfile_blame(out, &why);
    keep_first(first, &why);
    return false;
}

static void write_table(const struct session *s, const struct options *o,
                        struct fail *first)
{
    struct fail why;
    struct outfile out = {.stream = stdout};
    struct report_look look =
        report_look_here(terminal_columns(stdout), terminal_color(o));
    look.verdict = s->verdict;
    if (report_text_as(stdout, &s->result, &look, &why) || outfile_commit(&out, &why))
        keep_first(first, &why);
}

// The sentence of the cell that decided the exit code.
static void blame(const struct result *r, enum exit_code code, struct fail *why)
{
    *why = (struct fail){.code = code};
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *c = &r->cells[i];
        if (code != EXIT_OK && c->failed == code &&
            !(code == EXIT_ABSENT && c->sole_default)) {
            // Bad input is the same for every engine.
            if (code == EXIT_INPUT || code == EXIT_USAGE)
                fail(why, code, "%s", c->error);
            else
                fail(why, code, "%s, %s: %s", c->column, c->case_name, c->error);
            return;
        }
    }
}

// What workers of failed cells printed, for whoever looks into it.
static void print_logs(const struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *c = &r->cells[i];
        for (const char *at = c->log; at && *at;) {
            size_t length = strcspn(at, "\n");
            char *line = strndup(at, length);
            fputs("  ", stderr);
            text_print(stderr, c->column);
            fputs(" | ", stderr);
            text_print(stderr, line ? line : "");
            fputc('\n', stderr);
            free(line);
            at += length + (at[length] == '\n');
        }
    }
}

enum exit_code session_report(struct session *s, const struct options *o, bool table,
                              struct fail *why)
{
    struct result *r = &s->result;
    struct fail first = s->broken;
    r->signal = worker_signal();
    result_conclude(r);
    if (table && !o->quiet && !s->stdout_taken)
        write_table(s, o, &first);
    bool in_json = write_one(&s->json, report_json, r, &first);
    write_one(&s->csv, report_csv, r, &first);
    write_one(&s->markdown, report_markdown, r, &first);
    write_one(&s->trace, report_trace, r, &first);
    if (s->journal.path)
        journal_close(&s->journal, !in_json);
    print_logs(r);
    *why = first;
    if (first.code == EXIT_OK && r->interrupted)
        fail(why, result_exit(r),
             "interrupted; what was finished is in the table and the files");
    else if (first.code == EXIT_OK)
        blame(r, result_exit(r), why);
    return why->code;
}

bool session_complaints(const struct session *s)
{
    for (size_t i = 0; i < s->result.cell_count; i++) {
        const json_t *list = s->result.cells[i].complaints;
        for (size_t j = 0; j < json_array_size(list); j++)
            fprintf(stderr, "gopherbench: %s\n",
                    json_string_value(json_array_get(list, j)));
        if (json_array_size(list) > 0)
            return true;
    }
    return false;
}

void session_close(struct session *s)
{
    outfile_abandon(&s->json);
    outfile_abandon(&s->csv);
    outfile_abandon(&s->markdown);
    outfile_abandon(&s->trace);
    // Still open, it was never replaced by a result: worth keeping if it has samples.
    bool samples = false;
    for (size_t i = 0; i < s->result.cell_count; i++)
        samples = samples || s->result.cells[i].count > 0;
    if (s->journal.path)
        journal_close(&s->journal, samples);
    plan_free(&s->plan);
    result_free(&s->result);
}
