// test_csp_stuck.c -- tasks that compute and never give way: the others go on beside
// them.
//
// C code cannot be preempted, so the runtime brings up a worker more where one is stuck.
// Nothing here is timed. Each test is a program that ends only if the others went on; it
// gives up after a minute.

#include "csp_testing.h"

#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static time_t seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

// Holds the OS thread, without a call of the runtime, until *n has come to `enough`.
static void spin_until(atomic_int *n, int enough)
{
    time_t end = seconds() + 60;
    while (atomic_load(n) < enough) {
        for (int i = 0; i < 1000 && atomic_load(n) < enough; i++)
            continue;
        CHECK(seconds() < end);
    }
}

struct parallel {
    atomic_int turn;
    int n, rounds;
};

struct spinner {
    struct parallel *p;
    int index;
};

static void spin_in_turn(void *arg)
{
    struct spinner *s = arg;
    for (int i = 0; i < s->p->rounds; i++) {
        int mine = i * s->p->n + s->index;
        spin_until(&s->p->turn, mine);
        atomic_store(&s->p->turn, mine + 1);
    }
}

static void parallelism(void *arg)
{
    struct parallel p = {.n = *(int *)arg, .rounds = 3};
    for (int i = 1; i < p.n; i++) {
        struct spinner s = {&p, i};
        CHECK(csp_go_copy(spin_in_turn, &s, sizeof s) == CSP_OK);
    }
    spin_in_turn(&(struct spinner){&p, 0});
    while (p.turn < p.n * p.rounds)
        csp_yield();
}

// Go: proc_test.go TestGoroutineParallelism
// Tasks that spin in turn get on only if each has a worker, whatever procs says.
static void tasks_run_in_parallel(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs++) {
        for (int n = 1; n <= 4; n++)
            assert_int_equal(run_with((struct csp_opts){.procs = procs}, parallelism, &n),
                             CSP_OK);
    }
}

static void nested_spinner(void *arg)
{
    struct spinner *s = arg, next = {s->p, s->index + 1};
    if (next.index < s->p->n)
        CHECK(csp_go_copy(nested_spinner, &next, sizeof next) == CSP_OK);
    spin_in_turn(s);
}

static int quiet_pipe[2];

static void read_quiet_pipe(void *arg)
{
    csp_read(quiet_pipe[0], arg, 1);
}

static int call(void *arg)
{
    return arg != NULL;
}

static void nested_parallelism(void *arg)
{
    static char byte;
    struct parallel p = {.n = *(int *)arg, .rounds = 3};
    go(read_quiet_pipe, &byte);
    csp_blocking(call, NULL);
    csp_sleep(MS);
    nested_spinner(&(struct spinner){&p, 0});
    while (p.turn < p.n * p.rounds)
        csp_yield();
}

// Go: proc_test.go TestGoroutineParallelism2
// The same where each starts the next, after idling, with a descriptor waited for.
static void nested_tasks_run_in_parallel(void **state)
{
    (void)state;
    assert_int_equal(pipe2(quiet_pipe, O_NONBLOCK | O_CLOEXEC), 0);
    for (int procs = 1; procs <= 4; procs++) {
        for (int n = 2; n <= 4; n++)
            assert_int_equal(
                run_with((struct csp_opts){.procs = procs}, nested_parallelism, &n),
                CSP_OK);
    }
    close(quiet_pipe[0]);
    close(quiet_pipe[1]);
}

struct token {
    atomic_int value;
    int rounds;
};

static void pass_token_back(void *arg)
{
    struct token *t = arg;
    for (int i = 0; i < t->rounds; i++) {
        spin_until(&t->value, 2 * i + 1);
        atomic_store(&t->value, 2 * i + 2);
    }
}

// Go: proc_test.go TestPreemption
static void pass_token(void *arg)
{
    (void)arg;
    struct token t = {.rounds = 10};
    go(pass_token_back, &t);
    for (int i = 0; i < t.rounds; i++) {
        atomic_store(&t.value, 2 * i + 1);
        spin_until(&t.value, 2 * i + 2);
    }
}

static void token_is_passed(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 2; procs++)
        assert_int_equal(run_with((struct csp_opts){.procs = procs}, pass_token, NULL),
                         CSP_OK);
}

struct syscalls {
    atomic_bool stop;
    atomic_int stopped, started;
    int ns;
    int_chan c;
};

static void write_to_null(void *arg)
{
    struct syscalls *s = arg;
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    time_t end = seconds() + 60;
    CHECK(fd >= 0);
    while (!s->stop)
        CHECK(write(fd, "x", 1) == 1 && seconds() < end);
    close(fd);
    s->stopped++;
}

// Go: proc_test.go TestGCFairness
// Go: proc_test.go TestGCFairness2
static void sleep_beside_syscalls(void *arg)
{
    (void)arg;
    struct syscalls s = {0};
    for (int i = 0; i < 2; i++)
        go(write_to_null, &s);
    for (int i = 0; i < 3; i++)
        csp_sleep(10 * MS);
    s.stop = true;
    while (s.stopped < 2)
        csp_sleep(MS);
}

