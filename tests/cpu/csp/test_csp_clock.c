// test_csp_clock.c -- the simulated clock to the nanosecond: Go's synctest, and those of
// its time tests that measure. Over 400 lines, since each fact takes few.

#include "csp_catching.h"

#include <stdatomic.h>

typedef CSP_CHAN(uint64_t) time_chan;

static void nothing(void *arg)
{
    (void)arg;
}

// Go: synctest_test.go TestRunEmpty
static void empty_runs_take_no_time(void **state)
{
    (void)state;
    struct csp_opts opts = {.virtual_time = true};
    for (; opts.policy <= CSP_PCT; opts.policy++) {
        struct csp_stats stats;
        assert_int_equal(csp_run(nothing, NULL, &opts, &stats), CSP_OK);
        assert_int_equal(stats.elapsed_ns, 0);
        assert_int_equal(stats.spawned, 1);
    }
}

// Go: synctest_test.go TestNow
// Go: synctest_test.go TestMonotonicClock
static void only_waiting_moves_it(void *arg)
{
    (void)arg;
    uint64_t now = 0;
    volatile uint64_t sum = 0;
    for (uint64_t i = 0; i < 100; i++) {
        CHECK(csp_now() == now);
        for (uint64_t k = 0; k < 100; k++)
            sum += k;
        csp_yield();
        CHECK(csp_now() == now && sum == (i + 1) * 4950);
        csp_sleep(i * i);
        now += i * i;
    }
}

struct depth {
    int left;
    atomic_int *born;
};

static void spawn_deeper(void *arg)
{
    struct depth d = *(struct depth *)arg;
    ++*d.born;
    csp_yield();
    if (--d.left > 0)
        CHECK(csp_go_copy(spawn_deeper, &d, sizeof d) == CSP_OK);
}

// Go: synctest_test.go TestWait
// Go: synctest_test.go TestSimpleWait
// Go: synctest_test.go TestGoroutineWait
// The clock stands while anybody can go on; so the shortest sleep waits for all of them.
static void clock_waits_for_all(void *arg)
{
    (void)arg;
    atomic_int born = 0;
    struct depth d = {100, &born};
    csp_sleep(1);
    CHECK(csp_go_copy(spawn_deeper, &d, sizeof d) == CSP_OK);
    csp_sleep(1);
    CHECK(born == 100);
    CHECK(csp_now() == 2);
}

// Go: synctest_test.go TestTimerReadBeforeDeadline
// Go: synctest_test.go TestTimerReadAfterDeadline
// Go: synctest_test.go TestTimeAfter
// What is delivered is the time of the deadline, whenever it is taken.
static void deadlines_are_exact(void *arg)
{
    (void)arg;
    uint64_t at;
    for (uint64_t i = 1; i <= 5; i++) {
        uint64_t start = csp_now();
        time_chan t = {csp_after(5 * MS)};
        csp_sleep(2 * i * MS);
        CHECK(csp_recv(t, &at));
        CHECK(at == start + 5 * MS);
        CHECK(csp_now() == start + (2 * i > 5 ? 2 * i : 5) * MS);
        csp_free(t);
    }
}

// Go: sleep_test.go TestReset
// Go: sleep_test.go TestAfterStop
// Go: synctest_test.go TestTimerReset
static void cancelled_is_gone(void *arg)
{
    (void)arg;
    uint64_t at;
    time_chan t = {csp_after(5 * MS)};
    csp_sleep(3 * MS);
    csp_free(t);
    t.ch = csp_after(4 * MS);
    csp_sleep(3 * MS);
    CHECK(csp_try_recv(t, &at) == CSP_WOULD_BLOCK);
    CHECK(csp_recv(t, &at) && at == 7 * MS && csp_now() == 7 * MS);
    csp_free(t);
    csp_sleep(MS);
}

// Go: synctest_test.go TestTimerRunsImmediately
// Go: sleep_test.go TestZeroTimer
static void zero_is_now(void *arg)
{
    (void)arg;
    uint64_t at = 1;
    for (int i = 0; i < 100; i++) {
        time_chan t = {csp_after(0)};
        CHECK(csp_recv(t, &at) && at == 0 && csp_now() == 0);
        csp_free(t);
    }
}

static void sleep_zero_often(void *arg)
{
    for (int i = 0; i < 100; i++) {
        csp_free((time_chan){csp_after(0)});
        csp_sleep(0);
    }
    csp_send(*(int_chan *)arg, 0);
}

// Go: sleep_test.go TestSleepZeroDeadlock
// Go: sleep_test.go TestTimerStopStress
static void zeros_and_cancels(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 10; i++)
        go(sleep_zero_often, &done);
    for (int i = 0; i < 10; i++) {
        struct csp_chan *late[20];
        for (int k = 0; k < 20; k++)
            late[k] = csp_after((uint64_t)(20 - k) * MS / 20);
        for (int k = 0; k < 20; k += 2)
            csp_chan_free(late[k]);
        for (int k = 19; k > 0; k -= 2) {
            csp_chan_recv(late[k], NULL);
            csp_chan_free(late[k]);
        }
    }
    await(done, 10);
    csp_free(done);
}

