// test_csp_virtual.c -- virtual time: the clock, processors, and schedules that can be
// repeated.
//
// Over 400 lines, since its tests share one set of schedules.

#include "csp_testing.h"

#include <inttypes.h>

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

// Go: synctest_test.go TestSleepNondeterminism
// Things of one instant happen in the order of the seed, or of their
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

// Two clocks of the same instant; true in *arg: the one that was set later came first.
static void two_clocks(void *arg)
{
    bool *later_first = arg;
    struct csp_chan *a = csp_after(TAU), *b = csp_after(TAU);
    struct csp_case cases[] = {{CSP_RECV, a, NULL, false}, {CSP_RECV, b, NULL, false}};
    *later_first = csp_select(cases, 2, CSP_FOREVER) == 1;
    csp_chan_recv(*later_first ? a : b, NULL);
    csp_chan_free(a);
    csp_chan_free(b);
}

// Go: synctest_test.go TestTimerNondeterminism
static void same_instant_clocks_vary(void **state)
{
    (void)state;
    for (enum csp_policy policy = CSP_FIFO; policy <= CSP_PCT; policy++) {
        int later_first = 0;
        for (uint64_t seed = 1; seed <= 50; seed++) {
            bool later;
            struct csp_opts opts = {
                .procs = 1, .virtual_time = true, .policy = policy, .seed = seed};
            assert_int_equal(csp_run(two_clocks, &later, &opts, NULL), CSP_OK);
            later_first += later;
        }
        if (policy == CSP_FIFO)
            assert_int_equal(later_first, 0);
        else
            assert_in_range(later_first, 10, 40);
    }
}

static void work_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        csp_work(TAU);
}

static void beside_workers(void *arg)
{
    uint64_t *end_ns = arg;
    for (int i = 0; i < 2; i++)
        CHECK(csp_go(work_for_ever, NULL) == CSP_OK);
    for (int i = 0; i < 10; i++)
        csp_work(TAU);
    csp_sleep(TAU);
    *end_ns = csp_now();
}

// One processor, and three who work without ever waiting: each gets its third, and one
// who wakes up gets in between.
static void work_gives_way(void **state)
{
    (void)state;
    uint64_t end_ns = 0;
    struct csp_opts opts = {.procs = 1, .virtual_time = true};
    assert_int_equal(csp_run(beside_workers, &end_ns, &opts, NULL), CSP_OK);
    assert_int_equal(end_ns, (uint64_t)30 * TAU);
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

enum { STEPS = 400 };

// Who did what when, as it happened.
static struct journal {
    int n;
    struct {
        uint64_t at_ns;
        int who, what;
    } step[STEPS];
} journal;

// Under virtual time one OS thread runs all tasks, which ThreadSanitizer cannot see.
__attribute__((no_sanitize("thread"))) static void note(int who, int what)
{
    if (journal.n < STEPS) {
        journal.step[journal.n].at_ns = csp_now();
        journal.step[journal.n].who = who;
        journal.step[journal.n++].what = what;
    }
}

static int_chan bazaar[3], closing;

// A bit of everything that could go either way.
static void haggle(void *arg)
{
    int who = *(int *)arg, v;
    for (int i = 0; i < 12; i++) {
        struct csp_case cases[] = {CSP_CASE_SEND(bazaar[i % 3], &who),
                                   CSP_CASE_RECV(bazaar[(i + 1) % 3], &v),
                                   CSP_CASE_RECV(bazaar[(i + who) % 3], &v)};
        note(who, csp_select(cases, 3, TAU));
        if ((i + who) % 4 == 0)
            csp_work(TAU / 3);
        else if ((i + who) % 4 == 1)
            csp_sleep(TAU / 2);
        else
            csp_yield();
    }
    csp_send(closing, who);
}

static void meet_at_bazaar(void *arg)
{
    (void)arg;
    journal.n = 0;
    closing = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < 3; i++)
        bazaar[i] = CSP_MAKE(int_chan, (size_t)i);
    for (int i = 0; i < 12; i++)
        CHECK(csp_go_copy(haggle, &i, sizeof i) == CSP_OK);
    await(closing, 12);
    csp_free(closing);
    for (int i = 0; i < 3; i++)
        csp_free(bazaar[i]);
}

static struct csp_stats haggle_once(enum csp_policy policy, uint64_t seed)
{
    struct csp_opts opts = {
        .procs = 2, .virtual_time = true, .policy = policy, .seed = seed};
    struct csp_stats stats;
    assert_int_equal(csp_run(meet_at_bazaar, NULL, &opts, &stats), CSP_OK);
    return stats;
}

// A seed stands for a run: every step of it at every instant, and every count. That is
// how a failure is repeated.
static void runs_are_replayed(void **state)
{
    (void)state;
    static struct journal first;
    for (enum csp_policy policy = CSP_FIFO; policy <= CSP_PCT; policy++) {
        int different = 0;
        for (uint64_t seed = 1; seed <= 30; seed++) {
            struct csp_stats once = haggle_once(policy, seed), again;
            first = journal;
            assert_true(first.n > 100);
            again = haggle_once(policy, seed);
            assert_memory_equal(&first, &journal, sizeof first);
            assert_memory_equal(&once, &again, sizeof once);
            haggle_once(policy, seed + 1000);
            different += memcmp(&first, &journal, sizeof first) != 0;
        }
        // Under CSP_FIFO the seed still shuffles selects.
        assert_true(different > 25);
    }
}

// The hashes of some runs, as text.
static void print_hashes(FILE *f)
{
    for (enum csp_policy policy = CSP_FIFO; policy <= CSP_PCT; policy++) {
        for (uint64_t seed = 1; seed <= 5; seed++)
            fprintf(f, "%016" PRIx64 "\n", haggle_once(policy, seed).trace_hash);
    }
}

static const char *program;

static void read_hashes(char *text, size_t size)
{
    char command[4200];
    snprintf(command, sizeof command, "'%s' --hashes", program);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    text[fread(text, 1, size - 1, f)] = '\0';
    assert_int_equal(pclose(f), 0);
}

// And so in another process, where everything lies at other addresses.
static void addresses_do_not_matter(void **state)
{
    (void)state;
    // An emulator's program cannot be started by itself.
    if (TEST_EMULATED)
        skip();
    char here[1000] = "", there[1000];
    FILE *f = fmemopen(here, sizeof here, "w");
    assert_non_null(f);
    print_hashes(f);
    fclose(f);
    assert_int_equal(strlen(here), 15 * 17);
    for (int i = 0; i < 3; i++) {
        read_hashes(there, sizeof there);
        assert_string_equal(here, there);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--hashes")) {
        print_hashes(stdout);
        return 0;
    }
    program = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_is_simulated),
        cmocka_unit_test(processors_are_counted),
        cmocka_unit_test(schedules_repeat),
        cmocka_unit_test(runs_are_replayed),
        cmocka_unit_test(addresses_do_not_matter),
        cmocka_unit_test(same_instant_varies),
        cmocka_unit_test(same_instant_clocks_vary),
        cmocka_unit_test(work_gives_way),
        cmocka_unit_test(yields_are_fair),
        cmocka_unit_test(blocking_calls_wake_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
