// gopher_plan.c -- see gopher_plan.h.
#include "gopher_plan.h"

#include "text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

const struct gopher_plan gopher_plan_default = {
    .design = {"four", "a fourth gopher returns the empty carts", 1, 1, 4, 1},
    .carts = 4,
    .loads = 100,
    .trip_ns = {1000000, 1000000, 1000000, 1000000},
    .work = WORK_SPIN,
    .book_bytes = 64 << 10,
    .procs = 1,
    .virtual_time = true,
    .policy = CSP_FIFO,
    .seed = 1,
};

const char *const trip_words[TRIPS] = {"load", "carry", "unload", "return"};

struct range {
    const char *what;
    uint64_t value, least, most;
};

int plan_check(const struct gopher_plan *p, struct fail *why)
{
    const struct design *d = &p->design;
    const uint64_t gophers = (uint64_t)d->lanes * (uint64_t)d->turns *
                             (uint64_t)d->roles * (uint64_t)d->halves;
    const struct range ranges[] = {
        {"lanes", (uint64_t)d->lanes, 1, PLAN_LANES_MAX},
        {"gophers that take turns", (uint64_t)d->turns, 1, PLAN_TURNS_MAX},
        {"roles", (uint64_t)d->roles, 1, ROLES_MAX},
        {"halves of the way", (uint64_t)d->halves, 1, 2},
        {"gophers in all", gophers, 1, PLAN_GOPHERS_MAX},
        {"carts", p->carts, 1, PLAN_CARTS_MAX},
        {"loads in a lane", p->loads, 1, PLAN_LOADS_MAX},
        {"loads in all", (uint64_t)d->lanes * p->loads, 1, PLAN_LOADS_MAX},
        {"processors", (uint64_t)p->procs, 1, 4096},
        {"bytes of a cartload", p->book_bytes, p->work == WORK_REAL, PLAN_BOOK_MAX},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const struct range *r = &ranges[i];
        if (r->value < r->least || r->value > r->most)
            return fail(why, EXIT_USAGE, "gophers: the %s must be %llu to %llu", r->what,
                        (unsigned long long)r->least, (unsigned long long)r->most);
    }
    for (int t = 0; t < TRIPS; t++)
        if (p->trip_ns[t] > PLAN_TRIP_MAX_NS)
            return fail(why, EXIT_USAGE, "gophers: to %s must take an hour at most",
                        trip_words[t]);
    return 0;
}

struct gopher_plan plan_alone(const struct gopher_plan *p)
{
    struct gopher_plan alone = *p;
    alone.design = designs[0];
    alone.loads = p->loads * (uint32_t)p->design.lanes;
    alone.carts = 1;
    alone.unbuffered = false;
    alone.trace = NULL;
    return alone;
}

const char *plan_role_name(const struct gopher_plan *p, int role)
{
    static const char *const names[ROLES_MAX + 1][ROLES_MAX] = {
        [1] = {"gopher"},
        [2] = {"loader", "unloader"},
        [3] = {"loader", "carrier", "unloader"},
        [4] = {"loader", "carrier", "unloader", "returner"},
    };
    assert(role >= 0 && role < p->design.roles && p->design.roles <= ROLES_MAX);
    return names[p->design.roles][role];
}

struct post plan_post(const struct gopher_plan *p, int gopher)
{
    const struct design *d = &p->design;
    struct post at = {.turn = gopher % d->turns};
    gopher /= d->turns;
    at.role = gopher % d->roles;
    gopher /= d->roles;
    at.half = gopher % d->halves;
    at.lane = gopher / d->halves;
    return at;
}

int plan_gopher(const struct gopher_plan *p, struct post at)
{
    const struct design *d = &p->design;
    return ((at.lane * d->halves + at.half) * d->roles + at.role) * d->turns + at.turn;
}

void plan_gopher_name(const struct gopher_plan *p, int gopher, char name[static 24])
{
    const struct design *d = &p->design;
    const struct post at = plan_post(p, gopher);
    const char *role = plan_role_name(p, at.role);
    if (d->lanes * d->halves * d->turns == 1)
        snprintf(name, 24, "%s", role);
    else
        snprintf(name, 24, "%s %d", role,
                 (at.lane * d->halves + at.half) * d->turns + at.turn + 1);
}

