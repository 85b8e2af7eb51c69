// wrong_panic.c -- fourth: sends on a channel that is closed.
#include "exercise.h"

void exercise_fourth(struct cart *const *carts, int count)
{
    (void)count;
    cart_chan loaded = CSP_MAKE(cart_chan, 1);
    csp_close(loaded);
    csp_send(loaded, carts[0]);
}
