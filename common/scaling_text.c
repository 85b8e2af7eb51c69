// scaling_text.c -- see scaling_text.h.
#include "scaling_text.h"

#include "board.h"
#include "pair_text.h"
#include "scaling.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Takes over both.
static char *joined(char *text, char *more)
{
    char *all = lines_format("%s%s", text, more);
    free(text);
    free(more);
    return all;
}

// "128" of "128x128x128 f32", "4096x64x4096" of a product that is no cube.
static char *size_of(const struct cell *cell)
{
    const int length = (int)strcspn(cell->case_name, " ");
    unsigned long long m, n, k;
    if (strcmp(cell->workload, "matmul") != 0)
        return lines_escape(cell->case_name);
    if (sscanf(cell->case_name, "%llux%llux%llu", &m, &n, &k) == 3 && m == n && n == k)
        return lines_format("%llu", m);
    char *cut = lines_format("%.*s", length, cell->case_name);
    char *size = lines_escape(cut);
    free(cut);
    return size;
}

static const char *type_of(const struct cell *cell)
{
    const char *space =
        strcmp(cell->workload, "matmul") == 0 ? strchr(cell->case_name, ' ') : NULL;
    return space ? space + 1 : "";
}

// ---- by size

static char *figure_of(const struct cell *cell)
{
    const double giga = cell->rate * 1e-9;
    const int digits = giga < 9.995 ? 2 : giga < 99.95 ? 1 : 0;
    if (!(cell->limit_fraction > 0))
        return lines_format("%.*f", digits, giga);
    return lines_format("%.*f %3.0f%%", digits, giga, 100 * cell->limit_fraction);
}

// The columns of a sweep's cases that have times anywhere, in order.
static void take_columns(struct lines *columns, const struct result *r,
                         const struct sweep *s)
{
    for (size_t i = 0; i < r->cell_count; i++)
        for (size_t j = 0; j < s->count; j++)
            if (result_stands(&r->cells[i]) &&
                result_same_case(&r->cells[i], s->first[j]) &&
                !lines_hold(columns, r->cells[i].column))
                lines_add(columns, "%s", r->cells[i].column);
}

static void add_sizes(struct grids *grids, const struct result *r, const struct sweep *s)
{
    struct lines columns = {0};
    take_columns(&columns, r, s);
    char *workload = lines_escape(s->first[0]->workload),
         *type = lines_escape(type_of(s->first[0]));
    struct grid *g = grids_add(grids, lines_format("%s %s by size", workload, type),
                               "GFLOP/s, share of the measured limit", s->count + 1,
                               columns.count + 1);
    free(workload);
    free(type);
    grid_put(g, 0, 0, lines_format("size"));
    for (size_t c = 0; c < columns.count; c++) {
        grid_put(g, 0, c + 1, lines_escape(columns.line[c]));
        for (size_t i = 0; i < s->count; i++) {
            const struct cell *cell = scaling_cell(r, s->first[i], columns.line[c]);
            if (cell)
                grid_put(g, i + 1, c + 1, figure_of(cell));
        }
    }
    for (size_t i = 0; i < s->count; i++)
        grid_put(g, i + 1, 0, size_of(s->first[i]));
    lines_free(&columns);
}

// The point turned round: how many times as fast a is as b.
static struct pair turned(const struct pair *p)
{
    return (struct pair){.a = p->b,
                         .b = p->a,
                         .ratio = 1 / p->ratio,
                         .ci95 = {1 / p->ci95.hi, 1 / p->ci95.lo},
                         .rounds = p->rounds};
}

// "1.28x as fast at 128 (95 % interval 1.25 to 1.33, 12 rounds)".
static char *point_text(const struct pair *p)
{
    const struct pair gain = turned(p);
    char *ratio = pair_ratio(&gain), *evidence = pair_evidence(&gain),
         *size = size_of(p->a);
    char *text = lines_format("%sx as fast at %s (%s)", ratio, size, evidence);
    free(ratio);
    free(evidence);
    free(size);
    return text;
}

// ", not separated at 128, 256"; malloced, empty where a < from lies beside b.
static char *doubts_between(const struct crossover *c)
{
    char *text = lines_format("%s", "");
    for (int i = c->after + 1; i < c->from; i++) {
        char *size = size_of(c->at[i].a);
        text = joined(
            text,
            lines_format("%s%s", i == c->after + 1 ? ", not separated at " : ", ", size));
        free(size);
    }
    return text;
}

