// test_csp_alloc.c -- out of memory, maps, threads or descriptors: an error value, never
// a crash.
//
// The program is linked so that what the runtime asks the system for passes through here
// (-Wl,--wrap). Each call is counted; then the same run is repeated, the n-th call
// failing, for every n there was. Each repetition is a child process, as the runtime
// keeps what it has. It must end with an error value or, where the runtime can do
// without, well, and leave no descriptor behind.

#include "csp_catching.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

static atomic_int calls, failing;
static atomic_bool failing_on;  // all from `failing` on, not it alone

static bool fails(void)
{
    int n = ++calls;
    return failing_on ? failing && n >= failing : n == failing;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
    return fails() ? NULL : __real_realloc(p, size);
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

void *__real_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
    if (!fails())
        return __real_mmap(at, size, prot, flags, fd, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*fn)(void *), void *arg)
{
    return fails() ? EAGAIN : __real_pthread_create(thread, attr, fn, arg);
}

int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_create1(int flags)
{
    if (!fails())
        return __real_epoll_create1(flags);
    errno = EMFILE;
    return -1;
}

int __real_eventfd(unsigned initial, int flags);
int __wrap_eventfd(unsigned initial, int flags);
int __wrap_eventfd(unsigned initial, int flags)
{
    if (!fails())
        return __real_eventfd(initial, flags);
    errno = EMFILE;
    return -1;
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static int answer(void *arg)
{
    return *(int *)arg + 1;
}

struct echo {
    struct csp_chan *c;
    int fd;
};

static void reply(void *arg)
{
    struct echo *e = arg;
    char byte;
    ssize_t n = csp_read(e->fd, &byte, 1);
    CHECK(n == 1 || n < 0);
    csp_chan_send(e->c, NULL);
}

static void copied(void *arg)
{
    struct echo *e = arg;
    csp_chan_send(e->c, NULL);
}

// More cases than a select keeps on the stack.
static void wide_select(struct csp_chan *c)
{
    static struct csp_case cases[300];
    for (int i = 0; i < 300; i++)
        cases[i] = (struct csp_case){CSP_RECV, i % 3 ? c : NULL, NULL, false};
    int done = csp_select(cases, 300, (int64_t)MS / 100);
    CHECK(done == CSP_TIMEOUT || (done == CSP_ENOMEM && failing > 0));
}

static int ends[2];

// Something of everything. What fails is reported; what works must be right.
static void use_everything(void *arg)
{
    int spawned = 0;
    struct csp_chan *c = csp_chan_make(0, 8);
    (void)arg;
    if (!c)
        return;
    struct echo e = {c, ends[0]};
    for (int i = 0; i < 2; i++) {
        spawned += csp_go(reply, &e) == CSP_OK;
        spawned += csp_go_copy(copied, &e, sizeof e) == CSP_OK;
        spawned += csp_go_stack(1 << 18, copied, &e) == CSP_OK;
    }
    csp_sleep(MS / 10);
    CHECK(write(ends[1], "xx", 2) == 2);
    CHECK(csp_blocking(answer, &spawned) == spawned + 1);
    for (int i = 0; i < spawned; i++)
        csp_chan_recv(c, NULL);
    wide_select(c);
    struct csp_chan *clocks[2] = {csp_after(MS / 10), csp_tick(MS / 10)};
    for (int i = 0; i < 2; i++) {
        CHECK(!clocks[i] || csp_chan_recv(clocks[i], NULL));
        csp_chan_free(clocks[i]);
    }
    csp_chan_free(c);
}

static int use_and_close(const struct csp_opts *opts)
{
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
        return CSP_PANIC;
    int result = csp_run(use_everything, NULL, opts, NULL);
    close(ends[0]);
    close(ends[1]);
    return result;
}

struct trial {
    struct csp_opts opts;
    int failing;
    bool and_all_after;
    int *calls;  // shared with the parent: how many there were
};

enum { RIGHT, WRONG_RESULT, WRONG_LATER, DESCRIPTORS_LEFT };

static int try_once(void *arg)
{
    struct trial *t = arg;
    alarm(60);
    int before = open_descriptors();
    failing = t->failing;
    failing_on = t->and_all_after;
    calls = 0;
    int result = use_and_close(&t->opts);
    *t->calls = calls;
    failing = 0;
    if (result != CSP_OK && result != CSP_ENOMEM && result != CSP_ETHREAD)
        return WRONG_RESULT;
    if (!t->failing && result != CSP_OK)
        return WRONG_RESULT;
    int after = open_descriptors();
    // And once there is enough of everything again, all is well.
    if (use_and_close(&t->opts) != CSP_OK)
        return WRONG_LATER;
    return after == before && open_descriptors() == before ? RIGHT : DESCRIPTORS_LEFT;
}

static void every_call_fails(struct csp_opts opts, bool and_all_after)
{
    int *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    struct trial t = {opts, 0, and_all_after, shared};
    assert_exits(in_child(try_once, &t), RIGHT);
    int most = *shared;
    assert_true(most >= 5);
    for (t.failing = 1; t.failing <= most; t.failing++) {
        int status = in_child(try_once, &t);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != RIGHT)
            fprintf(stderr, "procs %d, virtual %d, call %d of %d%s\n", opts.procs,
                    opts.virtual_time, t.failing, most,
                    and_all_after ? " and after" : "");
        assert_exits(status, RIGHT);
    }
    munmap(shared, sizeof *shared);
}

static void one_call_fails(void **state)
{
    (void)state;
    for (struct csp_opts o = {.procs = 1, .seed = 1}; o.procs <= 4; o.procs += 3)
        every_call_fails(o, false);
    every_call_fails((struct csp_opts){.procs = 2, .seed = 1, .virtual_time = true},
                     false);
}

static void all_calls_fail(void **state)
{
    (void)state;
    for (struct csp_opts o = {.procs = 1, .seed = 1}; o.procs <= 4; o.procs += 3)
        every_call_fails(o, true);
    every_call_fails((struct csp_opts){.procs = 2, .seed = 1, .virtual_time = true},
                     true);
}

static void traced_runs_fail(void **state)
{
    (void)state;
    char path[] = "/tmp/csp_alloc_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    every_call_fails((struct csp_opts){.procs = 2, .seed = 1, .trace = path}, false);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call_fails),
        cmocka_unit_test(all_calls_fail),
        cmocka_unit_test(traced_runs_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
