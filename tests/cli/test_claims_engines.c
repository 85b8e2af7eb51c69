// test_claims_engines.c -- the claims that are judged from the roof: each passes, with
// its figure and its formula, and engines that give other bits, or none, are not passed.
//
// This program is its own worker, as gopherbench is.
#include "claims_engines.h"
#include "judge_bits.h"
#include "matmul.h"
#include "registry.h"
#include "worker.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static struct evidence judged(int number, bool real, int procs)
{
    const struct claim *c = claims_find(number);
    struct evidence e = {.finding = FINDING_INCONCLUSIVE};
    const struct claim_opts o = {.real = real, .procs = procs, .seed = 7};
    assert_non_null(c);
    assert_int_equal(c->number, number);
    c->judge(&o, &e);
    return e;
}

static void every_claim_is_in_one_table(void **state)
{
    (void)state;
    for (int i = 0; i < claims_engines_count; i++)
        for (int j = 0; j < claims_count; j++)
            assert_int_not_equal(claims_engines[i].number, claims[j].number);
    for (int i = 0; i < claims_count; i++)
        assert_ptr_equal(claims_find(claims[i].number), &claims[i]);
    assert_null(claims_find(0));
    assert_null(claims_find(19));
}

static void structure_and_loops_give_the_same_bits(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 3; procs += 2) {
        const struct evidence e = judged(16, false, procs);
        assert_int_equal(e.finding, FINDING_PASS);
        assert_true(e.value == 0 && e.expected == 0);
        assert_non_null(strstr(e.figure, "serial, csp t1"));
        assert_string_equal(e.real, "");
    }
}

static void what_structure_costs_and_gains_is_told_apart(void **state)
{
    const struct evidence e = judged(16, true, 2);
    (void)state;
    assert_int_equal(e.finding, FINDING_PASS);
    assert_non_null(strstr(e.real, "of serial's time"));
    assert_non_null(strstr(e.real, "ceiling 2x"));
}

static void the_crossover_is_the_formulas(void **state)
{
    struct evidence e = judged(18, false, 1);
    (void)state;
    assert_int_equal(e.finding, FINDING_PASS);
    assert_true(e.value == 200 && e.expected == 200);
    assert_string_equal(e.real, "");
    e = judged(18, true, 1);
    assert_non_null(strstr(e.real, "an element"));
}

static void other_bits_are_noticed(void **state)
{
    struct bits bits;
    struct fail why;
    (void)state;
    setenv("GOPHERBENCH_TEST_LAST_BIT", "csp", 1);
    assert_int_equal(bits_compare(&bits, 2, 7, &why), 0);
    // Four shapes in f64, on one thread and on two.
    assert_int_equal(bits.different, 2 * 4);
    const struct evidence e = judged(16, false, 2);
    assert_int_equal(e.finding, FINDING_REFUTED);
    unsetenv("GOPHERBENCH_TEST_LAST_BIT");
}

static void an_engine_that_dies_decides_nothing(void **state)
{
    (void)state;
    setenv("GOPHERBENCH_TEST_DIES", "omp", 1);
    const struct evidence e = judged(16, false, 2);
    assert_int_equal(e.finding, FINDING_INCONCLUSIVE);
    assert_non_null(strstr(e.figure, "worker"));
    unsetenv("GOPHERBENCH_TEST_DIES");
}

static void serial_alone_decides_nothing(void **state)
{
    (void)state;
    setenv("GOPHERBENCH_TEST_ALONE", "serial", 1);
    const struct evidence e = judged(16, false, 2);
    assert_int_equal(e.finding, FINDING_INCONCLUSIVE);
    assert_non_null(strstr(e.figure, "no other engine"));
    unsetenv("GOPHERBENCH_TEST_ALONE");
}

// ---- the worker, and what it is told to spoil

static const struct workload *real_matmul;
static struct workload spoilt;

static bool told(const char *variable, const char *engine)
{
    const char *value = getenv(variable);
    return value && strcmp(value, engine) == 0;
}

// The last bit of a sum of random numbers: rounding might have done that, and the oracle
// lets it pass. One of whole numbers has no rounding.
static void spoil_last_bit(struct matmul *m)
{
    double *c = m->c;
    if (m->type == ELEM_F64 && c[0] != nearbyint(c[0]))
        c[0] = nextafter(c[0], INFINITY);
}

static int run_spoilt(const struct engine *e, void *ctx, void *job, struct phases *phases,
                      struct fail *why)
{
    if (told("GOPHERBENCH_TEST_DIES", e->name))
        abort();
    if (getenv("GOPHERBENCH_TEST_ALONE") && !told("GOPHERBENCH_TEST_ALONE", e->name))
        return (fail)(why, EXIT_ABSENT, "%s is not here", e->name);
    const int failed = real_matmul->run(e, ctx, job, phases, why);
    if (!failed && told("GOPHERBENCH_TEST_LAST_BIT", e->name))
        spoil_last_bit(job);
    return failed;
}

static int serve(void)
{
    const struct workload *both[] = {&spoilt, NULL};
    const struct worker_tables tables = {.engines = engines, .workloads = both};
    real_matmul = workloads[0];
    spoilt = *real_matmul;
    spoilt.run = run_spoilt;
    return worker_main(&tables);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
        return serve();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_claim_is_in_one_table),
        cmocka_unit_test(structure_and_loops_give_the_same_bits),
        cmocka_unit_test(what_structure_costs_and_gains_is_told_apart),
        cmocka_unit_test(the_crossover_is_the_formulas),
        cmocka_unit_test(other_bits_are_noticed),
        cmocka_unit_test(an_engine_that_dies_decides_nothing),
        cmocka_unit_test(serial_alone_decides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
