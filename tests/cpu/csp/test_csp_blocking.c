// test_csp_blocking.c -- blocking calls, on their own threads.

#include "csp_testing.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long thread_id(void)
{
    return syscall(SYS_gettid);
}

static int answer(void *arg)
{
    return *(int *)arg + 1;
}

static int block_ms(void *arg)
{
    nanosleep(&(struct timespec){.tv_nsec = *(int *)arg * 1000000L}, NULL);
    return 0;
}

static void results_come_back(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++)
        CHECK(csp_blocking(answer, &i) == i + 1);
}

static void block_once(void *arg)
{
    int ms = 30;
    csp_blocking(block_ms, &ms);
    (*(atomic_int *)arg)++;
}

struct gate {
    atomic_bool open;
    atomic_int inside, back;
};

static int block_at_gate(void *arg)
{
    struct gate *gate = arg;
    gate->inside++;
    while (!gate->open)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return 0;
}

static void go_to_gate(void *arg)
{
    struct gate *gate = arg;
    csp_blocking(block_at_gate, gate);
    gate->back++;
}

// Ten calls that block do not keep a worker, even the only one, from its other tasks.
static void others_go_on(void *arg)
{
    (void)arg;
    struct gate gate = {0};
    for (int i = 0; i < 10; i++)
        go(go_to_gate, &gate);
    while (gate.inside < 10)
        csp_yield();
    CHECK(gate.back == 0);
    gate.open = true;
    while (gate.back < 10)
        csp_sleep(MS);
}

static int deep(void *arg)
{
    volatile char frame[1 << 20];
    frame[0] = 1;
    frame[sizeof frame - 1] = *(char *)arg;
    return frame[0] + frame[sizeof frame - 1];
}

static void stack_is_full_size(void *arg)
{
    (void)arg;
    char one = 1;
    CHECK(csp_blocking(deep, &one) == 2);
}

static int inner_run(void *arg)
{
    return csp_run(results_come_back, arg, NULL, NULL);
}

static void runs_nest(void *arg)
{
    CHECK(csp_blocking(inner_run, arg) == CSP_OK);
}

static int close_it(void *arg)
{
    csp_chan_close(arg);
    return 0;
}

static void close_from_outside(void *arg)
{
    csp_blocking(close_it, arg);
}

// A thread outside of the run wakes a task in it, and nobody thinks it dead meanwhile.
static void woken_from_outside(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 0);
    go(close_from_outside, c.ch);
    CHECK(!csp_recv(c, NULL));
    csp_free(c);
}

enum { CALLS_MOST = 256 };  // under way at once, each on a thread of its own

static int deep_here(void *arg)
{
    char one = 1;
    CHECK(deep(&one) == 2);
    *(long *)arg = thread_id();
    return 0;
}

// One call more than there are threads is made by the worker, on a full-size stack.
static void beyond_the_pool(void *arg)
{
    (void)arg;
    struct gate gate = {0};
    long where = 0;
    for (int i = 0; i < CALLS_MOST; i++)
        go(go_to_gate, &gate);
    while (gate.inside < CALLS_MOST)
        csp_yield();
    csp_blocking(deep_here, &where);
    CHECK(where == thread_id());
    gate.open = true;
    while (gate.back < CALLS_MOST)
        csp_sleep(MS);
    csp_blocking(deep_here, &where);
    CHECK(where != thread_id());
}

static void pool_has_a_limit(void **state)
{
    (void)state;
    assert_int_equal(run_with((struct csp_opts){.procs = 1}, beyond_the_pool, NULL),
                     CSP_OK);
}

static void return_meanwhile(void *arg)
{
    go(block_once, arg);
    csp_sleep(MS);
}

// A call under way when the run ends is waited for, as its argument is on the task's
// stack.
static void run_waits_for_calls(void **state)
{
    (void)state;
    atomic_int back = 0;
    run_real(return_meanwhile, &back);
}

static void real_only(void **state)
{
    run_real((void (*)(void *))(uintptr_t)*state, NULL);
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

#define EVERYWHERE(fn)                                                                   \
    {                                                                                    \
#fn, everywhere, NULL, NULL, (void *)(uintptr_t)(fn)                             \
    }
#define REAL(fn)                                                                         \
    {                                                                                    \
#fn, real_only, NULL, NULL, (void *)(uintptr_t)(fn)                              \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        EVERYWHERE(results_come_back),
        REAL(others_go_on),
        EVERYWHERE(stack_is_full_size),
        EVERYWHERE(woken_from_outside),
        REAL(runs_nest),
        cmocka_unit_test(run_waits_for_calls),
        cmocka_unit_test(pool_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
