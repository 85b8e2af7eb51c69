// test_csp_fairness.c -- who plays, yields or computes for ever starves nobody.

#include "csp_testing.h"

#include <stdatomic.h>

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

// Go: proc_test.go TestTimerFairness
// A pair that plays for ever, and a loop of yields,
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

static int progress_seen;

static void count_progress(void *arg)
{
    for (int i = 0; i < 10; i++)
        csp_yield();
    progress_seen = 1;
    csp_close(*(int_chan *)arg);
}

// Go: proc_test.go TestYieldProgress
static void yield_until_progress(void *arg)
{
    int_chan c = CSP_MAKE(int_chan, 0);
    if (*(bool *)arg)
        csp_pin();
    go(count_progress, &c);
    while (csp_try_recv(c, NULL) == CSP_WOULD_BLOCK)
        csp_yield();
    CHECK(progress_seen == 1);
    csp_free(c);
}

// Go: proc_test.go TestYieldLockedProgress
static void yields_make_progress(void **state)
{
    (void)state;
    for (int pinned = 0; pinned <= 1; pinned++)
        run_everywhere(yield_until_progress, &(bool){pinned});
}

struct hogs {
    int_chan heavy, light;
    atomic_long plays[2];
};

static void hog(void *arg)
{
    struct hogs *h = arg;
    while (csp_recv(h->heavy, NULL)) {
        h->plays[0]++;
        csp_send(h->heavy, 0);
    }
}

static void play_lightly(void *arg)
{
    struct hogs *h = arg;
    while (csp_recv(h->light, NULL)) {
        h->plays[1]++;
        csp_send(h->light, 0);
    }
}

// Go: proc_test.go BenchmarkPingPongHog
// A pair that never rests and a pair that is met by the first task share one worker: in
// switches, neither has more than twenty times the other's.
static void two_pairs(void *arg)
{
    struct hogs *h = arg;
    int rounds = scaled(2000);
    go(hog, h);
    go(hog, h);
    csp_send(h->heavy, 0);
    go(play_lightly, h);
    for (int i = 0; i < rounds; i++) {
        csp_send(h->light, 0);
        CHECK(csp_recv(h->light, NULL));
    }
    long heavy = h->plays[0];
    CHECK(h->plays[1] == rounds);
    CHECK(heavy < 20L * rounds + 100 && heavy > rounds / 20);
}

static void hogs_share(void **state)
{
    (void)state;
    static struct hogs h;
    h.heavy = CSP_MAKE(int_chan, 0);
    h.light = CSP_MAKE(int_chan, 0);
    assert_int_equal(run_with((struct csp_opts){.procs = 1}, two_pairs, &h), CSP_OK);
    csp_free(h.heavy);
    csp_free(h.light);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partner_is_stolen),
        cmocka_unit_test(nobody_starves),
        cmocka_unit_test(hand_overs_are_capped),
        cmocka_unit_test(yields_make_progress),
        cmocka_unit_test(hogs_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
