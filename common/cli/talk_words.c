// talk_words.c -- the table of measuring words, in the order of the list.
#include "talk_words.h"

#include <stddef.h>

const struct talk_word talk_words[] = {
    {"engines", "every design on every engine: structure and execution apart",
     talk_engines},
    {"waiting", "work that waits beside work that computes: tasks, loops, threads",
     talk_waiting},
    {"grain", "how much work a message should carry", talk_grain},
    {NULL, NULL, NULL},
};

int talk_refuse_files(const struct options *o, struct fail *why)
{
    const struct {
        const char *name, *path;
    } files[] = {{"--json", o->json}, {"--trace", o->trace}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (files[i].path)
            return fail(why, EXIT_USAGE, "talk %.40s prints its tables, and has no %s",
                        o->words[0], files[i].name);
    return 0;
}
