// test_csp_virtual.c -- virtual time: the clock, processors, and schedules that can be
// repeated.

#include "csp_testing.h"

enum { TAU = 1000000 };

static void sleeps_are_exact(void *arg)
{
    (void)arg;
    CHECK(csp_now() == 0);
    csp_sleep(UINT64_C(3600) * 1000000000);
    CHECK(csp_now() == UINT64_C(3600) * 1000000000);
    csp_work(7);
    csp_yield();
    CHECK(csp_now() == UINT64_C(3600) * 1000000000 + 7);
}

static void clock_is_simulated(void **state)
{
    (void)state;
    run_virtual(sleeps_are_exact, NULL);
}

struct crew {
    int_chan done;
    int workers;
};

static void work_once(void *arg)
{
    struct crew *c = arg;
    csp_work(TAU);
    csp_send(c->done, 0);
}

static void crew(void *arg)
{
    struct crew *c = arg;
    c->done = CSP_MAKE(int_chan, (size_t)c->workers);
    for (int i = 0; i < c->workers; i++)
        go(work_once, c);
    await(c->done, c->workers);
    csp_free(c->done);
}

// n pieces of work on p processors take ceil(n / p) times as long as one, sleepers none.
static void processors_are_counted(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 8; procs++) {
        for (int workers = 1; workers <= 12; workers++) {
            struct crew c = {.workers = workers};
            struct csp_stats stats;
            struct csp_opts opts = {.procs = procs, .virtual_time = true, .seed = 1};
            for (opts.policy = CSP_FIFO; opts.policy <= CSP_PCT; opts.policy++) {
                assert_int_equal(csp_run(crew, &c, &opts, &stats), CSP_OK);
                assert_int_equal(stats.elapsed_ns,
                                 (uint64_t)((workers + procs - 1) / procs) * TAU);
            }
        }
    }
}

enum { STAGES = 4, LOADS = 200 };

struct line {
    int_chan place[STAGES];  // place[0] has the carts that wait to be loaded
    int carts;
    uint64_t last_unload_ns;
};

static struct line line;

static void stage(void *arg)
{
    int i = *(int *)arg, cart;
    for (int n = 0; n < LOADS; n++) {
        csp_recv(line.place[i], &cart);
        csp_work(TAU);
        // The last unload is what is timed.
        if (i == 2)
            line.last_unload_ns = csp_now();
        csp_send(line.place[(i + 1) % STAGES], cart);
    }
    if (i == STAGES - 1)
        csp_send(line.place[0], -1);
}

static void gophers(void *arg)
{
    (void)arg;
    int cart;
    for (int i = 0; i < STAGES; i++)
        line.place[i] = CSP_MAKE(int_chan, 8);
    for (int i = 0; i < line.carts; i++)
        csp_send(line.place[0], i);
    for (int i = 0; i < STAGES; i++)
        CHECK(csp_go_copy(stage, &i, sizeof i) == CSP_OK);
    csp_sleep((uint64_t)LOADS * STAGES * 2 * TAU);
    do {
        csp_recv(line.place[0], &cart);
    } while (cart >= 0);
    for (int i = 0; i < STAGES; i++)
        csp_free(line.place[i]);
}

static uint64_t time_line(int procs, int carts, enum csp_policy policy, uint64_t seed)
{
    struct csp_opts opts = {
        .procs = procs, .virtual_time = true, .policy = policy, .seed = seed};
    line.carts = carts;
    assert_int_equal(csp_run(gophers, NULL, &opts, NULL), CSP_OK);
    return line.last_unload_ns / TAU;
}

// The talk's claim, exactly: four gophers are four times as fast on four processors and
// four carts, and no slower than one on one; with fewer carts or processors they are
// slower.
static void gophers_speed_up(void **state)
{
    (void)state;
    uint64_t four = time_line(4, 4, CSP_FIFO, 1);
    assert_int_equal(four, LOADS + 2);
    assert_int_equal(time_line(8, 4, CSP_FIFO, 1), four);
    assert_int_equal(time_line(4, 1, CSP_FIFO, 1), 4 * LOADS - 1);
    uint64_t one = time_line(1, 4, CSP_FIFO, 1);
    assert_true(one >= 4 * LOADS - 7 && one <= 4 * LOADS);
    uint64_t two = time_line(2, 4, CSP_FIFO, 1);
    assert_true(two >= 2 * LOADS - 5 && two <= 2 * LOADS + 5);
    for (uint64_t seed = 1; seed <= 20; seed++)
        assert_int_equal(time_line(4, 4, CSP_RANDOM, seed), LOADS + 2);
}