static void nap_in_the_kernel(void *arg)
{
    struct syscalls *s = arg;
    time_t end = seconds() + 60;
    s->started++;
    while (!s->stop) {
        nanosleep(&(struct timespec){.tv_nsec = s->ns}, NULL);
        CHECK(seconds() < end);
    }
    s->stopped++;
}

// Go: proc_test.go TestPreemptionAfterSyscall
static void start_beside_syscalls(void *arg)
{
    struct syscalls s = {.ns = *(int *)arg};
    for (int i = 0; i < 8; i++)
        go(nap_in_the_kernel, &s);
    while (s.started < 8)
        csp_yield();
    s.stop = true;
    while (s.stopped < 8)
        csp_yield();
}

static void syscalls_let_others_go_on(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 2; procs++) {
        struct csp_opts opts = {.procs = procs};
        assert_int_equal(run_with(opts, sleep_beside_syscalls, NULL), CSP_OK);
        for (int us = 10; us <= 1000; us *= 10)
            assert_int_equal(run_with(opts, start_beside_syscalls, &(int){us * 1000}),
                             CSP_OK);
    }
}

static void play(void *arg)
{
    struct syscalls *s = arg;
    char byte;
    while (csp_recv(s->c, NULL)) {
        // TestTimerFairness2's system call.
        CHECK(read(quiet_pipe[0], &byte, 0) == 0);
        csp_send(s->c, 0);
    }
}

// Go: proc_test.go TestTimerFairness
// Go: proc_test.go TestTimerFairness2
static void timer_beside_players(void *arg)
{
    struct syscalls *s = arg;
    struct csp_chan *clock = csp_after(20 * MS);
    for (int i = 0; i < 2; i++)
        go(play, s);
    struct csp_case cases[] = {{CSP_RECV, clock, NULL, false},
                               {CSP_SEND, s->c.ch, &(int){1}, false},
                               {CSP_RECV, s->c.ch, NULL, false}};
    while (csp_select(cases, 3, CSP_FOREVER) != 0)
        continue;
    csp_chan_free(clock);
}

static void timers_fire_beside_players(void **state)
{
    (void)state;
    assert_int_equal(pipe2(quiet_pipe, O_NONBLOCK | O_CLOEXEC), 0);
    for (int procs = 1; procs <= 2; procs++) {
        struct syscalls s = {.c = CSP_MAKE(int_chan, 0)};
        assert_int_equal(
            run_with((struct csp_opts){.procs = procs}, timer_beside_players, &s),
            CSP_OK);
        csp_free(s.c);
    }
    close(quiet_pipe[0]);
    close(quiet_pipe[1]);
}

static void add_one(void *arg)
{
    ++*(atomic_int *)arg;
}

// Stuck and free by turns: helpers come and go, run after run.
static void stuck_by_turns(void *arg)
{
    atomic_int n = 0;
    for (int i = 1; i <= *(int *)arg; i++) {
        go(add_one, &n);
        spin_until(&n, i);
        csp_sleep((uint64_t)(i % 2) * MS);
    }
}

static void helpers_come_and_go(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(
            run_with((struct csp_opts){.procs = 1 + i % 3}, stuck_by_turns, &(int){5}),
            CSP_OK);
}

static int processors(void)
{
    cpu_set_t set;
    CHECK(sched_getaffinity(0, sizeof set, &set) == 0);
    return CPU_COUNT(&set);
}

static void work(void *arg)
{
    int_chan *done = arg;
    csp_work(MS);
    csp_send(*done, 0);
}

static void work_twice(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 2);
    go(work, &done);
    work(&done);
    await(done, 2);
    csp_free(done);
}

// Simulated processors are as many as a run may use, if none are asked for.
static bool one_processor(void)
{
    struct csp_stats stats;
    struct csp_opts opts = {.virtual_time = true};
    CHECK(csp_run(work_twice, NULL, &opts, &stats) == CSP_OK);
    return stats.elapsed_ns > MS;
}

// While it is stuck and another task goes on, this one's thread shares one processor.
static void fork_when_confined(void *arg)
{
    int all = processors(), status;
    time_t end = seconds() + 60;
    go(add_one, arg);
    while (processors() == all)
        CHECK(seconds() < end);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        _exit(processors() == all ? 0 : 1);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(processors() == 1);
}

static void children_are_not_confined(void **state)
{
    (void)state;
    atomic_int n = 0;
    if (one_processor())
        skip();
    assert_int_equal(run_with((struct csp_opts){.procs = 1}, fork_when_confined, &n),
                     CSP_OK);
    assert_int_equal(n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_run_in_parallel),
        cmocka_unit_test(nested_tasks_run_in_parallel),
        cmocka_unit_test(token_is_passed),
        cmocka_unit_test(syscalls_let_others_go_on),
        cmocka_unit_test(timers_fire_beside_players),
        cmocka_unit_test(helpers_come_and_go),
        cmocka_unit_test(children_are_not_confined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
