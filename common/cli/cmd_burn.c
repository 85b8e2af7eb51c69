// cmd_burn.c -- real books: the SHA-256 of every file, in sha256sum's format.
#include "cases.h"
#include "command.h"
#include "deliver.h"

#include <string.h>

static int plan(struct session *s, const struct options *o, struct fail *why)
{
    return cases_burn(&s->plan, o, (const char *const *)o->words, o->word_count, why);
}

enum exit_code cmd_burn(struct options *o, int argc, char **argv, struct fail *why)
{
    static const char *const fallback[] = {"csp", "serial", NULL};
    if (o->word_count == 0) {
        fail(why, EXIT_USAGE, "burn takes files and folders: burn PATH...");
        return why->code;
    }
    struct delivery d = {
        .fallback = fallback, .plan = plan, .output = o->output ? o->output : "-"};
    for (int i = 0; i < o->word_count; i++)
        d.with_stdin = d.with_stdin || strcmp(o->words[i], "-") == 0;
    return deliver(o, argc, argv, &d, why);
}
