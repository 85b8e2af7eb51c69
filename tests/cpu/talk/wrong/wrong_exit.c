// wrong_exit.c -- fourth: ends the process, as if all were well.
#include "exercise.h"

#include <stdlib.h>

void exercise_fourth(struct cart *const *carts, int count)
{
    (void)carts;
    (void)count;
    exit(0);
}
