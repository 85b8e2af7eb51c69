// csp_testing.h -- what the tests of the runtime share.
//
// A test is a function that runs as the first task of a run. run_everywhere puts it
// through real threads (1, 2 and 4 workers, and the mode in which every woken task moves)
// and through virtual schedules of all policies. CHECK works in tasks, where cmocka's
// assertions cannot: those leave by longjmp, and a task's stack is not theirs to leave.

#ifndef CSP_TESTING_H
#define CSP_TESTING_H

#include "csp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define TEST_SANITIZED 1
#endif
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED 0
#endif

typedef CSP_CHAN(int) int_chan;

enum { VIRTUAL_SEEDS = 8 };

#define MS UINT64_C(1000000)

// n, or less of it where a sanitizer makes everything slow; TSan also has few fibers.
static inline int scaled(int n)
{
    int less = n / 25;
    return !TEST_SANITIZED || n <= 40 ? n : less > 40 ? less : 40;
}

static inline void check_at(bool ok, const char *what, const char *file, int line)
{
    if (ok)
        return;
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
    abort();
}
#define CHECK(x) check_at((x), #x, __FILE__, __LINE__)

static inline int run_with(struct csp_opts opts, void (*fn)(void *), void *arg)
{
    if (!opts.seed)
        opts.seed = 1;
    return csp_run(fn, arg, &opts, NULL);
}

static inline void run_real(void (*fn)(void *), void *arg)
{
    static const int procs[] = {1, 2, 4};
    for (size_t i = 0; i < sizeof procs / sizeof *procs; i++)
        assert_int_equal(run_with((struct csp_opts){.procs = procs[i]}, fn, arg), CSP_OK);
    assert_int_equal(run_with((struct csp_opts){.procs = 3, .migrate = true}, fn, arg),
                     CSP_OK);
}

static inline void run_virtual(void (*fn)(void *), void *arg)
{
    struct csp_opts o = {.virtual_time = true};
    for (o.policy = CSP_FIFO; o.policy <= CSP_PCT; o.policy++) {
        for (o.procs = 1; o.procs <= 4; o.procs *= 2) {
            for (o.seed = 1; o.seed <= VIRTUAL_SEEDS; o.seed++)
                assert_int_equal(run_with(o, fn, arg), CSP_OK);
        }
    }
}

// For tests in which order depends on who is scheduled when: nothing is left to chance.
static inline void run_in_order(void (*fn)(void *), void *arg)
{
    assert_int_equal(run_with((struct csp_opts){.procs = 1}, fn, arg), CSP_OK);
    run_virtual(fn, arg);
}

static inline void run_everywhere(void (*fn)(void *), void *arg)
{
    run_real(fn, arg);
    run_virtual(fn, arg);
}

static inline void go(void (*fn)(void *), void *arg)
{
    CHECK(csp_go(fn, arg) == CSP_OK);
}

// Waits for n values, the way a task reports that it is done.
static inline void await(int_chan done, int n)
{
    for (int i = 0; i < n; i++)
        CHECK(csp_recv(done, NULL));
}

#endif
