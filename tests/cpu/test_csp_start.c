// test_csp_start.c -- what becomes of a run of tasks is one sentence and an exit code,
// and the next run is none the worse for it.
#include "csp.h"
#include "csp_start.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static const struct cpu_engine engine = {.threads = 2, .seed = 1};

static void count(void *arg)
{
    ++*(int *)arg;
}

static void wait_for_nobody(void *arg)
{
    csp_chan_recv(arg, NULL);
}

static void close_twice(void *arg)
{
    csp_chan_close(arg);
    csp_chan_close(arg);
}

static void a_run_that_ends_is_fine(void **state)
{
    (void)state;
    struct fail why;
    int runs = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(csp_start(&engine, count, &runs, &why), 0);
    assert_int_equal(runs, 3);
}

static void a_deadlock_is_named(void **state)
{
    struct fail why;
    struct csp_chan *ch = csp_chan_make(0, 0);
    assert_int_equal(csp_start(&engine, wait_for_nobody, ch, &why), -1);
    csp_chan_free(ch);
    assert_int_equal(why.code, EXIT_DEADLOCK);
    assert_non_null(strstr(why.text, "deadlock"));
    a_run_that_ends_is_fine(state);
}

static void a_panic_says_why(void **state)
{
    struct fail why;
    struct csp_chan *ch = csp_chan_make(0, 0);
    assert_int_equal(csp_start(&engine, close_twice, ch, &why), -1);
    csp_chan_free(ch);
    assert_int_equal(why.code, EXIT_DEADLOCK);
    assert_non_null(strstr(why.text, "close"));
    a_run_that_ends_is_fine(state);
}

// ---- within

static int start_twice(void *arg)
{
    struct fail why;
    int tasks = 0;
    for (int i = 0; i < 2; i++)
        if (csp_start(arg, count, &tasks, &why))
            return -1;
    csp_yield();  // there is a task to yield: a run is under way
    return tasks == 2 ? 0 : -2;
}

static struct csp_chan *silent;

static int wait_within(void *arg)
{
    return csp_start(arg, wait_for_nobody, silent, NULL);
}

static int give_up(void *arg)
{
    (void)arg;
    return -7;
}

static void within_a_run_tasks_are_at_hand(void **state)
{
    struct cpu_engine e = engine;
    struct fail why;
    assert_int_equal(csp_within(&e, start_twice, &e, &why), 0);
    assert_int_equal(csp_within(&e, give_up, NULL, &why), -7);
    assert_false(e.in_run);
    a_run_that_ends_is_fine(state);
}

static void a_deadlock_within_is_named_and_over(void **state)
{
    struct cpu_engine e = engine;
    struct fail why;
    silent = csp_chan_make(0, 0);
    assert_int_equal(csp_within(&e, wait_within, &e, &why), -1);
    csp_chan_free(silent);
    assert_int_equal(why.code, EXIT_DEADLOCK);
    assert_false(e.in_run);
    within_a_run_tasks_are_at_hand(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_ends_is_fine),
        cmocka_unit_test(a_deadlock_is_named),
        cmocka_unit_test(a_panic_says_why),
        cmocka_unit_test(within_a_run_tasks_are_at_hand),
        cmocka_unit_test(a_deadlock_within_is_named_and_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
