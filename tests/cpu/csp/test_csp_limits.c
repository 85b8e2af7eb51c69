// test_csp_limits.c -- under limits of the system: address space, data, processes and
// descriptors; and more workers than anybody has processors.
//
// A limit is for a process, so each case is a child. What a sanitizer's runtime needs for
// itself leaves nothing to limit.

#include "csp_catching.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <time.h>

static void hold(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static int answer(void *arg)
{
    return *(int *)arg + 1;
}

// Starts tasks until there is room for no more, or there are enough; they all end.
static void fill_up(void *arg)
{
    int n = 0, *most = arg;
    struct csp_chan *c = csp_chan_make(0, 0);
    if (!c) {
        *most = 0;
        return;
    }
    while (n < *most && csp_go(hold, c) == CSP_OK)
        n++;
    CHECK(csp_blocking(answer, &n) == n + 1);
    for (int i = 0; i < n; i++)
        csp_chan_send(c, NULL);
    csp_chan_free(c);
    *most = n;
}

enum { GOOD, BAD_RESULT, TOO_FEW, TOO_MANY, NOT_AGAIN };

static bool is_error_of_start(int result)
{
    return result == CSP_ENOMEM || result == CSP_ETHREAD;
}

struct limit {
    __rlimit_resource_t what;
    rlim_t bytes;
    int procs;
    bool starts;  // whether a run must come to pass
};

static int fill_up_limited(void *arg)
{
    struct limit *l = arg;
    alarm(100);
    if (setrlimit(l->what, &(struct rlimit){l->bytes, l->bytes}) != 0)
        return BAD_RESULT;
    int n = 60000, again = 100;
    struct csp_opts opts = {.procs = l->procs};
    int result = csp_run(fill_up, &n, &opts, NULL);
    if (is_error_of_start(result))
        return l->starts ? BAD_RESULT : GOOD;
    if (result != CSP_OK)
        return BAD_RESULT;
    if ((rlim_t)n * 65536 > l->bytes)
        return TOO_MANY;
    if (l->starts && n < 100)
        return TOO_FEW;
    // What was got for many is there for few.
    result = csp_run(fill_up, &again, &opts, NULL);
    return result == CSP_OK && (!l->starts || again == 100) ? GOOD : NOT_AGAIN;
}

// A run under too little memory does not start, or starts as many tasks as there is room
// for, says so at the next, and goes on.
static void memory_is_limited(void **state)
{
    (void)state;
    if (TEST_SANITIZED || TEST_EMULATED)
        skip();
    for (rlim_t mib = 16; mib <= 2048; mib *= 2) {
        for (int procs = 1; procs <= 4; procs += 3) {
            struct limit space = {RLIMIT_AS, mib << 20, procs, mib >= 1024};
            assert_exits(in_child(fill_up_limited, &space), GOOD);
            struct limit data = {RLIMIT_DATA, mib << 20, procs, mib >= 1024};
            assert_exits(in_child(fill_up_limited, &data), GOOD);
        }
    }
}

struct crowd {
    uid_t uid;
    rlim_t processes;
};

static void be_answered(void *arg)
{
    int one = 1;
    CHECK(csp_blocking(answer, &one) == 2);
    ++*(atomic_int *)arg;
}

static void call_often(void *arg)
{
    atomic_int answered = 0;
    for (int i = 0; i < 20; i++)
        go(be_answered, &answered);
    while (answered < 20)
        csp_yield();
    *(int *)arg = 1;
}

static int run_in_crowd(void *arg)
{
    struct crowd *c = arg;
    alarm(100);
    if (setrlimit(RLIMIT_NPROC, &(struct rlimit){c->processes, c->processes}) != 0)
        return BAD_RESULT;
    // The limit is not for root.
    if (geteuid() == 0 && setuid(c->uid) != 0)
        return BAD_RESULT;
    int called = 0;
    if (csp_run(call_often, &called, &(struct csp_opts){.procs = 1}, NULL) != CSP_OK ||
        !called)
        return BAD_RESULT;
    called = 0;
    if (csp_run(call_often, &called, &(struct csp_opts){.procs = 64}, NULL) !=
            CSP_ETHREAD ||
        called)
        return TOO_MANY;
    if (csp_run(call_often, &called, &(struct csp_opts){.procs = 1}, NULL) != CSP_OK)
        return NOT_AGAIN;
    return GOOD;
}

// Go: crash_test.go TestThreadExhaustion
// Where threads are few, many workers are refused; one worker is the caller's own thread
// and makes the blocking calls itself.
static void threads_are_limited(void **state)
{
    (void)state;
    if (TEST_SANITIZED || TEST_EMULATED)
        skip();
    struct crowd c = {.uid = 61234};
    for (c.processes = 0; c.processes <= 16; c.processes = c.processes * 2 + 1)
        assert_exits(in_child(run_in_crowd, &c), GOOD);
}

static void wait_for_it(void *arg)
{
    int *fd = arg;
    int result = csp_wait_fd(fd[0], POLLIN, (int64_t)MS);
    fd[2] = result;
}

static int wait_without_descriptors(void *arg)
{
    int fd[3];
    alarm(60);
    if (pipe2(fd, O_NONBLOCK | O_CLOEXEC) != 0)
        return BAD_RESULT;
    // The pipe has taken the two lowest numbers, so there is no room below them.
    rlim_t none = (rlim_t)fd[1] + 1;
    for (rlim_t room = 0; room <= 2; room++) {
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){none + room, none + 2});
        for (int procs = 1; procs <= 2; procs++) {
            struct csp_opts opts = {.procs = procs};
            if (csp_run(wait_for_it, fd, &opts, NULL) != CSP_OK)
                return BAD_RESULT;
            if (room < 2 && fd[2] != -EMFILE)
                return TOO_MANY;
            if (room == 2 && fd[2] != CSP_TIMEOUT)
                return TOO_FEW;
        }
    }
    return arg == NULL ? GOOD : BAD_RESULT;
}

// A poller needs two descriptors of its own. Without them a wait says what is lacking,
// and keeps none that it has got.
static void descriptors_are_limited(void **state)
{
    (void)state;
    assert_exits(in_child(wait_without_descriptors, NULL), GOOD);
}

static void add_one(void *arg)
{
    ++*(atomic_int *)arg;
}

static void spawn_some(void *arg)
{
    atomic_int n = 0;
    for (int i = 0; i < 2000; i++)
        go(add_one, &n);
    while (n < 2000)
        csp_yield();
    *(int *)arg = n;
}

// Go: proc_test.go TestBigGOMAXPROCS
static void a_thousand_workers(void **state)
{
    (void)state;
    if (TEST_SANITIZED || TEST_EMULATED)
        skip();
    for (int procs = 64; procs <= 1024; procs *= 4) {
        int n = 0;
        struct csp_opts opts = {.procs = procs};
        int result = csp_run(spawn_some, &n, &opts, NULL);
        assert_true(result == CSP_OK ? n == 2000 : result == CSP_ETHREAD && n == 0);
        // Whatever became of it, the next run is fine.
        assert_int_equal(run_with((struct csp_opts){.procs = 2}, spawn_some, &n), CSP_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(threads_are_limited),
        cmocka_unit_test(descriptors_are_limited),
        cmocka_unit_test(a_thousand_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