// Go: sleep_test.go TestTimerModifiedEarlier
// Go: sleep_test.go TestAdjustTimers
// An early deadline among late ones is not late, in whatever order they come and go.
static void early_among_late(void *arg)
{
    (void)arg;
    uint64_t at, start = csp_now();
    time_chan late = {csp_after(1000000 * MS)}, early = {csp_after(MS)};
    struct csp_case both[] = {CSP_CASE_RECV(late, &at), CSP_CASE_RECV(early, &at)};
    CHECK(csp_select(both, 2, 5000 * (int64_t)MS) == 1 && at == start + MS);
    csp_free(early);
    time_chan t[50];
    start = csp_now();
    for (uint64_t i = 0; i < 50; i++)
        t[i].ch = csp_after((i * 37 % 50 + 1) * MS);
    for (uint64_t i = 0; i < 50; i += 3)
        csp_free(t[i]);
    for (uint64_t i = 0; i < 50; i++) {
        if (i % 3 == 0)
            t[i].ch = csp_after((i * 11 % 50 + 1) * MS);
    }
    for (uint64_t i = 0; i < 50; i++) {
        uint64_t expected = i % 3 == 0 ? i * 11 % 50 + 1 : i * 37 % 50 + 1;
        CHECK(csp_recv(t[i], &at) && at == start + expected * MS);
        csp_free(t[i]);
    }
    CHECK(csp_now() == start + 50 * MS);
    csp_free(late);
}

// Go: tick_test.go TestTicker
// Go: sleep_test.go TestAfterTick
// Go: tick_test.go TestTick
static void ticks_are_exact(void *arg)
{
    (void)arg;
    uint64_t at, start = csp_now();
    time_chan t = {csp_tick(10 * MS)};
    for (uint64_t i = 1; i <= 10; i++)
        CHECK(csp_recv(t, &at) && at == start + i * 10 * MS && at == csp_now());
    // The first that nobody took waits, those after it are dropped.
    csp_sleep(35 * MS);
    CHECK(csp_recv(t, &at) && at == start + 110 * MS);
    CHECK(csp_recv(t, &at) && at == start + 140 * MS && at == csp_now());
    csp_free(t);
}

// Go: tick_test.go TestTeardown
static void ticks_come_and_go(void *arg)
{
    (void)arg;
    for (uint64_t i = 0; i < 50; i++) {
        time_chan t = {csp_tick(i % 3 * MS / 10 + 1)};
        if (i % 2)
            CHECK(csp_recv(t, NULL));
        csp_free(t);
    }
}

static char panicked_with[80];

static void on_panic(const char *msg)
{
    snprintf(panicked_with, sizeof panicked_with, "%s", msg);
}

static void tick_zero(void *arg)
{
    (void)arg;
    csp_tick(0);
}

// Go: tick_test.go TestNewTickerLtZeroDuration
static void ticks_of_nothing_panic(void **state)
{
    (void)state;
    for (int simulated = 0; simulated <= 1; simulated++) {
        struct csp_opts opts = {
            .procs = 1, .virtual_time = simulated, .on_panic = on_panic};
        panicked_with[0] = '\0';
        assert_int_equal(csp_run(tick_zero, NULL, &opts, NULL), CSP_PANIC);
        assert_non_null(strstr(panicked_with, "csp_tick"));
    }
}

static time_chan outside;

static void start_clock(void *arg)
{
    (void)arg;
    outside.ch = csp_after(MS);
}

// Go: synctest_test.go TestTimerAfterBubbleExit
static void clocks_end_with_their_run(void **state)
{
    (void)state;
    for (int simulated = 0; simulated <= 1; simulated++) {
        uint64_t at;
        struct csp_opts opts = {.procs = 1, .virtual_time = simulated};
        assert_int_equal(csp_run(start_clock, NULL, &opts, NULL), CSP_OK);
        usleep(3000);
        assert_int_equal(csp_run(nothing, NULL, &opts, NULL), CSP_OK);
        assert_int_equal(csp_try_recv(outside, &at), CSP_WOULD_BLOCK);
        csp_free(outside);
    }
}

static void take_from_outside(void *arg)
{
    int v;
    CHECK(csp_recv(*(int_chan *)arg, &v) && v == 1);
    CHECK(!csp_recv(*(int_chan *)arg, &v));
}

// Go: synctest_test.go TestChannelFromOutsideBubble
// A channel belongs to no run: made and filled before one, it serves in the next.
static void channels_from_outside(void **state)
{
    (void)state;
    for (int simulated = 0; simulated <= 1; simulated++) {
        int_chan c = CSP_MAKE(int_chan, 2);
        struct csp_opts opts = {.procs = 2, .virtual_time = simulated};
        assert_int_equal(csp_try_send(c, 1), CSP_OK);
        csp_close(c);
        assert_int_equal(csp_run(take_from_outside, &c, &opts, NULL), CSP_OK);
        csp_free(c);
    }
}

