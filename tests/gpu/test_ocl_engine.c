// test_ocl_engine.c -- the engine's own contract: probe, open, facts, jobs that come
// and go, limits, close.
#include "ocl_fixture.h"

#include "ocl_engine.h"
#include "pages.h"

#include <stdlib.h>
#include <string.h>

static void probe_and_facts_agree(void **state)
{
    struct device found[DEVICES_MAX];
    struct fail why = {.text = ""};
    (void)state;
    fixture_need_device();
    assert_int_equal(engine_ocl.probe(found, DEVICES_MAX, &why), fixture_device_count);
    assert_int_equal(engine_ocl.probe(found, 1, &why), 1);
    for (int i = 0; i < fixture_device_count; i++) {
        const struct device *seen = &fixture_devices[i].seen;
        const struct engine_opts opts = {.threads = 2, .device = seen->address};
        struct engine_facts facts = {0};
        void *ctx = NULL;
        assert_int_equal(engine_ocl.open(&opts, &facts, &ctx, &why), 0);
        assert_memory_equal(facts.device, seen->address, strlen(seen->address));
        assert_non_null(strstr(facts.device, seen->name));
        assert_int_equal(facts.gpu, seen->gpu);
        if (seen->gpu)
            assert_int_equal(facts.threads, 0);
        else
            assert_in_range(facts.threads, 1, 2);
        engine_ocl.close(ctx);
    }
    engine_ocl.close(NULL);
}

// A CPU device of several units is cut to one, and still computes.
static void one_thread_is_one_unit(void **state)
{
    const struct engine_opts opts = {.threads = 1, .device = "cpu"};
    struct engine_facts facts = {0};
    struct fail why = {.text = ""};
    float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, c[4] = {0};
    struct matmul job = {.m = 2, .n = 2, .k = 2, .a = a, .b = b, .c = c};
    struct phases phases;
    void *ctx = NULL;
    (void)state;
    fixture_need_device();
    if (ocl_device_choose(fixture_devices, fixture_device_count, "cpu", &why) < 0)
        skip();
    if (engine_ocl.open(&opts, &facts, &ctx, &why) != 0)
        fail_msg("%s", why.text);
    assert_int_equal(facts.threads, 1);
    // A second prepare replaces the first.
    for (int i = 0; i < 2; i++) {
        assert_int_equal(engine_ocl.prepare_matmul(ctx, &job, &facts, &why), 0);
        assert_int_equal(engine_ocl.matmul(ctx, &job, &phases, &why), 0);
    }
    assert_true(c[0] == 19 && c[1] == 22 && c[2] == 43 && c[3] == 50);
    engine_ocl.release(ctx);
    engine_ocl.release(ctx);
    engine_ocl.close(ctx);
}

static void open_device(int i, void **ctx)
{
    const struct engine_opts opts = {.threads = 2,
                                     .device = fixture_devices[i].seen.address};
    struct engine_facts facts = {0};
    struct fail why = {.text = ""};
    if (engine_ocl.open(&opts, &facts, ctx, &why) != 0)
        fail_msg("%s: %s", opts.device, why.text);
}

// A job of ones lives from here to here; AddressSanitizer sees who touches it later.
static void one_product(void *ctx, size_t n)
{
    struct fail why = {.text = ""};
    struct engine_facts facts;
    struct phases phases;
    struct matmul *job = malloc(sizeof *job);
    float *a = pages_make(n * n * sizeof(float), "a test", &why);
    float *c = pages_make(n * n * sizeof(float), "a test", &why);
    assert_true(job && a && c);
    for (size_t i = 0; i < n * n; i++)
        a[i] = 1;
    *job = (struct matmul){.m = n, .n = n, .k = n, .a = a, .b = a, .c = c};
    if (engine_ocl.prepare_matmul(ctx, job, &facts, &why) != 0 ||
        engine_ocl.matmul(ctx, job, &phases, &why) != 0)
        fail_msg("%s", why.text);
    engine_ocl.release(ctx);
    for (size_t i = 0; i < n * n; i++)
        assert_true(c[i] == (float)n);
    free(job);
    free(a);
    free(c);
}

