// exercise_deadlock.c -- repair the deadlock.
//
// Four gophers in a ring, a trip each. They hand their carts over from hand to hand: the
// channels have no buffer. With three carts all goes well. With four they lock up at the
// end of the fourth trip: everybody holds out a cart, and nobody has a hand free.
//
// TO DO    Let them burn all books with as many carts as they are given: four or more.
// GRADED   It ends; every load burns once; every cart is used; four gophers, and at some
//          time all four are under way; in the end everybody has gone home.
// HINT     The list of tasks says who waits for whom. How much room would break the
//          ring, and where? Would it be enough for six carts?
//
//     ./dev grade deadlock
#include "exercise.h"

struct gopher {
    void (*trip)(struct cart *);
    cart_chan from, to;
    done_chan done;
};

static void gopher(void *arg)
{
    const struct gopher *g = arg;
    struct cart *cart;
    while (csp_recv(g->from, &cart)) {
        g->trip(cart);
        csp_send(g->to, cart);
    }
    csp_close(g->to);
    csp_send(g->done, 1);
}

// When the pile has gone he takes in the carts that are still under way.
static void loader(void *arg)
{
    const struct gopher *g = arg;
    struct cart *cart;
    while (csp_recv(g->from, &cart) && cart_load(cart))
        csp_send(g->to, cart);
    csp_close(g->to);
    while (csp_recv(g->from, &cart))
        continue;
    csp_send(g->done, 1);
}

void exercise_deadlock(struct cart *const *carts, int count)
{
    cart_chan empty = CSP_MAKE(cart_chan, 0);
    cart_chan loaded = CSP_MAKE(cart_chan, 0);
    cart_chan arrived = CSP_MAKE(cart_chan, 0);
    cart_chan burnt = CSP_MAKE(cart_chan, 0);
    done_chan done = CSP_MAKE(done_chan, 0);
    struct gopher loads = {NULL, empty, loaded, done};
    struct gopher carries = {cart_carry, loaded, arrived, done};
    struct gopher burns = {cart_burn, arrived, burnt, done};
    struct gopher returns = {cart_return, burnt, empty, done};

    csp_go_named("loader", loader, &loads);
    csp_go_named("carrier", gopher, &carries);
    csp_go_named("unloader", gopher, &burns);
    csp_go_named("returner", gopher, &returns);
    for (int i = 0; i < count; i++)
        csp_send(empty, carts[i]);
    for (int gophers = 4; gophers > 0; gophers--)
        csp_recv(done, NULL);

    csp_free(empty);
    csp_free(loaded);
    csp_free(arrived);
    csp_free(burnt);
    csp_free(done);
}
