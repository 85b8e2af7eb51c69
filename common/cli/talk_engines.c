// talk_engines.c -- each design on every engine: what structure gave, and what execution.
//
// One table a design, over the same books: serial, tasks and channels on 1, 2, ..., n
// processors, data-parallel loops on as many threads, and OpenCL with as many carts in
// flight: as few as the design can do with, up to as many as the tasks have. Measured as
// `compare` measures: in processes of their own, in balanced order, every book checked;
// what is compared is paired round by round.
#include "cases.h"
#include "command.h"
#include "design.h"
#include "host.h"
#include "pair_text.h"
#include "session.h"
#include "talk_words.h"

#include <stdlib.h>
#include <string.h>

static const double DEFAULT_TIME_S = 9;
enum { DEFAULT_BOOKS = 512 };

// ---- the plan

// 1, 2, 3, 4, then doubling, and at last all of them.
static void climb(struct options *o, int most)
{
    enum { STEPS_MAX = 32 };
    free(o->threads);
    o->threads = calloc(STEPS_MAX, sizeof *o->threads);
    if (!o->threads)
        die("out of memory");
    o->thread_count = 0;
    for (int p = 1; p < most; p = p < 4 ? p + 1 : 2 * p)
        o->threads[o->thread_count++] = p;
    o->threads[o->thread_count++] = most;
    o->threads_given = true;
}

static int choose_designs(struct options *o, struct fail *why)
{
    const bool all = o->designs.count == 1 && strcmp(o->designs.item[0], "all") == 0;
    char names[512] = "one,four,eight";
    if (o->designs.count > 0 && !all)
        return 0;
    for (int i = 0, used = 0; i < designs_count && all; i++)
        used += snprintf(names + used, sizeof names - (size_t)used, "%s%s", i ? "," : "",
                         designs[i].name);
    option_list_free(&o->designs);
    return option_list("--design", names, &o->designs, why);
}

// Every engine, here or not: an absent one is a row that says why.
static int add_columns(struct plan *p, const struct options *o, struct fail *why)
{
    static const char *const of_the_cpu[] = {"serial", "csp", "omp", NULL};
    static const char *const of_a_device[] = {"ocl", NULL};
    struct options most = *o;
    most.threads = &o->threads[o->thread_count - 1];
    most.thread_count = 1;
    if (plan_columns(p, o, of_the_cpu, false, why))
        return -1;
    for (size_t i = 0; i < p->column_count; i++)
        if (p->columns[i].engine->sequential)
            snprintf(p->columns[i].name, sizeof p->columns->name, "%s",
                     p->columns[i].engine->name);
    const int failed = plan_columns(p, &most, of_a_device, false, why);
    p->variants = &o->variants;  // most ends here
    return failed;
}

// How many carts the engine ocl keeps under way; ocl_gophers.h has the table.
static int in_flight(const struct design *d, int carts)
{
    const int alone = d->lanes * d->turns * d->halves;
    return d->roles == 1 && alone < carts ? alone : carts;
}

// Gives a cell so many carts, and has its row say how many are in flight.
static void set_carts(struct cell *c, const struct design *d, int carts)
{
    const int flying = in_flight(d, carts);
    json_t *params = json_deep_copy(c->params);
    if (!params)
        die("out of memory");
    json_object_set_new(params, "carts", json_integer(carts));
    json_decref(c->params);
    c->params = params;
    snprintf(c->column, sizeof c->column, "%s %d cart%s", c->engine, flying,
             flying == 1 ? "" : "s");
}

// The device's cell, which is the last, once for each number of carts in flight.
static void add_flights(struct plan *p, const struct options *o, const struct design *d)
{
    enum { CARTS_A_HALF = 4 };  // as tasks have
    const int least = d->lanes * d->halves;
    struct cell *c = &p->result->cells[p->result->cell_count - 1];
    if (c->failed != EXIT_OK)
        return;
    if (o->carts) {
        set_carts(c, d, o->carts);
        return;
    }
    set_carts(c, d, least);
    for (int carts = 2 * least; carts <= CARTS_A_HALF * least; carts *= 2)
        if (in_flight(d, carts) > in_flight(d, carts / 2))
            set_carts(plan_repeat(p), d, carts);
}

static int add_design(struct plan *p, const struct options *o, char *name,
                      struct fail *why)
{
    struct options alone = *o;
    struct design d;
    alone.designs = (struct list){.item = &name, .count = 1};
    if (design_find(name, &d, why) || cases_gophers(p, &alone, why))
        return -1;
    add_flights(p, o, &d);
    return 0;
}

