// wrong_crash.c -- fourth: writes where nothing is.
#include "exercise.h"

void exercise_fourth(struct cart *const *carts, int count)
{
    (void)carts;
    volatile int *nowhere = NULL;
    *nowhere = count;
}
