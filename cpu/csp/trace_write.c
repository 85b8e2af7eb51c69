// trace_write.c -- draws what trace.c has noted, for ui.perfetto.dev or chrome://tracing.
//
// Process 1 has a row for each worker with the tasks it ran, or, under virtual time, a
// row for each simulated processor with what was computed on it. Process 2 has a row for
// each task with what it did or waited for. Arrows lead from who sends an element to who
// receives it, on the tasks' rows, and from who readies a task to where it goes on, on
// the workers'; a counter tells how many tasks are ready. Times are microseconds of the
// run's clock.
//
// The format asks that slices of one row nest or do not overlap, and viewers drop an
// arrow whose end lies in no slice. So a task's slices follow each other without a gap,
// empty ones are left out, and the last is never empty: it gets a nanosecond.

#include "csp_trace.h"

#include <inttypes.h>
#include <stdlib.h>

// A task's row, as far as it has been drawn.
struct line {
    uint64_t since_ns;
    const char *name;
    struct trace_point woken;  // pid 0: by nobody
    uint32_t chan;             // which it waits for; 0: not one
    uint32_t place;            // worker or processor that it used last
    uint8_t state;             // enum wait
    uint8_t reason;            // why it is about to park; WAIT_FREE: unknown
    bool woken_early;          // before it had parked
    bool seen;
};

// A worker's row, as far as it has been drawn.
struct cursor {
    const struct trace_chunk *chunk;
    uint32_t next;  // event
    uint32_t worker;
    uint64_t running, since_ns;  // 0: nothing runs
};

struct writer {
    struct trace_out out;
    const struct run *run;
    uint64_t end_ns;
    uint64_t n_lines;
    struct line *lines;      // by task
    uint64_t *free_from_ns;  // virtual time: of each processor
    uint32_t n_cursors;
    struct cursor *cursors;
    struct trace_pairs pairs;
    uint64_t n_ready, told_ready, ready_ns;
};

static void print_task(struct writer *w, uint64_t task)
{
    const char *name = w->lines[task].name;
    if (name)
        trace_string(&w->out, name);
    else
        fprintf(w->out.f, "\"task %" PRIu64 "\"", task);
}

// What pid's row tid is called: the word and the number, or the task.
static void print_row(struct writer *w, int pid, uint64_t tid, const char *word)
{
    trace_begin(&w->out, "M", pid, tid, 0);
    fputs(",\"name\":\"thread_name\",\"args\":{\"name\":", w->out.f);
    if (word)
        fprintf(w->out.f, "\"%s %" PRIu64 "\"", word, tid - 1);
    else
        print_task(w, tid);
    fputs("}}", w->out.f);
}

static void print_element(struct writer *w, uint64_t giver, uint64_t put_ns,
                          uint64_t taker, uint64_t take_ns)
{
    trace_arrow(&w->out, "send", (struct trace_point){put_ns, giver, PID_TASKS},
                (struct trace_point){take_ns, taker, PID_TASKS});
}

// The tasks that are ready, at most once a microsecond: the last number of each.
static void count_ready(struct writer *w, uint64_t now_ns, int change)
{
    if (now_ns / 1000 != w->ready_ns / 1000 && w->n_ready != w->told_ready) {
        trace_begin(&w->out, "C", PID_WORKERS, 0, w->ready_ns);
        fprintf(w->out.f, ",\"name\":\"ready\",\"args\":{\"tasks\":%" PRIu64 "}}",
                w->n_ready);
        w->told_ready = w->n_ready;
    }
    w->ready_ns = now_ns;
    if (change > 0)
        w->n_ready++;
    else if (change < 0 && w->n_ready > 0)
        w->n_ready--;
}

// Draws the task's state up to now, and goes on with another. The last state, before
// WAIT_FREE, is never empty.
static void turn(struct writer *w, uint64_t task, enum wait state, uint64_t now_ns)
{
    struct line *l = &w->lines[task];
    uint64_t dur = now_ns > l->since_ns ? now_ns - l->since_ns : 0;
    if (state == WAIT_FREE && dur == 0)
        dur = 1;
    if (l->state != WAIT_FREE && dur > 0) {
        trace_begin(&w->out, "X", PID_TASKS, task, l->since_ns);
        trace_ns(&w->out, "dur", dur);
        fprintf(w->out.f, ",\"name\":\"%s\",\"args\":{", wait_name(l->state));
        if (l->state == WAIT_RUNNING && !w->run->simulated)
            fprintf(w->out.f, "\"worker\":%" PRIu32, l->place);
        else if (l->state > WAIT_RUNNING && l->chan)
            fprintf(w->out.f, "\"channel\":%" PRIu32, l->chan);
        fputs("}}", w->out.f);
        l->since_ns += dur;
    } else if (l->state == WAIT_FREE) {
        l->since_ns = now_ns;
    }
    l->state = (uint8_t)state;
}

