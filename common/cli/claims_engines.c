// claims_engines.c -- see claims_engines.h. Engines run in workers, as everywhere: the
// supervisor calls no OpenMP.
#include "claims_engines.h"

#include "grain_model.h"
#include "judge_bits.h"
#include "lines.h"
#include "talk_grain.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

// ---- 16: the same bits

static void judge_matmul(const struct claim_opts *o, struct evidence *e)
{
    struct bits bits;
    struct fail why;
    e->expected = 0;
    snprintf(e->formula, sizeof e->formula, "each sum in the order of k, whoever adds");
    snprintf(e->bound, sizeof e->bound, "exact: not one bit differs");
    if (bits_compare(&bits, o->procs, o->seed, &why)) {
        e->finding = why.code == EXIT_WRONG ? FINDING_REFUTED : FINDING_INCONCLUSIVE;
        snprintf(e->figure, sizeof e->figure, "%.190s", why.text);
        return;
    }
    e->value = bits.different;
    snprintf(e->figure, sizeof e->figure,
             "%d products, f32 and f64, whole and random numbers, on %s: %d differ from "
             "serial's bits",
             bits.products, bits.engines, bits.different);
    evidence_demand(e, bits.different == 0);
    if (o->real)
        bits_time(e->real, sizeof e->real, o->procs, o->seed);
}

// ---- 18: the grain

// Every grain on one processor up to the crossover, and a few on two, must take what the
// formula says.
static int try_model(uint64_t *found, struct fail *why)
{
    struct grain_model m = grain_example;
    if (grain_find(&m, GRAIN_PERCENT, found, why))
        return -1;
    m.procs = 2;
    for (m.grain = 1; m.grain <= m.elements; m.grain = 2 * m.grain + 1) {
        uint64_t ns;
        if (grain_run_ns(&m, &ns, why))
            return -1;
        if (ns != grain_formula_ns(&m))
            return fail(
                why, EXIT_WRONG,
                "on two processors %llu elements a message took %llu ns, not %llu",
                (unsigned long long)m.grain, (unsigned long long)ns,
                (unsigned long long)grain_formula_ns(&m));
    }
    return 0;
}

static void sweep(const struct claim_opts *o, struct evidence *e)
{
    enum { ROUNDS = 15 };
    struct grain_sweep s;
    struct fail why;
    char message[FIGURE_BYTES], element[FIGURE_BYTES], from[80] = "at no grain tried";
    if (grain_measure(&s, o->procs, ROUNDS, o->seed, false, &why)) {
        snprintf(e->real, sizeof e->real, "%.190s", why.text);
        return;
    }
    if (s.cheap >= 0)
        snprintf(from, sizeof from, "from %zu elements on (cost there %.1f..%.1f %%)",
                 s.one[s.cheap].grain, 100 * (s.one[s.cheap].ci95.lo - 1),
                 100 * (s.one[s.cheap].ci95.hi - 1));
    snprintf(e->real, sizeof e->real,
             "a message %s, an element %s; surely under %d %% %s; one processor",
             text_seconds(message, s.message_s > 0 ? s.message_s : 0),
             text_seconds(element, s.element_s), GRAIN_PERCENT, from);
}

static void judge_grain(const struct claim_opts *o, struct evidence *e)
{
    const struct grain_model *m = &grain_example;
    const uint64_t said = grain_crossover(m, GRAIN_PERCENT);
    uint64_t found = 0;
    struct fail why;
    e->expected = (double)said;
    snprintf(e->formula, sizeof e->formula,
             "M messages take M d + N w: %d %% from N / floor(N w %d %% / d) = %llu on",
             GRAIN_PERCENT, GRAIN_PERCENT, (unsigned long long)said);
    snprintf(e->bound, sizeof e->bound, "exact, every run to the nanosecond");
    if (try_model(&found, &why)) {
        e->finding = why.code == EXIT_WRONG ? FINDING_REFUTED : FINDING_INCONCLUSIVE;
        snprintf(e->figure, sizeof e->figure, "%.190s", why.text);
        return;
    }
    e->value = (double)found;
    snprintf(e->figure, sizeof e->figure,
             "a hand-over of %llu ns beside elements of %llu ns costs under %d %% from "
             "%llu elements a message on; on two processors it is hidden",
             (unsigned long long)m->hand_over_ns, (unsigned long long)m->work_ns,
             GRAIN_PERCENT, (unsigned long long)found);
    evidence_demand(e, found == said);
    if (o->real)
        sweep(o, e);
}

// ---- the tables

const struct claim claims_engines[] = {
    {16,
     "A product has the same bits from structure and from loops; what structure costs on "
     "one processor and gains on more are two numbers.",
     "gopherbench talk --check 16", true, judge_matmul},
    {18,
     "Messages of enough work make structure cost nothing: there is a crossover, and it "
     "can be computed.",
     "gopherbench talk grain", true, judge_grain},
};

const int claims_engines_count = sizeof claims_engines / sizeof *claims_engines;

static const struct claim *find_in(const struct claim *table, int count, int number)
{
    for (int i = 0; i < count; i++)
        if (table[i].number == number)
            return &table[i];
    return NULL;
}

const struct claim *claims_find(int number)
{
    const struct claim *found = find_in(claims, claims_count, number);
    return found ? found : find_in(claims_engines, claims_engines_count, number);
}
