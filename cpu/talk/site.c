// site.c -- the gophers at work, for every design: tasks and channels, nothing else.
//
// A cart makes the same four trips, over and over: it is loaded at the pile, carried
// over, unloaded, which is to burn the books, and returned. In a half of the way that
// ends at the dump, books are unloaded onto the dump, and those who work the other half
// load them there.
//
//        +--> LOAD --> CARRY --> UNLOAD --> RETURN --+
//        +-------------------------------------------+
//
// Each arrow is a channel of carts. A gopher has one stretch of trips to make, or two to
// choose from, and the designs differ in who has which: see design_duty. Each writes his
// own diary. What waits to be taken says since when, so that he knows afterwards whether
// he waited for it or for a processor.
#include "book.h"
#include "chance.h"
#include "ground.h"

#include <assert.h>
#include <string.h>

static uint64_t now(const struct gopher *me)
{
    return csp_now() - me->ground->began_ns;
}

// He waits from now on: for a cart, a turn, books or room.
static void wait_begins(struct gopher *me, enum doing what, enum trip trip,
                        const struct cart *cart)
{
    me->wait = (struct stint){now(me),
                              TIME_OPEN,
                              (uint8_t)what,
                              (uint8_t)trip,
                              cart ? cart->number : CART_NONE,
                              cart ? cart->load : LOAD_NONE};
}

// He goes on. What he waited for was ready at ready_ns: after that it was a processor.
static void wait_ends(struct gopher *me, uint64_t ready_ns)
{
    struct stint wait = me->wait, cpu = me->wait;
    cpu.to_ns = now(me);
    wait.to_ns = ready_ns < wait.from_ns ? wait.from_ns
                 : ready_ns > cpu.to_ns  ? cpu.to_ns
                                         : ready_ns;
    cpu.from_ns = wait.to_ns;
    cpu.doing = DOING_WAIT_CPU;
    diary_note(me->diary, wait);
    diary_note(me->diary, cpu);
    me->wait.to_ns = cpu.to_ns;
}

static uint64_t trip_takes(struct gopher *me, enum trip trip)
{
    const struct gopher_plan *p = &me->ground->plan;
    const uint64_t mean_ns = plan_trip_ns(p, trip);
    return p->exponential ? chance_exponential_ns(&me->rng, mean_ns) : mean_ns;
}

// The time of a trip passes, unless real books were moved in real time, and the trip is
// written down. Under virtual time he may have waited for a processor before it.
static void make_trip(struct gopher *me, enum trip trip, const struct cart *cart,
                      uint64_t from_ns)
{
    const struct gopher_plan *p = &me->ground->plan;
    const uint64_t takes_ns = trip_takes(me, trip);
    uint64_t began_ns = from_ns;
    if (p->work == WORK_WAIT)
        csp_sleep(takes_ns);
    else if (p->work == WORK_SPIN || p->virtual_time)
        csp_work(takes_ns);
    if (p->work != WORK_WAIT && p->virtual_time)
        began_ns = now(me) - takes_ns;
    struct stint s = {from_ns,       began_ns,     DOING_WAIT_CPU,
                      (uint8_t)trip, cart->number, cart->load};
    diary_note(me->diary, s);
    s.from_ns = began_ns;
    s.to_ns = now(me);
    s.doing = DOING_WORK;
    diary_note(me->diary, s);
}

static bool real(const struct gopher *me)
{
    return me->ground->plan.work == WORK_REAL;
}

static size_t book_bytes(const struct gopher *me)
{
    return me->ground->plan.book_bytes;
}

static struct end *take_turn(struct gopher *me, end_chan at, enum trip trip,
                             const struct cart *cart)
{
    struct end *end;
    wait_begins(me, DOING_WAIT_TURN, trip, cart);
    csp_recv(at, &end);
    wait_ends(me, end->ready_ns);
    return end;
}

static void pass_turn(struct gopher *me, end_chan at, struct end *end)
{
    end->passed++;
    end->ready_ns = now(me);
    csp_send(at, end);
}

static struct heap *take_heap(struct gopher *me, heap_chan of, enum doing wait,
                              enum trip trip, const struct cart *cart)
{
    struct heap *heap;
    wait_begins(me, wait, trip, cart);
    csp_recv(of, &heap);
    wait_ends(me, heap->ready_ns);
    return heap;
}

static void leave_heap(struct gopher *me, heap_chan of, struct heap *heap)
{
    heap->ready_ns = now(me);
    csp_send(of, heap);
}

// Loads of all lanes are numbered through, so that the same books burn to the same ash
// however many lanes share them.
static void load_from_pile(struct gopher *me, const struct end *pile, struct cart *cart)
{
    const struct gopher_plan *p = &me->ground->plan;
    const uint64_t from_ns = now(me), before = me->half->lane->number * p->loads;
    cart->load = pile->passed;
    if (real(me))
        books_write(cart->bed, p->book_bytes, p->seed, before + cart->load);
    make_trip(me, LOAD, cart, from_ns);
}

static void load_from_dump(struct gopher *me, struct cart *cart)
{
    const struct lane *lane = me->half->lane;
    struct heap *heap = take_heap(me, lane->heaped, DOING_WAIT_BOOKS, LOAD, cart);
    const uint64_t from_ns = now(me);
    cart->load = heap->load;
    if (real(me))
        memcpy(cart->bed, heap->books, book_bytes(me));
    make_trip(me, LOAD, cart, from_ns);
    leave_heap(me, lane->bare, heap);
}

static void load(struct gopher *me, struct cart *cart)
{
    struct end *end = take_turn(me, me->half->from, LOAD, cart);
    if (me->half->first)
        load_from_pile(me, end, cart);
    else
        load_from_dump(me, cart);
    pass_turn(me, me->half->from, end);
}

