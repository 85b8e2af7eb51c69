// options_talk.c -- see options_talk.h.
#include "options_talk.h"

#include "option.h"
#include "options.h"

#include <assert.h>

enum {
    GOPHERS = TALK_GOPHERS | TALK_WATCH,
    TOLD = TALK_TELL | TALK_TASKS | TALK_GOPHERS,
    CLOCKED = TOLD | TALK_WATCH | TALK_CHECK,
    MEASURED = TALK_ENGINES | TALK_WAITING | TALK_GRAIN
};

const struct talk_row options_talk_rows[] = {
    {{KEY_PROCS, "procs", "N", CMD_TALK, "processors (usable CPUs; virtual: 1)"},
     CLOCKED | MEASURED},
    {{KEY_VIRTUAL, "virtual", NULL, CMD_TALK, "simulated clock and processors: exact"},
     CLOCKED},
    {{KEY_SEED, "seed", "N", CMD_TALK, "of chance and of schedules (1)"},
     CLOCKED | MEASURED},
    {{KEY_TASKS, "tasks", "N", CMD_TALK, "how many, for million and daisy"},
     TALK_TASKS | TALK_CHECK},
    {{KEY_TRACE, "trace", "FILE", CMD_TALK, "what ran when, as Chrome trace JSON"},
     TOLD | TALK_ENGINES},
    {{KEY_NO_ASK, "no-ask", NULL, CMD_TALK, "ask, but do not wait for Enter"}, TOLD},
    {{KEY_CHECK, "check", NULL, CMD_TALK,
      "judge the claims, or those with these numbers"},
     TALK_CHECK},
    {{KEY_JSON, "json", "FILE", CMD_TALK,
      "what was found, with all about it; - is stdout"},
     TALK_CHECK | TALK_ENGINES},
    {{KEY_GRADE, "grade", NULL, CMD_TALK,
      "grade the exercises, or those with these names"},
     TALK_GRADE},
    {{KEY_WATCH, "watch", NULL, CMD_TALK,
      "the gophers, animated; always in virtual time"},
     TALK_WATCH},
    {{KEY_FRAMES, "frames", "N", CMD_TALK, "with --watch: print N frames as text"},
     TALK_WATCH},
    {{KEY_RECORD, "record", "FILE", CMD_TALK, "with --watch: as asciicast instead"},
     TALK_WATCH},
    {{KEY_COLUMNS, "columns", "N", CMD_TALK, "with --watch: wide (the terminal, 80)"},
     TALK_WATCH},
    {{KEY_ROWS, "rows", "N", CMD_TALK, "with --watch: high (the terminal, 24)"},
     TALK_WATCH},
    {{KEY_ASCII, "ascii", NULL, CMD_TALK, "with --watch: draw with ASCII alone"},
     TALK_WATCH},
    {{KEY_DESIGN, "design", "LIST", CMD_TALK, "gopher designs; NAME*L is one on L lanes"},
     GOPHERS | TALK_ENGINES},
    {{KEY_LANES, "lanes", "N", CMD_TALK, "piles, each with its own incinerator"},
     GOPHERS},
    {{KEY_TURNS, "turns", "N", CMD_TALK, "gophers that take turns in each role"},
     GOPHERS},
    {{KEY_STAGES, "stages", "N", CMD_TALK, "roles that share the four trips, 1 to 4"},
     GOPHERS},
    {{KEY_HALVES, "halves", "N", CMD_TALK, "1, or 2 with a dump in the middle"}, GOPHERS},
    {{KEY_CARTS, "carts", "N", CMD_TALK, "of each half of a lane (4); engines: of all"},
     GOPHERS | TALK_ENGINES},
    {{KEY_LOADS, "loads", "N", CMD_TALK, "cartloads to burn in each lane (100)"},
     GOPHERS},
    {{KEY_TRIPS, "trips", "MS", CMD_TALK, "load,carry,unload,return; or one for all (1)"},
     GOPHERS},
    {{KEY_WORK, "work", "KIND", CMD_TALK, "trips wait, spin or are real (spin)"},
     GOPHERS},
    {{KEY_EXPONENTIAL, "exponential", NULL, CMD_TALK, "random times with these means"},
     GOPHERS},
    {{KEY_UNBUFFERED, "unbuffered", NULL, CMD_TALK, "carts go from hand to hand"},
     GOPHERS},
    {{KEY_POLICY, "policy", "KIND", CMD_TALK, "of a virtual schedule: fifo, random, pct"},
     TOLD | TALK_WATCH},
    {{KEY_BOOKS, "books", "N", CMD_TALK, "engines: books to generate (512)"},
     TALK_ENGINES},
    {{KEY_BOOK_SIZE, "book-size", "BYTES", CMD_TALK, "engines: their mean size (64K)"},
     TALK_ENGINES},
    {{KEY_CART_SIZE, "cart-size", "BYTES", CMD_TALK,
      "engines: what one cart carries (2M)"},
     TALK_ENGINES},
    {{KEY_RUNS, "runs", "N", CMD_TALK, "rounds to measure"}, MEASURED},
    {{KEY_JOBS, "jobs", "N", CMD_TALK, "waiting: jobs that wait, or compute (200)"},
     TALK_WAITING},
    {{KEY_WARMUP, "warmup", "N", CMD_TALK, "engines: rounds before them (1)"},
     TALK_ENGINES},
    {{KEY_TIME, "time", "SECONDS", CMD_TALK, "engines: for measuring, in all (9)"},
     TALK_ENGINES},
    {{KEY_SABOTAGE, "sabotage", "KIND", CMD_TALK, "engines: damage, as in compare"},
     TALK_ENGINES},
    {{KEY_QUIET, "quiet", NULL, CMD_TALK,
      "no waiting for Enter, no progress; measured: no table"},
     0},
};

