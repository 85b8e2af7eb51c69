// test_result.c -- what is concluded from samples, against figures computed by hand.
#include "fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_near(double got, double want)
{
    assert_true(fabs(got - want) <= 1e-12 * fabs(want));
}

static void add_rounds(struct cell *cell, const double *total_s, const uint32_t *round,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        result_add_sample(cell,
                          (struct sample){.round = round ? round[i] : (uint32_t)i + 1,
                                          .total_s = total_s[i]});
}

static void figures_of_a_cell(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *cell = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
    cell->work = 7;
    add_rounds(cell, (const double[]){3, 1, 6, 2, 5, 4}, NULL, 6);
    r.limits.fma_f32_flops = 8;
    result_conclude(&r);
    assert_true(result_stands(cell));
    assert_near(cell->median_s, 3.5);
    assert_near(cell->ci95_s.lo, 1);
    assert_near(cell->ci95_s.hi, 6);
    assert_near(cell->rate, 2);
    assert_near(cell->limit, 8);
    assert_near(cell->limit_fraction, 0.25);
    assert_string_equal(cell->limit_name, "fma_f32_flops");
    result_free(&r);
}

static void more_samples_than_the_first_allocation(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *cell = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
    for (uint32_t i = 1; i <= 1000; i++)
        result_add_sample(cell, (struct sample){.round = i, .total_s = i});
    result_conclude(&r);
    assert_int_equal(cell->count, 1000);
    assert_near(cell->median_s, 500.5);
    result_free(&r);
}

static void a_failed_cell_has_no_times(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *stands = fixture_cell(&r, "matmul", "8x8x8 f32", "serial", 1);
    struct cell *late = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2);
    struct cell *early = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
    add_rounds(stands, (const double[]){1, 1, 1}, NULL, 3);
    add_rounds(late, (const double[]){1, 1, 1}, NULL, 3);
    fixture_failure(late, EXIT_WRONG, "element [3, 4] is wrong");
    fixture_failure(late, EXIT_DIED, "a later failure");
    fixture_failure(early, EXIT_DIED, "ended by signal 6");
    result_conclude(&r);
    result_conclude(&r);  // nothing is said twice
    assert_false(result_stands(late));
    assert_int_equal(late->failed, EXIT_WRONG);
    assert_string_equal(late->error, "element [3, 4] is wrong (after 3 finished rounds)");
    assert_int_equal(late->count, 0);
    assert_null(late->samples);
    assert_true(late->median_s == 0 && late->rate == 0 && late->open_s == 0);
    assert_true(late->ci95_s.lo == 0 && late->ci95_s.hi == 0 &&
                late->limit_fraction == 0);
    assert_false(late->verified);
    assert_string_equal(early->error, "ended by signal 6");
    assert_int_equal(r.pair_count, 0);
    assert_true(result_stands(stands));
    result_free(&r);
}

struct limit_fact {
    const char *workload, *case_name, *type;
    int threads, usable;
    bool gpu;
    double limit;
};

