// cmd_talk.c -- the talk as programs: what is asked for, and whether the options go with
// it.
#include "command.h"
#include "gopher_report.h"
#include "grade.h"
#include "host.h"
#include "outfile.h"
#include "programs.h"
#include "talk_modes.h"
#include "talk_words.h"
#include "terminal.h"
#include "tracing.h"

#include <stdlib.h>

struct asked {
    enum talk_mode mode;
    char what[64];                  // as it was typed: "talk sieve"
    const struct program *program;  // to tell, or NULL
    const struct talk_word *word;   // to measure, or NULL
};

// ---- what is asked for

static enum talk_mode mode_of(const struct program *p)
{
    if (p == &talk_gophers)
        return TALK_GOPHERS;
    return p->many_tasks ? TALK_TASKS : TALK_TELL;
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
    asked->mode = asked->word ? asked->word->mode : mode_of(asked->program);
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
    if (options_talk_fit(t, asked->mode, asked->what, why))
        return -1;
    if (t->policy_given && !t->virtual_time && asked->mode != TALK_WATCH)
        return fail(why, EXIT_USAGE,
                    "--policy orders a virtual schedule: it needs --virtual");
    return 0;
}

// ---- doing it

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

// A run that locked itself up is worth its trace, too. The first failure stays.
static int keep_trace(struct tracing *tracing, int bad, struct fail *why)
{
    struct fail later;
    if (bad && !tracing_written(tracing))
        return -1;
    return tracing_commit(tracing, bad ? &later : why) || bad ? -1 : 0;
}

static int tell(const struct program *p, const struct options *o, struct fail *why)
{
    const struct talk_options *t = &o->talk;
    struct tracing tracing;
    int bad = tracing_open(&tracing, o->trace, why);
    if (!bad) {
        // Virtual time is the same everywhere unless somebody asks for more processors.
        int usual = t->virtual_time ? 1 : host_usable_cpus(NULL);
        struct talk_opts opts = {.procs = t->procs ? t->procs : usual,
                                 .seed = o->seed,
                                 .virtual_time = t->virtual_time,
                                 .tasks = t->tasks,
                                 .policy = t->policy,
                                 .trace = tracing_path(&tracing),
                                 .ask = terminal_asks(o),
                                 .color = terminal_color(o),
                                 .out = stdout};
        struct talk_result result = talk_tell(p, &opts);
        bad = keep_trace(&tracing, judge(p, &result, why), why);
    }
    tracing_close(&tracing);
    return bad ? -1 : 0;
}

// One run for each design. Those that lock themselves up do not keep the others from
// being shown; the first failure is the command's.
static int show_plans(struct gopher_plan *plans, size_t count, const struct options *o,
                      struct fail *first)
{
    struct fail why;
    *first = (struct fail){.code = EXIT_OK};
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            printf("\n");
        if (!gophers_show(&plans[i], stdout, terminal_color(o), &why))
            continue;
        if (first->code == EXIT_OK)
            *first = why;
        if (why.code != EXIT_DEADLOCK)
            break;
    }
    return first->code == EXIT_OK ? 0 : -1;
}

static int show_gophers(const struct options *o, struct fail *why)
{
    struct gopher_plan *plans = NULL;
    struct tracing tracing;
    size_t count;
    int bad = tracing_open(&tracing, o->trace, why) ||
              talk_plans(o, o->talk.virtual_time, &plans, &count, why);
    if (!bad) {
        plans[0].trace = tracing_path(&tracing);
        bad = keep_trace(&tracing, show_plans(plans, count, o, why), why);
    }
    tracing_close(&tracing);
    free(plans);
    return bad ? -1 : 0;
}

static int grade(const struct options *o, struct fail *why)
{
    struct grade_opts opts = {.out = stdout, .color = terminal_color(o)};
    const int bad = grade_run((const char *const *)o->words, &opts, why);
    struct outfile page = {.stream = stdout};
    struct fail unwritten;
    // What could not be written is said before what was found.
    if (outfile_commit(&page, &unwritten) == 0)
        return bad;
    *why = unwritten;
    return -1;
}

static int do_asked(const struct asked *asked, const struct options *o, struct fail *why)
{
    switch (asked->mode) {
    case TALK_LIST:
        talk_list(stdout);
        return 0;
    case TALK_WATCH:
        return talk_watch(o, why);
    case TALK_GRADE:
        return grade(o, why);
    case TALK_GOPHERS:
        if (options_talk_plan(&o->talk))
            return show_gophers(o, why);
        return tell(asked->program, o, why);
    default:
        return tell(asked->program, o, why);
    }
}

enum exit_code cmd_talk(struct options *o, int argc, char **argv, struct fail *why)
{
    struct asked asked;
    if (understand(&asked, o, why))
        return why->code;
    if (asked.word)
        return asked.word->run(o, argc, argv, why);
    if (asked.mode == TALK_CHECK)
        return talk_check(o, argc, argv, why);
    return do_asked(&asked, o, why) ? why->code : EXIT_OK;
}
