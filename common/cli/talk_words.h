// talk_words.h -- the words of `gopherbench talk` that measure engines instead of telling
// a program.
//
// To add one: talk_<word>.c, a prototype here, a row in talk_words.c.
#ifndef TALK_WORDS_H
#define TALK_WORDS_H

#include "command.h"

struct talk_word {
    const char *name, *summary;  // summary: for the list, 60 columns at most
    enum talk_mode mode;         // which options go with it
    command_fn *run;
};

extern const struct talk_word talk_words[];  // until one without a name

command_fn talk_engines, talk_waiting, talk_grain;

#endif
