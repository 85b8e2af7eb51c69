// grade_carts.c -- see grade_carts.h.
#include "grade_carts.h"

static const char *const made[TRIPS] = {"loaded", "carried", "burnt", "returned"};

static void begin(struct cart *c, enum trip trip)
{
    struct yard *y = c->yard;
    attempt_expect(c->next == trip,
                   "a cart was %s that should have been %s next: do two gophers have it?",
                   made[trip], made[c->next]);
    attempt_expect(
        ++y->under_way[trip] == 1,
        "two carts were %s at once: there is room for one gopher, who takes one",
        made[trip]);
    if (++y->all_under_way > y->most_under_way)
        y->most_under_way = y->all_under_way;
}

static void end(struct cart *c, enum trip trip)
{
    struct yard *y = c->yard;
    csp_recv(y->ledger, NULL);
    y->under_way[trip]--;
    y->all_under_way--;
    c->next = (trip + 1) % TRIPS;
    if (trip == UNLOAD) {
        y->burnt++;
        y->last_burnt_ns = csp_now();
    }
    csp_send(y->ledger, 1);
}

static void need(const struct cart *c, enum trip trip)
{
    if (c)
        return;
    attempt_expect(false,
                   "no cart (NULL) was %s: a receive from a closed channel gives none, "
                   "and returns false",
                   made[trip]);
    csp_exit();
}

// False: there is nothing to load.
static bool make(struct cart *c, enum trip trip)
{
    need(c, trip);
    struct yard *y = c->yard;
    csp_recv(y->ledger, NULL);
    bool can = trip != LOAD || y->loaded < y->loads;
    if (can) {
        begin(c, trip);
        if (trip == LOAD) {
            y->loaded++;
            c->loads++;
        }
    }
    csp_send(y->ledger, 1);
    if (!can)
        return false;
    if (y->spins)
        csp_work(y->trip_ns[trip]);
    else
        csp_sleep(y->trip_ns[trip]);
    end(c, trip);
    return true;
}

bool cart_load(struct cart *c)
{
    return make(c, LOAD);
}

void cart_carry(struct cart *c)
{
    make(c, CARRY);
}

void cart_burn(struct cart *c)
{
    make(c, UNLOAD);
}

void cart_return(struct cart *c)
{
    make(c, RETURN);
}

void yard_make(struct yard *y, int carts, int loads, uint64_t trip_ns)
{
    *y = (struct yard){.count = carts, .loads = loads};
    for (int i = 0; i < TRIPS; i++)
        y->trip_ns[i] = trip_ns;
    for (int i = 0; i < carts; i++)
        y->carts[i].yard = y;
}

void yard_draw(struct yard *y, struct attempt *t)
{
    int carts = 4 + (int)rng_below(&t->rng, CARTS_MOST - 4 + 1);
    int loads = carts * (2 + (int)rng_below(&t->rng, 5)) + (int)rng_below(&t->rng, 4);
    uint64_t unit_ns = t->real ? 20 * GRADER_US : GRADER_MS;
    yard_make(y, carts, loads, unit_ns);
    if (rng_below(&t->rng, 3) > 0)
        for (int i = 0; i < TRIPS; i++)
            y->trip_ns[i] = unit_ns * (1 + rng_below(&t->rng, 5));
}

struct burning {
    struct yard *yard;
    const struct attempt *attempt;
    void (*burn)(struct cart *const *, int);
};

static void first(void *arg)
{
    const struct burning *b = arg;
    struct yard *y = b->yard;
    struct cart *carts[CARTS_MOST];
    for (int i = 0; i < y->count; i++)
        carts[i] = &y->carts[i];
    csp_send(y->ledger, 1);
    b->burn(carts, y->count);
    attempt_settle(b->attempt);
}

bool yard_run(struct yard *y, struct attempt *t, void (*burn)(struct cart *const *, int))
{
    y->ledger = CSP_MAKE(done_chan, 1);
    struct burning b = {y, t, burn};
    bool ran = attempt_run(t, first, &b);
    csp_free(y->ledger);
    return ran;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

// Load by load, each trip begins when its gopher is back from the load before, and when
// the trip before it has ended. A cart is loaded again when it was returned.
uint64_t yard_best_ns(const struct yard *y)
{
    uint64_t back_ns[CARTS_MOST] = {0};
    uint64_t free_ns[TRIPS] = {0};
    uint64_t burnt_ns = 0;
    for (int load = 0; load < y->loads; load++) {
        uint64_t at_ns = back_ns[load % y->count];
        for (int trip = LOAD; trip <= RETURN; trip++) {
            at_ns = later(at_ns, free_ns[trip]) + y->trip_ns[trip];
            free_ns[trip] = at_ns;
            if (trip == UNLOAD)
                burnt_ns = at_ns;
        }
        back_ns[load % y->count] = at_ns;
    }
    return burnt_ns;
}

void yard_expect_burnt(const struct yard *y, const struct attempt *t)
{
    attempt_expect(y->burnt == y->loads,
                   "expected %d loads burnt; seen %d, with %d carts", y->loads, y->burnt,
                   y->count);
    for (int i = 0; i < y->count; i++)
        attempt_expect(y->carts[i].loads > 0,
                       "expected that every cart is used; cart %d of %d never was", i + 1,
                       y->count);
    attempt_expect_gone(t);
}
