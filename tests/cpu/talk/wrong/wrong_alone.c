// wrong_alone.c -- deadlock: no gopher ever waits, because there is only one.
#include "exercise.h"

void exercise_deadlock(struct cart *const *carts, int count)
{
    for (int i = 0; cart_load(carts[i]); i = (i + 1) % count) {
        cart_carry(carts[i]);
        cart_burn(carts[i]);
        cart_return(carts[i]);
    }
}
