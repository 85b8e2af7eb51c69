// test_claims_programs.c -- claims 11 to 15 and 17 under virtual time: each passes with
// every seed, with the figure that its formula gives. And the looks into sources that one
// of them takes: what they find, and what they let pass.
#include "explicit_sync.h"
#include "judges.h"
#include "program_sources.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct claim *claim(int number)
{
    for (int i = 0; i < claims_count; i++)
        if (claims[i].number == number)
            return &claims[i];
    fail_msg("there is no claim %d", number);
    return NULL;
}

// Judges a claim with some seeds; its figure is what it should, or nearly.
static void passes(int number, double expected, double nearly)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        const struct claim_opts opts = {.procs = 2, .seed = seed, .tasks = 2000};
        struct evidence e = {0};
        claim(number)->judge(&opts, &e);
        printf("claim %d, seed %d: %s: %s (%s; %s)\n", number, (int)seed,
               finding_word(e.finding), e.figure, e.formula, e.bound);
        assert_int_equal(e.finding, FINDING_PASS);
        assert_true(fabs(e.value - expected) <= nearly);
        assert_true(fabs(e.expected - expected) <= 1e-4);
        assert_true(e.figure[0] && e.formula[0] && e.bound[0]);
        assert_string_equal(e.real, "");
    }
}

static void test_heart(void **state)
{
    (void)state;
    passes(11, 1, 0);
}

static void test_balancers(void **state)
{
    (void)state;
    passes(12, 4, 0.4);
}

// The mean of a replicated search, by the formula.
static void test_searches(void **state)
{
    (void)state;
    passes(13, 53.06144174, 2);
}

static void test_million(void **state)
{
    (void)state;
    passes(14, 2000, 0);
}

static void test_sources(void **state)
{
    (void)state;
    passes(15, 0, 0);
    assert_non_null(program_source_find("talk_go.c"));
    assert_non_null(program_source_find("talk_heap_balancer.c"));
    assert_non_null(program_source_find("site.c"));
    assert_null(program_source_find("narrator.c"));
}

static void test_waiting(void **state)
{
    (void)state;
    passes(17, 100, 0);
}

static void test_found(void **state)
{
    (void)state;
    static const struct {
        const char *source, *name;
        int line;
    } found[] = {{"#include <pthread.h>", "pthread", 1},
                 {"int x;\nstatic _Atomic int n;", "_Atomic", 2},
                 {"// fine\n\nvolatile int n;", "volatile", 3},
                 {"/* a\nb */ my_lock(&m);", "my_lock", 2},
                 {"say(\"a \\\" lock\"); sem_post(s);", "sem_post", 1},
                 {"char c = '\"'; pthread_mutex_lock(&m);", "pthread_mutex_lock", 1},
                 {"__sync_fetch_and_add(&n, 1);", "__sync_fetch_and_add", 1},
                 {"int LOCK;", "LOCK", 1}};
    static const char *const passed[] = {"",
                                         "int clock, block, blocking, unblocked_ns;",
                                         "// a lock, a mutex",
                                         "say(\"no lock, no \\\"atomic\\\"\");",
                                         "/* volatile",
                                         "int locks_none_here_2;",
                                         "x = '\\'' + lookup(y);"};
    char name[EXPLICIT_SYNC_WORD];
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        assert_int_equal(explicit_sync_find(found[i].source, name), found[i].line);
        assert_string_equal(name, found[i].name);
    }
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
        assert_int_equal(explicit_sync_find(passed[i], name), 0);
}

static void test_long_name(void **state)
{
    (void)state;
    char source[200], name[EXPLICIT_SYNC_WORD];
    memset(source, 'x', sizeof source);
    memcpy(source, "lock_", 5);
    source[sizeof source - 1] = '\0';
    assert_int_equal(explicit_sync_find(source, name), 1);
    assert_int_equal(strlen(name), EXPLICIT_SYNC_WORD - 1);
}

static void test_lines(void **state)
{
    (void)state;
    assert_int_equal(explicit_sync_lines(""), 0);
    assert_int_equal(explicit_sync_lines("a\nb\n"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heart),    cmocka_unit_test(test_balancers),
        cmocka_unit_test(test_searches), cmocka_unit_test(test_million),
        cmocka_unit_test(test_sources),  cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_found),    cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
