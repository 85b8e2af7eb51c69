// trace.c -- a Chrome trace of a run: notes what happens, while it happens.
//
// Each worker notes into memory of its own, 32 bytes an event; trace_write.c makes the
// file of it when the run has ended. Without a trace this costs a predictable branch at a
// switch, a wake-up and a channel's operation. Under virtual time the clock is the
// simulated one and nothing of the machine is noted, so that equal seeds give equal
// files.
//
// Elements are followed from the send to the receive. Those in a buffer are known by the
// number of elements that were taken before them, which the channel counts while anybody
// traces.

#include "csp_trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct traces csp_traces;

bool trace_open(struct run *run, const char *path)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return false;
    trace->path = path;
    trace->file = fopen(path, "we");
    if (!trace->file) {
        free(trace);
        return false;
    }
    run->trace = trace;
    atomic_fetch_add(&csp_traces.n, 1);
    return true;
}

OWNER_ONLY static struct trace_row *row_new(struct trace *trace, uint32_t index)
{
    struct trace_row *row = calloc(1, sizeof *row);
    if (!row)
        return NULL;
    row->index = index;
    row->next = trace->rows;
    trace->rows = row;
    return row;
}

OWNER_ONLY static struct trace_row *row_of(struct worker *w)
{
    if (likely(w->trace_row))
        return w->trace_row;
    struct trace *trace = w->run->trace;
    lock_take(&trace->lock);
    w->trace_row = row_new(trace, w->index);
    lock_drop(&trace->lock);
    return w->trace_row;
}

// Times of a row never repeat, so that no slice is empty; of the simulated clock they do.
OWNER_ONLY static uint64_t time_of(const struct run *run, struct trace_row *row)
{
    if (run->simulated)
        return sim_now(run);
    uint64_t now = clock_now() - run->start_ns;
    row->last_ns = now > row->last_ns ? now : row->last_ns + 1;
    return row->last_ns;
}

// NULL: out of memory.
OWNER_ONLY static struct trace_event *note(const struct run *run, struct trace_row *row,
                                           enum trace_kind kind, uint64_t task)
{
    struct trace_chunk *chunk = row ? row->last : NULL;
    if (row && (!chunk || chunk->n == TRACE_CHUNK)) {
        chunk = malloc(sizeof *chunk);
        if (chunk) {
            chunk->next = NULL;
            chunk->n = 0;
            if (row->last)
                row->last->next = chunk;
            else
                row->first = chunk;
            row->last = chunk;
        }
    }
    if (!chunk) {
        atomic_fetch_add(&run->trace->lost, 1);
        return NULL;
    }
    struct trace_event *e = &chunk->events[chunk->n++];
    e->ns = time_of(run, row);
    e->task = task;
    e->peer = 0;
    e->chan = 0;
    e->kind = (uint8_t)kind;
    e->wait = 0;
    return e;
}

OWNER_ONLY void trace_spawn(struct worker *w, const struct task *t)
{
    struct trace_event *e = note(w->run, row_of(w), TRACE_SPAWN, t->id);
    if (e)
        e->name = t->name[0] ? strdup(t->name) : NULL;
}

OWNER_ONLY void trace_run(struct worker *w, const struct task *t)
{
    struct trace_row *row = row_of(w);
    note(w->run, row, TRACE_RUN, t->id);
    if (row)
        row->running = t->id;
}

// The state is read before the clock: if somebody has readied t by now, that was noted
// earlier.
OWNER_ONLY void trace_park(struct worker *w, const struct task *t)
{
    struct trace_row *row = row_of(w);
    uint8_t wait = atomic_load(&t->wait);
    struct trace_event *e = note(w->run, row, TRACE_PARK, t->id);
    if (e)
        e->wait = wait;
    if (row)
        row->running = 0;
}

OWNER_ONLY void trace_exit(struct worker *w, const struct task *t)
{
    struct trace_row *row = row_of(w);
    note(w->run, row, TRACE_EXIT, t->id);
    if (row)
        row->running = 0;
}

