// test_csp_sched.c -- tasks and workers in numbers, and csp_run as a function.

#include "csp_testing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

static long thread_id(void)
{
    return syscall(SYS_gettid);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void add_one(void *arg)
{
    (*(atomic_int *)arg)++;
}

static void spawn_many(void *arg)
{
    int n = *(int *)arg;
    atomic_int count = 0;
    for (int i = 0; i < n; i++)
        go(add_one, &count);
    while (count < n)
        csp_yield();
}

static void spawn_100k(void **state)
{
    (void)state;
    int n = scaled(100000);
    for (int procs = 1; procs <= 4; procs *= 2)
        assert_int_equal(run_with((struct csp_opts){.procs = procs}, spawn_many, &n), 0);
}

static void park_on(void *arg)
{
    csp_recv(*(int_chan *)arg, NULL);
}

// As many tasks alive at once as nobody could map stacks for one by one.
static void park_million(void *arg)
{
    int n = *(int *)arg;
    int_chan c = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < n; i++)
        go(park_on, &c);
    for (int i = 0; i < n; i++)
        csp_send(c, i);
    csp_free(c);
}

static void million_tasks(void **state)
{
    (void)state;
    int n = TEST_SANITIZED ? 2000 : TEST_EMULATED ? 100000 : 1000000;
    struct csp_stats stats;
    assert_int_equal(csp_run(park_million, &n, NULL, &stats), CSP_OK);
    assert_int_equal(stats.spawned, n + 1);
}

static void runs_in_sequence(void **state)
{
    (void)state;
    static const int procs[] = {1, 2, 4, 64, 3};
    for (int i = 0; i < scaled(2000); i++) {
        int n = 3;
        struct csp_opts opts = {.procs = procs[i % 5]};
        assert_int_equal(csp_run(i % 2 ? nothing : spawn_many, &n, &opts, NULL), CSP_OK);
    }
}

static void *run_in_thread(void *arg)
{
    int n = 100;
    for (int i = 0; i < scaled(200); i++) {
        if (csp_run(spawn_many, &n, arg, NULL) != CSP_OK)
            return arg;
    }
    return NULL;
}

// Several runs at once, each from a thread of its own, strangers to each other.
static void runs_side_by_side(void **state)
{
    (void)state;
    struct csp_opts opts = {.procs = 2};
    pthread_t threads[3];
    void *failed;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_in_thread, &opts), 0);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

struct turn {
    int_chan in, out;
    int rounds;
};

static void return_ball(void *arg)
{
    struct turn *t = arg;
    int v;
    while (csp_recv(t->in, &v))
        csp_send(t->out, v + 1);
    csp_close(t->out);
}

static void ping_pong(void *arg)
{
    int rounds = *(int *)arg, v = 0;
    struct turn t = {.in = CSP_MAKE(int_chan, 0), .out = CSP_MAKE(int_chan, 0)};
    go(return_ball, &t);
    for (int i = 0; i < rounds; i++) {
        csp_send(t.in, i);
        CHECK(csp_recv(t.out, &v) && v == i + 1);
    }
    csp_close(t.in);
    CHECK(!csp_recv(t.out, &v));
    csp_free(t.in);
    csp_free(t.out);
}

// Go: proc_test.go TestBigGOMAXPROCS
static void many_procs(void **state)
{
    (void)state;
    int n = scaled(2000);
    assert_int_equal(run_with((struct csp_opts){.procs = 64}, spawn_many, &n), CSP_OK);
    assert_int_equal(run_with((struct csp_opts){.procs = 64}, ping_pong, &n), CSP_OK);
    assert_int_equal(
        run_with((struct csp_opts){.procs = 64, .migrate = true}, ping_pong, &n), CSP_OK);
}

struct lookup {
    int_chan ball, done;
    int rounds;
    atomic_int moved;
};

// A task that has moved to another OS thread must still find itself: every call below
// looks the current task up before and after a receive that moves it, in one function.
static void find_myself(void *arg)
{
    struct lookup *l = arg;
    for (int i = 0; i < l->rounds; i++) {
        long before = thread_id();
        csp_recv(l->ball, NULL);
        if (thread_id() != before)
            l->moved++;
        csp_yield();
        csp_pin();
        before = thread_id();
        csp_sleep(1000);
        CHECK(thread_id() == before);
        csp_unpin();
    }
    csp_send(l->done, 0);
}

// Go: proc_test.go TestGetgThreadSwitch
static void current_task_moves(void *arg)
{
    (void)arg;
    struct lookup l = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), scaled(1000), 0};
    go(find_myself, &l);
    go(find_myself, &l);
    for (int i = 0; i < 2 * l.rounds; i++)
        csp_send(l.ball, i);
    await(l.done, 2);
    CHECK(l.moved > 0);
    csp_free(l.ball);
    csp_free(l.done);
}

static void current_task_after_migration(void **state)
{
    (void)state;
    struct csp_opts opts = {.procs = 4, .migrate = true};
    assert_int_equal(run_with(opts, current_task_moves, NULL), CSP_OK);
}

struct respawn {
    atomic_int left;
    int_chan done;
};

static void respawning(void *arg)
{
    struct respawn *r = arg;
    int left = --r->left;
    if (left > 0)
        go(respawning, r);
    else
        csp_send(r->done, 0);
}

