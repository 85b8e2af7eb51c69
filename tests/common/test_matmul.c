// test_matmul.c -- the oracle accepts right products and catches wrong ones.
//
// The products judged here come from plain loops of this file, in the working precision
// and in other orders than the reference's.
#include "matmul.h"

#include "npy.h"
#include "rng.h"
#include "scratch.h"
#include "text.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct matmul *make(size_t m, size_t n, size_t k, const char *type,
                           const char *fill)
{
    struct fail why = {EXIT_OK, ""};
    json_t *params = json_pack("{s:I, s:I, s:I, s:s, s:s, s:i}", "m", (json_int_t)m, "n",
                               (json_int_t)n, "k", (json_int_t)k, "type", type, "fill",
                               fill, "seed", 3);
    struct matmul *job = workload_matmul.make(params, &why);
    json_decref(params);
    if (!job)
        fail_msg("%s", why.text);
    return job;
}

static double get(const struct matmul *job, const void *matrix, size_t at)
{
    return job->type == ELEM_F32 ? (double)((const float *)matrix)[at]
                                 : ((const double *)matrix)[at];
}

static void set(const struct matmul *job, const void *matrix, size_t at, double value)
{
    // Tests change inputs, too.
    void *to = (void *)(uintptr_t)matrix;
    if (job->type == ELEM_F32)
        ((float *)to)[at] = (float)value;
    else
        ((double *)to)[at] = value;
}

static void multiply_f32(const struct matmul *job)
{
    float *c = job->c;
    const float *a = job->a, *b = job->b;
    memset(c, 0, job->m * job->n * sizeof *c);
    for (size_t i = 0; i < job->m; i++)
        for (size_t p = job->k; p-- > 0;)
            for (size_t j = 0; j < job->n; j++)
                c[i * job->n + j] += a[i * job->k + p] * b[p * job->n + j];
}

static void multiply_f64(const struct matmul *job)
{
    double *c = job->c;
    const double *a = job->a, *b = job->b;
    memset(c, 0, job->m * job->n * sizeof *c);
    for (size_t i = 0; i < job->m; i++)
        for (size_t p = job->k; p-- > 0;)
            for (size_t j = 0; j < job->n; j++)
                c[i * job->n + j] += a[i * job->k + p] * b[p * job->n + j];
}

static void multiply(struct matmul *job)
{
    if (job->type == ELEM_F32)
        multiply_f32(job);
    else
        multiply_f64(job);
}

static double assert_right(struct matmul *job)
{
    struct fail why = {EXIT_OK, ""};
    double error = -1;
    if (workload_matmul.check(job, &error, &why))
        fail_msg("%zu x %zu x %zu: %s", job->m, job->n, job->k, why.text);
    assert_true(error >= 0 && error <= (job->k > 16 ? (double)job->k : 16));
    return error;
}

