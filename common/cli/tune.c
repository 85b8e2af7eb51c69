// tune.c -- see tune.h.
//
// The search: one number is changed at a time, in an order drawn by the seed, until none
// helps; then two at a time, until the time is up. A challenger must be 2 % faster in the
// median of its rounds to become the best.
#include "tune.h"

#include "bench.h"
#include "clock.h"
#include "registry.h"
#include "rng.h"
#include "text.h"
#include "tune_player.h"
#include "worker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIED_MAX = 512, VARIANT_BYTES = 128 };
static const double BETTER = 0.98;

// A variant with some of its numbers chosen; 0: the engine chooses.
struct candidate {
    int value[KNOBS_MAX];
};

struct tally {
    int tried, right, refused, wrong, died;
};

struct search {
    const struct cell *cell;
    const struct engine_opts *opts;
    const struct tunable *tunable;
    const struct options *options;
    uint64_t end_ns;
    struct rng rng;
    struct player *best;
    struct candidate best_candidate;
    double gain;  // of the best over where it began
    struct candidate tried[TRIED_MAX];
    int tried_count;
    struct tally tally;
};

static void say(const struct search *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct search *s, const char *format, ...)
{
    char line[700];
    va_list args;
    if (s->options->quiet)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fputs("tune: ", stderr);
    text_print(stderr, line);
    fputc('\n', stderr);
}

static char *name_of(const struct search *s, const struct candidate *c,
                     char to[static VARIANT_BYTES])
{
    size_t used = (size_t)snprintf(to, VARIANT_BYTES, "%s[", s->tunable->variant);
    const char *gap = "";
    for (int i = 0; s->tunable->knobs[i].name && used < VARIANT_BYTES; i++) {
        if (!c->value[i])
            continue;
        used += (size_t)snprintf(to + used, VARIANT_BYTES - used, "%s%s=%d", gap,
                                 s->tunable->knobs[i].name, c->value[i]);
        gap = " ";
    }
    if (used < VARIANT_BYTES)
        snprintf(to + used, VARIANT_BYTES - used, "]");
    return to;
}

// ---- trying

static bool was_tried(struct search *s, const struct candidate *c)
{
    for (int i = 0; i < s->tried_count; i++)
        if (memcmp(&s->tried[i], c, sizeof *c) == 0)
            return true;
    if (s->tried_count < TRIED_MAX)
        s->tried[s->tried_count++] = *c;
    return s->tried_count == TRIED_MAX;
}

static bool over(const struct search *s)
{
    return worker_signal() || clock_ns() >= s->end_ns || !s->best;
}

static void count_failure(struct search *s, const char *name, const struct fail *why)
{
    if (why->code == EXIT_WRONG)
        s->tally.wrong++;
    else if (why->code == EXIT_DIED)
        s->tally.died++;
    else
        s->tally.refused++;
    // What a device has no room for is no news.
    if (why->code != EXIT_ABSENT)
        say(s, "%s is out: %s", name, why->text);
}

// True when it becomes the best.
static bool try_one(struct search *s, const struct candidate *c)
{
    char name[VARIANT_BYTES];
    struct fail why;
    double ratio = 0;
    struct player *blamed = NULL;
    if (over(s) || was_tried(s, c))
        return false;
    s->tally.tried++;
    struct player *p = player_hire(s->cell, s->opts, name_of(s, c, name), NULL, 0, &why);
    if (!p) {
        count_failure(s, name, &why);
        return false;
    }
    if (player_match(s->best, p, s->cell->unit, &ratio, &blamed, &why)) {
        count_failure(s, name, &why);
        // A best that fails now is none: nothing is kept of this search.
        if (blamed == s->best) {
            player_dismiss(s->best);
            s->best = NULL;
        }
        player_dismiss(p);
        return false;
    }
    s->tally.right++;
    say(s, "%s takes %.3f of the best's time", name, ratio);
    if (ratio >= BETTER) {
        player_dismiss(p);
        return false;
    }
    s->gain /= ratio;
    player_dismiss(s->best);
    s->best = p;
    s->best_candidate = *c;
    return true;
}

// ---- the search

static int count_knobs(const struct tunable *t)
{
    int n = 0;
    while (n < KNOBS_MAX && t->knobs[n].name)
        n++;
    return n;
}

static int count_values(const struct knob *k)
{
    int n = 0;
    while (n < KNOB_VALUES_MAX && k->values[n])
        n++;
    return n;
}

