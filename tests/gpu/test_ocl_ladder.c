// test_ocl_ladder.c -- the rung whose numbers can be chosen: every tile that is whole
// gives the bits of the triple loop, and one that is not, or that a device has no room
// for, is refused with a sentence; where k is cut into slices all of it is added up,
// once.
#include "ocl_matmul.h"
#include "ocl_product.h"
#include "ocl_settings.h"

static const struct matmul odd_f32 = {.m = 150, .n = 141, .k = 37, .type = ELEM_F32};

static struct ocl_matmul *make(const struct ocl *o, const char *variant,
                               const struct matmul *job)
{
    struct fail why = {.text = ""};
    struct ocl_matmul *x = ocl_matmul_make(o, variant, job, &why);
    if (!x)
        fail_msg("%s: %s", variant, why.text);
    return x;
}

static void run(struct ocl_matmul *x, struct matmul *job, const char *where)
{
    struct fail why = {.text = ""};
    struct phases phases;
    poison(job);
    if (ocl_matmul_run(x, &phases, &why) != 0)
        fail_msg("%s: %s", where, why.text);
}

static void chosen_numbers(void **state)
{
    static const char *const variants[] = {"buffered[BM=64 BN=128 BK=8 TM=8 TN=8]",
                                           "buffered[BM=128 BN=64 BK=16 TM=8 TN=4]",
                                           "buffered[BM=32 BN=64 BK=32 TM=8 TN=4]",
                                           "buffered[BM=128 BN=128 BK=8 TM=16 TN=8]",
                                           "buffered[BM=32 BN=32 BK=16 TM=4 TN=4]",
                                           "buffered[BM=256 BN=64 BK=16 TM=8 TN=8]"};
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        for (int type = ELEM_F32; type <= (o.f64 ? ELEM_F64 : ELEM_F32); type++) {
            // Rows that may be read as vectors, and rows that may not.
            for (size_t n = 140; n <= 141; n++) {
                struct matmul job;
                make_job(&job, 150, n, n == 140 ? 36 : 37, (enum elem)type);
                struct ocl_matmul *x = make(&o, variants[i], &job);
                run(x, &job, variants[i]);
                check(&job, variants[i]);
                ocl_matmul_free(x);
                free_job(&job);
            }
        }
    }
    ocl_close(&o);
}

static void numbers_that_cannot_be(void **state)
{
    static const struct {
        const char *variant;
        enum exit_code code;
        const char *says;
    } facts[] = {
        {"buffered[TM=2]", EXIT_ABSENT, "no whole tile: buffered[TM=2]"},
        {"buffered[BK=4]", EXIT_ABSENT, "no whole tile"},
        {"buffered[BM=96 TM=16]", EXIT_ABSENT, "no whole tile"},
        {"buffered[BM=128 BN=128 BK=64 TM=8 TN=8]", EXIT_ABSENT,
         "buffered needs 256 and"},
        {"buffered[XY=2]", EXIT_USAGE, "no list of this kernel's numbers"},
        {"buffered[BM=]", EXIT_USAGE, "no list"},
        {"buffered[BM=64", EXIT_USAGE, "no list"},
        {"buffered[BM=64]x", EXIT_USAGE, "no list"},
        {"buffered[BM=-4]", EXIT_USAGE, "no list"},
        {"buffered[BM=99999999999]", EXIT_USAGE, "no list"},
        {"naive[BM=64]", EXIT_USAGE, "no list"},
        {"buff[BM=64]", EXIT_USAGE, "no matmul variant"},
    };
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct matmul job;
    fixture_open(0, &o);
    o.local_bytes = 49152;
    make_job(&job, odd_f32.m, odd_f32.n, odd_f32.k, ELEM_F32);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why = {.text = ""};
        assert_null(ocl_matmul_make(&o, facts[i].variant, &job, &why));
        if (why.code != facts[i].code || !strstr(why.text, facts[i].says))
            fail_msg("%s: %d, %s", facts[i].variant, (int)why.code, why.text);
    }
    free_job(&job);
    ocl_close(&o);
}

static void settings_are_text(void **state)
{
    static const char *const texts[] = {"[BM=64 TN=4]", "[REGS=128]", "[]"};
    (void)state;
    const struct knob *knobs = ocl_tunables[0].knobs;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ocl_settings s;
        struct fail why;
        char text[64];
        assert_int_equal(ocl_settings_read(texts[i], knobs, &s, &why), 0);
        assert_string_equal(ocl_settings_write(&s, knobs, text, sizeof text), texts[i]);
        assert_int_equal(ocl_settings_empty(&s), strcmp(texts[i], "[]") == 0);
    }
}

