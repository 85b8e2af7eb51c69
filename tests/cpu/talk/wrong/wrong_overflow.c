// wrong_overflow.c -- fourth: a gopher who calls himself until his stack is used up.
#include "exercise.h"

#include <limits.h>

static int again(int depth)
{
    volatile int here[64] = {depth};
    return depth < INT_MAX ? again(depth + 1) + here[0] : 0;
}

void exercise_fourth(struct cart *const *carts, int count)
{
    (void)carts;
    again(count);
}
