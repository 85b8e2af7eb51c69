// test_ocl_tensor.c -- the rungs with matrix instructions: with the instruction written
// out in plain OpenCL C every device shows that the right words reach the right lanes.
// What comes out is the product of the rounded inputs, within the rounding of its sums;
// the oracle lets it pass by its own bound, and not by that of floats.
#include "ocl_engine.h"
#include "ocl_matmul.h"
#include "ocl_product.h"

static const struct variant {
    const char *name;
    enum elem type;
    int bits;  // left of an input
    double input_epsilon;
} variants[] = {{"tensor_tf32", ELEM_F32, 11, 0x1p-11},
                {"tensor_bf16", ELEM_F32, 8, 0x1p-8},
                {"tensor_f64", ELEM_F64, 53, 0}};
enum { VARIANTS = sizeof variants / sizeof *variants };

static void open_plain(struct ocl *o)
{
    fixture_open(0, o);
    o->mma = "matmul_mma_plain.cl";
}

static void run_variant(const struct ocl *o, const char *name, struct matmul *job)
{
    struct fail why = {.text = ""};
    struct phases phases;
    struct ocl_matmul *x = ocl_matmul_make(o, name, job, &why);
    if (!x)
        fail_msg("%s: %s", name, why.text);
    poison(job);
    if (ocl_matmul_run(x, &phases, &why) != 0)
        fail_msg("%s: %s", name, why.text);
    ocl_matmul_free(x);
}

// To so many bits, to nearest: a tie of tf32 goes away from zero, one of bf16 to even.
static double rounded(double x, int bits)
{
    int e;
    const double scaled = ldexp(frexp(x, &e), bits);
    return ldexp(bits == 11 ? round(scaled) : nearbyint(scaled), e - bits);
}

static void check_variant(const struct matmul *job, const struct variant *v)
{
    const double eps = job->type == ELEM_F32 ? FLT_EPSILON : DBL_EPSILON;
    for (size_t i = 0; i < job->m; i++) {
        for (size_t j = 0; j < job->n; j++) {
            long double sum = 0, size = 0;
            for (size_t p = 0; p < job->k; p++) {
                const long double product =
                    (long double)rounded(at(job->a, job->type, i * job->k + p), v->bits) *
                    rounded(at(job->b, job->type, p * job->n + j), v->bits);
                sum += product;
                size += fabsl(product);
            }
            const double got = at(job->c, job->type, i * job->n + j);
            if (!(fabsl(got - sum) <= eps * 16 * size))
                fail_msg("%s %zux%zux%zu: C[%zu][%zu] is %.9g, not %.9Lg", v->name,
                         job->m, job->n, job->k, i, j, got, sum);
        }
    }
}

static void the_right_words_reach_the_right_lanes(void **state)
{
    // Inside a tile, around it, and rows that may not be read as vectors.
    static const struct {
        size_t m, n, k;
    } shapes[] = {{1, 1, 1},    {16, 8, 8},    {128, 128, 32}, {17, 9, 33},
                  {3, 5, 0},    {129, 65, 40}, {64, 132, 100}, {130, 131, 37},
                  {5, 260, 16}, {257, 4, 17}};
    (void)state;
    fixture_need_device();
    struct ocl o;
    open_plain(&o);
    for (int v = 0; v < VARIANTS; v++) {
        if (variants[v].type == ELEM_F64 && !o.f64)
            continue;
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            struct matmul job;
            make_job(&job, shapes[i].m, shapes[i].n, shapes[i].k, variants[v].type);
            run_variant(&o, variants[v].name, &job);
            check_variant(&job, &variants[v]);
            const unsigned char *behind =
                (unsigned char *)job.c + job.m * job.n * elem_bytes(job.type);
            for (int g = 0; g < GUARD_BYTES; g++)
                assert_int_equal(behind[g], 0x7f);
            free_job(&job);
        }
    }
    ocl_close(&o);
}

static void put(const void *x, size_t i, float value)
{
    // Only here: the test makes its inputs.
    ((float *)(uintptr_t)x)[i] = value;
}

// What is not finite stays what it is, where it is, and what is large stays finite.
static void special_values(void **state)
{
    enum { M = 20, N = 11, K = 9 };
    (void)state;
    fixture_need_device();
    struct ocl o;
    open_plain(&o);
    for (int v = 0; v < 2; v++) {
        struct matmul job;
        uint32_t low_nan = 0x7f800001u;
        float nan_bits;
        make_job(&job, M, N, K, ELEM_F32);
        for (size_t p = 0; p < K; p++)
            put(job.a, 4 * K + p, 0);
        memcpy(&nan_bits, &low_nan, sizeof nan_bits);
        put(job.a, 1 * K + 3, nan_bits);
        put(job.a, 2 * K + 5, INFINITY);
        put(job.a, 4 * K + 0, FLT_MAX);
        for (size_t j = 0; j < N; j++)
            put(job.b, 5 * N + j, 1);
        put(job.b, 0, 1);
        run_variant(&o, variants[v].name, &job);
        for (size_t i = 0; i < M; i++) {
            for (size_t j = 0; j < N; j++) {
                const double c = at(job.c, ELEM_F32, i * N + j);
                assert_int_equal(isnan(c) != 0, i == 1);
                assert_int_equal(isinf(c) != 0, i == 2);
            }
        }
        assert_true(at(job.c, ELEM_F32, 4 * N) > 0.99 * (double)FLT_MAX);
        free_job(&job);
    }
    ocl_close(&o);
}

