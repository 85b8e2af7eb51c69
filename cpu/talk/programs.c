// programs.c -- the table of programs, in the talk's order.
#include "programs.h"

#include <stddef.h>

const struct program *const programs[] = {
    &talk_go,
    &talk_timer,
    &talk_select,
    &talk_compose,
    &talk_daemon,
    &talk_boring,
    &talk_fan_in,
    &talk_in_step,
    &talk_daisy,
    &talk_sieve,
    &talk_gophers,
    NULL,
};