static void assert_wrong(struct matmul *job, const char *says)
{
    struct fail why = {EXIT_OK, ""};
    double error = 0;
    if (workload_matmul.check(job, &error, &why) != -1 || why.code != EXIT_WRONG ||
        !strstr(why.text, says))
        fail_msg("%zu x %zu x %zu: expected %s, got '%s'", job->m, job->n, job->k, says,
                 why.text);
}

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
        {300, 1, 200},   {65, 63, 64},    {127, 131, 257}, {300, 290, 310},
        {2000, 1500, 3}, {4, 2000, 3000}, {5, 2000, 3000}, {2000, 4, 3000},
        {3000000, 1, 1}, {1, 3000000, 1}, {5, 5, 1000000}, {6, 700000, 6},
    };
    static const char *const types[] = {"f32", "f64"}, *const fills[] = {"uniform",
                                                                         "integer"};
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (size_t t = 0; t < 2; t++)
            for (size_t f = 0; f < 2; f++) {
                // Of the large shapes one combination each: they take their time.
                if (shapes[s][0] * shapes[s][1] * shapes[s][2] > 5000000 &&
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

static void sabotage_changes_every_shape_that_has_room(void **state)
{
    static const size_t shapes[][2] = {{1, 2},    {2, 1},     {64, 65},
                                       {65, 129}, {128, 128}, {1, 1}};
    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        struct matmul *job = make(shapes[s][0], shapes[s][1], 20, "f32", "uniform");
        multiply(job);
        workload_matmul.damage(job, SABOTAGE_LOST_BOOK);
        assert_right(job);
        workload_matmul.damage(job, SABOTAGE_OFF_BY_ONE);
        if (job->n > 1)
            assert_wrong(job, "but must be");
        else
            assert_right(job);
        workload_matmul.free(job);
    }
}

static void inputs_are_the_seeds(void **state)
{
    (void)state;
    struct matmul *a = make(30, 40, 50, "f32", "uniform"),
                  *b = make(30, 40, 50, "f32", "uniform");
    assert_memory_equal(a->a, b->a, 30 * 50 * 4);
    assert_memory_equal(a->b, b->b, 50 * 40 * 4);
    assert_memory_not_equal(a->a, a->b, 1000);
    double least = 1, most = -1;
    for (size_t i = 0; i < 30 * 50; i++) {
        least = fmin(least, get(a, a->a, i));
        most = fmax(most, get(a, a->a, i));
    }
    assert_true(least >= -1 && least < -0.9 && most < 1 && most > 0.9);
    assert_int_equal(
        (uintptr_t)a->a % 4096 + (uintptr_t)a->b % 4096 + (uintptr_t)a->c % 4096, 0);
    assert_true(workload_matmul.amount(a) == 2.0 * 30 * 40 * 50);
    json_t *told = workload_matmul.describe(a);
    assert_int_equal(json_integer_value(json_object_get(told, "bytes")),
                     4 * (30 * 50 + 50 * 40 + 30 * 40));
    assert_string_equal(json_string_value(json_object_get(told, "fill")), "uniform");
    json_decref(told);
    workload_matmul.free(a);
    workload_matmul.free(b);
    workload_matmul.free(NULL);
}

static void refuses(void **state)
{
    static const struct {
        const char *params;
        enum exit_code code;
        const char *says;
    } facts[] = {
        {"{}", EXIT_USAGE, "the size m is missing"},
        {"{\"m\": 1, \"n\": 1}", EXIT_USAGE, "the size k is missing"},
        {"{\"m\": 1, \"n\": 1, \"k\": -1}", EXIT_USAGE, "k must be"},
        {"{\"m\": 1, \"n\": 1, \"k\": 1, \"type\": \"f16\"}", EXIT_USAGE, "f32, f64"},
        {"{\"m\": 1, \"n\": 1, \"k\": 1, \"fill\": \"zero\"}", EXIT_USAGE,
         "uniform, integer"},
        {"{\"m\": 1, \"n\": 1, \"k\": 1, \"lda\": 1}", EXIT_USAGE,
         "unknown parameter 'lda'"},
        {"{\"m\": 4294967296, \"n\": 1, \"k\": 4294967296}", EXIT_USAGE,
         "fits no memory"},
        {"{\"m\": 4294967296, \"n\": 4294967296, \"k\": 0}", EXIT_USAGE,
         "fits no memory"},
        {"{\"m\": 4000000, \"n\": 4000000, \"k\": 10}", EXIT_RESOURCE, "only"},
        {"{\"m\": 1, \"n\": 1, \"k\": 16777217, \"fill\": \"integer\"}", EXIT_USAGE,
         "exact"},
        {"{\"a\": \"x.npy\"}", EXIT_USAGE, "both a and b"},
        {"{\"a\": \"x.npy\", \"b\": \"y.npy\", \"m\": 3}", EXIT_USAGE, "cannot be given"},
        {"{\"a\": \"x.npy\", \"b\": \"y.npy\", \"fill\": \"integer\"}", EXIT_USAGE,
         "generated"},
        {"{\"a\": \"/none/x\\\\x1b.npy\", \"b\": \"y\"}", EXIT_INPUT,
         "/none/x\033.npy: cannot"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why = {EXIT_OK, ""};
        json_t *params = json_loads(facts[i].params, 0, NULL);
        assert_non_null(params);
        assert_null(workload_matmul.make(params, &why));
        if (why.code != facts[i].code || !strstr(why.text, facts[i].says))
            fail_msg("%s: got %d, '%s'", facts[i].params, why.code, why.text);
        json_decref(params);
    }
}

static struct scratch scratch;

static void write_matrix(const char *name, size_t rows, size_t cols, enum elem type)
{
    static const double zeros[64];
    struct fail why;
    int fd = open(scratch_path(&scratch, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                  0600);
    assert_int_equal(npy_write(fd, zeros, rows, cols, type, &why), 0);
    close(fd);
}

static struct matmul *make_from(const char *a, const char *b, const char *type,
                                struct fail *why)
{
    char *a_path = text_escape(scratch_path(&scratch, a));
    char *b_path = text_escape(scratch_path(&scratch, b));
    json_t *params = json_pack("{s:s, s:s, s:s}", "a", a_path, "b", b_path, "type", type);
    if (!*type)
        json_object_del(params, "type");
    struct matmul *job = workload_matmul.make(params, why);
    json_decref(params);
    free(a_path);
    free(b_path);
    return job;
}

static void real_matrices(void **state)
{
    struct fail why;
    struct npy saved;
    (void)state;
    scratch_make(&scratch);
    write_matrix("a\\ \033\xff", 3, 4, ELEM_F64);
    write_matrix("b", 4, 5, ELEM_F64);
    write_matrix("narrow", 4, 5, ELEM_F32);
    struct matmul *job = make_from("a\\ \033\xff", "b", "", &why);
    assert_non_null(job);
    assert_true(job->m == 3 && job->n == 5 && job->k == 4 && job->type == ELEM_F64);
    set(job, job->a, 5, 2);
    set(job, job->b, 7, 3);
    multiply(job);
    assert_right(job);
    int fd = open(scratch_path(&scratch, "c"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(workload_matmul.save(job, fd, &why), 0);
    close(fd);
    assert_int_equal(npy_load(scratch.path, &saved, &why), 0);
    assert_true(saved.rows == 3 && saved.cols == 5);
    assert_memory_equal(saved.data, job->c, 15 * sizeof(double));
    assert_true(((double *)saved.data)[7] == 6);
    npy_free(&saved);
    workload_matmul.free(job);

    assert_null(make_from("b", "b", "", &why));
    assert_int_equal(why.code, EXIT_INPUT);
    assert_non_null(strstr(why.text, "is 4 x 5 and"));
    assert_null(make_from("a\\ \033\xff", "narrow", "", &why));
    assert_int_equal(why.code, EXIT_INPUT);
    assert_non_null(strstr(why.text, "must have one type"));
    assert_null(make_from("a\\ \033\xff", "b", "f32", &why));
    assert_int_equal(why.code, EXIT_INPUT);
    assert_non_null(strstr(why.text, "f32 was asked for"));
    scratch_remove(&scratch);
}

static void an_engine_without_matmul_is_absent(void **state)
{
    static const struct engine none = {.name = "none"};
    struct fail why;
    (void)state;
    struct matmul *job = make(2, 2, 2, "f32", "uniform");
    assert_int_equal(workload_matmul.prepare(&none, NULL, job, NULL, &why), -1);
    assert_int_equal(why.code, EXIT_ABSENT);
    assert_int_equal(workload_matmul.run(&none, NULL, job, NULL, &why), -1);
    assert_int_equal(why.code, EXIT_ABSENT);
    workload_matmul.free(job);
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
        cmocka_unit_test(sabotage_changes_every_shape_that_has_room),
        cmocka_unit_test(inputs_are_the_seeds),
        cmocka_unit_test(refuses),
        cmocka_unit_test(real_matrices),
        cmocka_unit_test(an_engine_without_matmul_is_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
