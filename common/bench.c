// bench.c -- see bench.h.
#include "bench.h"

#include "bench_turns.h"
#include "clock.h"
#include "facts_json.h"
#include "text.h"
#include "worker.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A worker and what it was opened for. It stays from group to group while that is the
// same.
struct seat {
    struct worker worker;
    const struct engine_opts *opts;
    const char *engine, *workload;
    struct engine_facts facts;
    double open_s;
    bool used;  // by the group at hand
};

struct bench {
    struct result *result;
    const struct engine_opts *opts;
    const struct bench_opts *how;
    struct seat *seats;
    size_t seat_count;
    uint64_t start_ns;
    bool broken;       // the journal cannot be written: nothing more could be kept
    struct fail *why;  // then, why
};

// The cells [first, first + n) of one workload and case, and their seats.
struct group {
    struct cell *cells;
    struct seat **seats;
    int n;
    double time_s;
};

// ---- seats

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool fits(const struct seat *s, const struct cell *c,
                 const struct engine_opts *opts)
{
    return s->worker.pid > 0 && !s->used && strcmp(s->engine, c->engine) == 0 &&
           strcmp(s->workload, c->workload) == 0 && s->opts->threads == opts->threads &&
           same_text(s->opts->device, opts->device) &&
           same_text(s->opts->variant, opts->variant);
}

static int open_seat(struct seat *s, const struct cell *c, const struct engine_opts *opts,
                     const struct bench_opts *how, struct fail *why)
{
    *s = (struct seat){.opts = opts, .engine = c->engine, .workload = c->workload};
    struct worker_inheritance gets = {
        .threads = opts->threads, .save_fd = how->save_fd, .stdin_fd = how->stdin_fd};
    if (worker_start(&s->worker, &gets, why))
        return -1;
    json_t *request = json_pack("{s:s, s:s, s:i, s:I}", "do", "open", "engine", c->engine,
                                "threads", opts->threads, "seed", (json_int_t)opts->seed);
    char *device = opts->device ? text_escape(opts->device) : NULL;
    if (device)
        json_object_set_new(request, "device", json_string(device));
    if (opts->variant)
        json_object_set_new(request, "variant", json_string(opts->variant));
    free(device);
    json_t *reply;
    if (worker_ask(&s->worker, request, bench_deadline_s(0, NULL), &reply, why)) {
        worker_stop(&s->worker);
        return -1;
    }
    s->open_s = json_number_value(json_object_get(reply, "open_s"));
    json_decref(reply);
    return 0;
}

// A running seat that fits, or a new one; NULL and why not.
static struct seat *take_seat(struct bench *b, const struct cell *c,
                              const struct engine_opts *opts, struct fail *why)
{
    struct seat *empty = NULL;
    for (size_t i = 0; i < b->seat_count; i++) {
        if (fits(&b->seats[i], c, opts)) {
            b->seats[i].used = true;
            return &b->seats[i];
        }
        if (!empty && b->seats[i].worker.pid <= 0 && !b->seats[i].used)
            empty = &b->seats[i];
    }
    assert(empty);  // there are as many seats as cells
    if (open_seat(empty, c, opts, b->how, why))
        return NULL;
    empty->used = true;
    return empty;
}

// ---- one cell

// Whether there is a point in going on.
static bool going(const struct bench *b)
{
    return !b->result->interrupted && !b->broken;
}

// The cell is out, and so is its worker: what failed in it (a device's context, say) must
// not fail the next case, too.
static void cell_fails(struct bench *b, struct cell *c, struct seat *s,
                       const struct fail *why)
{
    if (why->code > EXIT_SIGNAL) {
        b->result->interrupted = true;
        return;
    }
    result_fail(c, why);
    if (s) {
        c->log = worker_log(&s->worker);
        worker_stop(&s->worker);
    }
    if (b->how->journal && journal_append_failure(b->how->journal, c, b->why))
        b->broken = true;
}

// A device without measured limits gets no fraction. -1 when the asking cost the worker.
static int ask_device_limits(struct seat *s, struct cell *c, struct fail *why)
{
    json_t *reply;
    if (worker_ask(&s->worker, json_pack("{s:s}", "do", "device_limits"),
                   bench_deadline_s(0, NULL), &reply, why))
        return s->worker.pid > 0 && why->code < EXIT_SIGNAL ? 0 : -1;
    c->device_limits = (struct device_limits){
        .fma_f32_flops = json_number_value(json_object_get(reply, "fma_f32_flops")),
        .fma_f64_flops = json_number_value(json_object_get(reply, "fma_f64_flops")),
        .upload_bytes = json_number_value(json_object_get(reply, "upload_bytes")),
        .download_bytes = json_number_value(json_object_get(reply, "download_bytes"))};
    json_decref(reply);
    return 0;
}

