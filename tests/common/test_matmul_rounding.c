// test_matmul_rounding.c -- engines that round their inputs on purpose: the check lets
// that pass where they say so, nowhere else, and no more than that.
#include "judged_product.h"

#include <stdlib.h>

static const size_t sides[] = {7, 20, 300};  // the last is judged by sampling
enum { SIDES = sizeof sides / sizeof *sides };

// Cuts the last bits of every element of a matrix; returns what was there before.
static float *cut(float *matrix, size_t count, int bits)
{
    float *before = malloc(count * sizeof *before);
    assert_non_null(before);
    memcpy(before, matrix, count * sizeof *before);
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, &matrix[i], sizeof word);
        word &= ~0u << bits;
        memcpy(&matrix[i], &word, sizeof word);
    }
    return before;
}

// The product of what is left of A and B, in a job that holds all of them.
static struct matmul *rounded_product(size_t side, const char *fill, int bits)
{
    struct matmul *job = make(side, side, side, "f32", fill);
    float *a = (float *)(uintptr_t)job->a, *b = (float *)(uintptr_t)job->b;
    float *a_before = cut(a, side * side, bits), *b_before = cut(b, side * side, bits);
    multiply(job);
    memcpy(a, a_before, side * side * sizeof *a);
    memcpy(b, b_before, side * side * sizeof *b);
    free(a_before);
    free(b_before);
    return job;
}

static void passes(struct matmul *job)
{
    struct fail why = {EXIT_OK, ""};
    double error = -1;
    if (workload_matmul.check(job, &error, &why))
        fail_msg("%zu: %s", job->m, why.text);
}

static void tf32_is_right_only_where_it_is_said(void **state)
{
    (void)state;
    for (int i = 0; i < SIDES; i++) {
        struct matmul *job = rounded_product(sides[i], "uniform", 13);
        assert_wrong(job, "must be");
        job->input_epsilon = 0x1p-10;
        passes(job);
        workload_matmul.free(job);
    }
}

static void integers_need_not_be_exact_then(void **state)
{
    (void)state;
    for (int i = 0; i < SIDES; i++) {
        struct matmul *job = rounded_product(sides[i], "integer", 22);
        assert_wrong(job, "must be");
        job->input_epsilon = 0.5;
        passes(job);
        workload_matmul.free(job);
    }
}

static void coarser_than_it_says_is_wrong(void **state)
{
    (void)state;
    for (int i = 0; i < SIDES; i++) {
        struct matmul *job = rounded_product(sides[i], "uniform", 20);
        job->input_epsilon = 0x1p-10;
        assert_wrong(job, "must be");
        workload_matmul.free(job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tf32_is_right_only_where_it_is_said),
        cmocka_unit_test(integers_need_not_be_exact_then),
        cmocka_unit_test(coarser_than_it_says_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
