// talk_list.c -- the programs by subject, and how to go on from there.
#include "programs.h"
#include "talk_modes.h"
#include "talk_words.h"

#include <string.h>

// A heading stands before the program with which its subject begins.
static const struct heading {
    const char *program, *text;
} headings[] = {
    {"go", "What a language needs"},
    {"gophers", "The gophers: designs, their speed, who waits for whom"},
    {"balancer", "Systems made of it"},
    {"counter", "The machine underneath"},
};

static void print_heading(FILE *out, const char *program)
{
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (strcmp(headings[i].program, program) == 0)
            fprintf(out, "%s%s\n", i ? "\n" : "", headings[i].text);
}

static void print_line(FILE *out, const char *name, const char *summary)
{
    fprintf(out, "  %-14s %s\n", name, summary);
}

void talk_list_programs(FILE *out, bool headed)
{
    for (int i = 0; programs[i]; i++) {
        if (headed)
            print_heading(out, programs[i]->name);
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