// Has the cell's worker make the job and get ready for it.
static int make_job(struct seat *s, struct cell *c, struct fail *why)
{
    json_t *reply;
    json_t *request = json_pack("{s:s, s:s, s:O}", "do", "make", "workload", c->workload,
                                "params", c->params);
    if (worker_ask(&s->worker, request, 10 * bench_deadline_s(0, NULL), &reply, why))
        return -1;
    facts_from_json(&c->facts, json_object_get(reply, "facts"));
    c->open_s = s->open_s + json_number_value(json_object_get(reply, "open_s"));
    c->work = json_number_value(json_object_get(reply, "work"));
    c->repeats = 1;
    c->described = json_incref(json_object_get(reply, "described"));
    json_decref(reply);
    return c->facts.gpu ? ask_device_limits(s, c, why) : 0;
}

static void keep_sample(struct bench *b, struct cell *c, struct sample sample)
{
    result_add_sample(c, sample);
    if (b->how->journal && journal_append(b->how->journal, c, &sample, b->why))
        b->broken = true;
}

static int take_sample(struct bench *b, struct seat *s, struct cell *c, int round,
                       struct fail *why)
{
    json_t *reply;
    struct sample sample = {.round = (uint32_t)round,
                            .start_s = (double)(clock_ns() - b->start_ns) * 1e-9};
    const bool warming_up = round == 0;
    json_t *request = json_pack("{s:s, s:i, s:I, s:b}", "do", "sample", "sabotage",
                                (int)b->how->sabotage, "repeats", (json_int_t)c->repeats,
                                "warmup", (int)warming_up);
    if (worker_ask(&s->worker, request, bench_deadline_s(c->work, c->unit), &reply, why))
        return -1;
    sample.total_s = json_number_value(json_object_get(reply, "total_s"));
    sample.upload_s = json_number_value(json_object_get(reply, "upload_s"));
    sample.run_s = json_number_value(json_object_get(reply, "run_s"));
    sample.download_s = json_number_value(json_object_get(reply, "download_s"));
    sample.outside_s = json_number_value(json_object_get(reply, "outside_s"));
    if (warming_up)
        c->repeats = (uint64_t)json_integer_value(json_object_get(reply, "repeats"));
    double max_error = json_number_value(json_object_get(reply, "max_error"));
    c->verified = json_is_true(json_object_get(reply, "verified"));
    json_decref(reply);
    c->max_error = fmax(c->max_error, max_error);
    if (round == 0)
        c->warmup = sample;
    else
        keep_sample(b, c, sample);
    return 0;
}

// ---- one group

static void open_group(struct bench *b, struct group *g, const struct engine_opts *opts)
{
    for (size_t i = 0; i < b->seat_count; i++)
        b->seats[i].used = false;
    // Those of earlier groups that nobody here needs go first, with their memory.
    for (size_t i = 0; i < b->seat_count; i++) {
        bool wanted = false;
        for (int j = 0; j < g->n; j++)
            wanted = wanted || fits(&b->seats[i], &g->cells[j], &opts[j]);
        if (!wanted)
            worker_stop(&b->seats[i].worker);
    }
    for (int i = 0; i < g->n && going(b); i++) {
        struct cell *c = &g->cells[i];
        struct fail why;
        if (c->failed)
            continue;
        if (b->how->progress)
            b->how->progress(c, 0, b->how->runs);
        g->seats[i] = take_seat(b, c, &opts[i], &why);
        if (!g->seats[i] || make_job(g->seats[i], c, &why)) {
            cell_fails(b, c, g->seats[i], &why);
            g->seats[i] = NULL;
        }
    }
}

// A cell that is far slower than the others has had its share of the time.
static bool sits_out(struct bench *b, const struct group *g, struct cell *c, int round)
{
    if (b->how->runs > 0 || round == 0)
        return false;
    if (!bench_warmup_is_enough(g->cells, g->n, c, g->time_s))
        return bench_sits_out(g->cells, g->n, c, g->time_s);
    c->warmup.round = (uint32_t)round;
    keep_sample(b, c, c->warmup);
    return true;
}