OWNER_ONLY void trace_ready(struct run *run, struct worker *w, const struct task *t)
{
    struct trace *trace = run->trace;
    if (w) {
        note(run, row_of(w), TRACE_READY, t->id);
        return;
    }
    lock_take(&trace->lock);
    if (!trace->outside)
        trace->outside = row_new(trace, UINT32_MAX);
    note(run, trace->outside, TRACE_READY, t->id);
    lock_drop(&trace->lock);
}

OWNER_ONLY void trace_work(struct worker *w, const struct task *t, uint64_t end_ns)
{
    struct trace_event *e = note(w->run, row_of(w), TRACE_WORK, t->id);
    if (e)
        e->end_ns = end_ns;
}

// The worker that notes what the calling task does, if its run is traced, else NULL. A
// timer that fires while the task leaves its worker is not the task's doing.
OWNER_ONLY static struct worker *here(void)
{
    struct task *t = self();
    if (!t || !task_run(t)->trace)
        return NULL;
    struct worker *w = task_worker(t);
    return w->trace_row && w->trace_row->running ? w : NULL;
}

// With ch locked: its number in this trace.
OWNER_ONLY static uint32_t number_of(struct csp_chan *ch, struct run *run)
{
    if (ch->traced_by != run->id) {
        ch->traced_by = run->id;
        ch->trace_number = atomic_fetch_add(&run->trace->chans, 1) + 1;
    }
    return ch->trace_number;
}

OWNER_ONLY void trace_wait(struct csp_chan *ch, enum wait wait)
{
    struct worker *w = here();
    struct trace_event *e =
        w ? note(w->run, w->trace_row, TRACE_WAIT, w->trace_row->running) : NULL;
    if (!e)
        return;
    e->chan = number_of(ch, w->run);
    e->wait = (uint8_t)wait;
}

OWNER_ONLY void trace_meet(struct csp_chan *ch, const struct task *from,
                           const struct task *to)
{
    struct worker *w = here();
    if (!w)
        return;
    uint64_t me = w->trace_row->running;
    struct trace_event *e = note(w->run, w->trace_row, TRACE_MEET, from ? from->id : me);
    if (!e)
        return;
    e->peer = to ? to->id : me;
    e->chan = number_of(ch, w->run);
}

OWNER_ONLY void trace_put(struct csp_chan *ch, const struct task *from, size_t place)
{
    struct worker *w = here();
    if (!w)
        return;
    struct trace_event *e =
        note(w->run, w->trace_row, TRACE_PUT, from ? from->id : w->trace_row->running);
    if (!e)
        return;
    e->index = ch->taken + place;
    e->chan = number_of(ch, w->run);
}

OWNER_ONLY void trace_take(struct csp_chan *ch)
{
    uint64_t index = ch->taken++;
    struct worker *w = here();
    struct trace_event *e =
        w ? note(w->run, w->trace_row, TRACE_TAKE, w->trace_row->running) : NULL;
    if (!e)
        return;
    e->index = index;
    e->chan = number_of(ch, w->run);
}

static void row_free(struct trace_row *row)
{
    for (struct trace_chunk *c = row->first, *next; c; c = next) {
        next = c->next;
        for (uint32_t i = 0; i < c->n; i++) {
            if (c->events[i].kind == TRACE_SPAWN)
                free(c->events[i].name);
        }
        free(c);
    }
    free(row);
}

void trace_close(struct run *run)
{
    struct trace *trace = run->trace;
    if (!trace)
        return;
    atomic_fetch_sub(&csp_traces.n, 1);
    uint64_t end = run->simulated ? sim_now(run) : clock_now() - run->start_ns;
    uint64_t lost = atomic_load(&trace->lost);
    errno = 0;
    bool fine = trace_write(run, trace, end) && !ferror(trace->file);
    int err = fine ? 0 : errno;
    if (fclose(trace->file) != 0 && fine) {
        fine = false;
        err = errno;
    }
    if (!fine)
        fprintf(stderr, "csp: the trace %s is incomplete: %s\n", trace->path,
                strerror(err ? err : ENOMEM));
    if (lost > 0)
        fprintf(stderr, "csp: the trace %s lacks %llu events: out of memory\n",
                trace->path, (unsigned long long)lost);
    for (struct trace_row *row = trace->rows, *next; row; row = next) {
        next = row->next;
        row_free(row);
    }
    free(trace);
}
