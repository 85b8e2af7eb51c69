// programs.c -- the table of programs, in the talk's order.
#include "programs.h"

#include <stddef.h>

const struct program *const programs[] = {
    &talk_go,
    &talk_gophers,
    NULL,
};
