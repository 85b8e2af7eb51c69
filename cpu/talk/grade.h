// grade.h -- grades the workshop's exercises: what a reader wrote, tried under many
// schedules, in a process of its own.
//
// Each exercise is graded in a forked child with a deadline, so that a crash, a hang or a
// deadlock of the reader's code costs that exercise alone, and is told in one sentence.
// What is graded is what was linked: the exercises in the program, solutions and wrong
// ones in the tests.
//
// To add an exercise: its functions in exercise.h, a file in exercises/, a grader
// grade_<name>.c, a row in grade.c, a solution in tests/cpu/talk/solutions/.
#ifndef GRADE_H
#define GRADE_H

#include "fail.h"

#include <stdbool.h>
#include <stdio.h>

struct exercise {
    const char *name;     // as typed
    const char *summary;  // what there is to do, 60 columns at most
    const char *file;     // the one to edit, seen from the checkout
    void (*grade)(void);  // makes its checks, see grader.h; runs in the child
};

extern const struct exercise exercises[];  // in the workshop's order
extern const int exercises_count;

struct grade_opts {
    FILE *out;
    bool color;
    int deadline_s;  // of each exercise; 0: 10
};

// Grades the exercises of these names (NULL-terminated; none, or NULL: all) and tells
// what held and what did not. Returns 0 if all pass, or -1 and EXIT_WRONG; EXIT_USAGE for
// an unknown name; EXIT_RESOURCE if no child can be had. The process must have only one
// thread, and no run of tasks behind it.
int grade_run(const char *const *names, const struct grade_opts *, struct fail *why);

#endif
