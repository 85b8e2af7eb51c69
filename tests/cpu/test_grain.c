// test_grain.c -- messages beside work: in virtual time every run takes what the formula
// says, and the crossover is where it says; a product ordered by messages is right, and a
// wrong one is noticed.
#include "csp_grain.h"
#include "grain_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static void every_run_takes_what_the_formula_says(void **state)
{
    static const struct {
        uint64_t elements, hand_over_ns, work_ns;
    } cases[] = {{1, 1, 1},     {1, 50, 7},   {60, 100, 10}, {61, 100, 10},
                 {60, 10, 100}, {97, 33, 33}, {100, 0, 5},   {64, 1000000000, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int procs = 1; procs <= 4; procs++)
            for (uint64_t grain = 1; grain <= cases[i].elements + 1; grain++) {
                const struct grain_model m = {.elements = cases[i].elements,
                                              .grain = grain,
                                              .hand_over_ns = cases[i].hand_over_ns,
                                              .work_ns = cases[i].work_ns,
                                              .procs = procs};
                struct fail why;
                uint64_t ns = 0;
                assert_int_equal(grain_run_ns(&m, &ns, &why), 0);
                assert_int_equal(ns, grain_formula_ns(&m));
            }
}

// The figures by hand: so many messages, so long.
static void the_formula_is_the_sum_of_its_parts(void **state)
{
    struct grain_model m = {
        .elements = 100, .grain = 10, .hand_over_ns = 7, .work_ns = 3, .procs = 1};
    (void)state;
    assert_int_equal(grain_messages(&m), 10);
    assert_int_equal(grain_formula_ns(&m), 10 * 7 + 100 * 3);
    m.procs = 2;  // only the first hand-over is waited for
    assert_int_equal(grain_formula_ns(&m), 7 + 100 * 3);
    m.hand_over_ns = 50;  // now the dealer is slower
    assert_int_equal(grain_formula_ns(&m), 10 * 50 + 10 * 3);
    m.grain = 30;
    assert_int_equal(grain_messages(&m), 4);
}

static void the_crossover_is_where_it_is_computed(void **state)
{
    static const struct {
        uint64_t elements, hand_over_ns, work_ns, percent, grain;
    } cases[] = {{6000, 100, 10, 5, 200}, {6000, 100, 10, 100, 10}, {1000, 10, 10, 5, 20},
                 {1001, 10, 10, 5, 21},   {997, 13, 7, 5, 39},      {500, 1, 100, 5, 1},
                 {10, 1000, 1, 5, 0},     {100, 5, 1, 5, 100},      {100, 6, 1, 5, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct grain_model m = {.elements = cases[i].elements,
                                      .grain = 1,
                                      .hand_over_ns = cases[i].hand_over_ns,
                                      .work_ns = cases[i].work_ns,
                                      .procs = 1};
        struct fail why;
        uint64_t found = 99;
        assert_int_equal(grain_crossover(&m, cases[i].percent), cases[i].grain);
        assert_int_equal(grain_find(&m, cases[i].percent, &found, &why), 0);
        assert_int_equal(found, cases[i].grain);
    }
}

static void a_product_by_messages_is_right(void **state)
{
    static const size_t grains[] = {1, 2, 7, 33, 33 * 33, 5000};
    struct product p;
    struct fail why;
    double seconds;
    (void)state;
    assert_int_equal(product_open(&p, 33, 17, 3, &why), 0);
    product_plain(&p, &seconds);
    assert_int_equal(product_check(&p, &why), 0);
    for (size_t i = 0; i < sizeof grains / sizeof *grains; i++)
        for (int procs = 1; procs <= 3; procs++) {
            assert_int_equal(product_by_messages(&p, grains[i], procs, &seconds, &why),
                             0);
            assert_true(seconds > 0);
            assert_int_equal(product_check(&p, &why), 0);
        }
    product_close(&p);
}

static void what_was_not_computed_is_noticed(void **state)
{
    struct product p;
    struct fail why;
    double seconds;
    (void)state;
    assert_int_equal(product_open(&p, 33, 17, 3, &why), 0);
    product_plain(&p, &seconds);
    assert_int_equal(product_check(&p, &why), 0);
    assert_int_equal(product_check(&p, &why), -1);  // the same is not judged twice
    assert_int_equal(why.code, EXIT_WRONG);
    for (size_t at = 0; at < 33 * 33; at += 100) {
        product_plain(&p, &seconds);
        p.c[at] += 1;
        assert_int_equal(product_check(&p, &why), -1);
        assert_int_equal(why.code, EXIT_WRONG);
    }
    product_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_run_takes_what_the_formula_says),
        cmocka_unit_test(the_formula_is_the_sum_of_its_parts),
        cmocka_unit_test(the_crossover_is_where_it_is_computed),
        cmocka_unit_test(a_product_by_messages_is_right),
        cmocka_unit_test(what_was_not_computed_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