// What ran on a worker until now, when it parks for the reason given or ends.
static void draw_stint(struct writer *w, struct cursor *c, uint64_t now_ns, uint8_t why)
{
    if (c->running && !w->run->simulated) {
        trace_begin(&w->out, "X", PID_WORKERS, c->worker + UINT64_C(1), c->since_ns);
        trace_ns(&w->out, "dur", now_ns > c->since_ns ? now_ns - c->since_ns : 1);
        fputs(",\"name\":", w->out.f);
        print_task(w, c->running);
        fprintf(w->out.f, ",\"args\":{\"task\":%" PRIu64 ",\"then\":\"%s\"}}", c->running,
                why == WAIT_FREE ? "end" : wait_name(why));
    }
    c->running = 0;
}

// Who readies a task, at the moment of c's event.
static struct trace_point waker(const struct writer *w, const struct cursor *c,
                                uint64_t ns)
{
    if (!c->running)
        return (struct trace_point){0};
    if (w->run->simulated)
        return (struct trace_point){ns, c->running, PID_TASKS};
    return (struct trace_point){ns, c->worker + UINT64_C(1), PID_WORKERS};
}

static void draw_run(struct writer *w, struct cursor *c, const struct trace_event *e)
{
    struct line *l = &w->lines[e->task];
    struct trace_point to = {e->ns, e->task, PID_TASKS};
    if (!w->run->simulated) {
        l->place = c->worker;
        to.tid = c->worker + UINT64_C(1);
        to.pid = PID_WORKERS;
    }
    count_ready(w, e->ns, -1);
    turn(w, e->task, WAIT_RUNNING, e->ns);
    c->running = e->task;
    c->since_ns = e->ns;
    if (l->woken.pid)
        trace_arrow(&w->out, "wake", l->woken, to);
    l->woken.pid = 0;
    l->woken_early = false;
    l->reason = WAIT_FREE;
    l->chan = 0;
}

static void draw_park(struct writer *w, struct cursor *c, const struct trace_event *e)
{
    struct line *l = &w->lines[e->task];
    uint8_t why = l->reason != WAIT_FREE ? l->reason : e->wait;
    draw_stint(w, c, e->ns, why);
    if (!l->woken_early && e->wait == WAIT_READY)
        count_ready(w, e->ns, 1);
    turn(w, e->task, l->woken_early ? WAIT_READY : e->wait, e->ns);
}

static void draw_ready(struct writer *w, struct cursor *c, const struct trace_event *e)
{
    struct line *l = &w->lines[e->task];
    count_ready(w, e->ns, 1);
    l->woken = waker(w, c, e->ns);
    if (l->state == WAIT_RUNNING)
        l->woken_early = true;
    else
        turn(w, e->task, WAIT_READY, e->ns);
}

// A processor that is free at the moment: the one the task had last, or the first.
static void draw_work(struct writer *w, const struct trace_event *e)
{
    struct line *l = &w->lines[e->task];
    uint32_t procs = (uint32_t)w->run->sim_procs, p = l->place;
    uint64_t end = e->end_ns < w->end_ns ? e->end_ns : w->end_ns;
    if (w->free_from_ns[p] > e->ns) {
        for (p = 0; p + 1 < procs && w->free_from_ns[p] > e->ns; p++)
            continue;
    }
    if (end <= e->ns || w->free_from_ns[p] > e->ns)
        return;
    w->free_from_ns[p] = end;
    l->place = p;
    trace_begin(&w->out, "X", PID_WORKERS, p + UINT64_C(1), e->ns);
    trace_ns(&w->out, "dur", end - e->ns);
    fputs(",\"name\":", w->out.f);
    print_task(w, e->task);
    fprintf(w->out.f, ",\"args\":{\"task\":%" PRIu64 "}}", e->task);
}

// One end of an element's way through a buffer; draws the arrow with the second.
static bool draw_buffered(struct writer *w, const struct trace_event *e)
{
    const struct trace_event *other;
    if (!trace_pair(&w->pairs, e, &other))
        return false;
    if (other && e->kind == TRACE_PUT)
        print_element(w, e->task, e->ns, other->task, other->ns);
    else if (other)
        print_element(w, other->task, other->ns, e->task, e->ns);
    return true;
}

