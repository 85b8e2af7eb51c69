// test_matmul_oracle.c -- the oracle accepts right products and catches wrong ones.
//
// Longer than most, so that every hole that was ever found in the oracle is in one list.
#include "judged_product.h"
#include "rng.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static void by_hand(void **state)
{
    static const double a[] = {1, 2, 3, 4, 5, 6}, b[] = {7, 8, 9, 10, 11, 12},
                        c[] = {58, 64, 139, 154};
    static const char *const types[] = {"f32", "f64"};
    (void)state;
    for (int t = 0; t < 2; t++) {
        struct matmul *job = make(2, 2, 3, types[t], "uniform");
        for (size_t i = 0; i < 6; i++) {
            set(job, job->a, i, a[i]);
            set(job, job->b, i, b[i]);
        }
        for (size_t i = 0; i < 4; i++)
            set(job, job->c, i, c[i]);
        assert_true(assert_right(job) == 0);
        set(job, job->c, 2, 139 * (1 + 20 * (t ? DBL_EPSILON : (double)FLT_EPSILON)));
        assert_wrong(job, "C[1,0] is 139.");
        // A bound in units of |A||B|: an error of 10 eps is within 16.
        set(job, job->c, 2, 139 * (1 + 10 * (t ? DBL_EPSILON : (double)FLT_EPSILON)));
        assert_true(fabs(assert_right(job) - 10) < 1);
        workload_matmul.free(job);
    }
}

static void the_reference_is_more_precise_than_the_type(void **state)
{
    static const double a[] = {1e16, 1, 1, -1e16};
    (void)state;
    struct matmul *job = make(1, 1, 4, "f64", "uniform");
    for (size_t p = 0; p < 4; p++) {
        set(job, job->a, p, a[p]);
        set(job, job->b, p, 1);
    }
    // Summed in double it is 0 or 4, which is right within the bound, but off.
    set(job, job->c, 0, 2);
    assert_true(assert_right(job) == 0);
    set(job, job->c, 0, 0);
    assert_true(assert_right(job) > 0.1);
    workload_matmul.free(job);
}

static void integers_must_agree_exactly(void **state)
{
    (void)state;
    // Here the bound on rounding would let an error of 1 pass.
    struct matmul *job = make(4, 4, 5000, "f32", "integer");
    multiply(job);
    assert_true(assert_right(job) == 0);
    set(job, job->c, 6, get(job, job->c, 6) + 1);
    assert_wrong(job, "C[1,2]");
    workload_matmul.free(job);
}

static void every_shape_is_accepted(void **state)
{
    static const size_t shapes[][3] = {
        {0, 0, 0},       {0, 5, 5},       {5, 0, 5},       {5, 5, 0},
        {1, 1, 1},       {1, 1, 1000},    {3, 5, 7},       {1, 300, 200},
        {300, 1, 200},   {65, 63, 64},    {127, 131, 257}, {260, 262, 258},
        {1500, 1000, 3}, {4, 1500, 3000}, {5, 1500, 2500}, {1500, 4, 3000},
        {1200000, 1, 1}, {1, 1200000, 1}, {5, 5, 700000},  {6, 500000, 6},
    };
    static const char *const types[] = {"f32", "f64"}, *const fills[] = {"uniform",
                                                                         "integer"};
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t t = 0; t < 2; t++)
            for (size_t f = 0; f < 2; f++) {
                // Of the large shapes one combination each: they take their time.
                if (shapes[s][0] * shapes[s][1] * shapes[s][2] > 4000000 &&
                    (s + 2 * t + f) % 4)
                    continue;
                struct matmul *job =
                    make(shapes[s][0], shapes[s][1], shapes[s][2], types[t], fills[f]);
                if (job->m * job->n > 0)
                    assert_wrong(job, "never written");
                multiply(job);
                double error = assert_right(job);
                assert_true(f == 0 || error == 0);
                // The last element and one in the middle are looked at, too.
                size_t last = job->m * job->n - 1;
                for (size_t e = last; job->m * job->n > 0 && e > last / 2;
                     e -= last / 2 + 1) {
                    double right = get(job, job->c, e);
                    set(job, job->c, e, right + (job->k > 0 ? (double)job->k : 1));
                    assert_wrong(job, "but must be");
                    set(job, job->c, e, right);
                }
                assert_right(job);
                workload_matmul.free(job);
            }
}

