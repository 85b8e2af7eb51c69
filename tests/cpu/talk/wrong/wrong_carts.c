// wrong_carts.c -- deadlock: a cart less does not lock up, but it stands unused.
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
    cart_chan empty = CSP_MAKE(cart_chan, (size_t)count), loaded = CSP_MAKE(cart_chan, 0);
    cart_chan arrived = CSP_MAKE(cart_chan, 0), burnt = CSP_MAKE(cart_chan, 0);
    done_chan done = CSP_MAKE(done_chan, 0);
    struct gopher loads = {NULL, empty, loaded, done};
    struct gopher carries = {cart_carry, loaded, arrived, done};
    struct gopher burns = {cart_burn, arrived, burnt, done};
    struct gopher returns = {cart_return, burnt, empty, done};
    csp_go(loader, &loads);
    csp_go(gopher, &carries);
    csp_go(gopher, &burns);
    csp_go(gopher, &returns);
    for (int i = 1; i < count; i++)
        csp_send(empty, carts[i]);
    for (int gophers = 4; gophers > 0; gophers--)
        csp_recv(done, NULL);
}
