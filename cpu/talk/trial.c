// trial.c -- see trial.h.
#include "trial.h"

#include "gopher_report.h"
#include "judges.h"
#include "site.h"

#include <assert.h>
#include <stdio.h>

struct gopher_plan trial_plan(const char *design, int procs)
{
    struct gopher_plan p = gopher_plan_default;
    struct fail why;
    const int found = design_find(design, &p.design, &why);
    assert(found == 0);
    p.loads = 1000;
    p.procs = procs;
    return p;
}

struct gopher_plan trial_trips(struct gopher_plan p, int load, int carry, int unload,
                               int come_back)
{
    const int trips[TRIPS] = {load, carry, unload, come_back};
    for (int t = 0; t < TRIPS; t++)
        p.trip_ns[t] = (uint64_t)trips[t] * TRIP_NS;
    return p;
}

void trial_demand(struct trial *t, bool truth)
{
    if (!t->unable)
        evidence_demand(t->e, truth);
}

void trial_conserved(struct trial *t, const struct record *r)
{
    trial_demand(t, record_conserved(r));
    if (record_conserved(r))
        return;
    t->lost = r->lost;
    t->twice = r->twice;
}

bool trial_run(struct trial *t, const struct gopher_plan *p, struct record *r)
{
    if (t->unable)
        return false;
    t->unable = site_run(p, r, &t->why) != 0;
    if (!t->unable)
        trial_conserved(t, r);
    return !t->unable;
}

bool trial_steady(const struct record *r, uint32_t window, uint64_t span_ns)
{
    const uint32_t first = r->burnt / 4, end = r->burnt - r->burnt / 4;
    uint64_t ns, loads;
    if (first + window >= end)
        return false;
    for (uint32_t i = first; i + window < end; i++) {
        record_interval(r, i, i + window, &ns, &loads);
        if (ns != span_ns)
            return false;
    }
    return true;
}

double trial_pace(struct trial *t, const struct gopher_plan *p, uint32_t window,
                  uint64_t span_ns)
{
    struct record r;
    if (!trial_run(t, p, &r))
        return 0;
    trial_demand(t, r.result == CSP_OK && trial_steady(&r, window, span_ns));
    const double pace = record_rate(&r) * (double)TRIP_NS / 1e9;
    record_free(&r);
    return pace;
}

uint64_t trial_last(struct trial *t, const struct gopher_plan *p)
{
    struct record r;
    if (!trial_run(t, p, &r))
        return 0;
    const uint64_t ns = record_last_burnt(&r);
    record_free(&r);
    return ns;
}

// How many loads one gopher burns in some 50 ms.
static uint32_t real_loads(const struct gopher_plan *p)
{
    const uint64_t round_ns = plan_round_ns(p), budget_ns = 50 * TRIP_NS;
    const uint64_t loads = round_ns ? budget_ns / round_ns : 100;
    return loads < 40 ? 40 : (uint32_t)loads;
}

struct here trial_here(const struct claim_opts *opts, struct gopher_plan p,
                       uint64_t trip_ns)
{
    struct here here = {0};
    struct record r, alone;
    struct fail why;
    for (int t = 0; t < TRIPS; t++)
        p.trip_ns[t] = p.trip_ns[t] / 1000 * trip_ns / (TRIP_NS / 1000);
    p.virtual_time = false;
    p.seed = opts->seed;
    p.loads = real_loads(&p) / (uint32_t)p.design.lanes;
    const struct gopher_plan one = plan_alone(&p);
    if (site_run(&p, &r, &why) != 0) {
        SAY(here.why, "%.100s", why.text);
        return here;
    }
    if (site_run(&one, &alone, &why) == 0) {
        const struct gopher_plan measured = plan_as_measured(&r);
        const struct bound most = plan_bound(&measured);
        const double one_s = (double)record_last_burnt(&alone) / 1e9;
        here.times = one_s * 1e9 / (double)record_last_burnt(&r);
        here.most = most.loads_per_s * one_s / alone.burnt;
        SAY(here.why, "%s", most.why);
        record_free(&alone);
    } else {
        SAY(here.why, "%.100s", why.text);
    }
    record_free(&r);
    return here;
}

void trial_end(struct trial *t, const struct gopher_plan *plan)
{
    if (t->unable) {
        t->e->finding = FINDING_INCONCLUSIVE;
        SAY(t->e->figure, "it could not be run: %.160s", t->why.text);
    } else if (t->lost || t->twice) {
        SAY(t->e->figure, "in one run %u lost, %u burnt twice", t->lost, t->twice);
    } else if (plan && t->opts->real) {
        struct gopher_plan p = *plan;
        p.procs = t->opts->procs;
        const struct here here = trial_here(t->opts, p, TRIP_NS / 10);
        SAY(t->e->real, "%.2fx one gopher, of about %.2fx at most: %s", here.times,
            here.most, here.why);
    }
}