static bool draw(struct writer *w, struct cursor *c, const struct trace_event *e)
{
    struct line *l = &w->lines[e->task];
    l->seen = true;
    switch ((enum trace_kind)e->kind) {
    case TRACE_SPAWN:
        l->name = e->name;
        draw_ready(w, c, e);
        break;
    case TRACE_RUN:
        draw_run(w, c, e);
        break;
    case TRACE_WAIT:
        l->reason = e->wait;
        l->chan = e->chan;
        break;
    case TRACE_PARK:
        draw_park(w, c, e);
        break;
    case TRACE_READY:
        draw_ready(w, c, e);
        break;
    case TRACE_EXIT:
        draw_stint(w, c, e->ns, WAIT_FREE);
        turn(w, e->task, WAIT_FREE, e->ns);
        break;
    case TRACE_MEET:
        print_element(w, e->task, e->ns, e->peer, e->ns);
        break;
    case TRACE_WORK:
        draw_work(w, e);
        break;
    case TRACE_PUT:
    case TRACE_TAKE:
        return draw_buffered(w, e);
    }
    return true;
}

static const struct trace_event *peek(const struct cursor *c)
{
    return c->chunk ? &c->chunk->events[c->next] : NULL;
}

// The cursor with the earliest event, or NULL: there are none left.
static struct cursor *earliest(const struct writer *w)
{
    struct cursor *first = NULL;
    for (uint32_t i = 0; i < w->n_cursors; i++) {
        const struct trace_event *e = peek(&w->cursors[i]);
        if (e && (!first || e->ns < peek(first)->ns))
            first = &w->cursors[i];
    }
    return first;
}

static bool draw_all(struct writer *w)
{
    for (struct cursor *c; (c = earliest(w));) {
        if (!draw(w, c, peek(c)))
            return false;
        if (++c->next == c->chunk->n) {
            c->chunk = c->chunk->next;
            c->next = 0;
        }
    }
    return true;
}

// What the end of the run has cut off.
static void draw_rest(struct writer *w)
{
    count_ready(w, UINT64_MAX, 0);
    for (uint32_t i = 0; i < w->n_cursors; i++)
        draw_stint(w, &w->cursors[i], w->end_ns, WAIT_RUNNING);
    for (uint64_t t = 0; t < w->n_lines; t++) {
        if (w->lines[t].state != WAIT_FREE)
            turn(w, t, WAIT_FREE, w->end_ns);
    }
}

static void print_names(struct writer *w)
{
    uint64_t n = (uint64_t)w->run->sim_procs;
    const char *word = w->run->simulated ? "processor" : "worker";
    for (uint32_t i = 0; i < w->n_cursors && !w->run->simulated; i++) {
        if (w->cursors[i].worker != UINT32_MAX && w->cursors[i].worker >= n)
            n = w->cursors[i].worker + UINT64_C(1);
    }
    trace_process(&w->out, PID_WORKERS, w->run->simulated ? "processors" : "workers");
    trace_process(&w->out, PID_TASKS, "tasks");
    for (uint64_t tid = 1; tid <= n; tid++)
        print_row(w, PID_WORKERS, tid, word);
    for (uint64_t t = 0; t < w->n_lines; t++) {
        if (w->lines[t].seen)
            print_row(w, PID_TASKS, t, NULL);
    }
}

static void close_writer(struct writer *w)
{
    free(w->lines);
    free(w->free_from_ns);
    free(w->cursors);
    free(w->pairs.places);
}

// Finds the largest number of a task, and a cursor for each row.
static bool open_writer(struct writer *w, const struct trace *trace)
{
    uint64_t last = 0;
    for (const struct trace_row *r = trace->rows; r; r = r->next) {
        w->n_cursors++;
        for (const struct trace_chunk *c = r->first; c; c = c->next) {
            for (uint32_t i = 0; i < c->n; i++)
                last = c->events[i].task > last ? c->events[i].task : last;
        }
    }
    w->n_lines = last + 1;
    w->lines = calloc(w->n_lines, sizeof *w->lines);
    w->free_from_ns = calloc((size_t)w->run->sim_procs, sizeof *w->free_from_ns);
    w->cursors = calloc(w->n_cursors + 1, sizeof *w->cursors);
    if (!w->lines || !w->free_from_ns || !w->cursors)
        return false;
    uint32_t i = 0;
    for (const struct trace_row *r = trace->rows; r; r = r->next)
        w->cursors[i++] = (struct cursor){.chunk = r->first, .worker = r->index};
    return true;
}

bool trace_write(const struct run *run, const struct trace *trace, uint64_t end_ns)
{
    struct writer w = {.out = {.f = trace->file}, .run = run, .end_ns = end_ns};
    bool fine = open_writer(&w, trace);
    if (fine) {
        fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", w.out.f);
        fine = draw_all(&w);
        draw_rest(&w);
        print_names(&w);
        fputs("\n]}\n", w.out.f);
    }
    close_writer(&w);
    return fine;
}
