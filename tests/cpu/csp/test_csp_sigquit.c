// test_csp_sigquit.c -- SIGQUIT lists the tasks of all runs, and they go on.
//
// Each test is a child process that sends itself the signal and reads what it said on its
// own stderr, a file; it ends only when it has read what it waits for, or after a minute
// by SIGALRM.

#include "csp_catching.h"

#include <pthread.h>
#include <stdatomic.h>

// A sanitizer may hold a signal of the process back until a thread that sleeps wakes up.
static void quit_process(void)
{
    if (TEST_SANITIZED)
        raise(SIGQUIT);
    else
        kill(getpid(), SIGQUIT);
}

// How often `what` is on stderr by now. From anywhere, tasks and others.
static int count_said(const char *what)
{
    enum { MOST = 1 << 16 };
    char *text = malloc(MOST);
    CHECK(text != NULL);
    ssize_t n = pread(STDERR_FILENO, text, MOST - 1, 0);
    int times = 0;
    text[n > 0 ? n : 0] = '\0';
    for (const char *at = text; (at = strstr(at, what)); at++)
        times++;
    free(text);
    return times;
}

static int quit_and_wait(void *arg)
{
    (void)arg;
    quit_process();
    while (count_said("SIGQUIT: ") == 0 || count_said("started at") < 4)
        usleep(1000);
    return 0;
}

static void hold(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void name_and_quit(void *arg)
{
    (void)arg;
    struct csp_chan *c = csp_chan_make(0, 0);
    CHECK(csp_go_named("loader", hold, c) == CSP_OK);
    CHECK(csp_go_named("carrier", hold, c) == CSP_OK);
    CHECK(csp_go_named("nobody", hold, NULL) == CSP_OK);
    csp_sleep(MS);
    csp_blocking(quit_and_wait, NULL);
    csp_chan_close(c);
    csp_sleep(MS);
}

static int list_waiting(void *arg)
{
    alarm(60);
    return run_with(*(struct csp_opts *)arg, name_and_quit, NULL);
}

static void waiting_tasks_are_listed(void **state)
{
    (void)state;
    struct csp_opts opts[] = {{.procs = 1},
                              {.procs = 4},
                              {.procs = 2, .migrate = true},
                              {.procs = 2, .virtual_time = true}};
    for (size_t i = 0; i < sizeof opts / sizeof *opts; i++) {
        assert_exits(in_child(list_waiting, &opts[i]), CSP_OK);
        assert_int_equal(times_said("SIGQUIT: "), 1);
        assert_int_equal(times_said("\ntask "), 4);
        assert_non_null(strstr(said, "\"loader\" [chan receive, "));
        assert_non_null(strstr(said, "\"carrier\" [chan receive, "));
        assert_non_null(strstr(said, "\"nobody\" [chan receive (nil chan), "));
        assert_non_null(strstr(said, "\"main\" [blocking call, "));
    }
}

static atomic_int spinning;

static void spin_until_listed(void *arg)
{
    int n = *(int *)arg;
    if (++spinning == n)
        quit_process();
    while (count_said("[running]") < n)
        continue;
    spinning--;
}

static void compute_and_quit(void *arg)
{
    int n = *(int *)arg;
    spinning = 0;
    for (int i = 1; i < n; i++)
        CHECK(csp_go_named("thinker", spin_until_listed, arg) == CSP_OK);
    spin_until_listed(arg);
    while (spinning > 0)
        csp_sleep(MS);
}

static int list_computing(void *arg)
{
    alarm(60);
    return run_with((struct csp_opts){.procs = *(int *)arg}, compute_and_quit, arg);
}

// Go: proc_test.go TestPreemptionGC
// Go: proc_test.go TestAsyncPreempt
// The request is served while every worker computes and makes no call.
static void computing_tasks_are_listed(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs *= 2) {
        assert_exits(in_child(list_computing, &procs), CSP_OK);
        assert_int_equal(times_said("[running]"), procs);
        assert_int_equal(times_said("\"thinker\" [running]"), procs - 1);
        assert_int_equal(times_said("\"main\" [running]"), 1);
    }
}

static atomic_bool stop;

