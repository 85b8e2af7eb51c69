// test_csp_panic.c -- mistakes of the program: what panics, what it says, and how the run
// or the process ends.

#include "csp_catching.h"

#include <stdatomic.h>

static void nothing(void *arg)
{
    (void)arg;
}

static void receive_nothing(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static char panicked_with[200];

static void on_panic(const char *msg)
{
    snprintf(panicked_with, sizeof panicked_with, "%s", msg);
}

static void panics(void (*fn)(void *), void *arg, const char *expected)
{
    struct csp_opts opts[] = {{.procs = 1},
                              {.procs = 2},
                              {.procs = 4},
                              {.procs = 3, .migrate = true},
                              {.procs = 2, .virtual_time = true}};
    for (size_t i = 0; i < sizeof opts / sizeof *opts; i++) {
        opts[i].on_panic = on_panic;
        panicked_with[0] = '\0';
        assert_int_equal(run_caught(opts[i], fn, arg, NULL), CSP_PANIC);
        assert_string_equal(panicked_with, expected);
    }
}

static void close_twice(void *arg)
{
    struct csp_chan *c = csp_chan_make(0, 0);
    *(struct csp_chan **)arg = c;
    csp_chan_close(c);
    csp_chan_close(c);
}

static void close_nil(void *arg)
{
    (void)arg;
    csp_chan_close(NULL);
}

static void send_on_closed(void *arg)
{
    csp_chan_send(arg, NULL);
}

static void try_send_on_closed(void *arg)
{
    csp_chan_try_send(arg, NULL);
}

static void select_send_on_closed(void *arg)
{
    struct csp_case cases[2] = {{CSP_SEND, arg, NULL, false},
                                {CSP_RECV, NULL, NULL, false}};
    csp_select(cases, 2, CSP_FOREVER);
}

static void close_later(void *arg)
{
    csp_sleep(MS);
    csp_chan_close(arg);
    csp_sleep(1000 * MS);
}

static struct csp_chan *made;

static void closed_while_sending(void *arg)
{
    (void)arg;
    made = csp_chan_make(0, 0);
    go(close_later, made);
    csp_chan_send(made, NULL);
}

static void closed_while_selecting(void *arg)
{
    (void)arg;
    made = csp_chan_make(0, 0);
    go(close_later, made);
    select_send_on_closed(made);
}

static void free_in_use(void *arg)
{
    go(receive_nothing, arg);
    csp_sleep(50 * MS);
    csp_chan_free(arg);
}

static struct csp_chan *clock_in_use;

static void await_clock(void *arg)
{
    (void)arg;
    csp_chan_recv(clock_in_use, NULL);
}

static void free_clock_in_use(void *arg)
{
    (void)arg;
    csp_chan_free(clock_in_use);  // the last run's
    clock_in_use = csp_after(3600000 * MS);
    go(await_clock, NULL);
    csp_sleep(50 * MS);
    csp_chan_free(clock_in_use);
}

static void unpin_first(void *arg)
{
    (void)arg;
    csp_unpin();
}

static void run_in_run(void *arg)
{
    csp_run(nothing, arg, NULL, NULL);
}

// Go: test/closedchan.go
// Go: test/chan/select3.go
// What panics, and how it says so.
static void misuse_panics(void **state)
{
    (void)state;
    struct csp_chan *closed = csp_chan_make(0, 1), *used = csp_chan_make(0, 0);
    csp_chan_close(closed);
    panics(close_nil, NULL, "close of nil channel");
    panics(send_on_closed, closed, "send on closed channel");
    panics(try_send_on_closed, closed, "send on closed channel");
    panics(select_send_on_closed, closed, "send on closed channel");
    panics(free_in_use, used, "free of a channel on which a task is parked");
    panics(free_clock_in_use, NULL, "free of a channel on which a task is parked");
    // Refused means untouched.
    csp_chan_free(clock_in_use);
    panics(unpin_first, NULL, "csp_unpin without csp_pin");
    panics(run_in_run, NULL, "csp_run called in a task (csp_blocking can)");
    csp_chan_free(closed);
    csp_chan_free(used);
}

static void panics_free(void (*fn)(void *), struct csp_chan **chan, const char *expected)
{
    for (int procs = 1; procs <= 4; procs++) {
        struct csp_opts opts = {.procs = procs, .on_panic = on_panic};
        assert_int_equal(run_caught(opts, fn, chan, NULL), CSP_PANIC);
        assert_string_equal(panicked_with, expected);
        csp_chan_free(*chan);
    }
}

static void close_panics_those_who_wait(void **state)
{
    (void)state;
    panics_free(close_twice, &made, "close of closed channel");
    panics_free(closed_while_sending, &made, "send on closed channel");
    panics_free(closed_while_selecting, &made, "send on closed channel");
}

static void start_nothing(void *arg)
{
    csp_go(NULL, arg);
}

static void start_nothing_named(void *arg)
{
    csp_go_named("nobody", NULL, arg);
}

static void block_nothing(void *arg)
{
    csp_blocking(NULL, arg);
}

// Go: crash_test.go TestGoNil
static void functions_are_needed(void **state)
{
    (void)state;
    panics(start_nothing, NULL, "no function to run");
    panics(start_nothing_named, NULL, "no function to run");
    panics(block_nothing, NULL, "no function to run");
}

static int close_nil_alone(void *arg)
{
    return run_with((struct csp_opts){.procs = 1}, close_nil, arg);
}

// Without on_panic the process aborts, after the message and the list.
static void panic_aborts(void **state)
{
    (void)state;
    assert_killed(in_child(close_nil_alone, NULL), SIGABRT);
    assert_non_null(strstr(said, "panic: close of nil channel"));
    assert_non_null(strstr(said, "\"main\" [running]"));
}

static void compute_for_ever(void *arg)
{
    atomic_int *n = arg;
    ++*n;
    for (;;)
        csp_work(MS);
}

static void stand_by(void *arg)
{
    atomic_int *n = arg;
    ++*n;
    receive_nothing(NULL);
}

static void panic_among_others(void *arg)
{
    (void)arg;
    static atomic_int standing, computing;
    CHECK(csp_go_named("bystander", stand_by, &standing) == CSP_OK);
    while (standing < 1)
        csp_yield();
    for (int i = 0; i < 3; i++)
        go(compute_for_ever, &computing);
    while (computing < 3)
        csp_yield();
    csp_chan_close(NULL);
}

static int close_nil_among_others(void *arg)
{
    return run_with((struct csp_opts){.procs = 4}, panic_among_others, arg);
}

// The list is printed while others compute on.
static void panic_aborts_while_others_run(void **state)
{
    (void)state;
    assert_killed(in_child(close_nil_among_others, NULL), SIGABRT);
    assert_non_null(strstr(said, "panic: close of nil channel"));
    assert_int_equal(times_said("[running]"), 4);
    assert_non_null(strstr(said, "\"bystander\" [chan receive (nil chan),"));
}

static int yield_outside(void *arg)
{
    (void)arg;
    csp_yield();
    return 0;
}

static void go_nowhere(void **state)
{
    (void)state;
    assert_killed(in_child(yield_outside, NULL), SIGABRT);
    assert_non_null(strstr(said, "panic: called outside of any task"));
}

static int yield_in_call(void *arg)
{
    csp_yield();
    return arg != NULL;
}

static void call_yields(void *arg)
{
    csp_blocking(yield_in_call, arg);
}

static int yield_in_blocking(void *arg)
{
    return run_with((struct csp_opts){.procs = 2}, call_yields, arg);
}

// What csp_blocking runs is no task.
static void blocking_is_no_task(void **state)
{
    (void)state;
    assert_killed(in_child(yield_in_blocking, NULL), SIGABRT);
    assert_non_null(strstr(said, "panic: called outside of any task"));
}

static void panic_late(void *arg)
{
    (void)arg;
    csp_sleep(MS);
    csp_chan_close(NULL);
}

static void panicking_child(void *arg)
{
    for (int i = 0; i < 5; i++)
        go(receive_nothing, arg);
    go(panic_late, NULL);
    csp_chan_recv(arg, NULL);
}

// A panic anywhere ends the run, the first task with the others, and the next run knows
// nothing of it.
static void panics_end_the_run(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(0, 0);
    for (int i = 0; i < scaled(200); i++) {
        struct csp_opts opts = {
            .procs = 1 + i % 4, .virtual_time = i % 3 == 0, .on_panic = on_panic};
        struct csp_stats stats;
        assert_int_equal(csp_run(panicking_child, c, &opts, &stats), CSP_PANIC);
        assert_int_equal(stats.spawned, 7);
        assert_int_equal(stats.leaked, 7);
        assert_int_equal(csp_run(nothing, NULL, &opts, &stats), CSP_OK);
        assert_int_equal(stats.leaked, 0);
    }
    csp_chan_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse_panics),
        cmocka_unit_test(close_panics_those_who_wait),
        cmocka_unit_test(functions_are_needed),
        cmocka_unit_test(panic_aborts),
        cmocka_unit_test(panic_aborts_while_others_run),
        cmocka_unit_test(go_nowhere),
        cmocka_unit_test(blocking_is_no_task),
        cmocka_unit_test(panics_end_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
