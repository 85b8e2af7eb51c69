// solution_fourth.c -- the fourth gopher: the carrier's way back is a gopher of its own.
#include "exercise.h"

struct site {
    cart_chan empty, loaded, arrived, burnt;
    done_chan done;
};

static void loader(void *arg)
{
    const struct site *s = arg;
    struct cart *cart;
    while (csp_recv(s->empty, &cart) && cart_load(cart))
        csp_send(s->loaded, cart);
    csp_close(s->loaded);
    csp_send(s->done, 1);
}

static void carrier(void *arg)
{
    const struct site *s = arg;
    struct cart *cart;
    while (csp_recv(s->loaded, &cart)) {
        cart_carry(cart);
        csp_send(s->arrived, cart);
    }
    csp_close(s->arrived);
    csp_send(s->done, 1);
}

static void unloader(void *arg)
{
    const struct site *s = arg;
    struct cart *cart;
    while (csp_recv(s->arrived, &cart)) {
        cart_burn(cart);
        csp_send(s->burnt, cart);
    }
    csp_close(s->burnt);
    csp_send(s->done, 1);
}

// He knows that no more carts will come when the unloader, who sends them, says so.
static void returner(void *arg)
{
    const struct site *s = arg;
    struct cart *cart;
    while (csp_recv(s->burnt, &cart)) {
        cart_return(cart);
        csp_send(s->empty, cart);
    }
    csp_send(s->done, 1);
}

void exercise_fourth(struct cart *const *carts, int count)
{
    size_t room = (size_t)count;
    struct site s = {CSP_MAKE(cart_chan, room), CSP_MAKE(cart_chan, room),
                     CSP_MAKE(cart_chan, room), CSP_MAKE(cart_chan, room),
                     CSP_MAKE(done_chan, 0)};
    for (int i = 0; i < count; i++)
        csp_send(s.empty, carts[i]);

    csp_go_named("loader", loader, &s);
    csp_go_named("carrier", carrier, &s);
    csp_go_named("unloader", unloader, &s);
    csp_go_named("returner", returner, &s);
    for (int gophers = 4; gophers > 0; gophers--)
        csp_recv(s.done, NULL);

    csp_free(s.empty);
    csp_free(s.loaded);
    csp_free(s.arrived);
    csp_free(s.burnt);
    csp_free(s.done);
}