static void an_untouched_element_always_fails(void **state)
{
    static const size_t sizes[] = {1, 37, 300};
    (void)state;
    for (size_t s = 0; s < 3; s++)
        for (int nan = 0; nan < 2; nan++)
            for (int t = 0; t < 2; t++) {
                size_t n = sizes[s];
                struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
                if (nan)
                    for (size_t p = 0; p < n; p++)
                        set(job, job->b, p * n + n / 2, NAN);
                multiply(job);
                assert_right(job);
                // As reset leaves it: at a place that is a number, and at one that is a
                // NaN.
                size_t place = (n - 1) * n + n / 2;
                double right = get(job, job->c, place);
                void *copy = malloc(n * n * elem_bytes(job->type));
                memcpy(copy, job->c, n * n * elem_bytes(job->type));
                workload_matmul.reset(job);
                size_t e = elem_bytes(job->type);
                memcpy(job->c, copy, place * e);
                memcpy((char *)job->c + (place + 1) * e, (char *)copy + (place + 1) * e,
                       (n * n - place - 1) * e);
                assert_true(isnan(get(job, job->c, place)));
                assert_wrong(job, "was never written");
                set(job, job->c, place, right);
                assert_right(job);
                workload_matmul.reset(job);
                assert_wrong(job, "was never written");
                free(copy);
                workload_matmul.free(job);
            }
}

static void not_finite_must_land_where_it_belongs(void **state)
{
    // Small, and large enough for the other check.
    static const size_t sizes[] = {20, 300};
    (void)state;
    for (size_t s = 0; s < 2; s++)
        for (int t = 0; t < 2; t++) {
            size_t n = sizes[s], row = 3, col = 7;
            struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
            set(job, job->a, row * n + 1, (double)INFINITY);
            set(job, job->b, 5 * n + col, (double)-INFINITY);
            set(job, job->a, 9 * n + 5, 0);  // Inf * 0 at [9, col]
            multiply(job);
            assert_true(isnan(get(job, job->c, 9 * n + col)));
            assert_true(isinf(get(job, job->c, row * n + 0)));
            assert_right(job);
            // All of the row and of the column, so that a sample of positions meets them.
            for (size_t j = 0; j < n; j++)
                set(job, job->c, row * n + j, 1);
            assert_wrong(job, "NaN, the infinities");
            multiply(job);
            // In every eighth row only, which rows drawn by seed may all miss.
            for (size_t first = 0; first < 8 && n > 20; first++) {
                for (size_t i = first; i < n; i += 8)
                    set(job, job->c, i * n + col, -get(job, job->c, i * n + col));
                assert_wrong(job, "NaN, the infinities");
                multiply(job);
            }
            // A NaN where a number belongs.
            set(job, job->c, 11 * n + 11, NAN);
            assert_wrong(job, "C[11,11] is nan");
            workload_matmul.free(job);
        }
}

static void an_overflow_of_partial_sums_is_nobodys_fault(void **state)
{
    (void)state;
    for (int t = 0; t < 2; t++) {
        double top = t ? DBL_MAX : (double)FLT_MAX, root = sqrt(top);
        struct matmul *job = make(1, 1, 4, t ? "f64" : "f32", "uniform");
        static const double signs[] = {1, 1, -1, -1};
        for (size_t p = 0; p < 4; p++) {
            set(job, job->a, p, root * 0.9);
            set(job, job->b, p, root * 0.9 * signs[p]);
        }
        // 0.81 + 0.81 overflows, in the order 0.81 - 0.81 + ... nothing does.
        static const double fine[] = {0, (double)INFINITY, (double)-INFINITY, NAN};
        for (size_t i = 0; i < 4; i++) {
            set(job, job->c, 0, fine[i]);
            assert_right(job);
        }
        set(job, job->c, 0, top / 2);
        assert_wrong(job, "C[0,0]");
        // In the upper part of the range, but with no sum that leaves it.
        for (size_t p = 0; p < 4; p++)
            set(job, job->b, p, p ? 0 : root * 0.9);
        set(job, job->c, 0, top * 0.81);
        assert_right(job);
        set(job, job->c, 0, (double)INFINITY);
        assert_wrong(job, "C[0,0]");
        // All positive: the result itself is out of range.
        for (size_t p = 0; p < 4; p++)
            set(job, job->b, p, root * 0.9);
        set(job, job->c, 0, (double)INFINITY);
        assert_right(job);
        set(job, job->c, 0, top);
        assert_wrong(job, "C[0,0]");
        workload_matmul.free(job);
    }
}

