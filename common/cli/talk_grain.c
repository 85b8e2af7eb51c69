// talk_grain.c -- how much work a message should carry: the sweep from elements to blocks
// of rows on this machine, and the same question to the model, whose answer is exact.
#include "talk_grain.h"
#include "bench.h"
#include "board.h"
#include "command.h"
#include "csp_grain.h"
#include "grain_model.h"
#include "host.h"
#include "lines.h"
#include "report.h"
#include "stats.h"
#include "talk_words.h"
#include "terminal.h"
#include "text.h"
#include "worker.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 512, DEPTH = 64, ELEMENTS = SIDE * SIDE, DEFAULT_ROUNDS = 25 };

static const size_t grains[GRAINS] = {1, 4, 16, 64, SIDE, 4 * SIDE, 16 * SIDE, 64 * SIDE};

// What a candidate is: 0 is the plain loop, then every grain on one processor, then every
// grain on all.
enum { CANDIDATES = 1 + 2 * GRAINS };

static double *samples_of(const struct grain_sweep *s, int candidate)
{
    return s->seconds + (size_t)candidate * (size_t)s->rounds;
}

static int sample(struct grain_sweep *s, struct product *p, int candidate, int round,
                  struct fail *why)
{
    double *to = samples_of(s, candidate) + round;
    const int grain = (candidate - 1) % GRAINS;
    const int procs = candidate <= GRAINS ? 1 : s->procs;
    if (candidate == 0)
        product_plain(p, to);
    else if (product_by_messages(p, grains[grain], procs, to, why))
        return -1;
    return product_check(p, why);
}

// A round of warming up goes before the others, and is overwritten by the first.
static int measure(struct grain_sweep *s, struct product *p, bool shown, struct fail *why)
{
    int turn[CANDIDATES];
    const int candidates = s->procs > 1 ? CANDIDATES : 1 + GRAINS;
    for (int round = -1; round < s->rounds; round++) {
        bench_order(round < 0 ? 0 : round, candidates, turn);
        if (shown)
            fprintf(stderr, "\r\033[Kmessages: round %d/%d", round + 1, s->rounds);
        for (int i = 0; i < candidates; i++)
            if (sample(s, p, turn[i], round < 0 ? 0 : round, why))
                return -1;
    }
    return 0;
}

static struct grain_figure figure(const struct grain_sweep *s, int candidate, int grain)
{
    const size_t n = (size_t)s->rounds;
    struct grain_figure f = {.grain = grains[grain],
                             .messages = (ELEMENTS + grains[grain] - 1) / grains[grain],
                             .time_s = stats_median(samples_of(s, candidate), n)};
    f.ratio = stats_ratio(samples_of(s, candidate), samples_of(s, 0), n, &f.ci95);
    return f;
}

static void conclude(struct grain_sweep *s)
{
    s->plain_s = stats_median(samples_of(s, 0), (size_t)s->rounds);
    s->elements = ELEMENTS;
    s->cheap = -1;
    for (int g = 0; g < GRAINS; g++) {
        s->one[g] = figure(s, 1 + g, g);
        if (s->procs > 1)
            s->all[g] = figure(s, 1 + GRAINS + g, g);
    }
    // From the coarsest down, as long as the whole interval is cheap.
    for (int g = GRAINS - 1; g >= 0 && s->one[g].ci95.hi < 1 + GRAIN_PERCENT / 100.0; g--)
        s->cheap = g;
    s->element_s = s->plain_s / ELEMENTS;
    s->message_s = (s->one[0].ratio - 1) * s->plain_s / ELEMENTS;
}

int grain_measure(struct grain_sweep *s, int procs, int rounds, uint64_t seed, bool shown,
                  struct fail *why)
{
    struct product p;
    *s = (struct grain_sweep){.procs = procs, .rounds = rounds};
    assert(procs >= 1 && rounds >= 1);
    s->seconds = calloc(CANDIDATES * (size_t)rounds, sizeof *s->seconds);
    if (!s->seconds)
        return fail(why, EXIT_RESOURCE, "no memory for %d rounds", rounds);
    int failed = product_open(&p, SIDE, DEPTH, seed, why);
    if (!failed)
        failed = measure(s, &p, shown, why);
    if (!failed)
        conclude(s);
    product_close(&p);
    free(s->seconds);
    s->seconds = NULL;
    return failed;
}

// ---- the table

static char *grain_name(size_t grain)
{
    if (grain < SIDE)
        return lines_format("%zu element%s", grain, grain == 1 ? "" : "s");
    if (grain == SIDE)
        return lines_format("a row, %zu", grain);
    return lines_format("%zu rows", grain / SIDE);
}

// No spaces at the end of a line.
static void print_end(const char *cost, const char *gain)
{
    if (*gain)
        printf("%-24s  %s\n", cost, gain);
    else
        printf("%s\n", cost);
}

static void print_gain(char *gain, size_t size, const struct grain_figure *all)
{
    const int digits = 1 / all->ci95.lo < 10 ? 2 : 1;
    snprintf(gain, size, "%.*fx (%.*f..%.*f)", digits, 1 / all->ratio, digits,
             1 / all->ci95.hi, digits, 1 / all->ci95.lo);
}

