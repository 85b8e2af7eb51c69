// csp_catching.h -- what the tests of bad ends share: stderr caught and read, and child
// processes for what ends a process.
//
// What the runtime says on stderr is part of its contract.

#ifndef CSP_CATCHING_H
#define CSP_CATCHING_H

#include "csp_testing.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// ThreadSanitizer's runtime asks for this: by default a child of fork that starts a
// thread ends.
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}

static char said[1 << 23];  // what went to stderr last

static inline void read_back(FILE *f)
{
    rewind(f);
    said[fread(said, 1, sizeof said - 1, f)] = '\0';
    fclose(f);
}

// csp_run with stderr caught in `said`.
static inline int run_caught(struct csp_opts opts, void (*fn)(void *), void *arg,
                             struct csp_stats *stats)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    dup2(fileno(f), STDERR_FILENO);
    if (!opts.seed)
        opts.seed = 1;
    int result = csp_run(fn, arg, &opts, stats);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    read_back(f);
    return result;
}

// The wait status of a child that exits with fn's result, its stderr in `said`. Signals
// that cmocka wants to catch are the child's own affair, and it leaves no core.
static inline int in_child(int (*fn)(void *), void *arg)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        static const int own[] = {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE};
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            signal(own[i], SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(fileno(f), STDERR_FILENO);
        _exit(fn(arg));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    read_back(f);
    return status;
}

static inline void assert_exits(int status, int code)
{
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        fprintf(stderr, "the child said:\n%s\n", said);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
}

static inline void assert_killed(int status, int sig)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) != sig)
        fprintf(stderr, "the child said:\n%s\n", said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), sig);
}

// How often it was said.
static inline int times_said(const char *what)
{
    int n = 0;
    for (const char *at = said; (at = strstr(at, what)); at++)
        n++;
    return n;
}

// Every way to run, each ending in a deadlock; the number of ways.
static inline int deadlocks(void (*fn)(void *), void *arg, const char *expected)
{
    struct csp_opts opts[] = {{.procs = 1},
                              {.procs = 2},
                              {.procs = 4},
                              {.procs = 64},
                              {.procs = 3, .migrate = true},
                              {.procs = 2, .virtual_time = true},
                              {.procs = 1, .virtual_time = true, .policy = CSP_PCT}};
    enum { WAYS = sizeof opts / sizeof *opts };
    for (int i = 0; i < WAYS; i++) {
        assert_int_equal(run_caught(opts[i], fn, arg, NULL), CSP_DEADLOCK);
        assert_non_null(strstr(said, "fatal error: all tasks are asleep - deadlock!"));
        assert_non_null(strstr(said, expected));
    }
    return WAYS;
}

#endif
