// test_csp_sync.c -- what Go's sync tests ask of its runtime, with locks, conditions and
// groups made of channels here: hand-over, fairness, generations of waiters, no lost
// wake-up.

#include "csp_testing.h"

#include <stdatomic.h>

// A mutex is a channel with one token in it; a semaphore one with several.
static int_chan make_semaphore(int tokens)
{
    int_chan s = CSP_MAKE(int_chan, (size_t)tokens);
    for (int i = 0; i < tokens; i++)
        csp_send(s, 0);
    return s;
}

static void acquire(int_chan s)
{
    CHECK(csp_recv(s, NULL));
}

static void release(int_chan s)
{
    CHECK(csp_try_send(s, 0) == CSP_OK);
}

struct shared {
    int_chan lock, done, c[2];
    int rounds, inside, most;
    long count;  // under the lock
    atomic_int entered;
    atomic_bool stop;
};

static void hammer(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < s->rounds; i++) {
        if (i % 3 == 0 && csp_try_recv(s->lock, NULL) == CSP_WOULD_BLOCK)
            continue;
        if (i % 3 != 0)
            acquire(s->lock);
        s->count++;
        if (i % 5 == 0)
            csp_yield();
        release(s->lock);
    }
    csp_send(s->done, 0);
}

// Go: mutex_test.go TestMutex
static void mutex_excludes(void *arg)
{
    (void)arg;
    struct shared s = {
        .lock = make_semaphore(1), .done = CSP_MAKE(int_chan, 0), .rounds = 60};
    for (int i = 0; i < 8; i++)
        go(hammer, &s);
    await(s.done, 8);
    CHECK(s.count >= 8 * s.rounds * 2 / 3 && s.count <= 8 * s.rounds);
    csp_free(s.lock);
    csp_free(s.done);
}

static void hold_it_mostly(void *arg)
{
    struct shared *s = arg;
    while (!s->stop) {
        acquire(s->lock);
        csp_sleep(MS / 10);
        release(s->lock);
    }
    csp_send(s->done, 0);
}

// Go: mutex_test.go TestMutexFairness
// Who lets go and takes again at once does not pass by the one who waits.
static void mutex_is_fair(void *arg)
{
    (void)arg;
    struct shared s = {.lock = make_semaphore(1), .done = CSP_MAKE(int_chan, 0)};
    go(hold_it_mostly, &s);
    for (int i = 0; i < 10; i++) {
        csp_sleep(MS / 10);
        acquire(s.lock);
        release(s.lock);
    }
    s.stop = true;
    await(s.done, 1);
    csp_free(s.lock);
    csp_free(s.done);
}

static void enter(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < s->rounds; i++) {
        acquire(s->lock);
        int inside = ++s->entered;
        CHECK(inside <= s->most);
        csp_yield();
        --s->entered;
        release(s->lock);
    }
    csp_send(s->done, 0);
}

// Go: runtime_sema_test.go TestSemaphore
static void semaphore_admits_so_many(void *arg)
{
    (void)arg;
    for (int most = 1; most <= 4; most++) {
        struct shared s = {.lock = make_semaphore(most),
                           .done = CSP_MAKE(int_chan, 0),
                           .rounds = 20,
                           .most = most};
        for (int i = 0; i < 6; i++)
            go(enter, &s);
        await(s.done, 6);
        CHECK(csp_len(s.lock) == (size_t)most);
        csp_free(s.lock);
        csp_free(s.done);
    }
}

static void take_and_mark(void *arg)
{
    struct shared *s = arg;
    acquire(s->lock);
    s->count++;
    release(s->lock);
    csp_send(s->done, 0);
}

// Go: sema_test.go TestSemaHandoff
// With somebody waiting, what is released is the waiter's: the one who releases and tries
// again at once finds nothing.
static void semaphore_hands_over(void *arg)
{
    (void)arg;
    struct shared s = {.lock = make_semaphore(1), .done = CSP_MAKE(int_chan, 1)};
    for (int i = 0; i < 20; i++) {
        acquire(s.lock);
        go(take_and_mark, &s);
        csp_sleep(MS / 10);
        release(s.lock);
        CHECK(s.count > i || csp_try_recv(s.lock, NULL) == CSP_WOULD_BLOCK);
        await(s.done, 1);
        CHECK(s.count == i + 1);
    }
    csp_free(s.lock);
    csp_free(s.done);
}

