// test_ocl_engine.c -- the engine's own contract: probe, open, facts, limits, close.
#include "ocl_fixture.h"

#include "ocl_engine.h"

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
    engine_ocl.close(ctx);
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
        cmocka_unit_test(odd_devices_and_variants_are_sentences),
        cmocka_unit_test(limits_are_measured),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
