// talk_words.c -- the table of measuring words, in the order of the list.
#include "talk_words.h"

#include <stddef.h>

const struct talk_word talk_words[] = {
    {"engines", "every design on every engine: structure and execution apart",
     talk_engines},
    {NULL, NULL, NULL},
};
