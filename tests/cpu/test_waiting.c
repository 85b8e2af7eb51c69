// test_waiting.c -- jobs that wait or compute: every way runs every job once, long enough
// and with the right answer, and a way that cheats is found out. Times are only held
// against what no machine can beat.
#include "waiting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

enum { JOBS = 12 };
static const uint64_t WAIT_NS = 2000000;

static void measured(const struct waiting_way *way, const struct waiting *asked,
                     struct waiting_figures *found)
{
    struct fail why = {.text = ""};
    if (waiting_measure(way, asked, found, &why) == 0)
        return;
    assert_int_equal(why.code, EXIT_ABSENT);  // nothing else may fail
    print_message("%s is absent: %s\n", way->name, why.text);
    *found = (struct waiting_figures){0};
}

static void every_way_runs_every_job(void **state)
{
    (void)state;
    for (const struct waiting_way *way = waiting_ways; way->name; way++)
        for (int threads = 1; threads <= 3; threads++) {
            const struct waiting waits = {
                .threads = threads, .jobs = JOBS, .wait_ns = WAIT_NS};
            const struct waiting computes = {
                .threads = threads, .jobs = JOBS, .steps = 20000};
            struct waiting_figures f;
            measured(way, &waits, &f);
            if (f.threads == 0)
                continue;
            assert_true(f.elapsed_s >= (double)WAIT_NS * 1e-9);
            assert_true(f.alive > 0 && f.alive <= JOBS);
            measured(way, &computes, &f);
            assert_true(f.elapsed_s > 0 && f.running > 0);
        }
}

static const struct waiting_way *way_called(const char *name)
{
    const struct waiting_way *way = waiting_ways;
    while (strcmp(way->name, name) != 0)
        way++;
    return way;
}

static void threads_are_counted(void **state)
{
    const struct waiting waits = {.threads = 1, .jobs = JOBS, .wait_ns = WAIT_NS};
    struct waiting_figures f;
    (void)state;
    measured(way_called("serial"), &waits, &f);
    assert_int_equal(f.threads, 1);
    assert_true(f.elapsed_s >= JOBS * (double)WAIT_NS * 1e-9);
    assert_true(f.alive <= 1);
    measured(way_called("threads"), &waits, &f);
    assert_int_equal(f.threads, JOBS);
}

// ---- ways that cheat

static int skips_the_last(struct waiting *w, struct fail *why)
{
    (void)why;
    for (int i = 0; i < w->jobs - 1; i++) {
        waiting_begin(&w->job[i]);
        waiting_block(&w->job[i]);
    }
    return 0;
}

static int does_not_wait(struct waiting *w, struct fail *why)
{
    (void)why;
    for (int i = 0; i < w->jobs; i++) {
        waiting_begin(&w->job[i]);
        waiting_finish(&w->job[i]);
    }
    return 0;
}

static int guesses(struct waiting *w, struct fail *why)
{
    if (does_not_wait(w, why))
        return -1;
    w->job[w->jobs / 2].answer ^= 1;
    return 0;
}

static int gives_up(struct waiting *w, struct fail *why)
{
    return (fail)(why, EXIT_RESOURCE, "no more than %d, on purpose", w->jobs);
}

static void a_way_that_cheats_is_found_out(void **state)
{
    static const struct {
        struct waiting_way way;
        uint64_t wait_ns;
        enum exit_code code;
    } cases[] = {{{"skips", skips_the_last}, 1000, EXIT_WRONG},
                 {{"hurries", does_not_wait}, UINT64_C(10000000000), EXIT_WRONG},
                 {{"guesses", guesses}, 0, EXIT_WRONG},
                 {{"gives up", gives_up}, 0, EXIT_RESOURCE}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct waiting asked = {
            .threads = 1, .jobs = JOBS, .wait_ns = cases[i].wait_ns, .steps = 10};
        struct waiting_figures f;
        struct fail why = {.code = EXIT_OK};
        assert_int_equal(waiting_measure(&cases[i].way, &asked, &f, &why), -1);
        assert_int_equal(why.code, cases[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_runs_every_job),
        cmocka_unit_test(threads_are_counted),
        cmocka_unit_test(a_way_that_cheats_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
