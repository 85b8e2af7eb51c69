// test_ocl_matmul.c -- every rung on every device, both types, awkward sizes, shared and
// copied memory: within the bound of a product in double, and the very bits of a triple
// loop with fma, for all rungs sum in the order of k.
#include "ocl_matmul.h"
#include "ocl_product.h"
#include "ocl_rung.h"

static const struct {
    size_t m, n, k;
} shapes[] = {
    // Empty ones, and the smallest.
    {0, 0, 0},
    {0, 5, 3},
    {4, 0, 3},
    {3, 4, 0},
    {1, 1, 0},
    {1, 1, 1},
    {1, 1, 300},
    // Vectors.
    {1, 77, 33},
    {77, 1, 33},
    {33, 77, 1},
    {300, 1, 1},
    {1, 300, 1},
    // Around the tiles of 14 x 32, 14 x 16, 16 x 16.
    {13, 31, 17},
    {14, 32, 16},
    {15, 33, 15},
    {24, 16, 8},
    {15, 17, 47},
    {36, 64, 4},
    // Around the tiles of 64 and 128, rows that are and are not whole vectors.
    {63, 65, 16},
    {64, 64, 16},
    {65, 63, 32},
    {127, 129, 20},
    {128, 128, 12},
    {129, 127, 31},
    // Around pieces of 256 steps and the longest stretch of k, primes, tall and wide.
    {13, 37, 255},
    {12, 32, 256},
    {14, 33, 257},
    {7, 19, 513},
    {17, 35, 4099},
    {40, 20, 4100},
    {97, 101, 103},
    {257, 3, 5},
    {3, 257, 5},
    {600, 9, 11},
    {9, 600, 11},
    {200, 220, 40},
};

static void run_and_check(const struct ocl *o, const char *rung, struct matmul *job)
{
    struct fail why = {.text = ""};
    struct phases phases;
    char where[96];
    struct ocl_matmul *x = ocl_matmul_make(o, rung, job, &why);
    // The tensor rungs have a test of their own, for any device.
    if (strncmp(rung, "tensor_", 7) == 0) {
        assert_true(x || why.code == EXIT_ABSENT);
        ocl_matmul_free(x);
        return;
    }
    snprintf(where, sizeof where, "%s %s %s%s", o->device.seen.address, rung,
             job->type == ELEM_F32 ? "f32" : "f64", o->device.unified ? "" : " copied");
    if (!x)
        fail_msg("%s: %s", where, why.text);
    assert_string_equal(ocl_matmul_rung(x), rung);
    for (int again = 0; again < 2; again++) {
        poison(job);
        if (ocl_matmul_run(x, &phases, &why) != 0)
            fail_msg("%s: %s", where, why.text);
        check(job, where);
    }
    if (job->m > 0 && job->n > 0) {
        assert_true(phases.run_ns > 0);
        assert_int_equal(phases.upload_ns > 0, !o->device.unified);
    }
    ocl_matmul_free(x);
}

// Every shape, or every third where another test takes all of them.
enum { EVERY = 1, SOME = 3 };

static void take_shapes(const struct ocl *o, const char *rung, enum elem type,
                        size_t stride)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i += stride) {
        struct matmul job;
        make_job(&job, shapes[i].m, shapes[i].n, shapes[i].k, type);
        run_and_check(o, rung, &job);
        free_job(&job);
    }
}

// Every rung takes its device through all shapes.
static void every_rung(void **state)
{
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        fixture_open(d, &o);
        for (const char *const *rung = ocl_rung_names; *rung; rung++) {
            take_shapes(&o, *rung, ELEM_F32, EVERY);
            if (o.f64)
                take_shapes(&o, *rung, ELEM_F64, EVERY);
        }
        ocl_close(&o);
    }
}

static void copied_memory(void **state)
{
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        fixture_open(d, &o);
        o.device.unified = false;
        take_shapes(&o, "packed", ELEM_F32, SOME);
        ocl_close(&o);
    }
}