static void carry(struct gopher *me, struct cart *cart)
{
    const uint64_t from_ns = now(me);
    if (real(me))
        memcpy(cart->away, cart->bed, book_bytes(me));
    make_trip(me, CARRY, cart, from_ns);
}

static void unload_onto_dump(struct gopher *me, const struct cart *cart)
{
    const struct lane *lane = me->half->lane;
    struct heap *heap = take_heap(me, lane->bare, DOING_WAIT_ROOM, UNLOAD, cart);
    const uint64_t from_ns = now(me);
    heap->load = cart->load;
    if (real(me))
        memcpy(heap->books, cart->away, book_bytes(me));
    make_trip(me, UNLOAD, cart, from_ns);
    leave_heap(me, lane->heaped, heap);
}

static void burn(struct gopher *me, const struct end *incinerator,
                 const struct cart *cart)
{
    struct lane *lane = me->half->lane;
    const uint64_t from_ns = now(me);
    if (real(me))
        lane->ash += books_burn(cart->away, book_bytes(me));
    make_trip(me, UNLOAD, cart, from_ns);
    lane->burnt[incinerator->passed] = (struct burnt){now(me), cart->load};
}

static void unload(struct gopher *me, struct cart *cart)
{
    struct end *end = take_turn(me, me->half->to, UNLOAD, cart);
    if (me->half->last)
        burn(me, end, cart);
    else
        unload_onto_dump(me, cart);
    cart->load = LOAD_NONE;
    pass_turn(me, me->half->to, end);
}

static void come_back(struct gopher *me, struct cart *cart)
{
    const uint64_t from_ns = now(me);
    if (real(me))
        memset(cart->bed, 0, book_bytes(me));
    make_trip(me, RETURN, cart, from_ns);
}

static void (*const trips[TRIPS])(struct gopher *, struct cart *) = {load, carry, unload,
                                                                     come_back};

static void hand_over(struct gopher *me, enum trip next, struct cart *cart)
{
    wait_begins(me, DOING_WAIT_ROOM, (next + TRIPS - 1) % TRIPS, cart);
    cart->ready_ns = me->wait.from_ns;
    csp_send(me->half->at[next], cart);
    wait_ends(me, TIME_OPEN);
}

// He takes a cart that waits where his last stretch ended; if there is none, whatever
// cart comes first for one of his trips. Returns the number of his next stretch.
static int take_cart(struct gopher *me, int last, struct cart **cart)
{
    const struct duty *duty = me->duty;
    const int here = (last + 1) % duty->stretches;
    struct csp_case waiting[2];
    for (int i = 0; i < duty->stretches; i++)
        waiting[i] = CSP_CASE_RECV(me->half->at[duty->of[i].first], cart);
    wait_begins(me, DOING_WAIT_CART, duty->of[here].first, NULL);
    int next = here;
    if (csp_select(&waiting[here], 1, 0) == CSP_TIMEOUT)
        next = csp_select(waiting, duty->stretches, CSP_FOREVER);
    me->wait.trip = (uint8_t)duty->of[next].first;
    wait_ends(me, (*cart)->ready_ns);
    return next;
}

// He was there from the beginning, but may have had to wait for a processor to begin.
static void begin(struct gopher *me)
{
    wait_begins(me, DOING_WAIT_CART, me->duty->of[0].first, NULL);
    me->wait.from_ns = 0;
    wait_ends(me, 0);
}

// Makes his trips with one cart after the other, until his share of the loads has passed.
static void gopher(void *arg)
{
    struct gopher *me = arg;
    struct cart *cart;
    int next = me->duty->stretches - 1;
    begin(me);
    for (uint32_t left = (uint32_t)me->duty->stretches * me->share; left > 0; left--) {
        next = take_cart(me, next, &cart);
        const struct stretch s = me->duty->of[next];
        if (s.first == LOAD && left == 1)
            csp_send(me->half->all_out, 0);
        for (enum trip t = s.first; t <= s.last; t++)
            trips[t](me, cart);
        hand_over(me, (s.last + 1) % TRIPS, cart);
    }
    csp_send(me->ground->done, 0);
}

// Brings the carts of a half out, and takes them home when the loaders need no more.
static void yard(void *arg)
{
    const struct half *half = arg;
    const struct ground *g = half->lane->ground;
    const uint32_t turns = (uint32_t)g->plan.design.turns;
    uint32_t out = 0, loaders = g->plan.loads < turns ? g->plan.loads : turns;
    while (loaders > 0) {
        struct cart *next = out < g->plan.carts ? &half->carts[out] : NULL;
        struct csp_case cases[] = {CSP_CASE_RECV(half->all_out, NULL),
                                   CSP_CASE_SEND(half->at[LOAD], &next)};
        if (csp_select(cases, out < g->plan.carts ? 2 : 1, CSP_FOREVER) == 0)
            loaders--;
        else
            out++;
    }
    for (struct cart *cart; out > 0; out--) {
        csp_recv(half->at[LOAD], &cart);
        assert(!cart->home && cart->load == LOAD_NONE);
        cart->home = true;
    }
    csp_send(g->done, 0);
}

void everybody(void *arg)
{
    struct ground *g = arg;
    const int halves = g->plan.design.halves, yards = g->plan.design.lanes * halves;
    g->began_ns = csp_now();
    for (int i = 0; i < yards && !g->starved; i++)
        g->starved = csp_go_named("yard", yard, &g->lanes[i / halves].half[i % halves]);
    for (int i = 0; i < g->gopher_count && !g->starved; i++)
        g->starved = csp_go_named(g->gophers[i].name, gopher, &g->gophers[i]);
    for (int i = 0; i < yards + g->gopher_count && !g->starved; i++)
        csp_recv(g->done, NULL);
}
