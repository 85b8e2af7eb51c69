// talk_modes.h -- what `gopherbench talk` can be asked to do, a file each.
#ifndef TALK_MODES_H
#define TALK_MODES_H

#include "command.h"
#include "gopher_plan.h"

#include <stdio.h>

// Names the programs, and says how to go on.
void talk_list(FILE *);

// The programs alone, with or without headings: for the list of everything that is here.
void talk_list_programs(FILE *, bool headed);

// Judges the claims whose numbers are the command's words; none: all.
enum exit_code talk_check(const struct options *, int argc, char **argv,
                          struct fail *why);

// The gophers on the screen, as pictures in text, or recorded.
int talk_watch(const struct options *, struct fail *why);

// The plans of the gophers that the options ask for, one for each design; malloced.
// `virtual_time`: whatever the options say.
int talk_plans(const struct options *, bool virtual_time, struct gopher_plan **plans,
               size_t *count, struct fail *why);

#endif
