// grader.c -- see grader.h. The first fault of an attempt, which any task may find on any
// thread, is the one element that there is room for in a channel.
#include "grader.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS = 20, REAL_TIMES = 2 };

struct fault {
    char text[400];
};

static struct {
    int fd;
    CSP_CHAN(struct fault) faults;  // of the attempt that is on
} it;

static void tell(enum grader_mark mark, const char *text)
{
    char line[600];
    int n = snprintf(line, sizeof line, "%c%s\n", (char)mark, text);
    size_t length = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    if (write(it.fd, line, length) < 0)
        _exit(1);  // nobody listens any more
}

void grader_show(const char *format, ...)
{
    char text[500];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tell(MARK_SHOWN, text);
}

void attempt_expect(bool truth, const char *format, ...)
{
    if (truth)
        return;
    struct fault fault;
    va_list args;
    va_start(args, format);
    vsnprintf(fault.text, sizeof fault.text, format, args);
    va_end(args);
    csp_try_send(it.faults, fault);
}

void attempt_settle(const struct attempt *t)
{
    if (!t->real)
        csp_sleep(1);
}

void attempt_expect_gone(const struct attempt *t)
{
    attempt_expect(t->real || t->stats.leaked == 0,
                   "expected that all tasks end; %llu had not when the function returned",
                   (unsigned long long)t->stats.leaked);
}

static void on_panic(const char *message)
{
    attempt_expect(false, "panic: %s", message);
}

bool attempt_run(struct attempt *t, void (*first)(void *), void *arg)
{
    int result = csp_run(first, arg, &t->opts, &t->stats);
    attempt_expect(
        result != CSP_DEADLOCK,
        "it locks up after %.3f ms: every task waits, and none can wake another",
        (double)t->stats.elapsed_ns / 1e6);
    attempt_expect(result == CSP_OK, "the run ended with %d", result);
    return result == CSP_OK;
}

static void describe(const struct attempt *t, char *text, size_t size)
{
    static const char *const orders[] = {[CSP_FIFO] = "first in first out",
                                         [CSP_RANDOM] = "random order",
                                         [CSP_PCT] = "PCT"};
    snprintf(text, size, "%s, seed %llu, %d processor%s",
             t->real ? "on threads" : orders[t->opts.policy],
             (unsigned long long)t->opts.seed, t->opts.procs,
             t->opts.procs == 1 ? "" : "s");
}

// Whether the fact held.
static bool make(struct attempt t, void (*attempt)(struct attempt *))
{
    t.opts.virtual_time = !t.real;
    t.opts.on_panic = on_panic;
    t.rng.state = t.opts.seed * 1000 + (uint64_t)t.opts.procs * 10 + t.opts.policy;
    attempt(&t);
    struct fault fault;
    if (csp_try_recv(it.faults, &fault) != CSP_OK)
        return true;
    char schedule[80], text[500];
    describe(&t, schedule, sizeof schedule);
    snprintf(text, sizeof text, "%s (%s)", fault.text, schedule);
    tell(MARK_BROKEN, text);
    return false;
}

void check_virtual(const char *what, void (*attempt)(struct attempt *))
{
    tell(MARK_CHECK, what);
    // The simplest schedules first: a fault is easiest to understand there.
    for (unsigned seed = 1; seed <= SEEDS; seed++)
        for (unsigned policy = CSP_FIFO; policy <= CSP_PCT; policy++)
            for (int procs = 1; procs <= 4; procs *= 2) {
                struct csp_opts opts = {.procs = procs, .seed = seed, .policy = policy};
                if (!make((struct attempt){.opts = opts}, attempt))
                    return;
            }
    tell(MARK_HELD, "180 schedules");
}

void check_real(const char *what, void (*attempt)(struct attempt *))
{
    tell(MARK_CHECK, what);
    for (unsigned seed = 1; seed <= REAL_TIMES; seed++)
        for (int procs = 1; procs <= 4; procs *= 2) {
            struct csp_opts opts = {.procs = procs, .seed = seed};
            if (!make((struct attempt){.opts = opts, .real = true}, attempt))
                return;
        }
    tell(MARK_HELD, "1, 2 and 4 workers");
}

void check_once(const char *what, int procs, void (*attempt)(struct attempt *))
{
    tell(MARK_CHECK, what);
    struct csp_opts opts = {.procs = procs, .seed = 1};
    if (make((struct attempt){.opts = opts}, attempt))
        tell(MARK_HELD, "");
}

_Noreturn void grader_main(void (*grade)(void), int fd)
{
    it.fd = fd;
    it.faults.ch = csp_chan_make(sizeof(struct fault), 1);
    assert(it.faults.ch);
    grade();
    tell(MARK_END, "");
    fflush(NULL);
    _exit(0);
}
