// test_csp_sched.c -- tasks and workers: Go's proc_test.go, and csp_run as a function.
// Over 400 lines, since these facts share their players, and each needs its own.

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

// TestGetgThreadSwitch.
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

struct parallel {
    atomic_int turn;
    int n, rounds;
};

struct spinner {
    struct parallel *p;
    int index;
};

static void spin_in_turn(void *arg)
{
    struct spinner *s = arg;
    for (int i = 0; i < s->p->rounds; i++) {
        int mine = i * s->p->n + s->index;
        while (s->p->turn != mine)
            continue;
        s->p->turn = mine + 1;
    }
}

// TestGoroutineParallelism: tasks that only spin get on if each has a worker.
static void parallelism(void *arg)
{
    int n = *(int *)arg;
    struct parallel p = {.n = n, .rounds = 3};
    for (int i = 1; i < n; i++) {
        struct spinner s = {&p, i};
        CHECK(csp_go_copy(spin_in_turn, &s, sizeof s) == CSP_OK);
    }
    spin_in_turn(&(struct spinner){&p, 0});
    while (p.turn < n * p.rounds)
        csp_yield();
}

static void tasks_run_in_parallel(void **state)
{
    (void)state;
    for (int n = 1; n <= 4; n++)
        assert_int_equal(run_with((struct csp_opts){.procs = n}, parallelism, &n),
                         CSP_OK);
}

struct hand_over {
    int_chan c;
    atomic_bool taken;
};

static void take_it(void *arg)
{
    struct hand_over *h = arg;
    csp_recv(h->c, NULL);
    h->taken = true;
}

// A task that hands over and computes on without another csp call must not keep its
// partner waiting while a worker is idle.
static void hand_over_and_compute(void *arg)
{
    (void)arg;
    struct hand_over h = {.c = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 20; i++) {
        h.taken = false;
        go(take_it, &h);
        csp_sleep(MS);
        csp_send(h.c, i);
        while (!h.taken)
            continue;
    }
    csp_free(h.c);
}

static void partner_is_stolen(void **state)
{
    (void)state;
    assert_int_equal(run_with((struct csp_opts){.procs = 2}, hand_over_and_compute, NULL),
                     CSP_OK);
}

static void serve_for_ever(void *arg)
{
    int_chan *c = arg;
    for (;;) {
        csp_send(*c, 0);
        csp_recv(*c, NULL);
    }
}

static void return_for_ever(void *arg)
{
    int_chan *c = arg;
    for (;;) {
        csp_recv(*c, NULL);
        csp_send(*c, 0);
    }
}

static void count_yields(void *arg)
{
    atomic_int *n = arg;
    for (;;) {
        (*n)++;
        csp_yield();
    }
}

static int_chan fairness_chans[2];
static atomic_int fairness_yields;

// TestTimerFairness, PingPongHog: a pair that plays for ever, and a loop of yields,
// starve neither a timer nor each other.
static void endless_play(void *arg)
{
    (void)arg;
    fairness_yields = 0;
    for (int i = 0; i < 2; i++) {
        go(serve_for_ever, &fairness_chans[i]);
        go(return_for_ever, &fairness_chans[i]);
    }
    go(count_yields, &fairness_yields);
    for (int i = 0; i < 5; i++)
        csp_sleep(2 * MS);
    while (fairness_yields < 10)
        csp_sleep(MS);
}

static void nobody_starves(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 2; procs++) {
        for (int i = 0; i < 2; i++)
            fairness_chans[i] = CSP_MAKE(int_chan, 0);
        struct csp_opts opts = {.procs = procs};
        struct csp_stats stats;
        assert_int_equal(csp_run(endless_play, NULL, &opts, &stats), CSP_OK);
        assert_int_equal(stats.leaked, 5);
        for (int i = 0; i < 2; i++)
            csp_free(fairness_chans[i]);
    }
}

// A pair that hands over to each other without end leaves the ring its turns, too, where
// no timer helps.
static void yield_among_players(void *arg)
{
    (void)arg;
    go(serve_for_ever, &fairness_chans[0]);
    go(return_for_ever, &fairness_chans[0]);
    for (int i = 0; i < 100; i++)
        csp_yield();
}

static void hand_overs_are_capped(void **state)
{
    (void)state;
    fairness_chans[0] = CSP_MAKE(int_chan, 0);
    struct csp_opts opts = {.procs = 1};
    assert_int_equal(csp_run(yield_among_players, NULL, &opts, NULL), CSP_OK);
    csp_free(fairness_chans[0]);
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

// CreateGoroutines: a chain of tasks, each starting the next and ending.
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

// TestYieldLocked, TestBlockLocked: a pinned task keeps its OS thread through everything.
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spawn_100k),
        cmocka_unit_test(million_tasks),
        cmocka_unit_test(runs_in_sequence),
        cmocka_unit_test(runs_side_by_side),
        cmocka_unit_test(many_procs),
        cmocka_unit_test(current_task_after_migration),
        cmocka_unit_test(tasks_run_in_parallel),
        cmocka_unit_test(partner_is_stolen),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(hand_overs_are_capped),
        cmocka_unit_test(spawn_chains),
        cmocka_unit_test(pinned_stay),
        cmocka_unit_test(pinned_take_turns),
        cmocka_unit_test(leaks_are_counted),
        cmocka_unit_test(exit_ends_the_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