static struct matmul *generated(const char *type, const char *fill)
{
    struct fail why = {.text = ""};
    json_t *params = json_pack("{s:i, s:i, s:i, s:s, s:s, s:i}", "m", 70, "n", 50, "k",
                               90, "type", type, "fill", fill, "seed", 5);
    struct matmul *job = workload_matmul.make(params, &why);
    json_decref(params);
    if (!job)
        fail_msg("%s", why.text);
    return job;
}

// Through the engine, as a worker does it: facts carry the bound to the oracle.
static void the_oracle_knows_the_bound(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    open_plain(&o);
    for (int v = 0; v < VARIANTS; v++) {
        if (variants[v].type == ELEM_F64 && !o.f64)
            continue;
        for (int integer = 0; integer <= 1; integer++) {
            struct fail why = {.text = ""};
            struct phases phases;
            struct engine_facts facts = {.input_epsilon = 1};
            double error;
            struct ocl_engine e = {.ocl = o};
            snprintf(e.variant, sizeof e.variant, "%s", variants[v].name);
            struct matmul *job = generated(variants[v].type == ELEM_F32 ? "f32" : "f64",
                                           integer ? "integer" : "uniform");
            assert_int_equal(workload_matmul.prepare(&engine_ocl, &e, job, &facts, &why),
                             0);
            assert_true(facts.input_epsilon == variants[v].input_epsilon);
            workload_matmul.reset(job);
            assert_int_equal(workload_matmul.run(&engine_ocl, &e, job, &phases, &why), 0);
            if (workload_matmul.check(job, &error, &why) != 0)
                fail_msg("%s: %s", variants[v].name, why.text);
            // By the bound of floats it is wrong, unless its inputs have so few bits.
            const bool as_floats = integer || variants[v].input_epsilon == 0;
            job->input_epsilon = 0;
            assert_int_equal(workload_matmul.check(job, &error, &why) == 0, as_floats);
            // And by its own an error of a half of its bound more is.
            job->input_epsilon = facts.input_epsilon;
            if (job->type == ELEM_F32 && !integer) {
                ((float *)job->c)[123] += 90 * 4 * (float)(0x1p-8);
                assert_int_equal(workload_matmul.check(job, &error, &why), -1);
                assert_int_equal(why.code, EXIT_WRONG);
            }
            engine_ocl.release(&e);
            workload_matmul.free(job);
        }
    }
    ocl_close(&o);
}

// PoCL has no such instruction, and the assembler of another machine is not tried on it.
static void without_the_instruction_they_are_absent(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    for (int v = 0; v < VARIANTS; v++) {
        struct fail why = {.text = ""};
        struct matmul job;
        make_job(&job, 5, 5, 5, variants[v].type);
        if (!o.nv_options) {
            assert_null(ocl_matmul_make(&o, variants[v].name, &job, &why));
            assert_int_equal(why.code, EXIT_ABSENT);
            assert_non_null(strstr(why.text, "has no matrix instruction for"));
        }
        job.type = job.type == ELEM_F32 ? ELEM_F64 : ELEM_F32;
        if (o.f64) {
            assert_null(ocl_matmul_make(&o, variants[v].name, &job, &why));
            assert_int_equal(why.code, EXIT_ABSENT);
            assert_non_null(strstr(why.text, " is for f"));
        }
        job.type = variants[v].type;
        free_job(&job);
    }
    ocl_close(&o);
}

// The room that a plan asks for is what ptxas counts: 37888 and 33280 bytes.
static void small_devices_are_told(void **state)
{
    static const uint64_t bytes[VARIANTS] = {37888, 37888, 33280};
    (void)state;
    fixture_need_device();
    struct ocl o;
    open_plain(&o);
    for (int v = 0; v < VARIANTS; v++) {
        struct fail why = {.text = ""};
        struct matmul job;
        if (variants[v].type == ELEM_F64 && !o.f64)
            continue;
        make_job(&job, 5, 5, 5, variants[v].type);
        for (int lacks = 0; lacks <= 1; lacks++) {
            o.local_bytes = bytes[v] - (uint64_t)lacks;
            struct ocl_matmul *x = ocl_matmul_make(&o, variants[v].name, &job, &why);
            assert_int_equal(x == NULL, lacks);
            assert_true(!lacks || why.code == EXIT_ABSENT);
            ocl_matmul_free(x);
        }
        free_job(&job);
    }
    ocl_close(&o);
}

// Where the instruction is, the device's own answers are the plain one's.
static void the_device_does_as_written_out(void **state)
{
    (void)state;
    fixture_need_device();
    for (int d = 0; d < fixture_device_count; d++) {
        struct ocl o;
        fixture_open(d, &o);
        for (int v = 0; v < VARIANTS && o.nv_options; v++) {
            struct fail why = {.text = ""};
            struct matmul job;
            make_job(&job, 300, 270, 90, variants[v].type);
            struct ocl_matmul *x = ocl_matmul_make(&o, variants[v].name, &job, &why);
            if (x) {
                ocl_matmul_free(x);
                run_variant(&o, variants[v].name, &job);
                check_variant(&job, &variants[v]);
            } else {
                assert_int_equal(why.code, EXIT_ABSENT);
            }
            free_job(&job);
        }
        ocl_close(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_words_reach_the_right_lanes),
        cmocka_unit_test(special_values),
        cmocka_unit_test(the_oracle_knows_the_bound),
        cmocka_unit_test(without_the_instruction_they_are_absent),
        cmocka_unit_test(small_devices_are_told),
        cmocka_unit_test(the_device_does_as_written_out),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