// One sample of every cell that stands.
static void run_round(struct bench *b, struct group *g, int round)
{
    int *turn = malloc((size_t)g->n * sizeof *turn);
    if (!turn)
        die("out of memory");
    bench_order(round, g->n, turn);
    for (int i = 0; i < g->n && going(b); i++) {
        struct cell *c = &g->cells[turn[i]];
        struct seat *s = g->seats[turn[i]];
        struct fail why;
        if (c->failed || !s || sits_out(b, g, c, round))
            continue;
        if (b->how->progress)
            b->how->progress(c, round, b->how->runs);
        if (take_sample(b, s, c, round, &why))
            cell_fails(b, c, s, &why);
    }
    free(turn);
}

static bool all_failed(const struct group *g)
{
    for (int i = 0; i < g->n; i++)
        if (!g->cells[i].failed)
            return false;
    return true;
}

// Saves the outputs where that was asked for, and collects the complaints about inputs.
static int finish_cell(struct bench *b, struct seat *s, struct cell *c, struct fail *why)
{
    json_t *reply;
    double deadline_s = 10 * bench_deadline_s(c->work, "byte");
    if (b->how->save_fd >= 0) {
        if (worker_ask(&s->worker, json_pack("{s:s}", "do", "save"), deadline_s, &reply,
                       why))
            return -1;
        json_decref(reply);
    }
    if (worker_ask(&s->worker, json_pack("{s:s}", "do", "complaints"), deadline_s, &reply,
                   why))
        return -1;
    c->complaints = json_incref(json_object_get(reply, "complaints"));
    json_decref(reply);
    return 0;
}

static void run_group(struct bench *b, struct group *g, const struct engine_opts *opts)
{
    open_group(b, g, opts);
    for (int i = 0; i < b->how->warmup && going(b); i++)
        run_round(b, g, 0);
    uint64_t start_ns = clock_ns();
    for (int round = 1; going(b) && !all_failed(g); round++) {
        run_round(b, g, round);
        const double left_s = g->time_s - (double)(clock_ns() - start_ns) * 1e-9;
        if (bench_enough(g->cells, g->n, b->how->runs, round, left_s))
            break;
    }
    for (int i = 0; i < g->n && going(b); i++) {
        struct fail why;
        if (!g->cells[i].failed && finish_cell(b, g->seats[i], &g->cells[i], &why))
            cell_fails(b, &g->cells[i], g->seats[i], &why);
    }
}

static int group_length(const struct result *r, size_t first)
{
    const struct cell *c = r->cells;
    size_t end = first + 1;
    while (end < r->cell_count && strcmp(c[end].workload, c[first].workload) == 0 &&
           strcmp(c[end].case_name, c[first].case_name) == 0)
        end++;
    return (int)(end - first);
}

static int count_groups(const struct result *r, size_t first)
{
    int groups = 0;
    for (; first < r->cell_count; groups++)
        first += (size_t)group_length(r, first);
    return groups;
}

int bench_run(struct result *result, const struct engine_opts *opts,
              const struct bench_opts *how, struct fail *why)
{
    struct bench b = {
        .result = result, .opts = opts, .how = how, .start_ns = clock_ns(), .why = why};
    b.seat_count = result->cell_count;
    b.seats = calloc(b.seat_count + 1, sizeof *b.seats);
    struct seat **seats = calloc(b.seat_count + 1, sizeof *seats);
    if (!b.seats || !seats)
        die("out of memory");
    double left_s = how->time_s;
    for (size_t first = 0; first < result->cell_count && going(&b);) {
        struct group g = {.cells = result->cells + first,
                          .seats = seats + first,
                          .n = group_length(result, first),
                          .time_s = left_s / count_groups(result, first)};
        uint64_t start_ns = clock_ns();
        run_group(&b, &g, opts + first);
        double used_s = (double)(clock_ns() - start_ns) * 1e-9;
        left_s -= used_s < g.time_s ? used_s : g.time_s;
        first += (size_t)g.n;
    }
    for (size_t i = 0; i < b.seat_count; i++)
        worker_stop(&b.seats[i].worker);
    free(seats);
    free(b.seats);
    result->elapsed_s = (double)(clock_ns() - b.start_ns) * 1e-9;
    return b.broken ? -1 : 0;
}