// The tiles that a device of this vector width and group size would get.
static void other_widths(void **state)
{
    static const int widths[] = {4, 8, 16};
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        o.vector_f32 = widths[i];
        take_shapes(&o, "packed", ELEM_F32, SOME);
        if (o.f64)
            take_shapes(&o, "packed", ELEM_F64, SOME);
    }
    o.group_items = 64;
    for (const char *const *rung = ocl_rung_names; *rung; rung++)
        take_shapes(&o, *rung, ELEM_F32, SOME);
    ocl_close(&o);
}

static void set(const void *x, enum elem type, size_t i, double value)
{
    // Only here: the test makes its inputs.
    if (type == ELEM_F32)
        ((float *)(uintptr_t)x)[i] = (float)value;
    else
        ((double *)(uintptr_t)x)[i] = value;
}

// NaN and infinities stay in their rows and columns, at tile edges too, and meet zeros.
static void special_values(void **state)
{
    const size_t m = 29, n = 71, k = 259;
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        fixture_open(d, &o);
        for (int type = ELEM_F32; type <= (o.f64 ? ELEM_F64 : ELEM_F32); type++) {
            struct matmul job;
            make_job(&job, m, n, k, (enum elem)type);
            set(job.a, job.type, 0 * k + 258, NAN);
            set(job.a, job.type, 12 * k + 0, INFINITY);
            set(job.a, job.type, 28 * k + 256, -INFINITY);
            set(job.b, job.type, 5 * n + 70, INFINITY);
            set(job.b, job.type, 258 * n + 32, NAN);
            set(job.b, job.type, 0 * n + 3, 0);
            set(job.a, job.type, 7 * k + 5, 0);
            for (const char *const *rung = ocl_rung_names; *rung; rung++)
                run_and_check(&o, *rung, &job);
            free_job(&job);
        }
        ocl_close(&o);
    }
}

static void auto_takes_the_rung_for_the_device(void **state)
{
    static const char *const words[] = {NULL, "auto"};
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct fail why;
    struct matmul job;
    fixture_open(0, &o);
    make_job(&job, 5, 5, 5, ELEM_F32);
    for (int i = 0; i < 2; i++) {
        struct ocl_matmul *x = ocl_matmul_make(&o, words[i], &job, &why);
        assert_non_null(x);
        assert_string_equal(ocl_matmul_rung(x), o.device.gpu ? "buffered" : "packed");
        ocl_matmul_free(x);
    }
    free_job(&job);
    ocl_close(&o);
}

static void what_cannot_be_is_a_sentence(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct fail why = {.text = ""};
    struct matmul job;
    fixture_open(0, &o);
    make_job(&job, 50, 50, 50, ELEM_F64);

    assert_null(ocl_matmul_make(&o, "fastest", &job, &why));
    assert_int_equal(why.code, EXIT_USAGE);
    assert_non_null(strstr(why.text, "auto naive coalesced tiled"));

    const struct ocl as_it_is = o;
    o.f64 = false;
    assert_null(ocl_matmul_make(&o, NULL, &job, &why));
    assert_int_equal(why.code, EXIT_ABSENT);
    assert_non_null(strstr(why.text, "no double precision"));

    o = as_it_is;
    o.largest_bytes = 10000;
    assert_null(ocl_matmul_make(&o, NULL, &job, &why));
    assert_int_equal(why.code, EXIT_RESOURCE);
    o = as_it_is;
    o.memory_bytes = 30000;
    assert_null(ocl_matmul_make(&o, NULL, &job, &why));
    assert_int_equal(why.code, EXIT_RESOURCE);
    assert_non_null(strstr(why.text, "this product needs"));

    o = as_it_is;
    ocl_matmul_free(NULL);
    free_job(&job);
    ocl_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rung),
        cmocka_unit_test(copied_memory),
        cmocka_unit_test(other_widths),
        cmocka_unit_test(special_values),
        cmocka_unit_test(auto_takes_the_rung_for_the_device),
        cmocka_unit_test(what_cannot_be_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
