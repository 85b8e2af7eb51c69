// test_matmul.c -- the workload: its inputs, its parameters, its damage, real matrices.
#include "judged_product.h"
#include "npy.h"
#include "scratch.h"
#include "text.h"

#include <math.h>

static struct scratch scratch;

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
        {"{\"m\": 1, \"n\": 1, \"k\": 1, \"grain\": -1}", EXIT_USAGE, "grain must be"},
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
        cmocka_unit_test(sabotage_changes_every_shape_that_has_room),
        cmocka_unit_test(inputs_are_the_seeds),
        cmocka_unit_test(refuses),
        cmocka_unit_test(real_matrices),
        cmocka_unit_test(an_engine_without_matmul_is_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
