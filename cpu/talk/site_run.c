// site_run.c -- see site.h: one run from its plan to its record.
#include "ground.h"
#include "site.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// Every load should have come to ash once.
static void count_loads(const struct lane *lane, uint32_t burnt, uint8_t *seen,
                        struct record *r)
{
    const uint32_t loads = r->plan.loads;
    memset(seen, 0, loads);
    for (uint32_t i = 0; i < burnt; i++) {
        const uint32_t load = lane->burnt[i].load;
        assert(load < loads);
        r->twice += seen[load];
        seen[load] = 1;
        r->burnt_ns[r->burnt++] = lane->burnt[i].ns;
    }
    for (uint32_t i = 0; i < loads; i++)
        r->lost += !seen[i];
    r->ash += lane->ash;
}

// Who still waited when the run ended, waited until then.
static void close_diaries(const struct ground *g, uint64_t end_ns)
{
    for (int i = 0; i < g->gopher_count; i++) {
        struct stint wait = g->gophers[i].wait;
        if (wait.to_ns == TIME_OPEN) {
            wait.to_ns = end_ns;
            diary_end(g->gophers[i].diary, wait);
        }
    }
}

static void gather(const struct ground *g, uint8_t *seen, struct record *r)
{
    const int last = r->plan.design.halves - 1;
    for (int i = 0; i < r->plan.design.lanes; i++) {
        const struct lane *lane = &g->lanes[i];
        count_loads(lane, lane->half[last].ends[1].passed, seen, r);
    }
    qsort(r->burnt_ns, r->burnt, sizeof *r->burnt_ns, record_by_time);
    close_diaries(g, r->end_ns);
}

static int run(struct ground *g, struct record *r, struct fail *why)
{
    const struct gopher_plan *p = &r->plan;
    const struct csp_opts opts = {.procs = p->procs,
                                  .seed = p->seed,
                                  .virtual_time = p->virtual_time,
                                  .policy = p->policy,
                                  .trace = p->trace};
    r->result = csp_run(everybody, g, &opts, &r->stats);
    r->end_ns = r->stats.elapsed_ns;
    if (r->result == CSP_ETHREAD)
        return fail(why, EXIT_RESOURCE, "no threads for %d processors%s", p->procs,
                    p->trace ? ", or the trace cannot be opened" : "");
    if (r->result == CSP_ENOMEM || g->starved)
        return fail(why, EXIT_RESOURCE, "out of memory for %d gophers", r->gophers);
    return 0;
}

int site_run(const struct gopher_plan *plan, struct record *r, struct fail *why)
{
    *r = (struct record){0};
    if (plan_check(plan, why) != 0)
        return -1;
    const size_t loads = plan->loads, lanes = (size_t)plan->design.lanes;
    r->plan = *plan;
    r->gophers = design_gophers(&plan->design);
    r->diaries = calloc((size_t)r->gophers, sizeof *r->diaries);
    r->burnt_ns = calloc(lanes * loads, sizeof *r->burnt_ns);
    uint8_t *seen = malloc(loads);
    struct ground *g =
        r->diaries && r->burnt_ns && seen ? ground_make(plan, r->diaries) : NULL;
    int failed =
        g ? run(g, r, why)
          : fail(why, EXIT_RESOURCE, "out of memory for %zu loads", lanes * loads);
    if (failed == 0)
        gather(g, seen, r);
    else
        record_free(r);
    ground_free(g);
    free(seen);
    return failed;
}
