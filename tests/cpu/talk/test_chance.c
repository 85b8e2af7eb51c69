// test_chance.c -- the laws of waiting against all outcomes, counted one by one, and
// exponential times against their law.
#include "chance.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

static bool close_to(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

// chance[ms]: that the first of so many replicas takes as long; by counting.
static void first_of(int replicas, double chance[CHANCE_MS])
{
    for (int ms = 0; ms < CHANCE_MS; ms++)
        chance[ms] = 0;
    for (int a = 0; a < CHANCE_MS; a++)
        for (int b = 0; b < (replicas == 2 ? CHANCE_MS : 1); b++)
            chance[replicas == 2 && b < a ? b : a] += 1 / pow(CHANCE_MS, replicas);
}

// Three kinds, all asked at once: every outcome, with its chance.
static struct law counted(int replicas, int patience_ms)
{
    double chance[CHANCE_MS], mean = 0, square = 0, complete = 0;
    first_of(replicas, chance);
    for (int a = 0; a < CHANCE_MS; a++)
        for (int b = 0; b < CHANCE_MS; b++)
            for (int c = 0; c < CHANCE_MS; c++) {
                const double p = chance[a] * chance[b] * chance[c];
                int last = a > b ? a : b;
                last = c > last ? c : last;
                complete += last < patience_ms ? p : 0;
                last = last < patience_ms ? last : patience_ms;
                mean += p * last;
                square += p * last * last;
            }
    return (struct law){mean, sqrt(square - mean * mean), complete};
}

static void test_at_once(void **state)
{
    (void)state;
    static const int patience_ms[] = {1, 80, 100};
    for (int replicas = 1; replicas <= 2; replicas++)
        for (int i = 0; i < 3; i++) {
            const struct law is = chance_at_once(3, replicas, (uint64_t)patience_ms[i]);
            const struct law should = counted(replicas, patience_ms[i]);
            assert_true(close_to(is.mean_ms, should.mean_ms));
            assert_true(fabs(is.deviation_ms - should.deviation_ms) < 1e-6);
            assert_true(close_to(is.complete, should.complete));
        }
}

// The figures of the talk.
static void test_figures(void **state)
{
    (void)state;
    const struct law turn = chance_in_turn(3), once = chance_at_once(3, 1, CHANCE_MS);
    assert_true(close_to(turn.mean_ms, 148.5));
    assert_true(close_to(turn.deviation_ms, sqrt(3 * (100.0 * 100 - 1) / 12)));
    assert_true(close_to(turn.complete, 1));
    assert_true(close_to(once.mean_ms, 74.4975));
    assert_true(close_to(chance_at_once(3, 1, 80).complete, 0.512));
    assert_true(close_to(chance_slack_ms(once, 400), once.deviation_ms / 5));
}

static void test_exponential(void **state)
{
    (void)state;
    enum { N = 100000, MEAN_NS = 1000000 };
    struct rng rng = {1};
    double sum = 0;
    int longer = 0;
    for (int i = 0; i < N; i++) {
        const double ns = (double)chance_exponential_ns(&rng, MEAN_NS);
        sum += ns;
        longer += ns > 2.0 * MEAN_NS;
    }
    const double share = exp(-2);
    assert_true(fabs(sum / N / MEAN_NS - 1) < 4 / sqrt(N));
    assert_true(fabs((double)longer / N - share) < 4 * sqrt(share * (1 - share) / N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_at_once),
                                       cmocka_unit_test(test_figures),
                                       cmocka_unit_test(test_exponential)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
