// test_ocl_platform.c -- a machine without any OpenCL platform: the loader reads its
// variables once a process, so this one's stand before its first call.
#include "engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct engine engine_ocl;

static char vendors[] = "/tmp/gopherbench-test-XXXXXX";

static void probe_says_why_there_is_none(void **state)
{
    struct device found[DEVICES_MAX];
    struct fail why = {.text = ""};
    (void)state;
    assert_int_equal(engine_ocl.probe(found, DEVICES_MAX, &why), -1);
    assert_int_equal(why.code, EXIT_ABSENT);
    assert_non_null(strstr(why.text, "no OpenCL platform"));
    assert_non_null(strstr(why.text, vendors));
    assert_non_null(strstr(why.text, "pocl-opencl-icd"));
}

static void open_fails_the_same_way(void **state)
{
    static const char *const devices[] = {NULL, "auto", "gpu", "cpu", "0:0", "x"};
    (void)state;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        const struct engine_opts opts = {.threads = 1, .device = devices[i]};
        struct engine_facts facts = {0};
        struct fail why = {.text = ""};
        void *ctx = &why;
        assert_int_equal(engine_ocl.open(&opts, &facts, &ctx, &why), -1);
        assert_null(ctx);
        assert_int_equal(why.code, EXIT_ABSENT);
        assert_non_null(strstr(why.text, "no OpenCL platform"));
        engine_ocl.close(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probe_says_why_there_is_none),
        cmocka_unit_test(open_fails_the_same_way),
    };
    if (!mkdtemp(vendors) || setenv("OCL_ICD_VENDORS", vendors, 1) != 0)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(vendors);
    return failed;
}
