// test_csp_crash.c -- faults: stack overflows, other signals, the end of the process from
// a task.

#include "csp_catching.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#if TEST_SANITIZED
// A process that exits in a task leaves what main's stack holds to nobody, in the eyes of
// LeakSanitizer, which looks at the stack in use.
const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

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

struct thinker {
    int procs;
    size_t stack_size;
    bool simulated;
};

static size_t thinker_stack;

static void think_deeply(void *arg)
{
    // A name is not to be had with a size, so the default size is the run's.
    if (thinker_stack)
        CHECK(csp_go_stack(thinker_stack, overflow, arg) == CSP_OK);
    else
        CHECK(csp_go_named("deep thinker", overflow, arg) == CSP_OK);
    csp_sleep(60000 * MS);
}

static int think(void *arg)
{
    struct thinker *t = arg;
    thinker_stack = t->stack_size;
    return run_with((struct csp_opts){.procs = t->procs, .virtual_time = t->simulated},
                    think_deeply, NULL);
}

// Go: crash_test.go TestStackOverflow
static void overflow_names_the_task(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    static struct thinker ways[] = {{1, 0, false},
                                    {4, 0, false},
                                    {2, 0, true},
                                    {1, 16384, false},
                                    {2, 4 << 20, false}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_killed(in_child(think, &ways[i]), SIGSEGV);
        assert_non_null(strstr(said, "stack overflow in task"));
        assert_non_null(strstr(said, "    started at "));
        assert_true(ways[i].stack_size || strstr(said, "deep thinker"));
    }
}

static int overflow_here(void *arg)
{
    overflow(arg);
    return 0;
}

static void overflow_in_call(void *arg)
{
    csp_blocking(overflow_here, arg);
}

static int overflow_in_blocking(void *arg)
{
    setrlimit(RLIMIT_STACK, &(struct rlimit){1 << 20, 1 << 20});
    return run_with((struct csp_opts){.procs = 1}, overflow_in_call, arg);
}

// Go: crash_test.go TestG0StackOverflow
// An overflow of an OS thread's own stack is a fault like others, and no task's.
static void thread_overflow_is_no_task(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    assert_killed(in_child(overflow_in_blocking, NULL), SIGSEGV);
    assert_null(strstr(said, "stack overflow in task"));
}

static void on_segv(int sig)
{
    (void)sig;
    _exit(7);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void touch_null(void *arg)
{
    *(volatile int *)arg = 1;
}

static int fault_with_handler(void *arg)
{
    signal(SIGSEGV, on_segv);
    run_with((struct csp_opts){.procs = 1}, nothing, arg);
    struct sigaction now;
    sigaction(SIGSEGV, NULL, &now);
    if (now.sa_handler != on_segv)
        return 8;
    run_with((struct csp_opts){.procs = 1}, touch_null, arg);
    return 9;
}

static int overflow_with_handler(void *arg)
{
    signal(SIGSEGV, on_segv);
    think(arg);
    return 9;
}

static int fault_without_handler(void *arg)
{
    return run_with((struct csp_opts){.procs = 2}, touch_null, arg);
}

// A fault goes to the handler that was there before, also an overflow, once the sentence
// is said; and after the run it is all the program's again.
static void faults_pass_on(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    assert_exits(in_child(fault_with_handler, NULL), 7);
    assert_killed(in_child(fault_without_handler, NULL), SIGSEGV);
    assert_null(strstr(said, "stack overflow"));
    assert_exits(in_child(overflow_with_handler, &(struct thinker){.procs = 1}), 7);
    assert_non_null(strstr(said, "stack overflow in task"));
}

static void leave_process(void *arg)
{
    exit(*(int *)arg);
}

static void child_leaves(void *arg)
{
    go(leave_process, arg);
    csp_sleep(60000 * MS);
}

static int exit_from_task(void *arg)
{
    return run_with((struct csp_opts){.procs = 2}, child_leaves, arg);
}

// exit(3) works on a task's stack, while the others sleep.
static void exit_in_a_task(void **state)
{
    (void)state;
    int code = 42;
    assert_exits(in_child(exit_from_task, &code), code);
}

struct forking {
    int_chan done;
    atomic_int children;
};

static void go_and_sleep(void *arg)
{
    int_chan *done = arg;
    csp_sleep(MS);
    csp_send(*done, 1);
}

static void second_run(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 10; i++)
        go(go_and_sleep, &done);
    await(done, 10);
    csp_free(done);
}

// In the child there is one thread, on the task's stack; a run needs a thread's.
static void fork_here(void *arg)
{
    struct forking *f = arg;
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        _exit(5);
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    f->children++;
    csp_send(f->done, 0);
}

static void forks(void *arg)
{
    (void)arg;
    struct forking f = {.done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 4; i++)
        go(fork_here, &f);
    await(f.done, 4);
    CHECK(f.children == 4);
    csp_free(f.done);
}

// A task may fork, and the child may leave; the parent does not notice.
static void fork_in_a_task(void **state)
{
    (void)state;
    run_real(forks, NULL);
}

static int run_in_fork(void *arg)
{
    (void)arg;
    for (int procs = 1; procs <= 4; procs++) {
        if (run_with((struct csp_opts){.procs = procs}, second_run, NULL) != CSP_OK)
            return 1;
    }
    return 0;
}

// A child that was forked between runs has none of the parent's threads and runs well.
static void fork_between_runs(void **state)
{
    (void)state;
    assert_int_equal(run_in_fork(NULL), 0);
    for (int i = 0; i < 3; i++)
        assert_exits(in_child(run_in_fork, NULL), 0);
    assert_int_equal(run_in_fork(NULL), 0);
}

static atomic_bool stop_running;

static void *run_until_stopped(void *arg)
{
    (void)arg;
    while (!stop_running)
        CHECK(csp_run(nothing, NULL, &(struct csp_opts){.procs = 1}, NULL) == CSP_OK);
    return NULL;
}

static int run_once(void *arg)
{
    (void)arg;
    alarm(20);
    return csp_run(nothing, NULL, &(struct csp_opts){.procs = 1}, NULL);
}

// Wherever the other threads' runs just are: a lock that one of them holds is nobody's in
// the child.
static void fork_beside_runs(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    // Sanitizers' allocators and emulators have locks of their own, which a child finds
    // taken.
    if (TEST_SANITIZED || TEST_EMULATED)
        skip();
    stop_running = false;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_until_stopped, NULL), 0);
    for (int i = 0; i < scaled(200); i++)
        assert_exits(in_child(run_once, NULL), CSP_OK);
    stop_running = true;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflow_names_the_task),
        cmocka_unit_test(thread_overflow_is_no_task),
        cmocka_unit_test(faults_pass_on),
        cmocka_unit_test(exit_in_a_task),
        // Before there is any worker with a thread of its own.
        cmocka_unit_test(fork_beside_runs),
        cmocka_unit_test(fork_in_a_task),
        cmocka_unit_test(fork_between_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
