// memcheck_subject.c -- a bit of everything that moves between stacks, for
// csp_memcheck.sh: channels, selects, timers, blocking calls, descriptors, copies of
// arguments, odd stacks, several runs. With the argument `bad` it reads what was never
// written, on a task's stack.

#include "csp.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TASKS = 300, ROUNDS = 20 };

struct job {
    struct csp_chan *in, *out;
    int n;
};

static bool bad;

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "memcheck_subject: not true: %s\n", what);
    exit(1);
}

static void worker(void *arg)
{
    const struct job *job = arg;
    char big[8000];
    int got, sum = 0;
    memset(big, job->n & 1, sizeof big);
    for (int i = 0; i < ROUNDS; i++) {
        struct csp_case cases[] = {{CSP_RECV, job->in, &got, false},
                                   {CSP_RECV, NULL, NULL, false}};
        check(csp_select(cases, 2, CSP_FOREVER) == 0, "one case");
        sum += got + big[got];
    }
    csp_chan_send(job->out, &sum);
}

static void feeder(void *arg)
{
    struct csp_chan *in = arg;
    for (int i = 0; i < ROUNDS; i++)
        csp_chan_send(in, &i);
}

static int call(void *arg)
{
    return *(int *)arg + 1;
}

static void odd(void *arg)
{
    struct csp_chan *out = arg;
    int n = 41;
    csp_sleep(1000);
    n = csp_blocking(call, &n);
    csp_chan_send(out, &n);
}

// Uses the stack deeply, and leaves it to a task whose large arguments lie there.
struct luggage {
    struct csp_chan *out;
    char bytes[12000];
};

__attribute__((noinline)) static void dig(void)
{
    char hole[40000];
    memset(hole, 1, sizeof hole);
    __asm__ volatile("" : : "r"(hole) : "memory");
}

static void digger(void *arg)
{
    int n = 0;
    dig();
    csp_chan_send(arg, &n);
}

static void porter(void *arg)
{
    const struct luggage *luggage = arg;
    int sum = 0;
    for (size_t i = 0; i < sizeof luggage->bytes; i++)
        sum += luggage->bytes[i];
    csp_chan_send(luggage->out, &sum);
}

static void carry(struct csp_chan *out)
{
    int got = 0;
    struct luggage luggage = {.out = out};
    memset(luggage.bytes, 1, sizeof luggage.bytes);
    for (int i = 0; i < 10; i++) {
        check(csp_go(digger, out) == CSP_OK, "go");
        csp_chan_recv(out, &got);
        check(csp_go_copy(porter, &luggage, sizeof luggage) == CSP_OK, "go_copy");
        csp_chan_recv(out, &got);
        check(got == sizeof luggage.bytes, "all of the luggage");
    }
}

__attribute__((noinline)) static int uninitialised(void)
{
    int n[4];
    __asm__ volatile("" : : "r"(n) : "memory");
    return n[2];
}

static void program(void *arg)
{
    (void)arg;
    struct csp_chan *in = csp_chan_make(sizeof(int), 2);
    struct csp_chan *out = csp_chan_make(sizeof(int), 0);
    for (int i = 0; i < TASKS; i++) {
        struct job job = {in, out, i};
        check(csp_go_copy(worker, &job, sizeof job) == CSP_OK, "go_copy");
        check(csp_go(feeder, in) == CSP_OK, "go");
    }
    check(csp_go_stack(16384, odd, out) == CSP_OK, "a small stack");
    check(csp_go_stack((size_t)1 << 20, odd, out) == CSP_OK, "a large stack");
    long total = 0;
    int got;
    for (int i = 0; i < TASKS + 2; i++) {
        check(csp_chan_recv(out, &got), "a result");
        total += got;
    }
    // Every number, and, if its worker has odd bytes, once more.
    check(total >= TASKS * ROUNDS * (ROUNDS - 1) / 2 + 2 * 42, "the sum");
    carry(out);
    int fds[2];
    check(pipe(fds) == 0, "a pipe");
    check(csp_wait_fd(fds[0], POLLIN, 1000) == CSP_TIMEOUT, "nothing to read");
    close(fds[0]);
    close(fds[1]);
    if (bad && uninitialised() == 3)
        puts("three");
    csp_chan_free(in);
    csp_chan_free(out);
}

int main(int argc, char **argv)
{
    bad = argc > 1 && strcmp(argv[1], "bad") == 0;
    for (int procs = 1; procs <= 2; procs++) {
        struct csp_opts opts = {.procs = procs, .seed = 1};
        check(csp_run(program, NULL, &opts, NULL) == CSP_OK, "a run in real time");
        opts.virtual_time = true;
        check(csp_run(program, NULL, &opts, NULL) == CSP_OK, "a run in virtual time");
    }
    return 0;
}