enum { WAITERS = 10 };

struct cond {
    int_chan waiting, done, wake[2 * WAITERS];
    atomic_int awake;
};

struct waiter {
    struct cond *cond;
    int index, generation;
};

// A condition wakes by FIFO because a channel does: its waiters receive in turn.
static void wait_in_line(void *arg)
{
    struct waiter *w = arg;
    struct cond *c = w->cond;
    int turn;
    csp_send(c->waiting, w->index);
    CHECK(csp_recv(c->wake[w->generation], &turn));
    CHECK(turn == w->index);
    c->awake++;
    csp_send(c->done, w->index);
}

// Go: cond_test.go TestCondSignal
// Go: cond_test.go TestCondSignalGenerations
// A signal wakes one, the one who has waited longest; those who come later wait for later
// signals.
static void signals_wake_in_turn(void *arg)
{
    (void)arg;
    struct cond c = {.waiting = CSP_MAKE(int_chan, 0),
                     .done = CSP_MAKE(int_chan, WAITERS),
                     .wake[0] = CSP_MAKE(int_chan, 0)};
    int who;
    for (int i = 0; i < WAITERS; i++) {
        struct waiter w = {&c, i, 0};
        CHECK(csp_go_copy(wait_in_line, &w, sizeof w) == CSP_OK);
        CHECK(csp_recv(c.waiting, &who) && who == i);
        // Until it really waits.
        csp_sleep(MS / 10);
    }
    for (int i = 0; i < WAITERS; i++) {
        CHECK(c.awake == i);
        csp_send(c.wake[0], i);
        CHECK(csp_recv(c.done, &who) && who == i);
    }
    csp_free(c.waiting);
    csp_free(c.done);
    csp_free(c.wake[0]);
}

struct broadcast {
    int_chan waiting, done, gate[3];
};

static void wait_for_gates(void *arg)
{
    struct broadcast *b = arg;
    for (int i = 0; i < 3; i++) {
        csp_send(b->waiting, i);
        CHECK(!csp_recv(b->gate[i], NULL));
        csp_send(b->done, i);
    }
}

// Go: cond_test.go TestCondBroadcast
// A close wakes all of one generation, and none of the next.
static void broadcasts_wake_all(void *arg)
{
    (void)arg;
    struct broadcast b = {.waiting = CSP_MAKE(int_chan, 0),
                          .done = CSP_MAKE(int_chan, 0)};
    int generation;
    for (int i = 0; i < 3; i++)
        b.gate[i] = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < WAITERS; i++)
        go(wait_for_gates, &b);
    for (int i = 0; i < 3; i++) {
        // Those of this generation arrive once all of the last have gone.
        for (int k = 0; k < WAITERS; k++)
            CHECK(csp_recv(b.waiting, &generation) && generation == i);
        CHECK(csp_try_recv(b.done, NULL) == CSP_WOULD_BLOCK);
        csp_close(b.gate[i]);
        for (int k = 0; k < WAITERS; k++)
            CHECK(csp_recv(b.done, &generation) && generation == i);
    }
    for (int i = 0; i < 3; i++)
        csp_free(b.gate[i]);
    csp_free(b.waiting);
    csp_free(b.done);
}

static void steal_signals(void *arg)
{
    struct shared *s = arg;
    while (csp_recv(s->c[0], NULL))
        s->entered++;
    csp_send(s->done, 0);
}