// The product is computed once, then damaged in the ways that matter.
static void large_products_betray_single_elements(void **state)
{
    static const struct {
        size_t n;
        const char *type, *fill;
        double relative;  // the least error that must be found, of a typical element
    } facts[] = {{1024, "f32", "uniform", 1e-2},
                 {512, "f64", "uniform", 1e-9},
                 {512, "f32", "integer", 1e-2}};
    (void)state;
    for (size_t f = 0; f < 3; f++) {
        size_t n = facts[f].n;
        struct matmul *job = make(n, n, n, facts[f].type, facts[f].fill);
        struct rng rng = {99};
        bool exact = f == 2;
        multiply(job);
        double error = assert_right(job);
        assert_true(exact ? error == 0 : error > 0 && error < 8);
        for (int trial = 0; trial < 20; trial++) {
            size_t at = rng_below(&rng, n * n);
            double right = get(job, job->c, at);
            if (fabs(right) < 10)
                continue;
            set(job, job->c, at, exact ? right + 1 : right * (1 + facts[f].relative));
            assert_wrong(job, "but must be");
            set(job, job->c, at, right);
        }
        // One row where another belongs.
        size_t row = n * elem_bytes(job->type), to = n / 2 + 1;
        char says[32];
        void *kept = malloc(row);
        memcpy(kept, (char *)job->c + to * row, row);
        memcpy((char *)job->c + to * row, (char *)job->c + 3 * row, row);
        snprintf(says, sizeof says, "C[%zu,", to);
        assert_wrong(job, says);
        memcpy((char *)job->c + to * row, kept, row);
        free(kept);
        // A tile one column off.
        workload_matmul.damage(job, SABOTAGE_OFF_BY_ONE);
        assert_wrong(job, "but must be");
        workload_matmul.free(job);
    }
}

// Terms of one sign drift in one direction: no statistics of rounding may be presumed.
static void one_signed_matrices_are_not_accused(void **state)
{
    (void)state;
    for (int t = 0; t < 2; t++) {
        size_t n = 400;
        struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
        for (size_t i = 0; i < n * n; i++) {
            set(job, job->a, i, 0.1);
            set(job, job->b, i, 0.7);
        }
        multiply(job);
        assert_right(job);
        set(job, job->c, n * 5 + 9, get(job, job->c, 0) * 1.01);
        assert_wrong(job, "C[5,9]");
        workload_matmul.free(job);
    }
}

static void subnormal_products_are_not_accused(void **state)
{
    (void)state;
    for (int t = 0; t < 2; t++) {
        struct matmul *job = make(9, 9, 9, t ? "f64" : "f32", "uniform");
        for (size_t i = 0; i < 81; i++)
            set(job, job->a, i, get(job, job->a, i) * (t ? 0x1p-1070 : 0x1p-145));
        multiply(job);
        assert_right(job);
        workload_matmul.free(job);
    }
}

static void scale_column(const struct matmul *job, const void *matrix, size_t rows,
                         size_t cols, size_t j, double by)
{
    for (size_t i = 0; i < rows; i++)
        set(job, matrix, i * cols + j, get(job, matrix, i * cols + j) * by);
}

// A tile of 4 x 64 wrong elements, too few rows to be met by chance.
static void assert_tile_betrayed(struct matmul *job, size_t row, size_t col, double add)
{
    for (size_t i = row; i < row + 4; i++)
        for (size_t j = col; j < col + 64; j++)
            set(job, job->c, i * job->n + j, add - get(job, job->c, i * job->n + j));
    assert_wrong(job, "but must be");
}

// The rounding of a large column must not hide what is wrong in the others.
static void columns_of_any_scale_count_alike(void **state)
{
    static const double scales[] = {1e10, 1e-20};
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (size_t s = 0; s < 5; s++) {
            size_t n = 320;
            struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
            struct rng rng = {s};
            if (s < 2)
                scale_column(job, job->b, n, n, 7, scales[s]);
            for (size_t j = 0; s >= 2 && j < n; j++)
                scale_column(job, job->b, n, n, j,
                             ldexp(1, (int)rng_below(&rng, 101) - 50));
            multiply(job);
            assert_right(job);
            assert_tile_betrayed(job, 100, 64, s < 2 ? 1 : 0);
            // The odd one out alone.
            if (s < 2) {
                multiply(job);
                set(job, job->c, 200 * n + 7, -get(job, job->c, 200 * n + 7));
                assert_wrong(job, "C[200,7]");
            }
            workload_matmul.free(job);
        }
}