static void limits_match(void **state)
{
    (void)state;
    static const struct limit_fact table[] = {
        {"matmul", "8x8x8 f32", "f32", 1, 4, false, 100},
        {"matmul", "8x8x8 f32", "f32", 2, 4, false, 180},  // a third of the way to 340
        {"matmul", "8x8x8 f32", "f32", 3, 4, false, 260},
        {"matmul", "8x8x8 f32", "f32", 4, 4, false, 340},
        {"matmul", "8x8x8 f32", "f32", 9, 4, false, 340},
        {"matmul", "8x8x8 f32", "f32", 0, 4, false, 340},
        {"matmul", "8x8x8 f32", "f32", 1, 1, false, 340},
        {"matmul", "8x8x8 f64", "f64", 1, 4, false, 50},
        {"matmul", "8x8x8 f64", "f64", 4, 4, false, 170},
        {"matmul", "8x8x8 f64", NULL, 4, 4, false, 170},  // from the name alone
        {"matmul", "a.npy x b.npy", NULL, 4, 4, false, 340},
        {"gophers", "four", NULL, 1, 4, false, 10},
        {"gophers", "four", NULL, 3, 4, false, 26},
        {"gophers", "four", NULL, 4, 4, false, 34},
        {"matmul", "8x8x8 f32", "f32", 0, 4, true, 1000},
        {"matmul", "8x8x8 f64", "f64", 0, 4, true, 500},
        {"gophers", "four", NULL, 0, 4, true, 20},
        {"primitives", "spawn", NULL, 1, 4, false, 0},
        {"primitives", "spawn", NULL, 0, 4, true, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct limit_fact *f = &table[i];
        struct result r = fixture_result();
        r.host.usable_cpus = f->usable;
        r.limits = (struct limits){.fma_f32_flops_1 = 100,
                                   .fma_f32_flops = 340,
                                   .fma_f64_flops_1 = 50,
                                   .fma_f64_flops = 170,
                                   .sha256_bytes_1 = 10,
                                   .sha256_bytes = 34};
        struct cell *cell =
            fixture_cell(&r, f->workload, f->case_name, "omp", f->threads);
        json_decref(cell->params);
        cell->params = f->type ? json_pack("{ss}", "type", f->type) : NULL;
        cell->facts.gpu = f->gpu;
        cell->device_limits = (struct device_limits){
            .fma_f32_flops = 1000, .fma_f64_flops = 500, .upload_bytes = 20};
        cell->work = 10;
        add_rounds(cell, (const double[]){2}, NULL, 1);
        result_conclude(&r);
        assert_true(fabs(cell->limit - f->limit) < 1e-9);
        assert_true(fabs(cell->limit_fraction - (f->limit > 0 ? 5 / f->limit : 0)) <
                    1e-12);
        assert_int_equal(cell->limit_name != NULL, f->limit > 0);
        result_free(&r);
    }
}

static void limits_that_were_not_measured(void **state)
{
    (void)state;
    struct result r = fixture_result();
    r.limits = (struct limits){.fma_f32_flops = 340};
    r.host.usable_cpus = 4;
    struct cell *alone = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 1);
    struct cell *between = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2);
    struct cell *device = fixture_cell(&r, "matmul", "8x8x8 f32", "ocl", 0);
    device->facts.gpu = true;
    struct cell *const cells[] = {alone, between, device};
    for (int i = 0; i < 3; i++)
        add_rounds(cells[i], (const double[]){2}, NULL, 1);
    result_conclude(&r);
    for (int i = 0; i < 3; i++)
        assert_true(cells[i]->limit_fraction == 0 && !cells[i]->limit_name);
    result_free(&r);
}

static void a_type_found_in_files_decides_the_limit(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *cell = fixture_cell(&r, "matmul", "a.npy x b.npy", "omp", 2);
    cell->described = json_pack("{ss}", "type", "f64");
    add_rounds(cell, (const double[]){2}, NULL, 1);
    result_conclude(&r);
    assert_string_equal(cell->limit_name, "fma_f64_flops");
    result_free(&r);
}

static void pairs_share_rounds_and_cases(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *a = fixture_cell(&r, "matmul", "8x8x8 f32", "serial", 1);
    struct cell *other = fixture_cell(&r, "matmul", "9x9x9 f32", "serial", 1);
    struct cell *b = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2);
    struct cell *c = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
    add_rounds(a, (const double[]){2, 6, 4, 8}, (const uint32_t[]){1, 2, 4, 5}, 4);
    add_rounds(other, (const double[]){1}, NULL, 1);
    add_rounds(b, (const double[]){1, 99, 2}, (const uint32_t[]){1, 3, 4}, 3);
    add_rounds(c, (const double[]){7}, (const uint32_t[]){9}, 1);
    result_conclude(&r);
    result_conclude(&r);
    assert_int_equal(r.pair_count, 1);  // c has no round in common, `other` no case
    assert_ptr_equal(r.pairs[0].a, a);
    assert_ptr_equal(r.pairs[0].b, b);
    assert_int_equal(r.pairs[0].rounds, 2);
    assert_near(r.pairs[0].ratio, 2);
    struct pair pair;
    assert_true(result_pair(&r, b, a, &pair));
    assert_ptr_equal(pair.a, b);
    assert_near(pair.ratio, 0.5);
    assert_false(result_pair(&r, a, c, &pair));
    result_free(&r);
}

