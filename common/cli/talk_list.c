// talk_list.c -- the programs by subject, and how to go on from there.
#include "programs.h"
#include "talk_modes.h"
#include "talk_words.h"

static void print_line(FILE *out, const char *name, const char *summary)
{
    fprintf(out, "  %-14s %s\n", name, summary);
}

void talk_list_programs(FILE *out, bool headed)
{
    for (int i = 0; programs[i]; i++) {
        if (headed && programs[i]->heading)
            fprintf(out, "%s%s\n", i ? "\n" : "", programs[i]->heading);
        print_line(out, programs[i]->name, programs[i]->summary);
    }
    for (const struct talk_word *w = talk_words; w->name; w++)
        print_line(out, w->name, w->summary);
}

void talk_list(FILE *out)
{
    fprintf(out, "Concurrency is not parallelism: the talk as programs\n\n");
    talk_list_programs(out, true);
    fputs("\nHow to go on (gopherbench talk --help has every option)\n"
          "  gopherbench talk go               tells one: a question, a run, what held\n"
          "  gopherbench talk go --virtual     the same, on a simulated clock: exact\n"
          "  gopherbench talk gophers --watch  shows the gophers at work\n"
          "  gopherbench talk --check          judges every claim of the talk\n"
          "  gopherbench talk --grade          grades the workshop's exercises\n",
          out);
}