static void add_reached(struct lines *lines, const struct crossover *c, const char *who,
                        const char *b)
{
    char *there = point_text(&c->at[c->from]);
    char *from = size_of(c->at[c->from].a), *doubts = doubts_between(c);
    if (c->after >= 0) {
        char *before = point_text(&c->at[c->after]), *after = size_of(c->at[c->after].a);
        lines_add(lines, "%s overtook %s between %s and %s%s: %s, %s.", who, b, after,
                  from, doubts, before, there);
        free(before);
        free(after);
    } else if (c->from > 0) {
        lines_add(lines, "%s was faster than %s from %s on%s: %s.", who, b, from, doubts,
                  there);
    } else {
        lines_add(lines, "%s was faster than %s at every size, from %s on: %s.", who, b,
                  from, there);
    }
    free(there);
    free(from);
    free(doubts);
}

static void add_unreached(struct lines *lines, const struct crossover *c, const char *who,
                          const char *b)
{
    const struct pair *last = &c->at[c->count - 1];
    char *there = point_text(last), *size = size_of(last->a), *once = NULL;
    for (size_t i = 0; i + 1 < c->count; i++)
        if (result_separated(&c->at[i]) && c->at[i].ratio < 1 && !once)
            once = size_of(c->at[i].a);
    lines_add(lines, "%s did not overtake %s for good up to %s: %s%s%s%s.", who, b, size,
              there, result_separated(last) ? "" : ", not separated",
              once ? "; it was faster at " : "", once ? once : "");
    free(there);
    free(size);
    free(once);
}

static void add_crossover(struct lines *lines, const struct crossover *c)
{
    if (c->count == 0)
        return;
    char *a = lines_escape(c->a), *b = lines_escape(c->b);
    char *who = lines_format("%s%s", a, c->kernels ? "'s kernels alone" : "");
    if (c->from >= 0)
        add_reached(lines, c, who, b);
    else
        add_unreached(lines, c, who, b);
    free(a);
    free(b);
    free(who);
}

// ---- by threads

// "csp" of "csp t1".
static char *name_of(const struct speedup *up)
{
    const size_t length = strlen(up->one->column);
    const bool marked = length > 3 && strcmp(up->one->column + length - 3, " t1") == 0;
    char *cut =
        lines_format("%.*s", (int)(marked ? length - 3 : length), up->one->column);
    char *name = lines_escape(cut);
    free(cut);
    return name;
}

static bool opens_threads(const struct scaling *s, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (result_same_case(s->speedups[i].one, s->speedups[at].one))
            return false;
    return scaling_threads_swept(s, &s->speedups[at]);
}

static size_t place_of(struct lines *list, const char *text)
{
    if (!lines_hold(list, text))
        lines_add(list, "%s", text);
    size_t at = 0;
    while (strcmp(list->line[at], text) != 0)
        at++;
    return at;
}

static size_t place_of_threads(struct lines *list, const struct speedup *up, int cpus)
{
    const int n = up->many->facts.threads;
    char *label =
        n > cpus ? lines_format("%d on %d CPU%s", n, cpus, text_plural((uint64_t)cpus))
                 : lines_format("%d", n);
    const size_t at = place_of(list, label);
    free(label);
    return at;
}

// "1.93x 1.88..1.96  97%".
static char *speedup_text(const struct speedup *up)
{
    const int digits = board_decimals(&up->pair);
    return lines_format("%.*fx %.*f..%.*f %3.0f%%", digits, up->pair.ratio, digits,
                        up->pair.ci95.lo, digits, up->pair.ci95.hi, 100 * up->efficiency);
}

static void add_threads(struct grids *grids, const struct scaling *s, size_t at, int cpus)
{
    struct lines names = {0}, counts = {0};
    struct grid *g = NULL;
    // Once to count, once to fill.
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = at; i < s->speedup_count; i++) {
            const struct speedup *up = &s->speedups[i];
            if (!result_same_case(up->one, s->speedups[at].one))
                continue;
            char *name = name_of(up);
            const size_t column = place_of(&names, name) + 1;
            const size_t row = place_of_threads(&counts, up, cpus) + 1;
            if (g)
                grid_put(g, row, column, speedup_text(up));
            free(name);
        }
        if (pass > 0)
            break;
        char *name = lines_escape(s->speedups[at].one->case_name);
        g = grids_add(
            grids, lines_format("%s %s by threads", s->speedups[at].one->workload, name),
            "times as fast as on one, 95 % interval, efficiency", counts.count + 1,
            names.count + 1);
        free(name);
    }
    grid_put(g, 0, 0, lines_format("threads"));
    for (size_t c = 0; c < names.count; c++)
        grid_put(g, 0, c + 1, lines_format("%s", names.line[c]));
    for (size_t c = 0; c < counts.count; c++)
        grid_put(g, c + 1, 0, lines_format("%s", counts.line[c]));
    lines_free(&names);
    lines_free(&counts);
}

