// programs.h -- every program of the talk; programs.c puts them in order.
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "talk.h"

extern const struct program talk_go;
extern const struct program talk_gophers;
extern const struct program talk_timer;
extern const struct program talk_select;
extern const struct program talk_compose;
extern const struct program talk_daemon;
extern const struct program talk_boring;
extern const struct program talk_fan_in;
extern const struct program talk_in_step;
extern const struct program talk_daisy;
extern const struct program talk_sieve;
extern const struct program talk_balancer;
extern const struct program talk_heap_balancer;
extern const struct program talk_replicas;
extern const struct program talk_search;
extern const struct program talk_devices;
extern const struct program talk_counter;
extern const struct program talk_million;

#endif
