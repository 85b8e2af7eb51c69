// exercise_fourth.c -- add the fourth gopher.
//
// Three gophers burn the books. The loader loads, the unloader burns, and the carrier
// goes both ways: with a full cart to the fire, with an empty one back to the pile. He
// makes two trips for each load; the others make one, and wait for him.
//
// TO DO    A fourth gopher, who takes the empty carts back. The carrier only carries.
// GRADED   Every load burns once; four gophers, none makes two kinds of trip; a load for
//          every trip's time (three gophers: for every two; one: for every four); in the
//          end everybody has gone home.
// HINT     He needs no new channel. When does he know that no more carts will come?
//
//     ./dev grade fourth
#include "exercise.h"

struct site {
    cart_chan empty;    // at the pile
    cart_chan loaded;   // at the pile
    cart_chan arrived;  // at the fire, still loaded
    cart_chan burnt;    // at the fire, empty
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

// Takes whatever cart there is for him, until no more will be loaded.
static void carrier(void *arg)
{
    const struct site *s = arg;
    for (;;) {
        struct cart *full, *empty;
        struct csp_case either[] = {CSP_CASE_RECV(s->loaded, &full),
                                    CSP_CASE_RECV(s->burnt, &empty)};
        if (csp_select(either, 2, CSP_FOREVER) == 1) {
            cart_return(empty);
            csp_send(s->empty, empty);
        } else if (either[0].ok) {
            cart_carry(full);
            csp_send(s->arrived, full);
        } else {
            break;
        }
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
    csp_send(s->done, 1);
}

// In each place there is room for all carts.
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
    for (int gophers = 3; gophers > 0; gophers--)
        csp_recv(s.done, NULL);

    csp_free(s.empty);
    csp_free(s.loaded);
    csp_free(s.arrived);
    csp_free(s.burnt);
    csp_free(s.done);
}
