// test_ocl_pair.c -- memory that goes to the device and comes back, shared and copied.
#include "ocl_fixture.h"

#include "ocl_pair.h"

#include <string.h>

static void there_and_back(struct ocl *o)
{
    struct ocl_pair a = {0}, b = {0};
    struct fail why = {.text = ""};
    cl_event copied = NULL, back = NULL;
    assert_int_equal(ocl_pair_make(&a, o, 1000, &why), 0);
    assert_int_equal(ocl_pair_make(&b, o, 1000, &why), 0);
    for (int turn = 1; turn <= 3; turn++) {
        memset(a.host, turn, 1000);
        memset(b.host, 0x55, 1000);
        assert_int_equal(ocl_pair_give(&a, o->queue, 1000, NULL, &why), 0);
        assert_int_equal(ocl_pair_give(&b, o->queue, 1000, NULL, &why), 0);
        assert_int_equal(clEnqueueCopyBuffer(o->queue, a.device, b.device, 10, 10, 900, 0,
                                             NULL, &copied),
                         0);
        assert_int_equal(ocl_pair_take(&a, o->queue, 0, copied, NULL, &why), 0);
        assert_int_equal(ocl_pair_take(&b, o->queue, 1000, copied, &back, &why), 0);
        assert_int_equal(clWaitForEvents(1, &back), 0);
        const unsigned char *bytes = b.host;
        assert_int_equal(bytes[9], 0x55);
        assert_int_equal(bytes[10], turn);
        assert_int_equal(bytes[909], turn);
        assert_int_equal(bytes[910], 0x55);
        ocl_release_event(&copied);
        ocl_release_event(&back);
    }
    ocl_pair_free(&a);
    ocl_pair_free(&b);
    ocl_pair_free(&b);
}

static void shared_and_copied_memory_agree(void **state)
{
    (void)state;
    fixture_need_device();
    for (int i = 0; i < fixture_device_count; i++) {
        struct ocl o;
        fixture_open(i, &o);
        there_and_back(&o);
        o.device.unified = false;
        there_and_back(&o);
        ocl_close(&o);
    }
}

static void too_large_is_a_sentence(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct ocl_pair p;
    struct fail why = {.text = ""};
    fixture_open(0, &o);
    o.largest_bytes = 4096;
    assert_int_equal(ocl_pair_make(&p, &o, 4097, &why), -1);
    assert_int_equal(why.code, EXIT_RESOURCE);
    assert_non_null(strstr(why.text, "no buffer larger than 4"));
    ocl_pair_free(&p);
    assert_int_equal(ocl_pair_make(&p, &o, 0, &why), 0);
    ocl_pair_free(&p);
    ocl_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_and_copied_memory_agree),
        cmocka_unit_test(too_large_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
