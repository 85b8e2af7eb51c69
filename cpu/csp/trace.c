// trace.c -- a Chrome trace of which worker ran which task when.
//
// Each worker notes, in memory of its own, when it begins with a task and when with
// nothing; the file is written when the run has ended, for chrome://tracing or
// ui.perfetto.dev. A worker is a row; under virtual time each simulated piece of csp_work
// is drawn on the row of its task, in simulated microseconds, as the one worker's own
// time means nothing there.

#include "csp_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_EVENTS = 1024 };

struct trace_event {
    uint64_t begin_ns, end_ns;  // end 0: until the next event of the row
    uint64_t task;              // 0: none
    char name[TASK_NAME];
};

struct trace_chunk {
    struct trace_chunk *next;
    uint32_t n;
    struct trace_event events[CHUNK_EVENTS];
};

// One for each worker.
struct trace_row {
    struct trace_chunk *first, *last;
    uint64_t lost;  // events for which there was no memory
};

struct trace {
    FILE *file;
    bool comma;
    struct trace_row rows[];
};

bool trace_open(struct run *run, const char *path)
{
    size_t rows = (size_t)run->max_workers * sizeof(struct trace_row);
    struct trace *trace = calloc(1, sizeof *trace + rows);
    if (!trace)
        return false;
    trace->file = fopen(path, "we");
    if (!trace->file) {
        free(trace);
        return false;
    }
    run->trace = trace;
    return true;
}

OWNER_ONLY static struct trace_event *event_new(struct worker *w)
{
    struct trace_row *row = &w->run->trace->rows[w->index];
    if (!row->last || row->last->n == CHUNK_EVENTS) {
        struct trace_chunk *chunk = malloc(sizeof *chunk);
        if (!chunk) {
            row->lost++;
            return NULL;
        }
        chunk->next = NULL;
        chunk->n = 0;
        if (row->last)
            row->last->next = chunk;
        else
            row->first = chunk;
        row->last = chunk;
    }
    return &row->last->events[row->last->n++];
}

OWNER_ONLY static void note(struct worker *w, const struct task *t, uint64_t begin,
                            uint64_t end)
{
    struct trace_event *e = event_new(w);
    if (!e)
        return;
    e->begin_ns = begin;
    e->end_ns = end;
    e->task = t ? t->id : 0;
    for (size_t i = 0; i < sizeof e->name; i++)
        e->name[i] = t ? t->name[i] : '\0';
}

OWNER_ONLY void trace_enter(struct worker *w, const struct task *t)
{
    if (!w->run->simulated)
        note(w, t, clock_now() - w->run->start_ns, 0);
}

OWNER_ONLY void trace_work(struct worker *w, const struct task *t, uint64_t begin,
                           uint64_t end)
{
    note(w, t, begin, end);
}

// Names are the program's; JSON must survive them.
static void print_name(FILE *f, const struct trace_event *e)
{
    if (!e->name[0]) {
        fprintf(f, "\"task %" PRIu64 "\"", e->task);
        return;
    }
    fputc('"', f);
    for (const char *c = e->name; *c; c++) {
        if (*c == '"' || *c == '\\')
            fputc('\\', f);
        if ((unsigned char)*c >= 0x20)
            fputc(*c, f);
    }
    fputc('"', f);
}

static void print_event(struct trace *trace, const struct trace_event *e, uint64_t end_ns,
                        uint64_t row)
{
    FILE *f = trace->file;
    fputs(trace->comma ? ",\n" : "\n", f);
    trace->comma = true;
    fputs("{\"ph\":\"X\",\"pid\":1,\"name\":", f);
    print_name(f, e);
    fprintf(
        f,
        ",\"tid\":%" PRIu64 ",\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"task\":%" PRIu64 "}}",
        row, (double)e->begin_ns * 1e-3, (double)(end_ns - e->begin_ns) * 1e-3, e->task);
}

static void print_row(struct run *run, uint64_t index, uint64_t now_ns)
{
    struct trace *trace = run->trace;
    const struct trace_event *open = NULL;
    for (struct trace_chunk *c = trace->rows[index].first; c; c = c->next) {
        for (uint32_t i = 0; i < c->n; i++) {
            const struct trace_event *e = &c->events[i];
            if (open && open->task)
                print_event(trace, open, e->begin_ns, index);
            open = e->end_ns ? NULL : e;
            if (e->end_ns)
                print_event(trace, e, e->end_ns, e->task);
        }
    }
    if (open && open->task)
        print_event(trace, open, now_ns, index);
    if (trace->rows[index].lost)
        fprintf(stderr,
                "csp: %" PRIu64 " events are missing from the trace: out of memory\n",
                trace->rows[index].lost);
}

void trace_close(struct run *run)
{
    struct trace *trace = run->trace;
    if (!trace)
        return;
    uint64_t now = clock_now() - run->start_ns;
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", trace->file);
    for (int i = 0; i < run->max_workers; i++)
        print_row(run, (uint64_t)i, now);
    fputs("\n]}\n", trace->file);
    bool bad = ferror(trace->file) != 0;
    if (fclose(trace->file) != 0 || bad)
        fprintf(stderr, "csp: the trace could not be written\n");
    for (int i = 0; i < run->max_workers; i++) {
        for (struct trace_chunk *c = trace->rows[i].first, *next; c; c = next) {
            next = c->next;
            free(c);
        }
    }
    free(trace);
}
