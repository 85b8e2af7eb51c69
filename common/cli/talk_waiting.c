// talk_waiting.c -- work that waits beside work that computes: tasks on one processor and
// on all, loops, OS threads, and one thing after another.
//
// Every run of every way is a process of its own, and rounds are balanced as in
// `compare`. What is said of the tables follows from their intervals.
#include "bench.h"
#include "board.h"
#include "command.h"
#include "errands.h"
#include "host.h"
#include "pair_text.h"
#include "report.h"
#include "talk_words.h"
#include "terminal.h"
#include "text.h"
#include "waiting.h"
#include "worker.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_JOBS = 200, DEFAULT_ROUNDS = 7, WAYS = 5 };
static const uint64_t WAIT_NS = 5000000, COMPUTE_NS = 500000;

enum way_number { SERIAL, CSP_ONE, CSP_ALL, OMP, THREADS };

// What one way gave, a figure a round.
struct row {
    const char *way;  // waiting.h's; NULL: another row is the same
    char label[32];
    int threads;  // that it may use
    double *elapsed_s, *alive, *running, *memory_bytes;
    int used;  // threads, in the last round
    struct fail failed;
};

// One kind of work, run in every way.
struct kind {
    const char *verb;  // "wait", "compute"
    uint64_t wait_ns, steps, each_ns;
    int jobs, rounds, processors;
    struct row rows[WAYS];
};

static double *figures(int rounds)
{
    double *made = calloc((size_t)rounds + 1, sizeof *made);
    if (!made)
        die("out of memory");
    return made;
}

static void kind_open(struct kind *w)
{
    static const char *const ways[WAYS] = {"serial", "csp", "csp", "omp", "threads"};
    for (int i = 0; i < WAYS; i++) {
        const bool one = i == SERIAL || i == CSP_ONE;
        w->rows[i] = (struct row){.way = ways[i],
                                  .threads = one ? 1 : w->processors,
                                  .elapsed_s = figures(w->rounds),
                                  .alive = figures(w->rounds),
                                  .running = figures(w->rounds),
                                  .memory_bytes = figures(w->rounds)};
        char *label = w->rows[i].label;
        const size_t size = sizeof w->rows[i].label;
        if (i == SERIAL)
            snprintf(label, size, "serial");
        else if (i == THREADS)
            snprintf(label, size, "a thread a job");
        else
            snprintf(label, size, "%s t%d", ways[i], w->rows[i].threads);
    }
    if (w->processors == 1)
        w->rows[CSP_ALL].way = NULL;
}

static void kind_close(struct kind *w)
{
    for (int i = 0; i < WAYS; i++) {
        free(w->rows[i].elapsed_s);
        free(w->rows[i].alive);
        free(w->rows[i].running);
        free(w->rows[i].memory_bytes);
    }
}

// ---- measuring

static double found(const json_t *reply, const char *key)
{
    return json_number_value(json_object_get(reply, key));
}

// Far more than one job after the other could take on a busy machine.
static double deadline_s(const struct kind *w)
{
    return bench_deadline_s(0, NULL) + 10e-9 * (double)w->each_ns * w->jobs;
}

static int take(const struct kind *w, struct row *row, int round, struct fail *why)
{
    json_t *reply;
    json_t *request =
        json_pack("{s:s, s:i, s:I, s:I}", "way", row->way, "jobs", w->jobs, "wait_ns",
                  (json_int_t)w->wait_ns, "steps", (json_int_t)w->steps);
    if (errand_ask("waiting", row->threads, request, deadline_s(w), &reply, why))
        return -1;
    row->elapsed_s[round] = found(reply, "elapsed_s");
    row->alive[round] = found(reply, "alive");
    row->running[round] = found(reply, "running");
    row->memory_bytes[round] = found(reply, "memory_bytes");
    row->used = (int)found(reply, "threads");
    json_decref(reply);
    return 0;
}

static void progress(const struct kind *w, int round)
{
    fprintf(stderr, "\r\033[Kjobs that %s: round %d/%d", w->verb, round + 1, w->rounds);
}

// Fails only when a signal came; a way that fails is out, with its sentence.
static int measure(struct kind *w, bool shown, struct fail *why)
{
    int turn[WAYS];
    for (int round = 0; round < w->rounds; round++) {
        bench_order(round, WAYS, turn);
        if (shown)
            progress(w, round);
        for (int i = 0; i < WAYS; i++) {
            struct row *row = &w->rows[turn[i]];
            if (!row->way || row->failed.code || take(w, row, round, why) == 0)
                continue;
            if (why->code > EXIT_SIGNAL)
                return -1;
            row->failed = *why;
        }
    }
    return 0;
}

