// test_ocl_device.c -- which device a word means, on a made-up machine and on this one.
#include "ocl_fixture.h"

#include <string.h>

static const struct ocl_device machine[] = {
    {.seen = {.address = "0:0", .name = "pthread-Some CPU"},
     .cpu = true,
     .unified = true},
    {.seen = {.address = "0:1", .name = "Widget Graphics 600"},
     .gpu = true,
     .unified = true},
    {.seen = {.address = "1:0", .name = "WIDGET Titan"}, .gpu = true},
    {.seen = {.address = "1:1", .name = "WIDGET Titan"}, .gpu = true},
    {.seen = {.address = "10:1", .name = "%s\x1b[31mOdd\xff"}},
};

static const struct {
    const char *want;
    int count;  // of the machine's devices, from the first
    int chosen;
    const char *says;
} facts[] = {
    {NULL, 5, 2, ""},
    {"auto", 5, 2, ""},
    {"auto", 2, 1, ""},
    {"auto", 1, 0, ""},
    {"gpu", 5, 2, ""},
    {"gpu", 2, 1, ""},
    {"gpu", 1, -1, "no OpenCL device is a 'gpu'; there is: 0:0 pthread-Some CPU"},
    {"cpu", 5, 0, ""},
    {"0:1", 5, 1, ""},
    {"1:1", 5, 3, ""},
    {"10:1", 5, 4, ""},
    {"9:9", 2, -1,
     "no OpenCL device is called '9:9'; there is: 0:0 pthread-Some CPU, 0:1 Wid"},
    {"graphics", 5, 1, ""},
    {"some cpu", 5, 0, ""},
    {"titan", 5, -1, "more than one OpenCL device is called 'titan'; there is: 0:0"},
    {"", 5, -1, "more than one"},
    {"0:", 5, -1, "no OpenCL device is called '0:'"},
    {"%n%n%s", 5, -1, "no OpenCL device is called '%n%n%s'"},
    {"\x1b[31modd", 5, 4, ""},
};

static void words_mean_devices(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why = {.text = ""};
        const int chosen =
            ocl_device_choose(machine, facts[i].count, facts[i].want, &why);
        if (chosen != facts[i].chosen)
            fail_msg("'%s' of %d means %d", facts[i].want ? facts[i].want : "NULL",
                     facts[i].count, chosen);
        assert_memory_equal(why.text, facts[i].says, strlen(facts[i].says));
        if (chosen < 0)
            assert_int_equal(why.code, EXIT_ABSENT);
    }
}

static void a_long_word_and_many_devices_fit(void **state)
{
    static struct ocl_device many[DEVICES_MAX];
    char word[5000];
    struct fail why;
    (void)state;
    for (int i = 0; i < DEVICES_MAX; i++) {
        memset(many[i].seen.name, 'n', sizeof many[i].seen.name - 1);
        snprintf(many[i].seen.address, sizeof many[i].seen.address, "%d:0", i);
    }
    memset(word, 'x', sizeof word);
    word[sizeof word - 1] = '\0';
    assert_int_equal(ocl_device_choose(many, DEVICES_MAX, word, &why), -1);
    assert_true(strlen(why.text) < sizeof why.text);
}

static void this_machine_describes_its_devices(void **state)
{
    (void)state;
    fixture_need_device();
    for (int i = 0; i < fixture_device_count; i++) {
        const struct device *seen = &fixture_devices[i].seen;
        print_message("%s %s, %s, %d units\n", seen->address, seen->name, seen->driver,
                      seen->units);
        assert_true(seen->units >= 1);
        assert_true(strlen(seen->name) > 0 && strlen(seen->name) < sizeof seen->name);
        assert_non_null(memchr(seen->driver, '\0', sizeof seen->driver));
        assert_true(seen->memory_bytes > 0);
        struct fail why;
        assert_int_equal(
            ocl_device_choose(fixture_devices, fixture_device_count, seen->address, &why),
            i);
    }
}

static void no_more_than_asked_for(void **state)
{
    struct ocl_device one[1];
    struct fail why;
    (void)state;
    fixture_need_device();
    assert_int_equal(ocl_devices(one, 1, &why), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_mean_devices),
        cmocka_unit_test(a_long_word_and_many_devices_fit),
        cmocka_unit_test(this_machine_describes_its_devices),
        cmocka_unit_test(no_more_than_asked_for),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