enum { TALK_ROWS = sizeof options_talk_rows / sizeof *options_talk_rows };
static_assert(TALK_ROWS <= 64, "a bit a row");

const int options_talk_count = TALK_ROWS;

void options_talk_note(struct talk_options *o, int key)
{
    for (int i = 0; i < TALK_ROWS; i++)
        if (options_talk_rows[i].option.key == key)
            o->given |= UINT64_C(1) << i;
}

bool options_talk_plan(const struct talk_options *o)
{
    for (int i = 0; i < TALK_ROWS; i++) {
        int modes = options_talk_rows[i].modes;
        if (o->given >> i & 1 && modes & TALK_GOPHERS && !(modes & TALK_TELL))
            return true;
    }
    return false;
}

// The modes of a row, as they are typed: "talk NAME, talk gophers and --watch".
static const char *modes_text(int modes, char *buffer, size_t size)
{
    static const struct {
        int mode;
        const char *typed;
    } all[] = {{TALK_TELL, "talk NAME"},       {TALK_TASKS, "talk million or daisy"},
               {TALK_GOPHERS, "talk gophers"}, {TALK_WATCH, "--watch"},
               {TALK_CHECK, "--check"},        {TALK_GRADE, "--grade"},
               {TALK_ENGINES, "talk engines"}, {TALK_WAITING, "talk waiting"},
               {TALK_GRAIN, "talk grain"}};
    enum { MODES = sizeof all / sizeof *all };
    const char *words[MODES + 1] = {0};
    int count = 0;
    for (int i = 0; i < MODES; i++)
        // Whatever is for every program is for these, too.
        if (modes & all[i].mode &&
            !(modes & TALK_TELL && all[i].mode & (TALK_TASKS | TALK_GOPHERS)))
            words[count++] = all[i].typed;
    return option_words(buffer, size, words);
}

int options_talk_fit(const struct talk_options *o, enum talk_mode mode, const char *what,
                     struct fail *why)
{
    for (int i = 0; i < TALK_ROWS; i++) {
        const struct talk_row *row = &options_talk_rows[i];
        if (!(o->given >> i & 1) || row->modes == 0 || row->modes & (int)mode)
            continue;
        char fits[160];
        return fail(why, EXIT_USAGE, "--%s is for %s, not for %.100s", row->option.name,
                    modes_text(row->modes, fits, sizeof fits), what);
    }
    return 0;
}