// ---- the table

static bool stands(const struct row *row)
{
    return row->way && row->failed.code == EXIT_OK;
}

static double median(const struct kind *w, const double *of)
{
    return stats_median(of, (size_t)w->rounds);
}

static struct pair against(const struct kind *w, int a, int b)
{
    struct pair p = {.rounds = (size_t)w->rounds};
    p.ratio = stats_ratio(w->rows[a].elapsed_s, w->rows[b].elapsed_s, p.rounds, &p.ci95);
    return p;
}

static void print_row(const struct kind *w, int i, const struct signs *signs)
{
    const struct row *row = &w->rows[i];
    char time[FIGURE_BYTES], memory[FIGURE_BYTES];
    if (!stands(row)) {
        printf("%s %-14s  ",
               row->failed.code == EXIT_ABSENT ? signs->absent : signs->failed,
               row->label);
        char *says = lines_escape(row->failed.text);
        lines_wrap(stdout, says, 18, 18, 80);
        free(says);
        return;
    }
    char gain[16] = "";
    if (stands(&w->rows[SERIAL]))
        snprintf(gain, sizeof gain, "%.3gx", against(w, SERIAL, i).ratio);
    printf("%s %-14s %9s %10s %7.1f %8.2f %8d %10s\n", signs->verified, row->label,
           text_seconds(time, median(w, row->elapsed_s)), gain, median(w, row->alive),
           median(w, row->running), row->used,
           text_bytes(memory, median(w, row->memory_bytes)));
}

static void print_table(const struct kind *w, const struct signs *signs)
{
    char each[FIGURE_BYTES], all[FIGURE_BYTES];
    printf("\n%d jobs that %s %s each, %s in all%s%d round%s\n", w->jobs, w->verb,
           text_seconds(each, (double)w->each_ns * 1e-9),
           text_seconds(all, (double)w->each_ns * 1e-9 * w->jobs), signs->dot, w->rounds,
           w->rounds == 1 ? "" : "s");
    printf("%*s %-14s %9s %10s %7s %8s %8s %10s\n", (int)text_columns(signs->verified),
           "", "", "time", "vs serial", "alive", "running", "threads", "memory");
    for (int i = 0; i < WAYS; i++)
        if (w->rows[i].way)
            print_row(w, i, signs);
}

// ---- what is said

// "Structure alone: csp t1 was 190x as fast as serial (95 % interval 188 to 191, 7
// rounds)."
static void say_gain(const struct kind *w, const char *what, int base, int other)
{
    const struct row *row = &w->rows[other], *of = &w->rows[base];
    if (!stands(row) || !stands(of))
        return;
    const struct pair pair = against(w, base, other);
    char *gain = pair_gain(&pair, row->label, of->label);
    char *text = lines_format("%s: %s.", what, gain);
    printf("  - ");
    lines_wrap(stdout, text, 4, 4, 80);
    free(text);
    free(gain);
}

static void say_pairs(const struct kind *w)
{
    say_gain(w, "Structure alone", SERIAL, CSP_ONE);
    say_gain(w, "Execution", CSP_ONE, CSP_ALL);
    say_gain(w, "Loops", SERIAL, OMP);
    say_gain(w, "Beside tasks", w->processors > 1 ? CSP_ALL : CSP_ONE, THREADS);
}

// "200 tasks on one processor waited 199 at a time: they took 1.06 of one wait."
static void say_at_once(const struct kind *w, int i)
{
    const struct row *row = &w->rows[i];
    if (!stands(row))
        return;
    const struct interval ci = stats_median_ci95(row->elapsed_s, (size_t)w->rounds);
    const double each_s = (double)w->each_ns * 1e-9;
    char *text = lines_format(
        "%s waited %.1f at a time on %d thread%s: all %d waits took %.3g of one (%s %.3g "
        "to %.3g).",
        row->label, median(w, row->alive), row->used, row->used == 1 ? "" : "s", w->jobs,
        median(w, row->elapsed_s) / each_s,
        w->rounds < STATS_MIN_FOR_INTERVAL ? "range" : "95 % interval", ci.lo / each_s,
        ci.hi / each_s);
    printf("  - ");
    lines_wrap(stdout, text, 4, 4, 80);
    free(text);
}

