// cmd_talk.c -- the talk as programs: what is asked for, and whether the options go with
// it.
#include "command.h"
#include "host.h"
#include "outfile.h"
#include "programs.h"
#include "talk_modes.h"
#include "talk_words.h"
#include "terminal.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct asked {
    enum talk_mode mode;
    char what[64];                  // as it was typed: "talk sieve"
    const struct program *program;  // to tell, or NULL
    const struct talk_word *word;   // to measure, or NULL
};

// ---- what is asked for

static enum talk_mode mode_of(const char *program)
{
    static const struct {
        const char *program;
        enum talk_mode mode;
    } special[] = {
        {"gophers", TALK_GOPHERS}, {"million", TALK_TASKS}, {"daisy", TALK_TASKS}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (strcmp(special[i].program, program) == 0)
            return special[i].mode;
    return TALK_TELL;
}

static int find(struct asked *asked, const char *name, struct fail *why)
{
    enum { MOST = 64 };
    const char *names[MOST] = {0};
    int told = 0, n = 0;
    for (; programs[told] && n < MOST - 1; n++)
        names[n] = programs[told++]->name;
    for (const struct talk_word *w = talk_words; w->name && n < MOST - 1; w++)
        names[n++] = w->name;
    int i = option_word("talk", name, names, why);
    if (i < 0)
        return -1;
    if (i < told)
        asked->program = programs[i];
    else
        asked->word = &talk_words[i - told];
    asked->mode = asked->word ? asked->word->mode : mode_of(name);
    snprintf(asked->what, sizeof asked->what, "talk %.40s", name);
    return 0;
}

static void ask(struct asked *asked, enum talk_mode mode, const char *what)
{
    asked->mode = mode;
    snprintf(asked->what, sizeof asked->what, "%s", what);
}

static int understand(struct asked *asked, const struct options *o, struct fail *why)
{
    const struct talk_options *t = &o->talk;
    *asked = (struct asked){0};
    if (t->check + t->grade + t->watch > 1)
        return fail(why, EXIT_USAGE, "--check, --grade and --watch do not go together");
    if (t->check)
        ask(asked, TALK_CHECK, "talk --check");
    else if (t->grade)
        ask(asked, TALK_GRADE, "talk --grade");
    else if (o->word_count > 1)
        return fail(why, EXIT_USAGE, "talk tells one program at a time");
    else if (o->word_count == 0 && !t->watch)
        ask(asked, TALK_LIST, "the list of programs");
    else if (o->word_count == 1 && find(asked, o->words[0], why))
        return -1;
    if (t->watch && o->word_count == 1 && asked->mode != TALK_GOPHERS)
        return fail(why, EXIT_USAGE, "--watch shows the gophers, not %.60s", o->words[0]);
    if (t->watch)
        ask(asked, TALK_WATCH, "talk gophers --watch");
    return options_talk_fit(t, asked->mode, asked->what, why);
}

// ---- telling one

// The runtime writes a trace wherever it is told to; we hand the file over when it is
// whole.
struct tracing {
    struct outfile out;
    int fd;         // of memory
    char path[40];  // of fd; "": nobody asked for a trace
};

static int tracing_open(struct tracing *tracing, const char *path, struct fail *why)
{
    *tracing = (struct tracing){.fd = -1};
    if (!path)
        return 0;
    if (strcmp(path, "-") == 0)
        return fail(why, EXIT_USAGE,
                    "--trace needs a file: standard output is the program's");
    if (outfile_open(&tracing->out, path, why))
        return -1;
    tracing->fd = memfd_create("trace", MFD_CLOEXEC);
    if (tracing->fd < 0)
        return fail(why, EXIT_RESOURCE, "no memory for the trace: %s", strerror(errno));
    snprintf(tracing->path, sizeof tracing->path, "/proc/self/fd/%d", tracing->fd);
    return 0;
}

static int tracing_deliver(struct tracing *tracing, struct fail *why)
{
    if (!tracing->path[0])
        return 0;
    return outfile_fill(&tracing->out, tracing->fd, why)
               ? -1
               : outfile_commit(&tracing->out, why);
}

static void tracing_close(struct tracing *tracing)
{
    outfile_abandon(&tracing->out);
    if (tracing->fd >= 0)
        close(tracing->fd);
}

static int judge(const struct program *p, const struct talk_result *result,
                 struct fail *why)
{
    if (result->run == CSP_ENOMEM || result->run == CSP_ETHREAD)
        return fail(why, EXIT_RESOURCE, "%s: no memory or no thread for a run", p->name);
    if (result->run != CSP_OK)
        return fail(why, EXIT_DEADLOCK, "%s: a run of its tasks failed", p->name);
    if (result->broken > 0)
        return fail(why, EXIT_WRONG, "%s: %d of %d facts did not hold", p->name,
                    result->broken, result->broken + result->held);
    return 0;
}

static int tell(const struct program *p, const struct options *o, struct fail *why)
{
    struct tracing tracing;
    int procs = o->talk.procs          ? o->talk.procs
                : o->talk.virtual_time ? 1
                                       : host_usable_cpus(NULL);
    int bad = tracing_open(&tracing, o->trace, why);
    if (!bad) {
        struct talk_opts opts = {.procs = procs,
                                 .seed = o->seed,
                                 .virtual_time = o->talk.virtual_time,
                                 .trace = tracing.path[0] ? tracing.path : NULL,
                                 .ask = terminal_asks(o),
                                 .color = terminal_color(o),
                                 .out = stdout};
        struct talk_result result = talk_tell(p, &opts);
        bad = judge(p, &result, why) || tracing_deliver(&tracing, why) ? -1 : 0;
    }
    tracing_close(&tracing);
    return bad;
}

enum exit_code cmd_talk(struct options *o, int argc, char **argv, struct fail *why)
{
    struct asked asked;
    if (understand(&asked, o, why))
        return why->code;
    switch (asked.mode) {
    case TALK_LIST:
        talk_list(stdout);
        return EXIT_OK;
    case TALK_ENGINES:
    case TALK_WAITING:
    case TALK_GRAIN:
        return asked.word->run(o, argc, argv, why);
    default:
        return tell(asked.program, o, why) ? why->code : EXIT_OK;
    }
}
