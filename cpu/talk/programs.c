// programs.c -- the table of programs, in the talk's order.
#include "programs.h"

#include <stddef.h>

// One a line, whatever the formatter says: the talk's order is to be seen.
// clang-format off
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
    &talk_balancer,
    &talk_heap_balancer,
    &talk_replicas,
    &talk_search,
    &talk_devices,
    &talk_counter,
    &talk_million,
    NULL,
};
// clang-format on
