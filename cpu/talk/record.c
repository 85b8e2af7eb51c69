// record.c -- see record.h.
#include "record.h"

#include "fail.h"

#include <assert.h>
#include <stdlib.h>

void diary_note(struct diary *d, struct stint s)
{
    if (s.from_ns == s.to_ns)
        return;
    assert(s.from_ns < s.to_ns && d->count < d->room);
    d->stints[d->count++] = s;
}

void diary_end(struct diary *d, struct stint s)
{
    assert(d->count < d->room);
    d->stints[d->count++] = s;
}

void *record_room(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        die("out of memory");
    return memory;
}

int record_by_time(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void record_free(struct record *r)
{
    for (int i = 0; r->diaries && i < r->gophers; i++)
        free(r->diaries[i].stints);
    free(r->diaries);
    free(r->burnt_ns);
    r->diaries = NULL;
    r->burnt_ns = NULL;
    r->gophers = 0;
    r->burnt = 0;
}

uint64_t record_last_burnt(const struct record *r)
{
    return r->burnt ? r->burnt_ns[r->burnt - 1] : 0;
}

bool record_conserved(const struct record *r)
{
    return r->twice == 0 && (r->result != CSP_OK || r->lost == 0);
}

void record_interval(const struct record *r, uint32_t first, uint32_t last, uint64_t *ns,
                     uint64_t *loads)
{
    assert(first <= last && last < r->burnt);
    *ns = r->burnt_ns[last] - r->burnt_ns[first];
    *loads = last - first;
}

// Half of the run from a quarter of it on; of that, as many loads as the patterns of the
// talk's designs repeat in, whatever the lanes: then it is exact.
double record_rate(const struct record *r)
{
    const uint32_t pattern = 12 * (uint32_t)r->plan.design.lanes;
    uint32_t first = r->burnt / 4, window = r->burnt / 2;
    uint64_t ns, loads;
    if (r->burnt == 0)
        return 0;
    if (r->burnt < 4)
        return record_last_burnt(r) ? r->burnt * 1e9 / (double)record_last_burnt(r) : 0;
    if (window >= pattern)
        window -= window % pattern;
    record_interval(r, first, first + window, &ns, &loads);
    return ns ? (double)loads * 1e9 / (double)ns : 0;
}

bool record_steady(const struct record *r)
{
    const struct design *d = &r->plan.design;
    const uint64_t gophers = (uint64_t)design_gophers(d);
    const uint64_t carts = (uint64_t)r->plan.carts * (uint64_t)(d->lanes * d->halves);
    return r->burnt >= 4 * (gophers > carts ? gophers : carts);
}

// The first stint that ends after an instant; count, if there is none.
static size_t stint_after(const struct diary *d, uint64_t ns)
{
    size_t low = 0, high = d->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->stints[middle].to_ns > ns)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

const struct stint *record_at(const struct record *r, int gopher, uint64_t ns)
{
    const struct diary *d = &r->diaries[gopher];
    size_t i = stint_after(d, ns);
    if (i < d->count && d->stints[i].from_ns <= ns)
        return &d->stints[i];
    // In real time there is a moment between two stints: it belongs to the former.
    return i > 0 && i < d->count ? &d->stints[i - 1] : NULL;
}

// Who does a trip, by his role.
static int role_of(const struct gopher_plan *p, enum trip trip)
{
    for (int role = 0; role < p->design.roles; role++) {
        const struct duty *duty = design_duty(p->design.roles, role);
        for (int i = 0; i < duty->stretches; i++)
            if (duty->of[i].first <= trip && trip <= duty->of[i].last)
                return role;
    }
    return -1;
}

// What another gopher must have done for a wait to end: a trip, with that cart.
struct deed {
    struct post at;
    enum trip trip;
    bool any;  // whatever the cart
    uint16_t cart;
};

static bool is_deed(const struct deed *deed, const struct stint *s)
{
    return s->doing == DOING_WORK && s->trip == deed->trip &&
           (deed->any || s->cart == deed->cart);
}

// How long before an instant he last did it; `least`, if that is not less, or if it lies
// so far back that nobody waits for it.
static uint64_t age_of_deed(const struct diary *d, const struct deed *deed, uint64_t ns,
                            uint64_t least)
{
    enum { FAR = 4096 };
    const size_t i = stint_after(d, ns), end = i > FAR ? i - FAR : 0;
    for (size_t k = i; k > end && ns - d->stints[k - 1].to_ns < least; k--)
        if (is_deed(deed, &d->stints[k - 1]))
            return ns - d->stints[k - 1].to_ns;
    return least;
}

// The turn of him who did it most lately; where nobody takes turns, there is but one.
static int whose_deed(const struct record *r, struct deed *deed, int not_him, uint64_t ns)
{
    uint64_t least = UINT64_MAX;
    int found = -1;
    for (int turn = 0; turn < r->plan.design.turns; turn++) {
        deed->at.turn = turn;
        const int who = plan_gopher(&r->plan, deed->at);
        if (who == not_him)
            continue;
        if (r->plan.design.turns == 1)
            return who;
        const uint64_t age = age_of_deed(&r->diaries[who], deed, ns, least);
        if (found < 0 || age < least) {
            found = who;
            least = age;
        }
    }
    return found;
}

// The cart that a gopher took at the end of a wait: that of his next trip.
static uint16_t next_cart(const struct diary *d, size_t i)
{
    for (i++; i < d->count; i++)
        if (d->stints[i].doing == DOING_WORK)
            return d->stints[i].cart;
    return CART_NONE;
}

// What ended the wait of stint i.
static struct deed deed_for(const struct record *r, int gopher, size_t i)
{
    const struct diary *d = &r->diaries[gopher];
    const struct stint *s = &d->stints[i];
    const enum trip trip = (enum trip)s->trip;
    struct deed deed = {.at = plan_post(&r->plan, gopher), .trip = trip, .any = true};
    if (s->doing == DOING_WAIT_CART) {
        deed.trip = (trip + TRIPS - 1) % TRIPS;
        deed.any = false;
        deed.cart = next_cart(d, i);
    } else if (s->doing == DOING_WAIT_BOOKS) {
        deed.at.half = 0;
        deed.trip = UNLOAD;
    } else if (s->doing == DOING_WAIT_ROOM && trip == UNLOAD && s->load != LOAD_NONE) {
        deed.at.half = 1;
        deed.trip = LOAD;
    } else if (s->doing == DOING_WAIT_ROOM) {
        deed.trip = (trip + 1) % TRIPS;
    }
    deed.at.role = role_of(&r->plan, deed.trip);
    return deed;
}

int record_waits_for(const struct record *r, int gopher, size_t i)
{
    const struct stint *s = &r->diaries[gopher].stints[i];
    if (s->doing == DOING_WORK || s->doing == DOING_WAIT_CPU)
        return -1;
    struct deed deed = deed_for(r, gopher, i);
    return whose_deed(r, &deed, gopher, s->to_ns);
}

struct share record_share(const struct record *r, int gopher)
{
    enum { LANE_MOST = 2 * ROLES_MAX * PLAN_TURNS_MAX };
    uint64_t for_whom[LANE_MOST] = {0};
    const struct diary *d = &r->diaries[gopher];
    const uint64_t end_ns = record_last_burnt(r);
    const int in_lane = r->gophers / r->plan.design.lanes;
    const int first = gopher / in_lane * in_lane;
    struct share share = {.waits_for = -1};
    for (size_t i = 0; i < d->count && d->stints[i].from_ns < end_ns; i++) {
        const struct stint *s = &d->stints[i];
        const uint64_t ns = (s->to_ns < end_ns ? s->to_ns : end_ns) - s->from_ns;
        const int whom = record_waits_for(r, gopher, i);
        share.ns[s->doing] += ns;
        if (whom >= 0)
            for_whom[whom - first] += ns;
    }
    for (int i = 0; i < in_lane; i++) {
        if (for_whom[i] > share.waits_for_ns) {
            share.waits_for_ns = for_whom[i];
            share.waits_for = first + i;
        }
    }
    return share;
}

uint64_t record_work_ns(const struct record *r, int gopher)
{
    const uint64_t end_ns = record_last_burnt(r);
    const struct diary *d = &r->diaries[gopher];
    uint64_t sum = 0;
    for (size_t i = 0; i < d->count && d->stints[i].from_ns < end_ns; i++) {
        const struct stint *s = &d->stints[i];
        if (s->doing == DOING_WORK)
            sum += (s->to_ns < end_ns ? s->to_ns : end_ns) - s->from_ns;
    }
    return sum;
}

int record_bottleneck(const struct record *r)
{
    uint64_t most = 0;
    int found = 0;
    for (int i = 0; i < r->gophers; i++) {
        uint64_t ns = record_work_ns(r, i);
        if (ns > most) {
            most = ns;
            found = i;
        }
    }
    return found;
}

double record_alive(const struct record *r)
{
    const uint64_t end_ns = record_last_burnt(r);
    double sum = 0;
    for (int i = 0; i < r->gophers; i++) {
        const struct diary *d = &r->diaries[i];
        const uint64_t ns = d->count ? d->stints[d->count - 1].to_ns : 0;
        sum += (double)(ns < end_ns ? ns : end_ns);
    }
    return end_ns ? sum / (double)end_ns : 0;
}

double record_working(const struct record *r)
{
    const uint64_t end_ns = record_last_burnt(r);
    double sum = 0;
    for (int i = 0; i < r->gophers; i++)
        sum += (double)record_work_ns(r, i);
    return end_ns ? sum / (double)end_ns : 0;
}