// Where the columns of A make up for the rows of B: half of B's columns are huge in a row
// that A multiplies by little. And zeros, and f64 near both ends of its range.
static void scales_that_cancel_hide_nothing(void **state)
{
    static const double ends[] = {0x1p300, 0x1p-300, 0x1p440, 0x1p-900};
    size_t n = 320;
    (void)state;
    for (size_t t = 0; t < 2; t++) {
        struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
        scale_column(job, job->a, n, n, 5, 0x1p-40);
        for (size_t j = 0; j < n; j += 2)
            set(job, job->b, 5 * n + j, get(job, job->b, 5 * n + j) * 0x1p40);
        scale_column(job, job->b, n, n, 9, 0);
        multiply(job);
        assert_right(job);
        // In one of the columns that only look large.
        set(job, job->c, 150 * n + 12, get(job, job->c, 150 * n + 12) + 1);
        assert_wrong(job, "C[150,12]");
        multiply(job);
        set(job, job->c, 50 * n + 9, t ? 1e-200 : 1e-20);
        assert_wrong(job, "C[50,9]");
        workload_matmul.free(job);
    }
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
        struct matmul *job = make(n, n, n, "f64", "uniform");
        for (size_t j = 0; j < n; j++) {
            scale_column(job, job->a, n, n, j, ends[e]);
            scale_column(job, job->b, n, n, j, j % 3 ? ends[e] > 1 ? ends[e] : 1 : 1e-9);
        }
        multiply(job);
        assert_right(job);
        assert_tile_betrayed(job, 100, 64, 0);
        workload_matmul.free(job);
    }
}

// Rows and columns that rightly overflow must not crowd out the rows that are wrong.
static void overflows_hide_nothing(void **state)
{
    size_t n = 320;
    (void)state;
    for (size_t t = 0; t < 2; t++)
        for (size_t columns = 0; columns < 2; columns++) {
            struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
            double top = t ? DBL_MAX : (double)FLT_MAX;
            for (size_t l = 10; l < 15; l++)
                for (size_t p = 0; p < n; p++)
                    set(job, columns ? job->b : job->a, columns ? p * n + l : l * n + p,
                        (p % 2 ? top : -top) * (0.5 + 0.1 * (double)(p % 5)));
            multiply(job);
            assert_true(!isfinite(get(job, job->c, 10 * n + 10)));
            assert_right(job);
            assert_tile_betrayed(job, 100, 64, 0);
            // All of what overflows but the first.
            multiply(job);
            for (size_t l = 10; l < 15; l++)
                for (size_t p = 0; p < n; p++)
                    set(job, job->c, columns ? p * n + l : l * n + p,
                        p ? 1 : (double)INFINITY);
            assert_wrong(job, "C[");
            workload_matmul.free(job);
        }
}

static void draw_scales(struct rng *rng, const struct matmul *job, const void *matrix,
                        bool rows, uint64_t range)
{
    size_t n = job->n;
    for (size_t l = 0; l < n; l++) {
        double by = ldexp(1, (int)rng_below(rng, 2 * range + 1) - (int)range);
        for (size_t p = 0; p < n; p++) {
            size_t at = rows ? l * n + p : p * n + l;
            set(job, matrix, at, rng_below(rng, 50) ? get(job, matrix, at) * by : 0);
        }
    }
}

// Any scale of rows and columns, into the subnormals and out of the range.
static void right_products_of_any_scale_are_not_accused(void **state)
{
    (void)state;
    for (size_t seed = 0; seed < 24; seed++) {
        size_t n = 260, t = seed % 2;
        struct matmul *job = make(n, n, n, t ? "f64" : "f32", "uniform");
        struct rng rng = {seed};
        static const uint64_t ranges[2][4] = {{0, 10, 60, 120}, {0, 50, 500, 1000}};
        for (size_t d = 0; d < 4; d++)
            draw_scales(&rng, job, d < 2 ? job->a : job->b, d % 2,
                        ranges[t][rng_below(&rng, 4)] / (1 + d % 2));
        multiply(job);
        struct fail why = {EXIT_OK, ""};
        double error;
        if (workload_matmul.check(job, &error, &why))
            fail_msg("seed %zu: %s", seed, why.text);
        workload_matmul.free(job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(the_reference_is_more_precise_than_the_type),
        cmocka_unit_test(integers_must_agree_exactly),
        cmocka_unit_test(every_shape_is_accepted),
        cmocka_unit_test(an_untouched_element_always_fails),
        cmocka_unit_test(not_finite_must_land_where_it_belongs),
        cmocka_unit_test(an_overflow_of_partial_sums_is_nobodys_fault),
        cmocka_unit_test(large_products_betray_single_elements),
        cmocka_unit_test(one_signed_matrices_are_not_accused),
        cmocka_unit_test(subnormal_products_are_not_accused),
        cmocka_unit_test(columns_of_any_scale_count_alike),
        cmocka_unit_test(scales_that_cancel_hide_nothing),
        cmocka_unit_test(overflows_hide_nothing),
        cmocka_unit_test(right_products_of_any_scale_are_not_accused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