static int plan(struct session *s, const struct options *o, struct fail *why)
{
    if (add_columns(&s->plan, o, why))
        return -1;
    for (size_t i = 0; i < o->designs.count; i++)
        if (add_design(&s->plan, o, o->designs.item[i], why))
            return -1;
    return 0;
}

// ---- what is said

// Adds "csp t2 was 1.92x as fast as csp t1 (95 % interval ...)" to a sentence, or, where
// the interval holds 1, that the two were not separated.
static void add_gain(char **sentence, const struct board *board,
                     const struct board_row *row, const struct board_row *other)
{
    struct pair pair;
    if (!row || !other || row == other ||
        !result_pair(board->result, other->cell, row->cell, &pair))
        return;
    const char *glue = strchr(*sentence, '(') ? ";" : "";
    char *gain = pair_gain(&pair, row->text[BOARD_NAME], other->text[BOARD_NAME]);
    char *longer = lines_format("%s%s %s", *sentence, glue, gain);
    free(gain);
    free(*sentence);
    *sentence = longer;
}

static void add_structure(struct lines *lines, const struct board *board,
                          const struct board_row *serial, const struct board_row *csp)
{
    struct pair pair;
    if (!serial || !csp || !result_pair(board->result, csp->cell, serial->cell, &pair))
        return;
    const bool gained = result_separated(&pair) && pair.ratio < 1;
    char *ratio = pair_ratio(&pair), *evidence = pair_evidence(&pair);
    lines_add(lines,
              "Structure cost%s on one processor, %s took %s times %s's time (%s).",
              gained ? ": none here;" : pair_doubt(&pair), csp->text[BOARD_NAME], ratio,
              serial->text[BOARD_NAME], evidence);
    free(ratio);
    free(evidence);
}

// Of the device's rows the one with the shortest median.
static const struct board_row *fastest_of(const struct board *board, const char *engine)
{
    const struct board_row *best = NULL;
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *row = &board->rows[i];
        if (result_stands(row->cell) && strcmp(row->cell->engine, engine) == 0 &&
            (!best || row->cell->median_s < best->cell->median_s))
            best = row;
    }
    return best;
}

static const struct board_row *at_most_threads(const struct board *board,
                                               const char *engine)
{
    const struct board_row *most = NULL;
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *row = &board->rows[i];
        if (result_stands(row->cell) && strcmp(row->cell->engine, engine) == 0 &&
            (!most || row->cell->threads > most->cell->threads))
            most = row;
    }
    return most;
}

// On one thread nothing can run at once.
static const struct board_row *if_several(const struct board_row *row)
{
    return row && row->cell->threads > 1 ? row : NULL;
}

// Two sentences: tasks on one processor beside serial are structure alone; the same tasks
// on more processors, loops and a device are execution.
static void say(struct lines *lines, const struct board *board, bool brief)
{
    const struct board_row *serial = board_find(board, "serial", 0);
    const struct board_row *csp_alone = board_find(board, "csp", 1);
    char *gain = lines_format("Execution gain:");
    (void)brief;
    add_structure(lines, board, serial, csp_alone);
    add_gain(&gain, board, if_several(at_most_threads(board, "csp")), csp_alone);
    add_gain(&gain, board, if_several(at_most_threads(board, "omp")), serial);
    add_gain(&gain, board, fastest_of(board, "ocl"), serial);
    if (strchr(gain, '('))
        lines_add(lines, "%s.", gain);
    free(gain);
}

// ---- the word

enum exit_code talk_engines(struct options *o, int argc, char **argv, struct fail *why)
{
    struct session s = {.journal.fd = -1, .verdict = say};
    struct bench_opts how = {.runs = o->runs,
                             .warmup = o->warmup >= 0 ? o->warmup : 1,
                             .time_s = o->time_s > 0 ? o->time_s : DEFAULT_TIME_S,
                             .sabotage = o->sabotage,
                             .save_fd = -1,
                             .stdin_fd = -1};
    enum exit_code code;
    climb(o, o->talk.procs ? o->talk.procs : host_usable_cpus(NULL));
    if (!o->books)
        o->books = DEFAULT_BOOKS;
    if (choose_designs(o, why) || session_open(&s, o, argc, argv, why) ||
        plan(&s, o, why)) {
        code = why->code;
    } else {
        session_measure(&s, o, how);
        code = session_report(&s, o, true, why);
    }
    session_close(&s);
    return code;
}