static void a_turned_pair_is_the_inverse(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *a = fixture_cell(&r, "matmul", "8x8x8 f32", "csp", 2);
    struct cell *b = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
    add_rounds(a, (const double[]){2, 3, 4, 5, 6, 8}, NULL, 6);
    add_rounds(b, (const double[]){1, 1, 1, 1, 1, 1}, NULL, 6);
    result_conclude(&r);
    struct pair straight, turned;
    assert_true(result_pair(&r, a, b, &straight) && result_pair(&r, b, a, &turned));
    assert_near(straight.ci95.lo, 2);
    assert_near(straight.ci95.hi, 8);
    assert_near(turned.ci95.lo, 1 / 8.0);
    assert_near(turned.ci95.hi, 1 / 2.0);
    assert_true(result_separated(&straight) && result_separated(&turned));
    straight.rounds = 5;  // too few for an interval
    assert_false(result_separated(&straight));
    result_free(&r);
}

static enum exit_code exit_of(const enum exit_code *codes, size_t count)
{
    struct result r = fixture_result();
    for (size_t i = 0; i < count; i++) {
        struct cell *cell = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
        if (codes[i] == EXIT_OK)
            add_rounds(cell, (const double[]){1}, NULL, 1);
        else
            fixture_failure(cell, codes[i], "why");
    }
    result_conclude(&r);
    const enum exit_code code = result_exit(&r);
    result_free(&r);
    return code;
}

static void the_most_serious_code_wins(void **state)
{
    (void)state;
    static const enum exit_code order[] = {EXIT_WRONG,    EXIT_OUTPUT,   EXIT_DIED,
                                           EXIT_RESOURCE, EXIT_DEADLOCK, EXIT_INPUT,
                                           EXIT_ABSENT,   EXIT_USAGE,    EXIT_OK};
    const size_t count = sizeof order / sizeof *order;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++) {
            assert_int_equal(exit_of((const enum exit_code[]){order[i], order[j]}, 2),
                             order[i]);
            assert_int_equal(exit_of((const enum exit_code[]){order[j], order[i]}, 2),
                             order[i]);
        }
    assert_int_equal(exit_of(order, 0), EXIT_OK);
}

static void absence_counts_where_it_was_asked_for(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *cell = fixture_cell(&r, "matmul", "8x8x8 f32", "ocl", 2);
    fixture_failure(cell, EXIT_ABSENT, "no OpenCL platform");
    cell->sole_default = true;
    result_conclude(&r);
    assert_int_equal(result_exit(&r), EXIT_OK);
    cell->sole_default = false;
    assert_int_equal(result_exit(&r), EXIT_ABSENT);
    result_free(&r);
}

static void unverified_times_are_inconclusive(void **state)
{
    (void)state;
    struct result r = fixture_result();
    struct cell *cell = fixture_cell(&r, "matmul", "8x8x8 f32", "omp", 2);
    add_rounds(cell, (const double[]){1}, NULL, 1);
    cell->verified = false;
    result_conclude(&r);
    assert_int_equal(result_exit(&r), EXIT_INCONCLUSIVE);
    result_free(&r);
}

static void nothing_to_conclude(void **state)
{
    (void)state;
    struct result r = {0};
    result_conclude(&r);
    assert_int_equal(result_exit(&r), EXIT_OK);
    result_free(&r);
    struct result empty = fixture_result();
    struct cell *cell = fixture_cell(&empty, "matmul", "0x0x0 f32", "omp", 2);
    cell->work = 0;
    add_rounds(cell, (const double[]){0}, NULL, 1);
    struct cell *idle = fixture_cell(&empty, "matmul", "0x0x0 f32", "csp", 2);
    result_conclude(&empty);
    assert_true(cell->rate == 0 && cell->limit_fraction == 0);
    assert_false(result_stands(idle));
    assert_int_equal(result_exit(&empty), EXIT_OK);
    result_free(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_a_cell),
        cmocka_unit_test(more_samples_than_the_first_allocation),
        cmocka_unit_test(a_failed_cell_has_no_times),
        cmocka_unit_test(limits_match),
        cmocka_unit_test(limits_that_were_not_measured),
        cmocka_unit_test(a_type_found_in_files_decides_the_limit),
        cmocka_unit_test(pairs_share_rounds_and_cases),
        cmocka_unit_test(a_turned_pair_is_the_inverse),
        cmocka_unit_test(the_most_serious_code_wins),
        cmocka_unit_test(absence_counts_where_it_was_asked_for),
        cmocka_unit_test(unverified_times_are_inconclusive),
        cmocka_unit_test(nothing_to_conclude),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