// The tile follows from the size of C and from what the device has room for; the kernel's
// own word on local memory holds.
static void tiles_fit_the_device(void **state)
{
    static const struct {
        uint64_t local_bytes;
        int units;
        const char *variant;  // NULL: none fits
    } facts[] = {{0, 1, "buffered 128x128x16"},   {33280, 2, "buffered 128x128x16"},
                 {33280, 3, "buffered 64x64x16"}, {33279, 1, "buffered 64x64x16"},
                 {16896, 1, "buffered 64x64x16"}, {16895, 1, NULL}};
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct matmul job;
    fixture_open(0, &o);
    make_job(&job, 256, 256, 16, ELEM_F32);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why = {.text = ""};
        char variant[64];
        o.local_bytes = facts[i].local_bytes;
        o.units = facts[i].units;
        struct ocl_matmul *x = ocl_matmul_make(&o, "buffered", &job, &why);
        assert_int_equal(x != NULL, facts[i].variant != NULL);
        if (!x) {
            assert_int_equal(why.code, EXIT_ABSENT);
            assert_non_null(strstr(why.text, "buffered needs 64 and 16896"));
            continue;
        }
        assert_string_equal(ocl_matmul_variant(x, variant, sizeof variant),
                            facts[i].variant);
        ocl_matmul_free(x);
    }
    free_job(&job);
    ocl_close(&o);
}

// What the plan says of a tile's local memory is what the compiler makes of it.
static void local_memory_is_as_planned(void **state)
{
    static const struct {
        const char *rung;
        size_t bytes[2];  // f32, f64
    } facts[] = {{"registers", {8448, 16896}},
                 {"vectors", {8192, 8192}},
                 {"warps", {16640, 12544}},
                 {"buffered", {33280, 25088}}};
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    o.units = 1;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        for (int type = ELEM_F32; type <= (o.f64 ? ELEM_F64 : ELEM_F32); type++) {
            struct matmul job;
            struct ocl_matrices x;
            struct ocl_plan plan;
            struct ocl_settings none;
            struct fail why;
            cl_ulong used = 0;
            make_job(&job, 256, 256, 16, (enum elem)type);
            assert_int_equal(ocl_buffer(&o, 0, 1 << 19, NULL, &x.a, &why), 0);
            assert_int_equal(ocl_buffer(&o, 0, 1 << 19, NULL, &x.b, &why), 0);
            assert_int_equal(ocl_buffer(&o, 0, 1 << 19, NULL, &x.c, &why), 0);
            const struct ocl_rung *rung = ocl_rung_choose(&o, facts[i].rung, &none, &why);
            assert_int_equal(ocl_plan_make(&plan, rung, &o, &none, &job, &x, &why), 0);
            assert_int_equal(clGetKernelWorkGroupInfo(plan.multiply, o.id,
                                                      CL_KERNEL_LOCAL_MEM_SIZE,
                                                      sizeof used, &used, NULL),
                             CL_SUCCESS);
            // The compiler may put a little of its own beside them.
            assert_in_range(used, facts[i].bytes[type], facts[i].bytes[type] + 256);
            ocl_plan_free(&plan);
            ocl_release_buffer(&x.a);
            ocl_release_buffer(&x.b);
            ocl_release_buffer(&x.c);
            free_job(&job);
        }
    }
    ocl_close(&o);
}

// A device of many units and a C of few tiles: k is cut, and the sum is that of all
// slices, the same bits again and again.
static void slices_add_up(void **state)
{
    static const struct {
        size_t m, n, k;
    } shapes[] = {{1, 1, 513}, {70, 65, 1100}, {64, 64, 5000}, {33, 130, 2049}};
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    o.units = 64;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int type = ELEM_F32; type <= (o.f64 ? ELEM_F64 : ELEM_F32); type++) {
            struct matmul job;
            make_job(&job, shapes[i].m, shapes[i].n, shapes[i].k, (enum elem)type);
            const size_t bytes = job.m * job.n * elem_bytes(job.type);
            void *before = malloc(bytes);
            assert_non_null(before);
            struct ocl_matmul *x = make(&o, "buffered", &job);
            run(x, &job, "slices");
            bool other_bits = false;
            for (size_t e = 0; e < job.m * job.n; e++) {
                const double got = at(job.c, job.type, e);
                check_bound(&job, e / job.n, e % job.n, got);
                other_bits |= got != by_fma(&job, e / job.n, e % job.n);
            }
            // It was cut: sums of slices round elsewhere.
            assert_true(other_bits || job.m == 1);
            memcpy(before, job.c, bytes);
            run(x, &job, "slices");
            assert_memory_equal(before, job.c, bytes);
            ocl_matmul_free(x);
            free(before);
            free_job(&job);
        }
    }
    ocl_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_numbers),
        cmocka_unit_test(numbers_that_cannot_be),
        cmocka_unit_test(settings_are_text),
        cmocka_unit_test(tiles_fit_the_device),
        cmocka_unit_test(local_memory_is_as_planned),
        cmocka_unit_test(slices_add_up),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
