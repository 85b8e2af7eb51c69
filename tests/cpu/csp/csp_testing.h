// csp_testing.h -- what the tests of the runtime share.
//
// A test is a function that runs as the first task of a run. run_everywhere puts it
// through real threads (1, 2 and 4 workers, and the mode in which every woken task moves)
// and through virtual schedules: 200 seeds on 1, 2 and 4 processors under all policies.
// CHECK works in tasks, where cmocka's assertions cannot: those leave by longjmp, and a
// task's stack is not theirs to leave.
//
// However a run fails (a CHECK, a deadlock, a signal, a sanitizer's report, or four
// minutes without an end), the line that repeats it goes to stderr:
//
//     CSP_TEST_NAME=crowd CSP_TEST_POLICY=pct CSP_TEST_PROCS=2 CSP_TEST_SEED=17 PROGRAM
//
// Each variable also works alone: a run is left out that does not agree with it. The
// policies are fifo, random and pct (virtual), real and migrate. CSP_TEST_SEEDS=5000
// tries so many seeds.

#ifndef CSP_TESTING_H
#define CSP_TESTING_H

#include "csp.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

#if TEST_SANITIZED
#include <sanitizer/common_interface_defs.h>
#endif

// Whether an emulator runs the test; the build says so.
#ifndef TEST_EMULATED
#define TEST_EMULATED 0
#endif

typedef CSP_CHAN(int) int_chan;

// Sanitizers make a schedule up to fifty times as slow, and the schedules are the same
// ones: there a few seeds look for what only sanitizers see. An emulator's are the same,
// too.
enum { VIRTUAL_SEEDS = TEST_EMULATED ? 5 : TEST_SANITIZED ? 20 : 200, HANG_S = 240 };

#define MS UINT64_C(1000000)

// The run that is under way: what its task may ask, and what repeats it.
struct schedule {
    const char *test;  // its name for cmocka, if it is known
    struct csp_opts opts;
    char replay[512];   // "" between runs
    const char *panic;  // what the run is expected to panic with, or NULL
};
static struct schedule schedule;

// n, or less of it where a sanitizer or an emulator makes everything slow (TSan also has
// few fibers), or where each of some thousand schedules must be short.
static inline int scaled(int n)
{
    int less = n / 25;
    bool small = TEST_SANITIZED || TEST_EMULATED || schedule.opts.virtual_time;
    return !small || n <= 40 ? n : less > 40 ? less : 40;
}

static inline void print_replay(void)
{
    size_t size = strlen(schedule.replay);
    if (size > 0 && write(STDERR_FILENO, schedule.replay, size) < 0)
        return;
}

// Returning from here runs a faulting instruction again, or lets abort go on: both kill.
static inline void on_death(int sig)
{
    static const char hung[] = "the run does not end\n";
    signal(sig, SIG_DFL);
    if (sig == SIGALRM && write(STDERR_FILENO, hung, sizeof hung - 1) < 0)
        return;
    print_replay();
    if (sig == SIGALRM)
        abort();
}

static inline void check_at(bool ok, const char *what, const char *file, int line)
{
    if (ok)
        return;
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
    abort();
}
#define CHECK(x) check_at((x), #x, __FILE__, __LINE__)

static inline const char *policy_name(const struct csp_opts *o)
{
    static const char *const names[] = {"fifo", "random", "pct"};
    return o->virtual_time ? names[o->policy] : o->migrate ? "migrate" : "real";
}

static inline bool wanted(const char *variable, const char *value)
{
    const char *only = getenv(variable);
    return !only || strcmp(only, value) == 0;
}

static inline bool wanted_run(const struct csp_opts *o)
{
    char procs[16], seed[24];
    snprintf(procs, sizeof procs, "%d", o->procs);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    return wanted("CSP_TEST_POLICY", policy_name(o)) && wanted("CSP_TEST_PROCS", procs) &&
           wanted("CSP_TEST_SEED", seed);
}