// One number for all trips, or four.
static int take_trips(struct talk_options *o, const char *text, struct fail *why)
{
    struct list list;
    if (option_list("--trips", text, &list, why))
        return -1;
    int bad = 0;
    if (list.count != 1 && list.count != TRIPS)
        bad = fail(why, EXIT_USAGE,
                   "--trips takes one number, or four as 1,2.5,1,2, not '%.100s'", text);
    for (size_t i = 0; i < TRIPS && !bad; i++)
        bad = option_milliseconds("--trips", list.item[list.count == 1 ? 0 : i],
                                  PLAN_TRIP_MAX_NS, &o->trip_ns[i], why);
    option_list_free(&list);
    o->trips_given = true;
    return bad;
}

static int take_work(struct talk_options *o, const char *text, struct fail *why)
{
    static const char *const kinds[] = {
        [WORK_WAIT] = "wait", [WORK_SPIN] = "spin", [WORK_REAL] = "real", NULL};
    int kind = option_word("--work", text, kinds, why);
    o->work = (enum work)kind;
    o->work_given = true;
    return kind < 0 ? -1 : 0;
}

static int take_policy(struct talk_options *o, const char *text, struct fail *why)
{
    static const char *const kinds[] = {
        [CSP_FIFO] = "fifo", [CSP_RANDOM] = "random", [CSP_PCT] = "pct", NULL};
    int kind = option_word("--policy", text, kinds, why);
    o->policy = (enum csp_policy)kind;
    o->policy_given = true;
    return kind < 0 ? -1 : 0;
}

// What shapes a plan of the gophers.
static int take_plan(struct talk_options *o, int key, const char *text, struct fail *why)
{
    switch (key) {
    case KEY_LANES:
        return option_int("--lanes", text, 1, PLAN_LANES_MAX, &o->lanes, why);
    case KEY_TURNS:
        return option_int("--turns", text, 1, PLAN_TURNS_MAX, &o->turns, why);
    case KEY_STAGES:
        return option_int("--stages", text, 1, ROLES_MAX, &o->stages, why);
    case KEY_HALVES:
        return option_int("--halves", text, 1, 2, &o->halves, why);
    case KEY_LOADS:
        return option_int("--loads", text, 1, PLAN_LOADS_MAX, &o->loads, why);
    case KEY_TRIPS:
        return take_trips(o, text, why);
    case KEY_WORK:
        return take_work(o, text, why);
    case KEY_EXPONENTIAL:
        o->exponential = true;
        return 0;
    case KEY_UNBUFFERED:
        o->unbuffered = true;
        return 0;
    default:
        return take_policy(o, text, why);
    }
}

int options_talk_take(struct talk_options *o, int key, const char *text, struct fail *why)
{
    enum { PROCS_MAX = 4096, TASKS_MAX = 100000000, JOBS_MAX = 100000 };
    switch (key) {
    case KEY_PROCS:
        return option_int("--procs", text, 1, PROCS_MAX, &o->procs, why);
    case KEY_VIRTUAL:
        o->virtual_time = true;
        return 0;
    case KEY_TASKS:
        return option_number("--tasks", text, 1, TASKS_MAX, &o->tasks, why);
    case KEY_JOBS:
        return option_int("--jobs", text, 1, JOBS_MAX, &o->jobs, why);
    case KEY_NO_ASK:
        o->no_ask = true;
        return 0;
    case KEY_CHECK:
        o->check = true;
        return 0;
    case KEY_GRADE:
        o->grade = true;
        return 0;
    case KEY_WATCH:
        o->watch = true;
        return 0;
    case KEY_RECORD:
        o->record = text;
        return 0;
    case KEY_FRAMES:
        return option_int("--frames", text, 1, 1000000, &o->frames, why);
    case KEY_COLUMNS:
        return option_int("--columns", text, 80, 400, &o->columns, why);
    case KEY_ROWS:
        return option_int("--rows", text, 24, 200, &o->rows, why);
    case KEY_ASCII:
        o->ascii = true;
        return 0;
    default:
        return take_plan(o, key, text, why);
    }
}
