// grader.h -- what the graders are written with: a check is one fact, tried in many runs.
//
// A check ends with the first attempt in which the fact does not hold, and says what was
// expected, what was seen, and under which schedule. Only one attempt is on at a time.
#ifndef GRADER_H
#define GRADER_H

#include "csp.h"
#include "rng.h"

// Nanoseconds.
#define GRADER_MS UINT64_C(1000000)
#define GRADER_US UINT64_C(1000)

struct attempt {
    struct csp_opts opts;
    struct rng rng;  // for whatever the attempt draws: other numbers in each
    bool real;       // on real threads, where time is not exact
    struct csp_stats stats;
};

// What must hold, and an attempt that runs the reader's code and says where it does not.
// virtual: in each order (first in first out, random, PCT) with 1, 2 and 4 processors and
// 20 seeds. real: on threads, twice with 1, 2 and 4 workers each. once: first in first
// out, with so many processors.
void check_virtual(const char *what, void (*attempt)(struct attempt *));
void check_real(const char *what, void (*attempt)(struct attempt *));
void check_once(const char *what, int procs, void (*attempt)(struct attempt *));

// In an attempt: one run of tasks. False if it locked up or panicked: that is told
// already.
bool attempt_run(struct attempt *, void (*first)(void *), void *arg);

// In an attempt, in its tasks, too: if it is not true then this sentence says so, unless
// another said something in this attempt before.
__attribute__((format(printf, 2, 3))) void attempt_expect(bool truth, const char *format,
                                                          ...);

// In an attempt's first task, when the reader's function has returned: lets those end who
// are about to. And after the run: a fault if others are left. Not on threads, where
// nobody knows how long an instant is.
void attempt_settle(const struct attempt *);
void attempt_expect_gone(const struct attempt *);

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