// What structure alone did to one kind of work: as much as the interval shows.
static char *gain_of(const struct kind *w)
{
    const struct pair pair = against(w, SERIAL, CSP_ONE);
    char *ratio = pair_ratio(&pair), *text;
    if (w->rounds < STATS_MIN_FOR_INTERVAL)
        text = lines_format("%sx, too few rounds to be sure", ratio);
    else if (!result_separated(&pair))
        text = lines_format("it made no difference that shows (%sx)", ratio);
    else if (pair.ratio > 1)
        text = lines_format("it was a gain of %sx", ratio);
    else
        text = lines_format("it was a cost (%sx as fast)", ratio);
    free(ratio);
    return text;
}

static void say_together(const struct kind *waits, const struct kind *computes)
{
    if (!stands(&waits->rows[SERIAL]) || !stands(&waits->rows[CSP_ONE]) ||
        !stands(&computes->rows[SERIAL]) || !stands(&computes->rows[CSP_ONE]))
        return;
    char *wait = gain_of(waits), *compute = gain_of(computes);
    char *text = lines_format("On one processor, structure beside one thing after "
                              "another: where work waits %s; where it computes %s.",
                              wait, compute);
    printf("\n");
    lines_wrap(stdout, text, 0, 0, 80);
    free(text);
    free(wait);
    free(compute);
}

static void print_kind(const struct kind *w, const struct signs *signs)
{
    print_table(w, signs);
    if (w->wait_ns > 0) {
        say_at_once(w, CSP_ONE);
        say_at_once(w, OMP);
        say_at_once(w, THREADS);
    }
    say_pairs(w);
    fflush(stdout);
}

static void print_legend(void)
{
    printf("\n");
    lines_wrap(
        stdout,
        "alive: jobs begun and not ended, mean over the time: concurrency. running: "
        "processors at work, mean over the time: parallelism. threads: different "
        "ones that jobs ran in. memory: what became resident meanwhile, at most. "
        "Every job's answer was checked.",
        0, 0, 80);
}

// ---- the word

static enum exit_code worst(const struct kind *w, struct fail *why)
{
    for (int i = 0; i < WAYS; i++) {
        const struct row *row = &w->rows[i];
        if (!row->way || stands(row) || row->failed.code == EXIT_ABSENT)
            continue;
        fail(why, row->failed.code, "%s, jobs that %s: %s", row->label, w->verb,
             row->failed.text);
        return why->code;
    }
    return EXIT_OK;
}

static enum exit_code show(struct kind kinds[2], const struct options *o,
                           struct fail *why)
{
    const struct signs *signs =
        report_look_here(80, false).ascii ? &signs_ascii : &signs_utf8;
    for (int i = 0; i < 2; i++) {
        const int failed = measure(&kinds[i], terminal_progress(o), why);
        terminal_progress_end(o);
        if (failed)
            return why->code;
        if (!o->quiet)
            print_kind(&kinds[i], signs);
    }
    if (!o->quiet) {
        say_together(&kinds[0], &kinds[1]);
        print_legend();
    }
    const enum exit_code code = worst(&kinds[0], why);
    return code == EXIT_OK ? worst(&kinds[1], why) : code;
}

enum exit_code talk_waiting(struct options *o, int argc, char **argv, struct fail *why)
{
    (void)argc;
    (void)argv;
    const int processors = o->talk.procs ? o->talk.procs : host_usable_cpus(NULL);
    const int jobs = o->talk.jobs ? o->talk.jobs : DEFAULT_JOBS;
    const int rounds = o->runs ? o->runs : DEFAULT_ROUNDS;
    struct kind kinds[2] = {
        {.verb = "wait", .wait_ns = WAIT_NS, .each_ns = WAIT_NS},
        {.verb = "compute", .each_ns = COMPUTE_NS, .steps = waiting_steps(COMPUTE_NS)}};
    worker_watch_signals();
    for (int i = 0; i < 2; i++) {
        kinds[i].jobs = jobs;
        kinds[i].rounds = rounds;
        kinds[i].processors = processors;
        kind_open(&kinds[i]);
    }
    const enum exit_code code = show(kinds, o, why);
    for (int i = 0; i < 2; i++)
        kind_close(&kinds[i]);
    return code;
}
