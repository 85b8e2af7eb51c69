// gdb_subject.c -- tasks that wait for all sorts of things while one is stopped at
// everybody_waits(), for csp_gdb.sh to look at. Also looks at its own stack with glibc's
// backtrace(3).

#include "csp.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { WAITERS = 5, FRAMES = 64, GUARD_REMOVE = 103 };

void everybody_waits(int value);

static struct csp_chan *channel, *other;

__attribute__((noinline)) static int deeper(int levels)
{
    int got = 0;
    if (levels > 0) {
        got = deeper(levels - 1) + 1;
        // No loop is to be made of this.
        __asm__ volatile("" : "+r"(got) : : "memory");
        return got;
    }
    csp_chan_recv(channel, &got);
    return got;
}

static void receiver(void *arg)
{
    (void)arg;
    if (deeper(3) != 45)
        abort();
    csp_chan_send(other, NULL);
}

static void selector(void *arg)
{
    (void)arg;
    int got;
    struct csp_case cases[] = {{CSP_RECV, channel, &got, false},
                               {CSP_RECV, NULL, NULL, false}};
    csp_select(cases, 2, CSP_FOREVER);
    csp_chan_send(other, NULL);
}

static void sleeper(void *arg)
{
    (void)arg;
    csp_sleep(UINT64_C(2000000));
    csp_chan_send(other, NULL);
}

static int look_around(void *arg)
{
    (void)arg;
    return 0;
}

static void caller(void *arg)
{
    csp_blocking(look_around, arg);
    csp_chan_send(other, NULL);
}

static void sender(void *arg)
{
    (void)arg;
    csp_chan_send(other, NULL);
}

__attribute__((noinline)) void everybody_waits(int value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

// A walk of the stack must find its end: this function, program, two of the runtime's and
// its root, less what was inlined, and nothing from elsewhere.
__attribute__((noinline)) static void unwind(void)
{
    void *frames[FRAMES];
    Dl_info here, there;
    int n = backtrace(frames, FRAMES);
    bool good = n >= 3 && n <= 5 && dladdr(frames[0], &here) != 0;
    for (int i = 1; good && i < n; i++)
        good = dladdr(frames[i], &there) != 0 && there.dli_fbase == here.dli_fbase;
    if (!good) {
        fprintf(stderr, "backtrace found these %d frames:\n", n);
        backtrace_symbols_fd(frames, n, 2);
        exit(1);
    }
}

// gdb's gcore, unlike the kernel, gives up a mapping at its first guard page.
static void remove_guards(void)
{
    const uintptr_t arena = (uintptr_t)1 << 26, slot = (uintptr_t)1 << 16;
    uintptr_t at = (uintptr_t)__builtin_frame_address(0) & ~(arena - 1);
    for (uintptr_t i = 0; i < arena; i += slot)
        madvise((void *)(at + i), 4096, GUARD_REMOVE);
}

static void program(void *arg)
{
    (void)arg;
    unwind();
    remove_guards();
    csp_go_named("receiver", receiver, NULL);
    csp_go_named("selector", selector, NULL);
    csp_go_named("sleeper", sleeper, NULL);
    csp_go_named("sender", sender, NULL);
    csp_go(caller, NULL);
    for (int i = 0; i < 10; i++)
        csp_yield();
    // A task that has yet to run.
    csp_go_named("unborn", sender, NULL);
    everybody_waits(17);
    csp_sleep(UINT64_C(1000000));
    int value = 42;
    csp_chan_send(channel, &value);
    csp_chan_send(channel, &value);
    for (int i = 0; i < WAITERS + 1; i++)
        csp_chan_recv(other, NULL);
    everybody_waits(18);
}

int main(void)
{
    channel = csp_chan_make(sizeof(int), 0);
    other = csp_chan_make(0, 0);
    struct csp_opts opts = {.procs = 1, .seed = 1, .virtual_time = true};
    return csp_run(program, NULL, &opts, NULL);
}