static void print_row(const struct grain_sweep *s, int g)
{
    const struct grain_figure *one = &s->one[g], *all = &s->all[g];
    char *name = grain_name(one->grain), time[FIGURE_BYTES], cost[48], gain[32] = "";
    const struct interval cost_ci = {100 * (one->ci95.lo - 1), 100 * (one->ci95.hi - 1)};
    const int digits = cost_ci.hi < 100 ? 1 : 0;
    snprintf(cost, sizeof cost, "%+.*f%% (%+.*f..%+.*f)", digits, 100 * (one->ratio - 1),
             digits, cost_ci.lo, digits, cost_ci.hi);
    if (s->procs > 1)
        print_gain(gain, sizeof gain, all);
    printf("  %-11s %8zu %9s  ", name, one->messages, text_seconds(time, one->time_s));
    print_end(cost, gain);
    free(name);
}

static void print_table(const struct grain_sweep *s, const struct signs *signs)
{
    char plain[FIGURE_BYTES], gain[32] = "";
    if (s->procs > 1)
        snprintf(gain, sizeof gain, "on %d, gain", s->procs);
    printf("\n%d x %d elements of a product, ordered by messages%s%d round%s\n", SIDE,
           SIDE, signs->dot, s->rounds, s->rounds == 1 ? "" : "s");
    printf("  %-11s %8s %9s  ", "a message", "messages", "on one");
    print_end("structure cost (95%)", gain);
    printf("  %-11s %8s %9s\n", "no message", "0", text_seconds(plain, s->plain_s));
    for (int g = 0; g < GRAINS; g++)
        print_row(s, g);
}

// ---- what is said

static void say_wrapped(char *text)
{
    printf("  - ");
    lines_wrap(stdout, text, 4, 4, 80);
    free(text);
}

static void say_measured(const struct grain_sweep *s)
{
    char each[FIGURE_BYTES], message[FIGURE_BYTES];
    if (s->message_s > 0)
        say_wrapped(lines_format(
            "A message of one element cost %s over the element's own %s: by these two a "
            "cost of %d %% is reached at %.0f elements.",
            text_seconds(message, s->message_s), text_seconds(each, s->element_s),
            GRAIN_PERCENT, ceil(100 * s->message_s / s->element_s / GRAIN_PERCENT)));
    if (s->cheap < 0) {
        say_wrapped(lines_format("No grain of these surely costs less than %d %% here: "
                                 "their intervals reach above it.",
                                 GRAIN_PERCENT));
        return;
    }
    char *name = grain_name(grains[s->cheap]);
    say_wrapped(lines_format(
        "Crossover, measured here: every message of %s or more costs less than %d %%, by "
        "the whole of every interval (there %.1f to %.1f %%).",
        name, GRAIN_PERCENT, 100 * (s->one[s->cheap].ci95.lo - 1),
        100 * (s->one[s->cheap].ci95.hi - 1)));
    free(name);
}

// The question to the model: fails unless formula and runs agree to the nanosecond.
static int say_model(bool quiet, struct fail *why)
{
    const struct grain_model *m = &grain_example;
    uint64_t found, ns;
    const uint64_t said = grain_crossover(m, GRAIN_PERCENT);
    if (grain_find(m, GRAIN_PERCENT, &found, why))
        return -1;
    if (found != said)
        return fail(why, EXIT_WRONG,
                    "virtual time found the crossover at %llu elements, the formula at "
                    "%llu",
                    (unsigned long long)found, (unsigned long long)said);
    struct grain_model at = *m;
    at.grain = found;
    if (grain_run_ns(&at, &ns, why))
        return -1;
    const double plain_ns = (double)(m->elements * m->work_ns);
    if (!quiet)
        say_wrapped(lines_format(
            "In virtual time, where a hand-over takes %llu ns and an element %llu ns, "
            "the formula says %llu elements a message are the fewest that cost no more "
            "than %d %%. Runs found the same, trying 1, 2, 3 and so on: at %llu "
            "structure costs %.2f %%, exactly as computed.",
            (unsigned long long)m->hand_over_ns, (unsigned long long)m->work_ns,
            (unsigned long long)said, GRAIN_PERCENT, (unsigned long long)found,
            100 * ((double)ns - plain_ns) / plain_ns));
    return 0;
}

const struct grain_model grain_example = {
    .elements = 6000, .grain = 1, .hand_over_ns = 100, .work_ns = 10, .procs = 1};

// ---- the word

enum exit_code talk_grain(struct options *o, int argc, char **argv, struct fail *why)
{
    (void)argc;
    (void)argv;
    struct grain_sweep s;
    const struct signs *signs =
        report_look_here(80, false).ascii ? &signs_ascii : &signs_utf8;
    const int procs = o->talk.procs ? o->talk.procs : host_usable_cpus(NULL);
    const int failed = grain_measure(&s, procs, o->runs ? o->runs : DEFAULT_ROUNDS,
                                     o->seed, terminal_progress(o), why);
    terminal_progress_end(o);
    if (failed)
        return why->code;
    if (!o->quiet) {
        print_table(&s, signs);
        say_measured(&s);
    }
    return say_model(o->quiet, why) ? why->code : EXIT_OK;
}