static inline uint64_t seed_from(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static inline void choose_test(void)
{
    if (getenv("CSP_TEST_NAME"))
        cmocka_set_test_filter(getenv("CSP_TEST_NAME"));
#if TEST_SANITIZED
    __sanitizer_set_death_callback(print_replay);
#endif
}

static inline void replay_set(const struct csp_opts *o)
{
    const char *test = schedule.test ? schedule.test : "";
    snprintf(schedule.replay, sizeof schedule.replay,
             "replay: %s%s%sCSP_TEST_POLICY=%s CSP_TEST_PROCS=%d CSP_TEST_SEED=%llu %s\n",
             *test ? "CSP_TEST_NAME=" : "", test, *test ? " " : "", policy_name(o),
             o->procs, (unsigned long long)o->seed, program_invocation_name);
}

static inline int run_with(struct csp_opts opts, void (*fn)(void *), void *arg)
{
    if (!opts.seed)
        opts.seed = 1;
    schedule.opts = opts;
    int result = csp_run(fn, arg, &opts, NULL);
    schedule.opts = (struct csp_opts){0};
    return result;
}

static inline void expect_panic(const char *msg)
{
    CHECK(strcmp(msg, schedule.panic) == 0);
}

// A run that must end well, or with the expected panic, unless the environment wants
// another one; with a word on how to repeat it should the process die meanwhile.
static inline void run_well(struct csp_opts opts, void (*fn)(void *), void *arg)
{
    // Sanitizers explain faults themselves, and call print_replay.
    static const int signals[] = {SIGABRT, SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    enum { SIGNALS = TEST_SANITIZED ? 2 : 6 };
    struct sigaction ours = {.sa_handler = on_death, .sa_flags = SA_ONSTACK};
    struct sigaction old[SIGNALS];
    if (!opts.seed)
        opts.seed = 1;
    if (!wanted_run(&opts))
        return;
    int expected = schedule.panic ? CSP_PANIC : CSP_OK;
    opts.on_panic = schedule.panic ? expect_panic : NULL;
    replay_set(&opts);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &ours, &old[i]);
    alarm(HANG_S);
    int result = run_with(opts, fn, arg);
    alarm(0);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &old[i], NULL);
    if (result != expected)
        print_replay();
    schedule.replay[0] = '\0';
    assert_int_equal(result, expected);
}

static inline void run_real(void (*fn)(void *), void *arg)
{
    static const int procs[] = {1, 2, 4};
    for (size_t i = 0; i < sizeof procs / sizeof *procs; i++)
        run_well((struct csp_opts){.procs = procs[i]}, fn, arg);
    run_well((struct csp_opts){.procs = 3, .migrate = true}, fn, arg);
}

// Fewer seeds than VIRTUAL_SEEDS are for tests that say why.
static inline void run_seeds(uint64_t seeds, void (*fn)(void *), void *arg)
{
    struct csp_opts o = {.virtual_time = true};
    uint64_t first = seed_from("CSP_TEST_SEED", 1);
    uint64_t last = getenv("CSP_TEST_SEED") ? first : seed_from("CSP_TEST_SEEDS", seeds);
    for (o.policy = CSP_FIFO; o.policy <= CSP_PCT; o.policy++) {
        for (o.procs = 1; o.procs <= 4; o.procs *= 2) {
            for (o.seed = first; o.seed <= last; o.seed++)
                run_well(o, fn, arg);
        }
    }
}

static inline void run_virtual(void (*fn)(void *), void *arg)
{
    run_seeds(VIRTUAL_SEEDS, fn, arg);
}

// For tests in which order depends on who is scheduled when: nothing is left to chance.
static inline void run_in_order(void (*fn)(void *), void *arg)
{
    run_well((struct csp_opts){.procs = 1}, fn, arg);
    run_virtual(fn, arg);
}

static inline void run_everywhere(void (*fn)(void *), void *arg)
{
    run_real(fn, arg);
    run_virtual(fn, arg);
}

// Every run of fn must panic, with these words.
static inline void run_panicking(const char *panic, void (*fn)(void *), void *arg)
{
    schedule.panic = panic;
    run_everywhere(fn, arg);
    schedule.panic = NULL;
}

// An entry of cmocka's table: fn, as a task, run by one of the functions above.
struct task_test {
    const char *name;
    void (*how)(void (*fn)(void *), void *arg);
    void (*fn)(void *);
    void *arg;
};

static inline void run_task_test(void **state)
{
    const struct task_test *t = *state;
    schedule.test = t->name;
    t->how(t->fn, t->arg);
    schedule.test = NULL;
}

#define TASK_TEST(how, fn, arg)                                                          \
    {                                                                                    \
#fn, run_task_test, NULL, NULL, &(struct task_test)                              \
        {                                                                                \
#fn, how, fn, arg                                                            \
        }                                                                                \
    }

static inline void go(void (*fn)(void *), void *arg)
{
    CHECK(csp_go(fn, arg) == CSP_OK);
}

// The task gets its own copy of *args.
#define go_copy(fn, args) CHECK(csp_go_copy(fn, args, sizeof *(args)) == CSP_OK)

// Waits for n values, the way a task reports that it is done.
static inline void await(int_chan done, int n)
{
    for (int i = 0; i < n; i++)
        CHECK(csp_recv(done, NULL));
}

#endif