// Go: cond_test.go TestCondSignalStealing
// Go: cond_test.go TestCondRace
// Signals come while waiters come and go; each is taken once, none is lost.
static void no_signal_is_lost(void *arg)
{
    (void)arg;
    struct shared s = {.done = CSP_MAKE(int_chan, 0), .c[0] = CSP_MAKE(int_chan, 0)};
    struct csp_case wait = CSP_CASE_RECV(s.c[0], NULL);
    int mine = 0;
    for (int i = 0; i < 4; i++)
        go(steal_signals, &s);
    for (int i = 0; i < 100; i++) {
        csp_send(s.c[0], i);
        mine += csp_select(&wait, 1, 0) == 0;
        mine += csp_select(&wait, 1, (int64_t)(i % 2)) == 0;
    }
    csp_close(s.c[0]);
    await(s.done, 4);
    CHECK(mine == 0 && s.entered == 100);
    csp_free(s.c[0]);
    csp_free(s.done);
}

static void finish_once(void *arg)
{
    struct shared *s = arg;
    if (--s->entered == 0)
        csp_close(s->c[0]);
}

// Go: waitgroup_test.go TestWaitGroup
// Go: waitgroup_test.go TestWaitGroupRace
// The last one closes; whoever waits goes on, and finds all done.
static void groups_are_waited_for(void *arg)
{
    (void)arg;
    for (int n = 1; n <= 16; n *= 2) {
        struct shared s = {.c[0] = CSP_MAKE(int_chan, 0)};
        s.entered = n;
        for (int i = 0; i < n; i++)
            go(finish_once, &s);
        CHECK(!csp_recv(s.c[0], NULL));
        CHECK(s.entered == 0);
        CHECK(!csp_recv(s.c[0], NULL));
        csp_free(s.c[0]);
    }
}

static void do_once(void *arg)
{
    struct shared *s = arg;
    // The token is there for one; the others wait until the gate is open.
    if (csp_try_recv(s->lock, NULL) == CSP_OK) {
        csp_yield();
        s->count++;
        csp_close(s->c[0]);
    }
    CHECK(!csp_recv(s->c[0], NULL));
    CHECK(s->count == 1);
    csp_send(s->done, 0);
}

// Go: once_test.go TestOnce
static void once_is_once(void *arg)
{
    (void)arg;
    struct shared s = {.lock = make_semaphore(1),
                       .done = CSP_MAKE(int_chan, 0),
                       .c[0] = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 10; i++)
        go(do_once, &s);
    await(s.done, 10);
    csp_free(s.lock);
    csp_free(s.done);
    csp_free(s.c[0]);
}

static void read_together(void *arg)
{
    struct shared *s = arg;
    acquire(s->lock);
    csp_send(s->c[0], 0);
    CHECK(!csp_recv(s->c[1], NULL));
    release(s->lock);
    csp_send(s->done, 0);
}

// Go: rwmutex_test.go TestParallelReaders
// Readers hold a token each, all at the same time; a writer wants all of them.
static void readers_are_parallel(void *arg)
{
    (void)arg;
    for (int n = 1; n <= 4; n++) {
        struct shared s = {.lock = make_semaphore(n),
                           .done = CSP_MAKE(int_chan, 0),
                           .c = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0)}};
        for (int i = 0; i < n; i++)
            go(read_together, &s);
        await(s.c[0], n);
        CHECK(csp_try_recv(s.lock, NULL) == CSP_WOULD_BLOCK);
        csp_close(s.c[1]);
        await(s.done, n);
        for (int i = 0; i < n; i++)
            acquire(s.lock);
        csp_free(s.lock);
        csp_free(s.done);
        csp_free(s.c[0]);
        csp_free(s.c[1]);
    }
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

// On real threads a busy machine may keep a task from its place in the line.
static void virtually(void **state)
{
    run_virtual((void (*)(void *))(uintptr_t)*state, NULL);
}

#define WITH(how, fn)                                                                    \
    {                                                                                    \
#fn, how, NULL, NULL, (void *)(uintptr_t)(fn)                                    \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(everywhere, mutex_excludes),
        WITH(everywhere, mutex_is_fair),
        WITH(everywhere, semaphore_admits_so_many),
        WITH(virtually, semaphore_hands_over),
        WITH(virtually, signals_wake_in_turn),
        WITH(everywhere, broadcasts_wake_all),
        WITH(everywhere, no_signal_is_lost),
        WITH(everywhere, groups_are_waited_for),
        WITH(everywhere, once_is_once),
        WITH(everywhere, readers_are_parallel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