static void respawn(void *arg)
{
    if (!stop)
        go(respawn, arg);
}

static void quit_often(void *arg)
{
    int n = *(int *)arg;
    stop = false;
    for (int i = 0; i < 4; i++)
        go(respawn, NULL);
    for (int i = 1; i <= n; i++) {
        quit_process();
        while (count_said("SIGQUIT: ") < i)
            csp_yield();
    }
    stop = true;
}

static int list_respawning(void *arg)
{
    int n = 10;
    alarm(60);
    return run_with((struct csp_opts){.procs = *(int *)arg}, quit_often, &n);
}

// Go: proc_test.go TestStopTheWorldDeadlock
// Looking at all tasks again and again, while they end and start others without end.
static void respawning_tasks_are_listed(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs *= 2) {
        assert_exits(in_child(list_respawning, &procs), CSP_OK);
        assert_int_equal(times_said("SIGQUIT: "), 10);
        assert_true(times_said("\"main\" [") >= 10);
    }
}

static void nothing(void *arg)
{
    (void)arg;
}

static volatile sig_atomic_t handled;

static void on_quit(int sig)
{
    handled = sig;
}

static void quit(void *arg)
{
    (void)arg;
    quit_process();
    csp_sleep(30 * MS);
}

static int quit_handled(void *arg)
{
    signal(SIGQUIT, on_quit);
    if (run_with((struct csp_opts){.procs = 2}, quit, arg) != CSP_OK)
        return 1;
    struct sigaction now;
    sigaction(SIGQUIT, NULL, &now);
    return handled == SIGQUIT && now.sa_handler == on_quit ? 0 : 2;
}

static int quit_ignored(void *arg)
{
    signal(SIGQUIT, SIG_IGN);
    return run_with((struct csp_opts){.procs = 2}, quit, arg);
}

static int quit_after_run(void *arg)
{
    signal(SIGQUIT, SIG_DFL);
    run_with((struct csp_opts){.procs = 2}, nothing, arg);
    quit_process();
    return 1;
}

// Whoever handles or ignores the signal keeps it, and after the run it is as before.
static void others_handlers_stay(void **state)
{
    (void)state;
    assert_exits(in_child(quit_handled, NULL), 0);
    assert_int_equal(times_said("SIGQUIT: "), 0);
    assert_exits(in_child(quit_ignored, NULL), CSP_OK);
    assert_int_equal(times_said("SIGQUIT: "), 0);
    assert_killed(in_child(quit_after_run, NULL), SIGQUIT);
    assert_int_equal(times_said("SIGQUIT: "), 0);
}

static atomic_int in_run;

static void wait_for_lists(void *arg)
{
    CHECK(csp_go_named(arg, hold, NULL) == CSP_OK);
    csp_sleep(MS);
    if (++in_run == 2)
        quit_process();
    while (count_said("[chan receive (nil chan), ") < 2)
        csp_sleep(MS);
}

static void *run_red(void *arg)
{
    struct csp_opts opts = {.procs = 2};
    in_run += csp_run(wait_for_lists, arg, &opts, NULL) == CSP_OK;
    return NULL;
}

static int list_two_runs(void *arg)
{
    char red[] = "red", blue[] = "blue";
    pthread_t thread;
    alarm(60);
    in_run = 0;
    if (pthread_create(&thread, NULL, run_red, red) != 0)
        return 1;
    struct csp_opts opts = {.procs = 1};
    int result = csp_run(wait_for_lists, blue, &opts, NULL);
    pthread_join(thread, NULL);
    return result == CSP_OK && in_run == 3 ? 0 : 2 + (arg != NULL);
}

static void all_runs_are_listed(void **state)
{
    (void)state;
    assert_exits(in_child(list_two_runs, NULL), 0);
    assert_int_equal(times_said("SIGQUIT: "), 2);
    assert_int_equal(times_said("\"red\" ["), 1);
    assert_int_equal(times_said("\"blue\" ["), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_tasks_are_listed),
        cmocka_unit_test(computing_tasks_are_listed),
        cmocka_unit_test(respawning_tasks_are_listed),
        cmocka_unit_test(others_handlers_stay),
        cmocka_unit_test(all_runs_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
