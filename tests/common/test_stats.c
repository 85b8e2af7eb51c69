// test_stats.c -- medians and intervals against ranks computed by hand.
#include "stats.h"

#include "rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LONGEST = 100000 };
static double scratch[LONGEST];

static void assert_near(double got, double want)
{
    assert_true(fabs(got - want) <= 1e-12 * fabs(want));
}

// Fills scratch with 1 .. n in an order that is not sorted.
static const double *ranks(size_t n)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = (double)((i * 7919 + n / 2) % n + 1);
    return scratch;
}

static void median_and_quantiles(void **state)
{
    (void)state;
    assert_near(stats_median((const double[]){3}, 1), 3);
    assert_near(stats_median((const double[]){3, 1}, 2), 2);
    assert_near(stats_median((const double[]){9, 1, 2}, 3), 2);
    assert_near(stats_median((const double[]){4, 1, 3, 2}, 4), 2.5);
    const double five[] = {50, 10, 40, 20, 30};
    assert_near(stats_quantile(five, 5, 0), 10);
    assert_near(stats_quantile(five, 5, 0.25), 20);
    assert_near(stats_quantile(five, 5, 0.9), 46);
    assert_near(stats_quantile(five, 5, 1), 50);
    assert_near(five[0], 50);  // the caller's samples keep their order
}

// Ranks from the binomial table: the largest r with P(B(n, 1/2) <= r - 1) <= 0.025.
static void ranks_of_the_interval(void **state)
{
    (void)state;
    static const struct {
        size_t n, lo, hi;
    } table[] = {
        {1, 1, 1},   {2, 1, 2},   {5, 1, 5},    {6, 1, 6},    {7, 1, 7},    {8, 1, 8},
        {9, 2, 8},   {10, 2, 9},  {11, 2, 10},  {12, 3, 10},  {15, 4, 12},  {17, 5, 13},
        {20, 6, 15}, {25, 8, 18}, {30, 10, 21}, {40, 14, 27}, {50, 18, 33}, {100, 40, 61},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct interval ci = stats_median_ci95(ranks(table[i].n), table[i].n);
        assert_near(ci.lo, (double)table[i].lo);
        assert_near(ci.hi, (double)table[i].hi);
    }
}

// Where 2^-n underflows, the ranks are n/2 -+ 0.98 sqrt(n), within one.
static void ranks_of_a_long_run(void **state)
{
    (void)state;
    const size_t n = LONGEST;
    for (size_t i = 0; i < n; i++)
        scratch[i] = (double)(i + 1);
    const struct interval ci = stats_median_ci95(scratch, n);
    const double half = 0.5 * 1.959964 * sqrt((double)n);
    assert_true(fabs(ci.lo - ((double)n / 2 - half)) <= 1.5);
    assert_near(ci.lo + ci.hi, (double)n + 1);
}

static void ratio_is_paired_and_symmetric(void **state)
{
    (void)state;
    // The machine slows down threefold half way; a always takes twice as long as b.
    const double b[] = {1, 1.1, 0.9, 1, 3, 3.3, 2.7, 3};
    double a[8];
    for (int i = 0; i < 8; i++)
        a[i] = 2 * b[i];
    struct interval ci, inverse;
    assert_near(stats_ratio(a, b, 8, &ci), 2);
    assert_near(ci.lo, 2);
    assert_near(ci.hi, 2);
    assert_true(stats_separated(ci));
    const double uneven[] = {2, 2.5, 1.5, 2, 7, 6, 5, 6.5};
    const double ratio = stats_ratio(uneven, b, 8, &ci);
    assert_near(stats_ratio(b, uneven, 8, &inverse), 1 / ratio);
    assert_near(inverse.lo, 1 / ci.hi);
    assert_near(inverse.hi, 1 / ci.lo);
}

static void ratio_of_a_few_is_the_range(void **state)
{
    (void)state;
    const double a[] = {2, 6, 3};
    const double b[] = {1, 2, 2};
    struct interval ci;
    assert_near(stats_ratio(a, b, 3, &ci), 2);
    assert_near(ci.lo, 1.5);
    assert_near(ci.hi, 3);
}

static void ratio_of_nothing_is_finite(void **state)
{
    (void)state;
    const double zero[] = {0}, one[] = {1};
    struct interval ci;
    assert_near(stats_ratio(zero, zero, 1, &ci), 1);
    assert_true(isfinite(stats_ratio(one, zero, 1, &ci)) && isfinite(ci.hi));
    assert_true(stats_ratio(zero, one, 1, &ci) > 0);
}

static void separated_means_without_one(void **state)
{
    (void)state;
    assert_true(stats_separated((struct interval){1.01, 1.2}));
    assert_true(stats_separated((struct interval){0.8, 0.99}));
    assert_false(stats_separated((struct interval){0.8, 1.2}));
    assert_false(stats_separated((struct interval){1, 1.2}));
    assert_false(stats_separated((struct interval){0.8, 1}));
}

// A skewed noise, like that of a shared machine; its median is 1.
static double noise(struct rng *rng)
{
    double normal = -6;
    for (int i = 0; i < 12; i++)
        normal += rng_unit(rng);
    return exp(0.7 * normal);
}

// How often the interval holds the true median, against the exact binomial figure.
static void coverage(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double exact;
    } table[] = {{6, 0.96875}, {10, 0.978516}, {20, 0.958611}, {35, 0.958993}};
    enum { TRIALS = 20000 };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct rng rng = {.state = 20120229 + i};
        int held = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            for (size_t j = 0; j < table[i].n; j++)
                scratch[j] = noise(&rng);
            const struct interval ci = stats_median_ci95(scratch, table[i].n);
            held += ci.lo <= 1 && 1 <= ci.hi;
        }
        assert_true(fabs((double)held / TRIALS - table[i].exact) < 0.006);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_and_quantiles),
        cmocka_unit_test(ranks_of_the_interval),
        cmocka_unit_test(ranks_of_a_long_run),
        cmocka_unit_test(ratio_is_paired_and_symmetric),
        cmocka_unit_test(ratio_of_a_few_is_the_range),
        cmocka_unit_test(ratio_of_nothing_is_finite),
        cmocka_unit_test(separated_means_without_one),
        cmocka_unit_test(coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