static void add_speedup(struct lines *lines, const struct speedup *up)
{
    char *name = name_of(up), *ratio = pair_ratio(&up->pair),
         *evidence = pair_evidence(&up->pair), *full = lines_escape(up->one->case_name);
    char *rest =
        isnan(up->serial_fraction)
            ? lines_format("%s", "")
            : lines_format(", serial fraction %.1f %% (%.1f to %.1f, Karp and "
                           "Flatt)",
                           100 * up->serial_fraction, 100 * up->serial_fraction_ci95.lo,
                           100 * up->serial_fraction_ci95.hi);
    lines_add(lines,
              "%s %s: %s on %d threads was %sx as fast as on 1 (%s), efficiency "
              "%.0f %% (%.0f to %.0f)%s.",
              up->one->workload, full, name, up->many->facts.threads, ratio, evidence,
              100 * up->efficiency, 100 * up->efficiency_ci95.lo,
              100 * up->efficiency_ci95.hi, rest);
    free(name);
    free(ratio);
    free(evidence);
    free(rest);
    free(full);
}

// Of an engine's speed-ups the one at the most threads that have a CPU each, in the case
// with the most work; the tables have the others.
static bool worth_a_sentence(const struct scaling *s, const struct speedup *up, int cpus)
{
    const struct cell *here = up->many;
    if (here->facts.threads > cpus || !scaling_threads_swept(s, up))
        return false;
    for (size_t i = 0; i < s->speedup_count; i++) {
        const struct cell *c = s->speedups[i].many;
        const bool rival = c->facts.threads <= cpus &&
                           strcmp(c->engine, here->engine) == 0 &&
                           strcmp(c->workload, here->workload) == 0 &&
                           strcmp(c->facts.device, here->facts.device) == 0 &&
                           strcmp(c->facts.variant, here->facts.variant) == 0 &&
                           strcmp(type_of(c), type_of(here)) == 0;
        if (rival && (c->work > here->work || (result_same_case(c, here) &&
                                               c->facts.threads > here->facts.threads)))
            return false;
    }
    return true;
}

// ---- payback

static bool same_opening(const struct cell *a, const struct cell *b)
{
    return strcmp(a->workload, b->workload) == 0 && strcmp(type_of(a), type_of(b)) == 0 &&
           strcmp(a->column, b->column) == 0;
}

// "41 of 1024 (35 to 52)".
static char *payback_text(const struct payback *p)
{
    char *size = size_of(p->device);
    char *text = lines_format("%.0f of %s (%.0f to %.0f)", p->runs, size, p->runs_ci95.lo,
                              p->runs_ci95.hi);
    free(size);
    return text;
}

static void add_payback(struct lines *lines, const struct scaling *s, size_t at)
{
    const struct payback *p = &s->paybacks[at];
    char *text = NULL, open[FIGURE_BYTES];
    for (size_t i = at; i < s->payback_count; i++) {
        const struct payback *q = &s->paybacks[i];
        if (q->paid && same_opening(q->device, p->device))
            text = text ? joined(joined(text, lines_format(", ")), payback_text(q))
                        : payback_text(q);
    }
    char *device = lines_escape(p->device->column),
         *other = lines_escape(p->other->column),
         *type = lines_escape(type_of(p->device));
    lines_add(lines, "Opening %s for %s took %s longer than opening %s: %s%s.", device,
              type, text_seconds(open, p->open_s), other,
              text ? "paid back after "
                   : "never paid back, as no product was faster beyond doubt",
              text ? text : "");
    free(text);
    free(device);
    free(other);
    free(type);
}

// The first of its device and type, at the best thread count there is.
static bool opens_payback(const struct scaling *s, size_t at, int cpus)
{
    const struct cell *here = s->paybacks[at].device;
    for (size_t i = 0; i < s->payback_count; i++) {
        const struct cell *c = s->paybacks[i].device;
        if ((i < at && same_opening(c, here)) ||
            (result_same_case(c, here) &&
             strcmp(c->facts.device, here->facts.device) == 0 &&
             strcmp(c->facts.variant, here->facts.variant) == 0 &&
             scaling_better_threads(c->facts.threads, here->facts.threads, cpus)))
            return false;
    }
    return strcmp(here->workload, "matmul") == 0;
}

// ---- the whole

void scaling_tell(struct grids *grids, struct lines *lines, const struct result *r)
{
    struct scaling s;
    scaling_find(&s, r);
    for (size_t i = 0; i < s.sweep_count; i++)
        add_sizes(grids, r, &s.sweeps[i]);
    for (size_t i = 0; i < s.crossover_count; i++)
        add_crossover(lines, &s.crossovers[i]);
    const int cpus = r->host.usable_cpus;
    for (size_t i = 0; i < s.speedup_count; i++) {
        if (opens_threads(&s, i))
            add_threads(grids, &s, i, cpus);
        if (worth_a_sentence(&s, &s.speedups[i], cpus))
            add_speedup(lines, &s.speedups[i]);
    }
    for (size_t i = 0; i < s.payback_count; i++)
        if (opens_payback(&s, i, cpus))
            add_payback(lines, &s, i);
    scaling_free(&s);
}
