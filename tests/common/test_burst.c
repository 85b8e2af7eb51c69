// test_burst.c -- a burst runs a job as often as was said, tells the mean of one run, and
// stays in the engine's world meanwhile; its length is chosen by the shortest run.
#include "burst.h"

#include "clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

// A job that takes a time of its own, on an engine whose world counts its visitors.
struct job {
    int runs, runs_inside, fails_at;
    uint64_t takes_ns, first_takes_ns;
};

static bool inside;
static int visits;

static int run(const struct engine *e, void *ctx, void *arg, struct phases *phases,
               struct fail *why)
{
    (void)e;
    (void)ctx;
    struct job *job = arg;
    if (++job->runs == job->fails_at)
        return (fail)(why, EXIT_DEADLOCK, "stuck");
    job->runs_inside += inside;
    const uint64_t takes_ns =
        job->runs == 1 && job->first_takes_ns ? job->first_takes_ns : job->takes_ns;
    for (const uint64_t start_ns = clock_ns(); clock_ns() - start_ns < takes_ns;)
        continue;
    *phases = (struct phases){.upload_ns = 1000, .run_ns = 2000, .download_ns = 3000};
    return 0;
}

static int within(void *ctx, int (*body)(void *), void *arg, struct fail *why)
{
    (void)ctx;
    (void)why;
    visits++;
    for (const uint64_t start_ns = clock_ns(); clock_ns() - start_ns < 1000000;)
        continue;
    inside = true;
    const int end = body(arg);
    inside = false;
    return end;
}

static const struct workload workload = {.name = "w", .run = run};
static const struct engine bare = {.name = "bare"},
                           worldly = {.name = "worldly", .within = within};

static struct burst burst_of(const struct engine *e, struct job *job)
{
    return (struct burst){.engine = e, .workload = &workload, .job = job};
}

static void times_are_those_of_one_run(void **state)
{
    (void)state;
    struct job job = {.takes_ns = 200000};
    struct burst b = burst_of(&bare, &job);
    struct burst_times t;
    struct fail why;
    assert_int_equal(burst_run(&b, 10, &t, &why), 0);
    assert_int_equal(job.runs, 10);
    assert_true(t.total_s >= 200e-6 && t.total_s < 100e-3);
    assert_true(fabs(t.upload_s - 1e-6) < 1e-12 && fabs(t.run_s - 2e-6) < 1e-12 &&
                fabs(t.download_s - 3e-6) < 1e-12);
    assert_true(t.outside_s == 0);
}

static void a_world_is_entered_once_and_not_timed(void **state)
{
    (void)state;
    struct job job = {.takes_ns = 1000};
    struct burst b = burst_of(&worldly, &job);
    struct burst_times t;
    struct fail why;
    visits = 0;
    assert_int_equal(burst_run(&b, 7, &t, &why), 0);
    assert_int_equal(visits, 1);
    assert_int_equal(job.runs_inside, 7);
    assert_true(t.outside_s >= 1e-3);  // what the world took to enter
    assert_int_equal(burst_run(&b, 1, &t, &why), 0);
    assert_int_equal(job.runs_inside, 8);
}

static void a_failure_ends_it_with_its_sentence(void **state)
{
    (void)state;
    struct job job = {.takes_ns = 1000, .fails_at = 3};
    struct burst b = burst_of(&worldly, &job);
    struct burst_times t;
    struct fail why;
    assert_int_equal(burst_run(&b, 7, &t, &why), -1);
    assert_int_equal(job.runs, 3);
    assert_int_equal(why.code, EXIT_DEADLOCK);
    assert_string_equal(why.text, "stuck");
}

static void so_many_runs_fill_a_burst(void **state)
{
    (void)state;
    static const struct {
        double shortest_s;
        uint64_t repeats;
    } table[] = {{1, 1},          {3e-3, 1},        {2e-3, 1}, {1.1e-3, 2}, {1e-6, 2000},
                 {1e-9, 1000000}, {1e-30, 1000000}, {0, 1},    {-1, 1},     {NAN, 1}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(burst_fill(table[i].shortest_s * (1 + 1e-9)), table[i].repeats);
}

// A first run that waits for threads to wake up must not pass for the job's length. (A
// machine that stops us all through the tries may make the number smaller, not larger.)
static void a_cold_start_does_not_decide(void **state)
{
    (void)state;
    struct job job = {.takes_ns = 20000, .first_takes_ns = 10000000};
    struct burst b = burst_of(&bare, &job);
    uint64_t repeats;
    struct burst_times t;
    struct fail why;
    assert_int_equal(burst_run(&b, 1, &t, &why), 0);
    assert_int_equal(burst_choose(&b, t.total_s, &repeats, &why), 0);
    assert_true(repeats > 10 && repeats <= 100);
    assert_true(job.runs > 4 && job.runs < 8 * 100);
}

static void a_long_job_is_not_run_again(void **state)
{
    (void)state;
    struct job job = {.takes_ns = 1000};
    struct burst b = burst_of(&bare, &job);
    uint64_t repeats = 9;
    struct fail why;
    assert_int_equal(burst_choose(&b, 1.5, &repeats, &why), 0);
    assert_int_equal(repeats, 1);
    assert_int_equal(job.runs, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_those_of_one_run),
        cmocka_unit_test(a_world_is_entered_once_and_not_timed),
        cmocka_unit_test(a_failure_ends_it_with_its_sentence),
        cmocka_unit_test(so_many_runs_fill_a_burst),
        cmocka_unit_test(a_cold_start_does_not_decide),
        cmocka_unit_test(a_long_job_is_not_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
