// wrong_crowd.c -- fourth: four gophers who each do everything, and meet at the pile.
#include "exercise.h"

struct gopher {
    struct cart *cart;
    done_chan done;
};

static void gopher(void *arg)
{
    const struct gopher *g = arg;
    while (cart_load(g->cart)) {
        cart_carry(g->cart);
        cart_burn(g->cart);
        cart_return(g->cart);
    }
    csp_send(g->done, 1);
}

void exercise_fourth(struct cart *const *carts, int count)
{
    done_chan done = CSP_MAKE(done_chan, 4);
    for (int i = 0; i < 4 && i < count; i++) {
        struct gopher g = {carts[i], done};
        csp_go_copy(gopher, &g, sizeof g);
    }
    for (int i = 0; i < 4; i++)
        csp_recv(done, NULL);
    csp_free(done);
}