static void one_library(void *ctx, uint32_t books, const char *design)
{
    // SHA-256 of "abc", as FIPS 180-4's examples have it.
    static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    struct fail why = {.text = ""};
    struct engine_facts facts;
    struct phases phases;
    struct gophers *job = calloc(1, sizeof *job);
    assert_non_null(job);
    job->cart_bytes = 4096;
    job->library.memory = malloc(3);
    job->ash = calloc(books, sizeof *job->ash);
    assert_true(job->library.memory && job->ash);
    memcpy(job->library.memory, "abc", 3);
    assert_int_equal(design_find(design, &job->design, &why), 0);
    job->carts = design_gophers(&job->design);
    for (uint32_t i = 0; i < books; i++)
        assert_int_equal(library_add(&job->library, "", job->library.memory, 3, &why), 0);
    assert_int_equal(gophers_cut(job, &why), 0);
    if (engine_ocl.prepare_gophers(ctx, job, &facts, &why) != 0 ||
        engine_ocl.gophers(ctx, job, &phases, &why) != 0)
        fail_msg("%s", why.text);
    engine_ocl.release(ctx);
    for (uint32_t i = 0; i < books; i++)
        assert_memory_equal(job->ash[i].digest, abc, sizeof abc);
    library_free(&job->library);
    free(job->segment);
    free(job->load);
    free(job->shipment);
    free(job->ash);
    free(job);
}

// A context serves one job after the other, and is closed when all of them are gone.
static void jobs_come_and_go(void **state)
{
    (void)state;
    fixture_need_device();
    for (int i = 0; i < fixture_device_count; i++) {
        void *ctx = NULL;
        open_device(i, &ctx);
        engine_ocl.release(ctx);
        one_product(ctx, 65);
        one_product(ctx, 130);
        one_library(ctx, 9, "four");
        one_library(ctx, 2000, "three");
        one_product(ctx, 31);
        engine_ocl.close(ctx);
    }
}

static void odd_devices_and_variants_are_sentences(void **state)
{
    static const char *const odd[] = {
        "",       "99:99", "-1:0", "no such device", "0:0:0", "%s%n", "\x1b]0;title\x07",
        "gpu cpu"};
    (void)state;
    fixture_need_device();
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        const struct engine_opts opts = {.threads = 2, .device = odd[i]};
        struct engine_facts facts;
        struct fail why = {.text = ""};
        void *ctx = NULL;
        // With a single device, nothing at all is a part of its name.
        if (odd[i][0] == '\0' && fixture_device_count == 1)
            continue;
        assert_int_equal(engine_ocl.open(&opts, &facts, &ctx, &why), -1);
        assert_null(ctx);
        assert_int_equal(why.code, EXIT_ABSENT);
        assert_non_null(strstr(why.text, fixture_devices[0].seen.address));
    }
}

static void limits_are_measured(void **state)
{
    (void)state;
    fixture_need_device();
    for (int i = 0; i < fixture_device_count; i++) {
        const struct engine_opts opts = {.threads = 2,
                                         .device = fixture_devices[i].seen.address};
        struct engine_facts facts;
        struct device_limits limits;
        struct fail why = {.text = ""};
        void *ctx = NULL;
        assert_int_equal(engine_ocl.open(&opts, &facts, &ctx, &why), 0);
        if (engine_ocl.limits(ctx, &limits, &why) != 0)
            fail_msg("%s", why.text);
        print_message("%s: %.1f and %.1f GFLOP/s, %.1f up and %.1f GB/s down\n",
                      fixture_devices[i].seen.address, limits.fma_f32_flops / 1e9,
                      limits.fma_f64_flops / 1e9, limits.upload_bytes / 1e9,
                      limits.download_bytes / 1e9);
        assert_true(limits.fma_f32_flops > 1e6 && limits.upload_bytes > 1e6 &&
                    limits.download_bytes > 1e6);
        engine_ocl.close(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probe_and_facts_agree),
        cmocka_unit_test(one_thread_is_one_unit),
        cmocka_unit_test(jobs_come_and_go),
        cmocka_unit_test(odd_devices_and_variants_are_sentences),
        cmocka_unit_test(limits_are_measured),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
