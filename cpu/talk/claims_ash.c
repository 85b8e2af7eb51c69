// claims_ash.c -- claim 10: structure changes neither what is burnt, nor, on one
// processor, more than its bookkeeping costs.
#include "book.h"
#include "clock.h"
#include "judges.h"
#include "site.h"
#include "trial.h"

#include <stdlib.h>
#include <string.h>

enum { LOADS = 60 };

static struct gopher_plan plan_of(const struct design *d, uint32_t loads)
{
    struct gopher_plan p = gopher_plan_default;
    p.design = *d;
    p.loads = loads / (uint32_t)d->lanes;
    p.work = WORK_REAL;
    return p;
}

// The same loads in a plain loop: copied, carried, burnt, and the cart cleared, in two
// places.
static uint64_t burn_in_a_loop(uint8_t *places, uint32_t loads, uint64_t seed)
{
    const size_t bytes = gopher_plan_default.book_bytes;
    uint8_t *const bed = places, *const away = places + bytes;
    uint64_t ash = 0;
    for (uint32_t i = 0; i < loads; i++) {
        books_write(bed, bytes, seed, i);
        memcpy(away, bed, bytes);
        ash += books_burn(away, bytes);
        memset(bed, 0, bytes);
    }
    return ash;
}

// The least of three times of a run in real time on one processor, in ns.
static uint64_t least_ns(struct trial *t, const struct gopher_plan *p)
{
    struct record r;
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 3; i++) {
        if (!trial_run(t, p, &r))
            return 0;
        least = r.end_ns < least ? r.end_ns : least;
        record_free(&r);
    }
    return least;
}

static void bookkeeping_here(struct trial *t, uint8_t *places)
{
    enum { REAL_LOADS = 128 };
    static const char *const names[] = {"one", "four", "sixteen"};
    double times[3] = {0};
    uint64_t loop_ns = UINT64_MAX;
    for (int i = 0; i < 3; i++) {
        const uint64_t begin_ns = clock_ns();
        burn_in_a_loop(places, REAL_LOADS, t->opts->seed);
        const uint64_t ns = clock_ns() - begin_ns;
        loop_ns = ns < loop_ns ? ns : loop_ns;
    }
    for (int i = 0; i < 3; i++) {
        const struct gopher_plan named = trial_plan(names[i], 1);
        struct gopher_plan p = plan_of(&named.design, REAL_LOADS);
        p.virtual_time = false;
        p.seed = t->opts->seed;
        times[i] = (double)least_ns(t, &p) / (double)loop_ns;
    }
    SAY(t->e->real,
        "on 1 processor one, four, sixteen take %.3f, %.3f, %.3f times a plain loop's "
        "time (sixteen handle each book twice); at best 1",
        times[0], times[1], times[2]);
}

static void judge_with(struct trial *t, uint8_t *places)
{
    const uint64_t ash = burn_in_a_loop(places, LOADS, gopher_plan_default.seed);
    struct evidence *e = t->e;
    struct record r;
    int same = 0;
    for (int i = 0; i < designs_count; i++) {
        const struct gopher_plan p = plan_of(&designs[i], LOADS);
        if (!trial_run(t, &p, &r))
            break;
        const bool equal = r.result == CSP_OK && r.burnt == LOADS && r.lost == 0 &&
                           r.twice == 0 && r.ash == ash;
        trial_demand(t, equal);
        same += equal;
        record_free(&r);
    }
    e->value = same;
    e->expected = designs_count;
    SAY(e->figure, "%d of %d designs burn the same %d loads to the same ash, %016llx",
        same, designs_count, LOADS, (unsigned long long)ash);
    SAY(e->formula,
        "the sum of all digests, as a plain loop has it; T_csp(1) / T_serial");
    SAY(e->bound, "exact; the time is a matter of the machine and decides nothing");
    if (t->opts->real && !t->unable)
        bookkeeping_here(t, places);
}

void judge_ash(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    uint8_t *places = malloc(2 * (size_t)gopher_plan_default.book_bytes);
    if (places)
        judge_with(&t, places);
    else
        t.unable = fail(&t.why, EXIT_RESOURCE, "out of memory for books") != 0;
    free(places);
    trial_end(&t, NULL);
}