uint32_t plan_share(const struct gopher_plan *p, int turn)
{
    const uint32_t turns = (uint32_t)p->design.turns;
    return p->loads / turns + ((uint32_t)turn < p->loads % turns);
}

uint64_t plan_trip_ns(const struct gopher_plan *p, enum trip trip)
{
    bool on_the_way = trip == CARRY || trip == RETURN;
    return on_the_way ? p->trip_ns[trip] / (uint64_t)p->design.halves : p->trip_ns[trip];
}

double plan_ms(uint64_t ns)
{
    return (double)ns / 1e6;
}

uint64_t plan_round_ns(const struct gopher_plan *p)
{
    uint64_t sum = 0;
    for (enum trip t = LOAD; t < TRIPS; t++)
        sum += plan_trip_ns(p, t);
    return sum;
}

static uint64_t duty_ns(const struct gopher_plan *p, int role, int *trips)
{
    const struct duty *duty = design_duty(p->design.roles, role);
    uint64_t sum = 0;
    *trips = 0;
    for (int i = 0; i < duty->stretches; i++)
        for (enum trip t = duty->of[i].first; t <= duty->of[i].last; t++, ++*trips)
            sum += plan_trip_ns(p, t);
    return sum;
}

// `at_once` loads each `ns`: the least of all that is held against the bound so far.
static bool lower(struct bound *b, enum limit limit, double at_once, uint64_t ns)
{
    double loads_per_s = ns > 0 ? at_once * 1e9 / (double)ns : INFINITY;
    if (loads_per_s >= b->loads_per_s)
        return false;
    b->loads_per_s = loads_per_s;
    b->limit = limit;
    return true;
}

static void bound_by_gophers(const struct gopher_plan *p, struct bound *b)
{
    const int turns = p->design.turns, lanes = p->design.lanes;
    for (int role = 0; role < p->design.roles; role++) {
        int trips;
        uint64_t ns = duty_ns(p, role, &trips);
        if (!lower(b, LIMIT_GOPHER, (double)turns * lanes, ns))
            continue;
        const char *name = plan_role_name(p, role);
        const char *round = trips > 1 ? "'s round trip" : "";
        if (turns == 1)
            snprintf(b->why, sizeof b->why, "the %s%s: %.3f ms a load", name, round,
                     plan_ms(ns));
        else
            snprintf(b->why, sizeof b->why, "%d %ss%s: %.3f ms a load each", turns, name,
                     trips > 1 ? "' round trips" : "", plan_ms(ns));
    }
}

// Where several take turns, one at a time is there.
static void bound_by_ends(const struct gopher_plan *p, struct bound *b)
{
    static const enum trip at_end[] = {LOAD, UNLOAD};
    if (p->design.turns == 1)
        return;
    for (int i = 0; i < 2; i++) {
        uint64_t ns = plan_trip_ns(p, at_end[i]);
        if (lower(b, LIMIT_END, p->design.lanes, ns))
            snprintf(b->why, sizeof b->why, "one at a time at the %s: %.3f ms a load",
                     at_end[i] == LOAD ? "pile" : "incinerator", plan_ms(ns));
    }
}

struct bound plan_bound(const struct gopher_plan *p)
{
    const uint64_t round_ns = plan_round_ns(p);
    const uint64_t work_ns = round_ns * (uint64_t)p->design.halves;
    struct bound b = {.loads_per_s = INFINITY, .why = "trips take no time"};
    bound_by_gophers(p, &b);
    bound_by_ends(p, &b);
    if (lower(&b, LIMIT_CARTS, (double)p->carts * p->design.lanes, round_ns))
        snprintf(b.why, sizeof b.why, "%u cart%s, %.3f ms a round each", p->carts,
                 text_plural(p->carts), plan_ms(round_ns));
    if (p->work != WORK_WAIT && lower(&b, LIMIT_PROCS, p->procs, work_ns))
        snprintf(b.why, sizeof b.why, "%d processor%s, %.3f ms of work a load", p->procs,
                 text_plural((uint64_t)p->procs), plan_ms(work_ns));
    return b;
}
