// grader.h -- what the graders are written with: a check is one fact, tried in many runs.
//
// A check ends with the first trial in which the fact does not hold, and says what was
// expected, what was seen, and under which schedule. Only one trial is on at a time.
#ifndef GRADER_H
#define GRADER_H

#include "csp.h"
#include "rng.h"

// Nanoseconds.
#define GRADER_MS UINT64_C(1000000)
#define GRADER_US UINT64_C(1000)

struct trial {
    struct csp_opts opts;
    struct rng rng;  // for whatever the trial draws: other numbers in each
    bool real;       // on real threads, where time is not exact
    struct csp_stats stats;
};

// What must hold, and a trial that runs the reader's code and says where it does not.
// virtual: in each order (first in first out, random, PCT) with 1, 2 and 4 processors and
// 20 seeds. real: on threads, twice with 1, 2 and 4 workers each. once: first in first
// out, with so many processors.
void check_virtual(const char *what, void (*trial)(struct trial *));
void check_real(const char *what, void (*trial)(struct trial *));
void check_once(const char *what, int procs, void (*trial)(struct trial *));

// In a trial: one run of tasks. False if it locked up or panicked: that is told already.
bool run_trial(struct trial *, void (*first)(void *), void *arg);

// In a trial, in its tasks, too: if it is not true then this sentence says so, unless
// another said something in this trial before.
__attribute__((format(printf, 2, 3))) void trial_expect(bool truth, const char *format,
                                                        ...);

// In a trial's first task, when the reader's function has returned: lets those end who
// are about to. And after the run: a fault if others are left. Not on threads, where
// nobody knows how long an instant is.
void trial_settle(const struct trial *);
void trial_expect_gone(const struct trial *);

// A line that judges nothing: what the reader may like to know.
__attribute__((format(printf, 1, 2))) void grader_show(const char *format, ...);

// Runs an exercise's checks in a process of its own, telling fd of each, and ends it.
_Noreturn void grader_main(void (*grade)(void), int fd);

// What goes over fd: lines that begin with one of these.
enum grader_mark {
    MARK_CHECK = '?',   // a check begins; what must hold
    MARK_HELD = '+',    // it held; in what
    MARK_BROKEN = '-',  // it did not; what was expected and seen
    MARK_SHOWN = ':',
    MARK_END = '.'  // all checks were made
};

// grade_<name>.c
void grade_fourth(void);
void grade_deadlock(void);
void grade_balancer(void);
void grade_fan_in(void);
void grade_replicas(void);
void grade_grain(void);

#endif
