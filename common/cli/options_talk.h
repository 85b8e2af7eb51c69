// options_talk.h -- the talk's options: what each is, and with which of the talk's modes
// it makes sense.
//
// To add one: a row in options_talk.c's table, a key in option_row.h, a member here, a
// case in options_talk_take().
#ifndef OPTIONS_TALK_H
#define OPTIONS_TALK_H

#include "fail.h"
#include "gopher_plan.h"
#include "option_row.h"

#include <stdbool.h>
#include <stdint.h>

// What the command is asked to do.
enum talk_mode {
    TALK_LIST = 1,       // name the programs
    TALK_TELL = 2,       // tell one
    TALK_TASKS = 4,      // tell one that starts very many tasks
    TALK_GOPHERS = 8,    // tell of the gophers, by the talk's designs or the user's
    TALK_WATCH = 16,     // show the gophers as an animation
    TALK_CHECK = 32,     // judge claims
    TALK_GRADE = 64,     // grade exercises
    TALK_ENGINES = 128,  // the designs on every engine
    TALK_WAITING = 256,  // work that waits beside work that computes
    TALK_GRAIN = 512     // messages of elements, rows and blocks
};

struct talk_options {
    uint64_t given;  // a bit a row
    int procs;       // 0: not given, as in all that follows
    bool virtual_time, no_ask;
    uint64_t tasks;
    int jobs;
    bool check, grade, watch;
    const char *record;
    int frames, columns, rows;
    bool ascii;
    int lanes, turns, stages, halves, loads;
    bool trips_given;
    uint64_t trip_ns[TRIPS];
    bool work_given;
    enum work work;
    bool exponential, unbuffered;
    bool policy_given;
    enum csp_policy policy;
};

struct talk_row {
    struct option_row option;
    int modes;  // with which it makes sense, bits of enum talk_mode; 0: all
};

extern const struct talk_row options_talk_rows[];
extern const int options_talk_count;

// Takes one of the talk's own options; key >= KEY_TALK.
int options_talk_take(struct talk_options *, int key, const char *text, struct fail *why);

// Notes that an option was given.
void options_talk_note(struct talk_options *, int key);

// Whether an option shapes a plan of the gophers: what is asked for is no longer the tour
// of the talk's designs.
bool options_talk_plan(const struct talk_options *);

// EXIT_USAGE if an option was given that makes no sense with the mode; `what` is how the
// mode was asked for, "talk sieve".
int options_talk_fit(const struct talk_options *, enum talk_mode, const char *what,
                     struct fail *why);

#endif
