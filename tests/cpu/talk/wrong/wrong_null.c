// wrong_null.c -- fourth: does not look whether there was a cart to receive.
#include "exercise.h"

void exercise_fourth(struct cart *const *carts, int count)
{
    (void)carts;
    (void)count;
    cart_chan loaded = CSP_MAKE(cart_chan, 1);
    csp_close(loaded);
    struct cart *cart;
    csp_recv(loaded, &cart);
    cart_carry(cart);
}
