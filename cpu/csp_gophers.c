// csp_gophers.c -- the talk's gophers, as tasks: one program for every design.
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
// choose from, and the designs differ in who has which: see design_duty.
#include "csp_engine.h"

#include "clock.h"
#include "csp_start.h"
#include "csp_village.h"

#include <assert.h>
#include <string.h>

struct read {
    struct end *pile;
    struct cart *cart;
};

static int read_books(void *arg)
{
    const struct read *r = arg;
    gophers_load(r->pile->job, r->cart->load, r->cart->here, &r->pile->cursor);
    return 0;
}

// Real books come from files: that may block, so other gophers go on meanwhile.
static void load_from_pile(struct end *pile, struct cart *cart)
{
    struct read r = {pile, cart};
    cart->load = pile->lane->loads[pile->passed];
    if (gophers_in_memory(pile->job))
        read_books(&r);
    else
        csp_blocking(read_books, &r);
}

static void load_from_dump(struct end *dump, struct cart *cart)
{
    struct heap *heap;
    csp_recv(dump->lane->heaped, &heap);
    cart->load = heap->load;
    memcpy(cart->here, heap->books, heap->load->cart_bytes);
    csp_send(dump->lane->bare, heap);
}

// The books stay where they were carried to; the cart leaves with the memory of the
// place.
static void unload_onto_dump(struct end *dump, struct cart *cart)
{
    struct heap *heap;
    csp_recv(dump->lane->bare, &heap);
    uint8_t *const bare = heap->books;
    *heap = (struct heap){.books = cart->there, .load = cart->load};
    cart->there = bare;
    csp_send(dump->lane->heaped, heap);
}

static void burn(struct end *incinerator, struct cart *cart)
{
    burn_cart(&incinerator->e->burner, incinerator->job, cart->load, cart->there,
              incinerator->scratch, &incinerator->going);
}

// Loads pass every end once each and in order, or a digest would come out wrong.
static void pass(struct end *end, const struct cart *cart)
{
    assert(cart->load == end->lane->loads[end->passed]);
    end->passed++;
}

static void load(struct crew *crew, struct cart *cart)
{
    struct end *from;
    csp_recv(crew->from, &from);
    (crew->half == 0 ? load_from_pile : load_from_dump)(from, cart);
    pass(from, cart);
    csp_send(crew->next->from, from);
}

static void carry(struct crew *crew, struct cart *cart)
{
    (void)crew;
    cart_carry_over(cart);
}

static void unload(struct crew *crew, struct cart *cart)
{
    const bool last_half = crew->half == crew->village->job->design.halves - 1;
    struct end *to;
    csp_recv(crew->to, &to);
    pass(to, cart);
    (last_half ? burn : unload_onto_dump)(to, cart);
    csp_send(crew->next->to, to);
}

static void come_back(struct crew *crew, struct cart *cart)
{
    (void)crew;
    cart->load = NULL;
}

static void (*const trips[TRIPS])(struct crew *, struct cart *) = {load, carry, unload,
                                                                   come_back};

struct gopher {
    struct crew *crew;
    const struct duty *duty;
};

// Takes whatever cart waits for one of his trips, until all loads of his crew have
// passed.
static void gopher(void *arg)
{
    const struct gopher *me = arg;
    struct crew *crew = me->crew;
    struct cart *cart;
    struct csp_case waiting[2];
    for (int i = 0; i < me->duty->stretches; i++)
        waiting[i] = CSP_CASE_RECV(crew->at[me->duty->of[i].first], &cart);
    for (size_t left = (size_t)me->duty->stretches * crew->loads; left > 0; left--) {
        const int i = csp_select(waiting, me->duty->stretches, CSP_FOREVER);
        const struct stretch s = me->duty->of[i];
        for (enum trip t = s.first; t <= s.last; t++)
            trips[t](crew, cart);
        csp_send(crew->at[(s.last + 1) % TRIPS], cart);
    }
    csp_send(crew->village->done, 0);
}

static void all_gophers(void *arg)
{
    struct village *v = arg;
    const int roles = v->job->design.roles;
    int gophers = 0;
    for (size_t i = 0; i < v->crew_count && !v->starved; i++)
        for (int role = 0; role < roles && !v->starved; role++, gophers++) {
            const struct gopher g = {&v->crews[i], design_duty(roles, role)};
            v->starved = csp_go_copy(gopher, &g, sizeof g) != CSP_OK;
        }
    for (; gophers > 0 && !v->starved; gophers--)
        csp_recv(v->done, NULL);
}

// Nothing is lost and nothing twice: all carts are home, all loads have passed all ends.
static void check_all_home(const struct village *v)
{
    for (size_t i = 0; i < v->crew_count; i++) {
        const struct crew *crew = &v->crews[i];
        assert(csp_len(crew->at[LOAD]) == crew->cart_count);
        assert(crew->lane->from[crew->half].passed == crew->lane->load_count);
        assert(crew->lane->to[crew->half].passed == crew->lane->load_count);
    }
}

int csp_prepare_gophers(void *ctx, struct gophers *job, struct engine_facts *facts,
                        struct fail *why)
{
    struct cpu_engine *e = ctx;
    if (cpu_prepare_burning(e, facts, why) != 0)
        return -1;
    e->village = village_make(e, job, &e->gophers_space, why);
    return e->village == NULL ? -1 : 0;
}

int csp_gophers(void *ctx, struct gophers *job, struct phases *phases, struct fail *why)
{
    const struct cpu_engine *e = ctx;
    struct village *v = e->village;
    const uint64_t start_ns = clock_ns();
    (void)job;

    if (village_open(v, why) != 0)
        return -1;
    int failed = csp_start(e, all_gophers, v, why);
    if (failed == 0 && v->starved)
        failed = fail(why, EXIT_RESOURCE, "out of memory for gophers");
    if (failed == 0)
        check_all_home(v);
    village_close(v);

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return failed;
}
