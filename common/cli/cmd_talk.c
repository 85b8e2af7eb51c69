// cmd_talk.c -- the talk as programs: the list of them, or one told.
#include "command.h"
#include "host.h"
#include "programs.h"
#include "terminal.h"

#include <stdio.h>

static void list_programs(void)
{
    printf("The talk's programs (gopherbench talk NAME)\n");
    for (int i = 0; programs[i]; i++)
        printf("  %-14s %s\n", programs[i]->name, programs[i]->summary);
}

static const struct program *find(const char *name, struct fail *why)
{
    enum { MOST = 64 };
    const char *names[MOST] = {0};
    int n = 0;
    for (; programs[n] && n < MOST - 1; n++)
        names[n] = programs[n]->name;
    int i = option_word("talk", name, names, why);
    return i < 0 ? NULL : programs[i];
}

static enum exit_code tell(const struct options *o, struct fail *why)
{
    const struct program *p = find(o->words[0], why);
    if (!p)
        return why->code;
    struct host host;
    host_read(&host);
    struct talk_opts opts = {.procs = o->talk.procs ? o->talk.procs : host.usable_cpus,
                             .seed = o->seed,
                             .virtual_time = o->talk.virtual_time,
                             .trace = o->trace,
                             .ask = terminal_asks(o),
                             .color = terminal_color(o),
                             .out = stdout};
    struct talk_result result = talk_tell(p, &opts);
    if (result.run != CSP_OK) {
        fail(why, EXIT_DEADLOCK, "%s: a run of its tasks failed", p->name);
        return why->code;
    }
    if (result.broken > 0) {
        fail(why, EXIT_WRONG, "%s: %d of %d facts did not hold", p->name, result.broken,
             result.broken + result.held);
        return why->code;
    }
    return EXIT_OK;
}

enum exit_code cmd_talk(struct options *o, int argc, char **argv, struct fail *why)
{
    (void)argc;
    (void)argv;
    if (o->word_count > 1) {
        fail(why, EXIT_USAGE, "talk tells one program at a time");
        return why->code;
    }
    if (o->word_count == 1)
        return tell(o, why);
    list_programs();
    return EXIT_OK;
}
