// test_csp_deadlock.c -- runs that end badly: deadlocks, panics, stack overflows.
//
// What the runtime says on stderr is part of its contract, so it is caught and read. Ends
// of the whole process are tried in a child. Over 400 lines, since all of them share the
// catching.

#include "csp_testing.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[65536];  // what went to stderr last

static void read_back(FILE *f)
{
    rewind(f);
    said[fread(said, 1, sizeof said - 1, f)] = '\0';
    fclose(f);
}

// csp_run with stderr caught in `said`.
static int run_caught(struct csp_opts opts, void (*fn)(void *), void *arg)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    dup2(fileno(f), STDERR_FILENO);
    int result = run_with(opts, fn, arg);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    read_back(f);
    return result;
}

// The wait status of a child that does the run, its stderr in `said`.
static int run_in_child(void (*fn)(void *), void *arg)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        // Signals that cmocka wants to catch are the child's own affair.
        signal(SIGSEGV, SIG_DFL);
        signal(SIGBUS, SIG_DFL);
        signal(SIGABRT, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(fileno(f), STDERR_FILENO);
        _exit(run_with((struct csp_opts){.procs = 1}, fn, arg) == CSP_OK ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    read_back(f);
    return status;
}

// Every way to run, each ending in a deadlock.
static void deadlocks(void (*fn)(void *), void *arg, const char *expected)
{
    struct csp_opts opts[] = {{.procs = 1},
                              {.procs = 2},
                              {.procs = 4},
                              {.procs = 64},
                              {.procs = 3, .migrate = true},
                              {.procs = 2, .virtual_time = true},
                              {.procs = 1, .virtual_time = true, .policy = CSP_PCT}};
    for (size_t i = 0; i < sizeof opts / sizeof *opts; i++) {
        assert_int_equal(run_caught(opts[i], fn, arg), CSP_DEADLOCK);
        assert_non_null(strstr(said, "fatal error: all tasks are asleep - deadlock!"));
        assert_non_null(strstr(said, expected));
    }
}

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

// GoexitDeadlock: csp_exit in the first task lets the others go on.
static void first_task_exits(void **state)
{
    (void)state;
    deadlocks(exit_first, NULL, "no tasks");
    went_on = 0;
    deadlocks(exit_before_others, NULL, "no tasks");
    assert_int_equal(went_on, 7 * 3);
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
    int n = 0;
    for (char *at = said; (at = strstr(at, "[chan send,")); at++)
        n++;
    assert_int_equal(n, 4);
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
        assert_int_equal(run_caught(opts[i], fn, arg), CSP_PANIC);
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

// closedchan, select3: what panics, and how it says so.
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
        assert_int_equal(run_caught(opts, fn, chan), CSP_PANIC);
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

// Without on_panic the process aborts, after the message and the list.
static void panic_aborts(void **state)
{
    (void)state;
    int status = run_in_child(close_nil, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(said, "panic: close of nil channel"));
    assert_non_null(strstr(said, "\"main\" [running]"));
}

static void go_nowhere(void **state)
{
    (void)state;
    FILE *f = tmpfile();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(fileno(f), STDERR_FILENO);
        csp_yield();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    read_back(f);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(said, "panic: called outside of any task"));
}

static int sink(volatile char *frame)
{
    return frame[0];
}

static int recurse(int depth)
{
    volatile char frame[512];
    frame[0] = (char)depth;
    return depth == 0 ? 0 : recurse(depth - 1) + sink(frame);
}

static void overflow(void *arg)
{
    (void)arg;
    recurse(1000000);
}

static void start_overflow(void *arg)
{
    CHECK(csp_go_named("deep thinker", overflow, arg) == CSP_OK);
    csp_sleep(1000 * MS);
}

static void overflow_names_the_task(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    int status = run_in_child(start_overflow, NULL);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_non_null(strstr(said, "stack overflow in task"));
    assert_non_null(strstr(said, "deep thinker"));
}

static volatile sig_atomic_t caught;

static void on_segv(int sig)
{
    caught = sig;
    _exit(7);
}

static void touch_null(void *arg)
{
    *(volatile int *)arg = 1;
}

// A fault that is no overflow goes to the handler that was there before, and after the
// run it is all the program's again.
static void other_faults_pass_on(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGSEGV, on_segv);
        run_with((struct csp_opts){.procs = 1}, nothing, NULL);
        struct sigaction now;
        sigaction(SIGSEGV, NULL, &now);
        if (now.sa_handler != on_segv)
            _exit(8);
        run_with((struct csp_opts){.procs = 1}, touch_null, NULL);
        _exit(9);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_deadlocks),
        cmocka_unit_test(first_task_exits),
        cmocka_unit_test(dump_names_tasks),
        cmocka_unit_test(gophers_without_room),
        cmocka_unit_test(clocks_are_no_deadlock),
        cmocka_unit_test(misuse_panics),
        cmocka_unit_test(close_panics_those_who_wait),
        cmocka_unit_test(panic_aborts),
        cmocka_unit_test(go_nowhere),
        cmocka_unit_test(overflow_names_the_task),
        cmocka_unit_test(other_faults_pass_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