// 0 to n - 1 in an order drawn by the seed.
static void shuffle(struct rng *rng, int n, int *order)
{
    for (int i = 0; i < n; i++) {
        const int j = (int)rng_below(rng, (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

// Every value of every knob, alone; true when some made a new best.
static bool change_one(struct search *s)
{
    bool better = false;
    int knobs[KNOBS_MAX] = {0}, values[KNOB_VALUES_MAX] = {0};
    const int knob_count = count_knobs(s->tunable);
    shuffle(&s->rng, knob_count, knobs);
    for (int k = 0; k < knob_count; k++) {
        const struct knob *knob = &s->tunable->knobs[knobs[k]];
        const int value_count = count_values(knob);
        shuffle(&s->rng, value_count, values);
        for (int v = 0; v < value_count && !over(s); v++) {
            struct candidate c = s->best_candidate;
            c.value[knobs[k]] = knob->values[values[v]];
            better |= try_one(s, &c);
        }
    }
    return better;
}

static bool change_two(struct search *s)
{
    enum { DRAWS = 64 };
    const int knob_count = count_knobs(s->tunable);
    for (int draw = 0; draw < DRAWS && !over(s); draw++) {
        struct candidate c = s->best_candidate;
        for (int i = 0; i < 2; i++) {
            const int k = (int)rng_below(&s->rng, (uint64_t)knob_count);
            const struct knob *knob = &s->tunable->knobs[k];
            c.value[k] = knob->values[rng_below(&s->rng, (uint64_t)count_values(knob))];
        }
        if (try_one(s, &c))
            return true;
    }
    return false;
}

static void keep(struct search *s)
{
    char name[VARIANT_BYTES];
    struct fail why;
    json_t *reply;
    const struct tally *t = &s->tally;
    say(s, "%s of %s, %s: %d tried, %d right, %d refused, %d wrong, %d died",
        s->tunable->variant, s->cell->column, s->cell->case_name, t->tried, t->right,
        t->refused, t->wrong, t->died);
    if (!s->best) {
        say(s, "nothing is kept");
        return;
    }
    name_of(s, &s->best_candidate, name);
    if (worker_ask(&s->best->worker, json_pack("{s:s}", "do", "keep"),
                   bench_deadline_s(0, NULL), &reply, &why)) {
        say(s, "%s is best, but cannot be kept: %s", name, why.text);
        return;
    }
    json_decref(reply);
    say(s, "%s is kept: %.2f times as fast as untuned, match by match", name, s->gain);
}

static void run_search(struct search *s)
{
    const struct candidate none = {{0}};
    char name[VARIANT_BYTES];
    struct fail why;
    double warm_s;
    s->gain = 1;
    was_tried(s, &none);
    s->best = player_hire(s->cell, s->opts, name_of(s, &none, name), NULL, 0, &why);
    if (!s->best || player_play(s->best, s->cell->unit, &warm_s, &why)) {
        say(s, "%s cannot be tuned: %s", name, why.text);
        player_dismiss(s->best);
        return;
    }
    while (!over(s) && change_one(s))
        ;
    while (!over(s) && (change_two(s) ? change_one(s) : false))
        ;
    keep(s);
    player_dismiss(s->best);
}

// ---- what there is to search

static const struct tunable *find_tunable(const struct engine *e, const char *variant)
{
    const size_t length = strcspn(variant, " [");
    for (const struct tunable *t = e->matmul_tunables; t && t->variant; t++)
        if (strlen(t->variant) == length && strncmp(t->variant, variant, length) == 0)
            return t;
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *type_of(const struct cell *c)
{
    return json_string_value(json_object_get(c->params, "type"));
}

// An earlier cell already stood for this engine, device, variant and type.
static bool is_repeat(const struct plan *p, size_t at)
{
    const struct cell *c = &p->result->cells[at];
    for (size_t i = 0; i < at; i++) {
        const struct cell *before = &p->result->cells[i];
        if (strcmp(before->engine, c->engine) == 0 &&
            strcmp(before->workload, c->workload) == 0 &&
            same_text(type_of(before), type_of(c)) &&
            p->opts[i].threads == p->opts[at].threads &&
            same_text(p->opts[i].device, p->opts[at].device) &&
            same_text(p->opts[i].variant, p->opts[at].variant))
            return true;
    }
    return false;
}

void tune_plan(const struct plan *p, const struct options *o)
{
    for (size_t i = 0; i < p->result->cell_count && !worker_signal(); i++) {
        const struct cell *c = &p->result->cells[i];
        const struct engine *e = registry_engine(c->engine);
        char variant[VARIANT_BYTES] = "";
        struct fail why;
        if (c->failed || strcmp(c->workload, "matmul") != 0 || !e->matmul_tunables ||
            is_repeat(p, i))
            continue;
        struct search *s = calloc(1, sizeof *s);
        if (!s)
            die("out of memory");
        *s = (struct search){.cell = c, .opts = &p->opts[i], .options = o};
        // Which variant an engine chooses by itself, it says once it is ready.
        if (p->opts[i].variant)
            snprintf(variant, sizeof variant, "%s", p->opts[i].variant);
        else
            player_dismiss(
                player_hire(c, &p->opts[i], NULL, variant, sizeof variant, &why));
        s->tunable = find_tunable(e, variant);
        s->rng = (struct rng){o->seed};
        s->end_ns = clock_ns() + (uint64_t)(o->tune_s * 1e9);
        if (s->tunable)
            run_search(s);
        else if (*variant)
            say(s, "%s of %s has no numbers to search", variant, c->column);
        free(s);
    }
}
