// talk_plan.c -- from options to plans of the gophers.
#include "gopher_report.h"
#include "host.h"
#include "reel.h"
#include "talk_modes.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static void replace(int *number, int given, bool *changed)
{
    if (given == 0 || given == *number)
        return;
    *number = given;
    *changed = true;
}

// The design with the numbers that were given; another name then, since it is another.
static void shape(struct design *d, const struct talk_options *t)
{
    bool changed = false;
    replace(&d->lanes, t->lanes, &changed);
    replace(&d->turns, t->turns, &changed);
    replace(&d->roles, t->stages, &changed);
    replace(&d->halves, t->halves, &changed);
    if (!changed)
        return;
    snprintf(d->name, sizeof d->name, "yours");
    d->summary = "a design of your own";
}

// What the options say together must be possible, too.
static int refuse_contradictions(const struct options *o, bool virtual_time,
                                 struct fail *why)
{
    const struct talk_options *t = &o->talk;
    if (t->work == WORK_REAL && t->work_given && !virtual_time &&
        (t->trips_given || t->exponential))
        return fail(why, EXIT_USAGE,
                    "--trips and --exponential need --virtual where work is real: it "
                    "takes as long as it takes");
    if (o->trace && o->designs.count > 1)
        return fail(why, EXIT_USAGE, "--trace takes one design");
    return 0;
}

// Diaries keep every trip and, for about each trip, a wait.
static double stints_of(const struct gopher_plan *p)
{
    return 2. * TRIPS * p->design.lanes * p->design.halves * p->loads;
}

static double record_bytes(const struct gopher_plan *p)
{
    return stints_of(p) * sizeof(struct stint) +
           (double)p->design.lanes * p->loads * sizeof(uint64_t);
}

// What a picture needs of each stint: when it begins and ends, and on which processor.
static double reel_bytes(const struct gopher_plan *p)
{
    return stints_of(p) * (sizeof(struct turn_on_proc) + 2 * sizeof(uint64_t));
}

// A run is kept beside that of one gopher alone, and while it is watched also beside the
// one that a key made of it; real books lie in carts and heaps, at three places for each
// cart. That is known before the run.
static int refuse_too_large(const struct gopher_plan *p, bool watched, struct fail *why)
{
    const struct gopher_plan alone = plan_alone(p);
    double bytes = record_bytes(p) + record_bytes(&alone);
    if (watched)
        bytes = 2 * (bytes + reel_bytes(p));
    if (p->work == WORK_REAL)
        bytes += 3. * p->design.lanes * p->design.halves * p->carts * p->book_bytes;
    double room = (double)host_available_memory();
    char needs[FIGURE_BYTES], has[FIGURE_BYTES];
    if (bytes <= room)
        return 0;
    return fail(
        why, EXIT_RESOURCE,
        "%s: %u loads in each of %d lanes, with their record, need some %s, and %s "
        "are free",
        p->design.name, p->loads, p->design.lanes, text_bytes(needs, bytes),
        text_bytes(has, room));
}

static int make_plan(struct gopher_plan *p, const struct options *o, const char *design,
                     bool virtual_time, struct fail *why)
{
    const struct talk_options *t = &o->talk;
    *p = gopher_plan_default;
    if (design && design_find(design, &p->design, why))
        return -1;
    shape(&p->design, t);
    p->carts = o->carts ? (uint32_t)o->carts : p->carts;
    p->loads = t->loads ? (uint32_t)t->loads : p->loads;
    if (t->trips_given)
        memcpy(p->trip_ns, t->trip_ns, sizeof p->trip_ns);
    p->work = t->work_given ? t->work : p->work;
    p->policy = t->policy_given ? t->policy : p->policy;
    p->exponential = t->exponential;
    p->unbuffered = t->unbuffered;
    p->virtual_time = virtual_time;
    p->seed = o->seed;
    if (t->procs)
        p->procs = t->procs;
    else if (!virtual_time)
        p->procs = host_usable_cpus(NULL);
    return plan_check(p, why) ? -1 : refuse_too_large(p, t->watch, why);
}

int talk_plans(const struct options *o, bool virtual_time, struct gopher_plan **plans,
               size_t *count, struct fail *why)
{
    *count = o->designs.count ? o->designs.count : 1;
    *plans = NULL;
    if (refuse_contradictions(o, virtual_time, why))
        return -1;
    *plans = calloc(*count, sizeof **plans);
    if (!*plans)
        die("out of memory");
    for (size_t i = 0; i < *count; i++)
        if (make_plan(&(*plans)[i], o, o->designs.count ? o->designs.item[i] : NULL,
                      virtual_time, why)) {
            free(*plans);
            *plans = NULL;
            return -1;
        }
    return 0;
}
