// test_csp_pin.c -- tasks that stay on their OS thread.

#include "csp_testing.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

static long thread_id(void)
{
    return syscall(SYS_gettid);
}

struct turn {
    int_chan in, out;
    int rounds;
};

static void pinned(void *arg)
{
    struct turn *t = arg;
    csp_pin();
    csp_pin();
    long home = thread_id();
    for (int i = 0; i < t->rounds; i++) {
        csp_recv(t->in, NULL);
        CHECK(thread_id() == home);
        csp_yield();
        CHECK(thread_id() == home);
    }
    csp_unpin();
    csp_yield();
    CHECK(thread_id() == home);
    csp_send(t->out, 0);
}

// Go: proc_test.go TestBlockLocked
// Go: proc_test.go TestLockOSThreadNesting
// A pinned task keeps its OS thread through everything.
static void pinned_tasks(void *arg)
{
    (void)arg;
    struct turn t = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), scaled(500)};
    for (int i = 0; i < 3; i++)
        go(pinned, &t);
    for (int i = 0; i < 3 * t.rounds; i++)
        csp_send(t.in, i);
    await(t.out, 3);
    csp_free(t.in);
    csp_free(t.out);
}

static void pinned_stay(void **state)
{
    (void)state;
    run_everywhere(pinned_tasks, NULL);
}

static void ten_yields(void *arg)
{
    for (int i = 0; i < 10; i++)
        csp_yield();
    *(atomic_bool *)arg = true;
}

static void yield_pinned(void *arg)
{
    int_chan *rounds = arg;
    atomic_bool done = false;
    int n = 0;
    csp_pin();
    go(ten_yields, &done);
    while (!atomic_load(&done)) {
        csp_yield();
        n++;
    }
    csp_send(*rounds, n);
}

static void pinned_and_not(void *arg)
{
    (void)arg;
    int_chan rounds = CSP_MAKE(int_chan, 0);
    int n;
    go(yield_pinned, &rounds);
    csp_recv(rounds, &n);
    CHECK(n < 30);
    csp_free(rounds);
}

// A pinned task that yields and the others of its worker take turns.
static void pinned_take_turns(void **state)
{
    (void)state;
    assert_int_equal(run_with((struct csp_opts){.procs = 1}, pinned_and_not, NULL),
                     CSP_OK);
}

static void end_pinned(void *arg)
{
    csp_pin();
    csp_pin();
    for (int i = 0; i < 3; i++) {
        csp_yield();
        csp_sleep(MS / 10);
    }
    csp_send(*(int_chan *)arg, 0);
    csp_exit();
}

static void check_unpinned(void *arg)
{
    csp_pin();
    csp_unpin();
    csp_yield();
    csp_send(*(int_chan *)arg, 0);
}

// Go: proc_test.go TestYieldLocked
// Go: proc_test.go TestLockOSThreadExit
// Go: proc_test.go TestLockOSThreadAvoidsStatePropagation
// A task that ends pinned takes nothing with it: who comes after it on its slot and its
// thread is free to unpin what it pins, and no more.
static void tasks_end_pinned(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 4; i++)
            go(end_pinned, &done);
        await(done, 4);
        for (int i = 0; i < 4; i++)
            go(check_unpinned, &done);
        await(done, 4);
    }
    csp_free(done);
}

static void pinned_tasks_end(void **state)
{
    (void)state;
    run_everywhere(tasks_end_pinned, NULL);
}

struct homes {
    int_chan ready, done;
};

struct dweller {
    struct homes *homes;
    int index;
};

// Pins, and is then woken in every way there is.
static void dwell(void *arg)
{
    struct dweller *d = arg;
    csp_pin();
    long home = thread_id();
    csp_send(d->homes->ready, d->index);
    for (int i = 0; i < 20; i++) {
        csp_sleep(MS / 20 * (uint64_t)(i % 3));
        CHECK(thread_id() == home);
        csp_select(NULL, 0, (int64_t)MS / 50);
        CHECK(thread_id() == home);
        csp_send(d->homes->done, -1);
        CHECK(thread_id() == home);
    }
    csp_unpin();
    csp_send(d->homes->done, d->index);
}

// Go: proc_test.go TestLockOSThreadTemplateThreadRace
// Many pinned tasks on few workers, while helpers and thieves come and go.
static void many_dwellers(void *arg)
{
    (void)arg;
    struct homes h = {.ready = CSP_MAKE(int_chan, 0), .done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 16; i++) {
        struct dweller d = {&h, i};
        CHECK(csp_go_copy(dwell, &d, sizeof d) == CSP_OK);
    }
    await(h.ready, 16);
    await(h.done, 16 * 21);
    csp_free(h.ready);
    csp_free(h.done);
}

static void pinned_are_at_home(void **state)
{
    (void)state;
    run_everywhere(many_dwellers, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pinned_stay),
        cmocka_unit_test(pinned_take_turns),
        cmocka_unit_test(pinned_tasks_end),
        cmocka_unit_test(pinned_are_at_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