// Go: proc_test.go BenchmarkCreateGoroutines
// A chain of tasks, each starting the next and ending.
static void spawn_chain(void *arg)
{
    (void)arg;
    struct respawn r = {scaled(20000), CSP_MAKE(int_chan, 0)};
    go(respawning, &r);
    await(r.done, 1);
    csp_free(r.done);
}

static void spawn_chains(void **state)
{
    (void)state;
    run_everywhere(spawn_chain, NULL);
}

static void parked_for_ever(void *arg)
{
    (void)arg;
    struct csp_case cases[2] = {{CSP_RECV, arg, NULL, false},
                                {CSP_SEND, NULL, NULL, false}};
    csp_select(cases, 2, (int64_t)MS * 1000000);
}

static void leave_behind(void *arg)
{
    struct csp_chan **chans = arg;
    for (int i = 0; i < 10; i++)
        go(parked_for_ever, chans[i % 2]);
    csp_yield();
    csp_yield();
}

// Tasks that are left when the first one returns are counted, and channels outlive them.
static void leaks_are_counted(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs *= 2) {
        struct csp_chan *chans[2] = {csp_chan_make(0, 0), csp_chan_make(8, 0)};
        struct csp_opts opts = {.procs = procs};
        struct csp_stats stats;
        assert_int_equal(csp_run(leave_behind, chans, &opts, &stats), CSP_OK);
        assert_int_equal(stats.spawned, 11);
        assert_int_equal(stats.leaked, 10);
        csp_chan_free(chans[0]);
        csp_chan_free(chans[1]);
    }
}

static void exit_deep(void *arg)
{
    csp_send(*(int_chan *)arg, 1);
    csp_exit();
}

static void exits(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 100; i++)
        go(exit_deep, &c);
    await(c, 100);
    csp_free(c);
}

static void exit_ends_the_task(void **state)
{
    (void)state;
    run_everywhere(exits, NULL);
}

enum { CROWD = 3000 };  // many times a worker's ring

struct crowd {
    int_chan done;
    atomic_int seen[CROWD], left;
};

struct member {
    struct crowd *crowd;
    int index;
};

static void be_seen(void *arg)
{
    struct member *m = arg;
    m->crowd->seen[m->index]++;
    if (--m->crowd->left == 0)
        csp_send(m->crowd->done, 0);
}

static void gather(struct crowd *c)
{
    c->left = CROWD;
    for (int i = 0; i < CROWD; i++) {
        struct member m = {c, i};
        c->seen[i] = 0;
        CHECK(csp_go_copy(be_seen, &m, sizeof m) == CSP_OK);
    }
}

// Go: proc_test.go TestSchedLocalQueue
// Go: proc_test.go TestSchedLocalQueueEmpty
// More tasks than a ring holds: each runs, and once.
static void everyone_runs_once(void *arg)
{
    struct crowd *c = arg;
    c->done = CSP_MAKE(int_chan, 1);
    for (int round = 0; round < 3; round++) {
        gather(c);
        await(c->done, 1);
        for (int i = 0; i < CROWD; i++)
            CHECK(c->seen[i] == 1);
    }
    csp_free(c->done);
}

static void rings_overflow(void **state)
{
    (void)state;
    static struct crowd c;
    run_real(everyone_runs_once, &c);
    struct csp_opts opts = {.procs = 2, .virtual_time = true};
    for (; opts.policy <= CSP_PCT; opts.policy++)
        assert_int_equal(run_with(opts, everyone_runs_once, &c), CSP_OK);
}

// Go: proc_test.go TestSchedLocalQueueSteal
// Go: proc_test.go TestStealOrder
// One worker makes the tasks and computes on; all of them are taken from it.
static void be_robbed(void *arg)
{
    struct crowd *c = arg;
    c->done = CSP_MAKE(int_chan, 1);
    gather(c);
    while (c->left > 0)
        continue;
    for (int i = 0; i < CROWD; i++)
        CHECK(c->seen[i] == 1);
    await(c->done, 1);
    csp_free(c->done);
}

static void thieves_take_all(void **state)
{
    (void)state;
    static struct crowd c;
    for (int procs = 2; procs <= 8; procs *= 2) {
        struct csp_opts opts = {.procs = procs};
        struct csp_stats stats;
        // On a busy machine the thieves may get no time.
        uint64_t steals = 0;
        for (int tries = 0; steals == 0 && tries < 100; tries++) {
            assert_int_equal(csp_run(be_robbed, &c, &opts, &stats), CSP_OK);
            assert_int_equal(stats.spawned, CROWD + 1);
            assert_int_equal(stats.leaked, 0);
            steals = stats.steals;
        }
        assert_true(steals > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spawn_100k),
        cmocka_unit_test(million_tasks),
        cmocka_unit_test(runs_in_sequence),
        cmocka_unit_test(runs_side_by_side),
        cmocka_unit_test(many_procs),
        cmocka_unit_test(current_task_after_migration),
        cmocka_unit_test(spawn_chains),
        cmocka_unit_test(rings_overflow),
        cmocka_unit_test(thieves_take_all),
        cmocka_unit_test(leaks_are_counted),
        cmocka_unit_test(exit_ends_the_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