static bool ticked;

static void await_tick(void *arg)
{
    (void)arg;
    outside.ch = csp_tick(MS);
    csp_recv(outside, NULL);
    ticked = true;
}

static void leave_ticker(void *arg)
{
    go(await_tick, arg);
    csp_yield();
}

static void leave(void *arg)
{
    (void)arg;
    csp_exit();
}

static void block_child(void *arg)
{
    go(leave, NULL);
    csp_chan_recv(arg, NULL);
}

static void block_late(void *arg)
{
    csp_sleep(UINT64_C(3600) * 1000 * MS);
    csp_chan_recv(arg, NULL);
}

// Go: synctest_test.go TestDeadlockRoot
// Go: synctest_test.go TestDeadlockChild
// Go: synctest_test.go TestDeadlockTicker
// After the end of the first task the clock stands still for those who are left.
static void simulated_deadlocks(void **state)
{
    (void)state;
    struct csp_opts opts = {.procs = 2, .virtual_time = true};
    for (; opts.policy <= CSP_PCT; opts.policy++) {
        struct csp_stats stats;
        assert_int_equal(run_caught(opts, block_child, NULL, &stats), CSP_DEADLOCK);
        assert_int_equal(stats.elapsed_ns, 0);
        assert_int_equal(run_caught(opts, block_late, NULL, &stats), CSP_DEADLOCK);
        assert_int_equal(stats.elapsed_ns, UINT64_C(3600) * 1000 * MS);
        assert_non_null(strstr(said, "[chan receive (nil chan), 0.000 s]"));
        outside.ch = NULL;
        assert_int_equal(csp_run(leave_ticker, NULL, &opts, &stats), CSP_OK);
        assert_int_equal(stats.spawned, 2);
        assert_int_equal(stats.leaked, 1);
        assert_false(ticked);
        csp_free(outside);
    }
}

static int first_of_two;

static void two_at_once(void *arg)
{
    (void)arg;
    struct csp_chan *a = csp_after(MS), *b = csp_after(MS);
    struct csp_case both[] = {{CSP_RECV, a, NULL, false}, {CSP_RECV, b, NULL, false}};
    first_of_two = csp_select(both, 2, CSP_FOREVER);
    CHECK(csp_now() == MS);
    CHECK(csp_chan_len(a) + csp_chan_len(b) == 1);
    csp_chan_free(a);
    csp_chan_free(b);
}

static int_chan arrivals;
static int order[8];

static void arrive(void *arg)
{
    int index = *(int *)arg;
    csp_sleep(MS);
    csp_send(arrivals, index);
}

static void eight_at_once(void *arg)
{
    (void)arg;
    arrivals = CSP_MAKE(int_chan, 8);
    for (int i = 0; i < 8; i++)
        CHECK(csp_go_copy(arrive, &i, sizeof i) == CSP_OK);
    for (int i = 0; i < 8; i++)
        csp_recv(arrivals, &order[i]);
    csp_free(arrivals);
}

// Go: synctest_test.go TestSleepNondeterminism
// Sleepers of one instant wake in every order of the first two, and in the same one for
// the same seed. Clocks of one instant fire in the order in which they were set: the
// first wakes the select.
static void same_instant(void **state)
{
    (void)state;
    int before[2] = {0};
    struct csp_opts opts = {.procs = 4, .virtual_time = true, .policy = CSP_RANDOM};
    for (opts.seed = 1; opts.seed <= 64; opts.seed++) {
        assert_int_equal(csp_run(eight_at_once, NULL, &opts, NULL), CSP_OK);
        int once[8], at[8];
        memcpy(once, order, sizeof once);
        assert_int_equal(csp_run(eight_at_once, NULL, &opts, NULL), CSP_OK);
        assert_memory_equal(once, order, sizeof once);
        for (int i = 0; i < 8; i++)
            at[once[i]] = i;
        before[at[0] < at[1]]++;
    }
    assert_true(before[0] > 16 && before[1] > 16);
    run_virtual(two_at_once, NULL);
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

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
        cmocka_unit_test(empty_runs_take_no_time),
        WITH(virtually, only_waiting_moves_it),
        WITH(virtually, clock_waits_for_all),
        WITH(virtually, deadlines_are_exact),
        WITH(virtually, cancelled_is_gone),
        WITH(virtually, zero_is_now),
        WITH(everywhere, zeros_and_cancels),
        WITH(virtually, early_among_late),
        WITH(virtually, ticks_are_exact),
        WITH(everywhere, ticks_come_and_go),
        cmocka_unit_test(ticks_of_nothing_panic),
        cmocka_unit_test(clocks_end_with_their_run),
        cmocka_unit_test(channels_from_outside),
        cmocka_unit_test(simulated_deadlocks),
        cmocka_unit_test(same_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
