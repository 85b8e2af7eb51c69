// talk.h -- the programs of the talk, and how they speak to the room.
//
// A program is one file, talk_<name>.c, a client of csp.h: tasks and channels, and no
// lock, atomic, sleep-polling or hidden channel. It says what happens, line by line, and
// what must hold. To add one: write the file, name it in programs.c and CMakeLists.txt.
//
// Under virtual time, with one processor and one seed, what a program prints is always
// the same, byte for byte; its golden output is in tests/cpu/talk/.
#ifndef TALK_H
#define TALK_H

#include "csp.h"
#include "rng.h"

#include <stdio.h>

// Nanoseconds.
#define MICROSECONDS UINT64_C(1000)
#define MILLISECONDS UINT64_C(1000000)
#define SECONDS      UINT64_C(1000000000)

struct program {
    const char *name;      // as typed
    const char *summary;   // for the list, 60 columns at most
    const char *heading;   // of the group in the list that begins with it, or NULL
    const char *story;     // what is about to be seen: a few lines of 78 columns at most
    const char *question;  // what do you expect? NULL: nothing is asked
    const char *moral;     // what was learnt; lines as in the story
    // An ordinary function, outside of any run: calls talk_run once or several times.
    void (*tell)(void);
    bool many_tasks;      // as many as asked for: see talk_tasks
    bool real_time_only;  // virtual time could show nothing: it concerns the machine
};

// NULL-terminated, in the talk's order.
extern const struct program *const programs[];

struct talk_opts {
    int procs;  // >= 1
    uint64_t seed;
    bool virtual_time;
    uint64_t tasks;          // of programs that start very many; 0: their own number
    enum csp_policy policy;  // under virtual time
    const char *trace;       // of the program's first run; NULL: none
    bool ask;                // wait for Enter at the question
    bool color;              // of what goes to out
    FILE *out;               // not the caller's until talk_tell returns
};

// A number that a program found, under a name: what the claims are judged by.
struct figure {
    const char *name;
    double value;
};

enum { FIGURES_MOST = 24 };

// What became of a program.
struct talk_result {
    int held, broken;  // how many of what must hold did, and did not
    int run;           // CSP_OK, or what a run ended with that had not been expected to
    int figure_count;
    struct figure figures[FIGURES_MOST];
};

// Tells one program after the other: not to be called by two threads at once.
struct talk_result talk_tell(const struct program *, const struct talk_opts *);

// The figure of that name; NAN when the program did not come so far.
double talk_figure(const struct talk_result *, const char *name);

// The rest is for programs.

// A run of tasks with the options that were asked for; says so if it does not end with
// CSP_OK. talk_run_on: on other processors than asked for. talk_run_for: a run that is
// expected to end with another result, which is returned and not said. stats may be NULL.
int talk_run(void (*first)(void *), void *arg);
int talk_run_on(int procs, void (*first)(void *), void *arg, struct csp_stats *stats);
int talk_run_for(int result, void (*first)(void *), void *arg);

// As talk_run, of a program that leaves no task behind: when first has returned, those
// who have sent their last message are given a moment to return, too; that no other is
// left must hold. (In real time, where a moment can be too short, it is said how many
// are.)
int talk_run_whole(void (*first)(void *), void *arg);

// What was asked for.
int talk_procs(void);
bool talk_virtual(void);
uint64_t talk_seed(void);

// The path of the trace, for the run that a program makes without talk_run; NULL when no
// trace is asked for, or another run has it.
const char *talk_trace(void);

// How many tasks, for a program that starts very many: as asked for, else `usual`, or as
// many as the memory has room for, a page of stack and a quarter for the rest each.
uint64_t talk_tasks(uint64_t usual);

// A stream of random numbers of the program's seed, a different one for each `who`.
struct rng talk_rng(uint64_t who);

// One line of 64 columns at most (76 in the two below): in a run with the time since it
// began before it, and indented. From any task.
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

// One line that says what must hold, and whether it does. From any task.
__attribute__((format(printf, 2, 3))) void holds(bool truth, const char *format, ...);

// Keeps a figure for the claims, under a name that stays. Not from two tasks at once.
void finds(const char *name, double value);

// One line that says what took ns, and must hold: exactly as long as it should under
// virtual time; no less in real time, where machines add what they like.
__attribute__((format(printf, 3, 4))) void lasted(uint64_t ns, uint64_t should_ns,
                                                  const char *format, ...);

#endif