struct race {
    int_chan c;
    int order[16];
};

static void arrive(void *arg)
{
    csp_sleep(TAU);
    csp_send(((struct race *)arg)->c, 0);
}

static char arrivals[17];

static void arrive_named(void *arg)
{
    char *name = arg;
    csp_sleep(TAU);
    strncat(arrivals, name, 1);
}

static void race(void *arg)
{
    (void)arg;
    struct race r = {.c = CSP_MAKE(int_chan, 0)};
    arrivals[0] = '\0';
    for (const char *name = "abcdefgh"; *name; name++)
        CHECK(csp_go_copy(arrive_named, name, 2) == CSP_OK);
    for (int i = 0; i < 4; i++)
        go(arrive, &r);
    await(r.c, 4);
    csp_sleep(TAU);
    csp_free(r.c);
}

static uint64_t hash_of(enum csp_policy policy, uint64_t seed)
{
    struct csp_opts opts = {
        .procs = 2, .virtual_time = true, .policy = policy, .seed = seed};
    struct csp_stats stats;
    assert_int_equal(csp_run(race, NULL, &opts, &stats), CSP_OK);
    return stats.trace_hash;
}

// Equal seeds, equal schedules; other seeds, others, except under CSP_FIFO, which has no
// choice.
static void schedules_repeat(void **state)
{
    (void)state;
    for (enum csp_policy policy = CSP_FIFO; policy <= CSP_PCT; policy++) {
        int different = 0;
        for (uint64_t seed = 1; seed <= 50; seed++) {
            uint64_t hash = hash_of(policy, seed);
            assert_true(hash != 0 && hash == hash_of(policy, seed));
            different += hash != hash_of(policy, seed + 1000);
        }
        assert_true(policy == CSP_FIFO ? different == 0 : different > 40);
    }
}

// SleepNondeterminism: things of one instant happen in the order of the seed, or of their
// coming.
static void same_instant_varies(void **state)
{
    (void)state;
    hash_of(CSP_FIFO, 1);
    assert_string_equal(arrivals, "abcdefgh");
    for (enum csp_policy policy = CSP_RANDOM; policy <= CSP_PCT; policy++) {
        char first[sizeof arrivals];
        int different = 0;
        hash_of(policy, 1);
        strcpy(first, arrivals);
        for (uint64_t seed = 2; seed < 12; seed++) {
            hash_of(policy, seed);
            different += strcmp(first, arrivals) != 0;
            assert_int_equal(strlen(arrivals), 8);
        }
        assert_true(different > 5);
    }
}

static void yield_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        csp_yield();
}

static void count_to_ten(void *arg)
{
    (void)arg;
    go(yield_for_ever, NULL);
    for (int i = 0; i < 10; i++)
        csp_yield();
}

// A loop of yields lets others go on under every policy.
static void yields_are_fair(void **state)
{
    (void)state;
    run_virtual(count_to_ten, NULL);
}

struct crowd {
    int_chan wait, done;
    bool pinned;
};

static void wait_in_crowd(void *arg)
{
    struct crowd *c = arg;
    if (c->pinned)
        csp_pin();
    CHECK(!csp_recv(c->wait, NULL));
    csp_send(c->done, 0);
}

static int close_from_outside(void *arg)
{
    csp_chan_close(((struct crowd *)arg)->wait.ch);
    return 0;
}

static void wake_crowd(void *arg)
{
    struct crowd c = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), *(bool *)arg};
    for (int i = 0; i < 5; i++)
        go(wait_in_crowd, &c);
    csp_sleep(TAU);
    csp_blocking(close_from_outside, &c);
    await(c.done, 5);
    csp_free(c.wait);
    csp_free(c.done);
}

// A blocking call readies tasks from outside of all of them: none may be lost, pinned
// ones neither.
static void blocking_calls_wake_many(void **state)
{
    (void)state;
    for (int pinned = 0; pinned <= 1; pinned++)
        run_everywhere(wake_crowd, &(bool){pinned});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_is_simulated),
        cmocka_unit_test(processors_are_counted),
        cmocka_unit_test(gophers_speed_up),
        cmocka_unit_test(schedules_repeat),
        cmocka_unit_test(same_instant_varies),
        cmocka_unit_test(yields_are_fair),
        cmocka_unit_test(blocking_calls_wake_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
