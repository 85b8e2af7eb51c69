// migration.c -- tasks that go on on another OS thread than the one they waited on, and
// what a compiler must not have kept for them across the wait: who they are, the thread's
// own variables, the address of errno.
//
// proc_test.go: TestGetgThreadSwitch. It is compiled together with the runtime, by
// migration.sh, at every level of optimisation: under -flto everything could be inlined
// into everything. Exit status 0: all is well, and enough tasks have moved.

#include "csp.h"
#include "csp_impl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Whether a task moves is the machine's choice; so they go on until enough have moved.
enum { ROUNDS = 40, ENOUGH = 20, MOST_ROUNDS = 20000 };

typedef CSP_CHAN(int) int_chan;

static _Atomic int moved;

static void check_at(bool ok, const char *what, int line)
{
    if (ok)
        return;
    fprintf(stderr, "migration.c:%d: not true: %s\n", line, what);
    abort();
}
#define CHECK(x) check_at((x), #x, __LINE__)

// The kernel's word for it: nothing that a compiler could keep.
static long thread(void)
{
    return syscall(SYS_gettid);
}

static _Thread_local long mine;

// As libraries with a state per thread do: found anew at each call.
__attribute__((noinline)) static long thread_by_tls(void)
{
    if (!mine)
        mine = thread();
    __asm__ volatile("");
    return mine;
}

static void note(long before)
{
    if (thread() != before)
        atomic_fetch_add(&moved, 1);
    CHECK(thread_by_tls() == thread());
}

struct round {
    int_chan c, done;
    _Atomic bool received;
};

// Holds the worker, so that the receiver must go on elsewhere.
static void sends_and_stays(void *arg)
{
    struct round *r = arg;
    csp_send(r->c, 5);
    csp_pin();
    uint64_t patience = csp_now() + 20000000;
    while (!atomic_load(&r->received) && csp_now() < patience)
        csp_work(1000);
    csp_send(r->done, 1);
}

static void same_task(struct round *r, int branch)
{
    struct task *before = self();
    long on = thread();
    thread_by_tls();
    int value = 0;
    CHECK(csp_recv(r->c, &value) && value == 5);
    atomic_store(&r->received, true);
    CHECK(self() == before);
    if (branch % 3 == 0)
        note(on);
    else if (branch % 3 == 1)
        csp_yield();
    // Again, behind some control flow.
    CHECK(self() == before);
    CHECK(stack_low(before) < (char *)&on && (char *)&on < (char *)before);
    note(on);
}

static void same_task_in_select(struct round *r)
{
    struct task *before = self();
    long on = thread();
    int value = 0;
    struct csp_case cases[] = {CSP_CASE_RECV(r->c, &value),
                               {CSP_RECV, NULL, NULL, false}};
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 0 && value == 5);
    atomic_store(&r->received, true);
    CHECK(self() == before);
    note(on);
}

static bool goes_on(int round)
{
    return round < ROUNDS || (round < MOST_ROUNDS && atomic_load(&moved) < ENOUGH);
}

static void receives(void *arg)
{
    (void)arg;
    struct round r = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), false};
    for (int i = 0; goes_on(i); i++) {
        atomic_store(&r.received, false);
        CHECK(csp_go(sends_and_stays, &r) == CSP_OK);
        if (i % 4)
            same_task(&r, i);
        else
            same_task_in_select(&r);
        CHECK(csp_recv(r.done, NULL));
    }
    csp_free(r.c);
    csp_free(r.done);
}

struct reader {
    int fd;
    int_chan done;
};

// The read fails, once the task has waited. Its result is the errno of the thread that
// the task has come to; the thread that it has left has another.
static void reads(void *arg)
{
    struct reader *r = arg;
    char byte;
    long on = thread();
    errno = EDOM;
    CHECK(csp_read(r->fd, &byte, 1) == -ECONNRESET);
    note(on);
    errno = EDOM;
    CHECK(csp_read(-1, &byte, 1) == -EBADF);
    csp_send(r->done, 1);
}

static void closes(void *arg)
{
    int_chan done = CSP_MAKE(int_chan, 0);
    (void)arg;
    for (int i = 0; goes_on(i); i++) {
        int ends[2];
        CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
        // An end closed over unread data resets the connection.
        CHECK(write(ends[0], "x", 1) == 1);
        struct reader r = {ends[0], done};
        CHECK(csp_go(reads, &r) == CSP_OK);
        csp_sleep(20000);
        close(ends[1]);
        CHECK(csp_recv(done, NULL));
        close(ends[0]);
    }
    csp_free(done);
}

static int run(void (*fn)(void *), int procs)
{
    struct csp_opts opts = {.procs = procs, .seed = 1, .migrate = true};
    atomic_store(&moved, 0);
    CHECK(csp_run(fn, NULL, &opts, NULL) == CSP_OK);
    return atomic_load(&moved);
}

int main(void)
{
    int by_channel = run(receives, 2) + run(receives, 4), by_fd = run(closes, 3);
    if (by_channel >= ENOUGH && by_fd >= ENOUGH)
        return 0;
    fprintf(stderr, "too few tasks have moved: %d by channel, %d by descriptor\n",
            by_channel, by_fd);
    return 1;
}
