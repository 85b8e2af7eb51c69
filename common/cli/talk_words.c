// talk_words.c -- the table of measuring words, in the order of the list.
#include "talk_words.h"

#include <stddef.h>

const struct talk_word talk_words[] = {
    {"engines", "every design on every engine: structure and execution apart",
     TALK_ENGINES, talk_engines},
    {"waiting", "jobs that wait beside jobs that compute: tasks, loops, threads",
     TALK_WAITING, talk_waiting},
    {"grain", "how much work a message should carry", TALK_GRAIN, talk_grain},
    {.name = NULL},
};
