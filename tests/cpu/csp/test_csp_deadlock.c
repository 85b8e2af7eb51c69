// test_csp_deadlock.c -- runs in which nobody can go on: what is one, what is none, and
// the list of tasks.

#include "csp_catching.h"

#include <poll.h>
#include <stdatomic.h>

static void nothing(void *arg)
{
    (void)arg;
}

static void receive_nothing(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void send_to_nobody(void *arg)
{
    csp_chan_send(arg, &(int){1});
}

static void select_nothing(void *arg)
{
    (void)arg;
    csp_select(NULL, 0, CSP_FOREVER);
}

static void select_quiet(void *arg)
{
    struct csp_case cases[2] = {{CSP_RECV, arg, NULL, false},
                                {CSP_RECV, arg, NULL, false}};
    csp_select(cases, 2, CSP_FOREVER);
}

// Go: crash_test.go TestSimpleDeadlock
// Go: crash_test.go TestInitDeadlock
static void simple_deadlocks(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(sizeof(int), 0);
    deadlocks(receive_nothing, c, "[chan receive,");
    deadlocks(send_to_nobody, c, "[chan send,");
    deadlocks(receive_nothing, NULL, "[chan receive (nil chan),");
    deadlocks(send_to_nobody, NULL, "[chan send (nil chan),");
    deadlocks(select_nothing, NULL, "[select (no cases),");
    deadlocks(select_quiet, c, "[select,");
    // The dropped tasks are off the channel.
    csp_chan_free(c);
}

static void exit_first(void *arg)
{
    (void)arg;
    go(nothing, NULL);
    csp_exit();
}

static void sleep_a_bit(void *arg)
{
    csp_sleep(3 * MS);
    (*(atomic_int *)arg)++;
}

static atomic_int went_on;

static void exit_before_others(void *arg)
{
    (void)arg;
    for (int i = 0; i < 3; i++)
        go(sleep_a_bit, &went_on);
    csp_exit();
}

// Go: crash_test.go TestGoexitDeadlock
// csp_exit in the first task lets the others go on.
static void first_task_exits(void **state)
{
    (void)state;
    deadlocks(exit_first, NULL, "no tasks");
    went_on = 0;
    int ways = deadlocks(exit_before_others, NULL, "no tasks");
    assert_int_equal(went_on, ways * 3);
}

static void hold(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void name_them(void *arg)
{
    CHECK(csp_go_named("loader", hold, arg) == CSP_OK);
    CHECK(csp_go_named("carrier", hold, arg) == CSP_OK);
    csp_sleep(2 * MS);
    csp_chan_recv(arg, NULL);
}

// The list has everybody, by name.
static void dump_names_tasks(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(0, 0);
    deadlocks(name_them, c, "\"loader\" [chan receive,");
    assert_non_null(strstr(said, "\"carrier\" [chan receive,"));
    assert_non_null(strstr(said, "\"main\" [chan receive,"));
    assert_non_null(strstr(said, "started at"));
    csp_chan_free(c);
}

struct gopher {
    int_chan in, out;
};

static void pass_cart(void *arg)
{
    struct gopher *g = arg;
    int cart;
    for (;;) {
        csp_recv(g->in, &cart);
        csp_work(MS);
        csp_send(g->out, cart);
    }
}

static int_chan ring_of_four[4];

static void as_many_carts_as_gophers(void *arg)
{
    (void)arg;
    for (int i = 0; i < 4; i++) {
        struct gopher g = {ring_of_four[i], ring_of_four[(i + 1) % 4]};
        CHECK(csp_go_copy(pass_cart, &g, sizeof g) == CSP_OK);
    }
    for (int i = 0; i < 4; i++)
        csp_send(ring_of_four[i], i);
    csp_exit();
}

// Four gophers in a ring, four carts, no room to put one down: all end in chan send.
static void gophers_without_room(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        ring_of_four[i] = CSP_MAKE(int_chan, 0);
    deadlocks(as_many_carts_as_gophers, NULL, "[chan send,");
    assert_int_equal(times_said("[chan send,"), 4);
    for (int i = 0; i < 4; i++)
        csp_free(ring_of_four[i]);
}

static void wait_for_clock(void *arg)
{
    (void)arg;
    struct csp_chan *c = csp_after(20 * MS);
    CHECK(csp_chan_recv(c, NULL));
    csp_chan_free(c);
    csp_sleep(20 * MS);
    CHECK(csp_select(NULL, 0, 20 * (int64_t)MS) == CSP_TIMEOUT);
}

// Whoever waits for a clock is not dead.
static void clocks_are_no_deadlock(void **state)
{
    (void)state;
    run_everywhere(wait_for_clock, NULL);
}

static void await_for_ever(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void block_pinned(void *arg)
{
    csp_pin();
    csp_chan_recv(arg, NULL);
}

static void pinned_child_blocks(void *arg)
{
    go(block_pinned, arg);
    csp_chan_recv(arg, NULL);
}

// Go: crash_test.go TestLockedDeadlock
// Go: crash_test.go TestLockedDeadlock2
static void pinned_tasks_deadlock(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(0, 0);
    deadlocks(block_pinned, c, "\"main\" [chan receive,");
    deadlocks(pinned_child_blocks, c, "\"main\" [chan receive,");
    assert_int_equal(times_said("[chan receive,"), 2);
    csp_chan_free(c);
}

static void poll_first(void *arg)
{
    int fd[2];
    char byte = 'x';
    CHECK(pipe(fd) == 0);
    CHECK(csp_wait_fd(fd[0], POLLIN, MS) == CSP_TIMEOUT);
    CHECK(csp_write(fd[1], &byte, 1) == 1 && csp_read(fd[0], &byte, 1) == 1);
    close(fd[0]);
    close(fd[1]);
    csp_chan_recv(arg, NULL);
}

// Go: crash_test.go TestNetpollDeadlock
// A poller that has nobody to wait for keeps nothing alive.
static void pollers_do_not_count(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(0, 0);
    deadlocks(poll_first, c, "[chan receive,");
    csp_chan_free(c);
}

static int do_nothing(void *arg)
{
    return arg == NULL;
}

static void block_first(void *arg)
{
    csp_blocking(do_nothing, arg);
    csp_sleep(MS);
    struct csp_chan *late = csp_after(1000000 * MS);
    csp_chan_free(late);
    csp_chan_recv(arg, NULL);
}

// Go: test/fixedbugs/issue21576.go
// Go: crash_test.go TestNoHelperGoroutines
// Neither do the runtime's own threads, nor clocks that have been cancelled; and the list
// has the program's tasks only.
static void helpers_do_not_count(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(0, 0);
    deadlocks(block_first, c, "[chan receive,");
    assert_int_equal(times_said("\ntask "), 1);
    csp_chan_free(c);
}

static void leave_soon(void *arg)
{
    (void)arg;
    csp_yield();
}

static void some_of_many(void *arg)
{
    for (int i = 0; i < 37; i++) {
        go(leave_soon, NULL);
        go(await_for_ever, arg);
    }
    csp_sleep(MS);
    csp_chan_recv(arg, NULL);
}

// Go: proc_test.go TestNumGoroutine
// As many tasks are listed as there are, and no one's stack shows up a second time.
static void everyone_is_listed(void **state)
{
    (void)state;
    struct csp_chan *c = csp_chan_make(0, 0);
    for (int procs = 1; procs <= 4; procs++) {
        for (int simulated = 0; simulated <= 1; simulated++) {
            struct csp_opts opts = {.procs = procs, .virtual_time = simulated};
            struct csp_stats stats;
            assert_int_equal(run_caught(opts, some_of_many, c, &stats), CSP_DEADLOCK);
            assert_int_equal(stats.spawned, 1 + 2 * 37);
            assert_int_equal(stats.leaked, 1 + 37);
            assert_int_equal(times_said("\ntask "), 1 + 37);
            assert_int_equal(times_said("[chan receive,"), 1 + 37);
        }
    }
    csp_chan_free(c);
}

static void many_wait(void *arg)
{
    for (int i = 0; i < 1500; i++)
        go(await_for_ever, arg);
    csp_chan_recv(arg, NULL);
}

// The list is cut where it helps nobody, and says so.
static void long_lists_are_cut(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    struct csp_chan *c = csp_chan_make(0, 0);
    assert_int_equal(run_caught((struct csp_opts){.procs = 2}, many_wait, c, NULL),
                     CSP_DEADLOCK);
    assert_non_null(strstr(said, "fatal error: all tasks are asleep - deadlock!"));
    assert_non_null(strstr(said, "\n... and 501 more tasks\n"));
    csp_chan_free(c);
}

static void left_behind(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void leave(void *arg)
{
    CHECK(csp_go_named("forgotten", left_behind, arg) == CSP_OK);
    csp_sleep(MS);
}

// With CSP_LEAKS in the environment the tasks that a run drops are listed.
static void leaks_are_listed(void **state)
{
    (void)state;
    struct csp_opts opts = {.procs = 1, .virtual_time = true};
    struct csp_stats stats;
    struct csp_chan *c = csp_chan_make(0, 0);
    for (int listed = 0; listed < 2; listed++) {
        if (listed)
            setenv("CSP_LEAKS", "1", 1);
        assert_int_equal(run_caught(opts, leave, c, &stats), CSP_OK);
        assert_int_equal(stats.leaked, 1);
        assert_int_equal(times_said("these tasks had not ended"), listed);
        assert_int_equal(times_said("\"forgotten\" [chan receive, 0.001 s]"), listed);
        assert_int_equal(times_said("\"main\""), 0);
    }
    unsetenv("CSP_LEAKS");
    csp_chan_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaks_are_listed),      cmocka_unit_test(simple_deadlocks),
        cmocka_unit_test(first_task_exits),      cmocka_unit_test(dump_names_tasks),
        cmocka_unit_test(gophers_without_room),  cmocka_unit_test(clocks_are_no_deadlock),
        cmocka_unit_test(pinned_tasks_deadlock), cmocka_unit_test(pollers_do_not_count),
        cmocka_unit_test(helpers_do_not_count),  cmocka_unit_test(everyone_is_listed),
        cmocka_unit_test(long_lists_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
