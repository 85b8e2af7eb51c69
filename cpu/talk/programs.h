// programs.h -- every program of the talk; programs.c puts them in order.
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "talk.h"

extern const struct program talk_go;
extern const struct program talk_gophers;

#endif
