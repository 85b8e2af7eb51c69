// test_option.c -- text becomes a value or a sentence.
#include "option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static void numbers_are_strict(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int good;
        uint64_t value;
    } facts[] = {{"0", 1, 0},
                 {"42", 1, 42},
                 {"007", 1, 7},
                 {"100", 1, 100},
                 {"101", 0, 0},
                 {"-1", 0, 0},
                 {"+1", 0, 0},
                 {" 1", 0, 0},
                 {"1 ", 0, 0},
                 {"", 0, 0},
                 {"0x10", 0, 0},
                 {"1e1", 0, 0},
                 {"1.0", 0, 0},
                 {"18446744073709551616", 0, 0},
                 {"99999999999999999999999", 0, 0}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why = {.code = EXIT_OK};
        uint64_t value = 12345;
        int got = option_number("--x", facts[i].text, 0, 100, &value, &why);
        assert_int_equal(got, facts[i].good ? 0 : -1);
        assert_int_equal(value, facts[i].good ? facts[i].value : 12345);
        assert_int_equal(why.code, facts[i].good ? EXIT_OK : EXIT_USAGE);
    }
    struct fail why;
    uint64_t value;
    int small = 5;
    assert_int_equal(option_int("--x", "4096", 1, 4096, &small, &why), 0);
    assert_int_equal(small, 4096);
    assert_int_equal(option_int("--x", "4294967297", 1, 4096, &small, &why), -1);
    assert_int_equal(small, 4096);
    assert_int_equal(why.code, EXIT_USAGE);
    assert_int_equal(
        option_number("--x", "18446744073709551615", 0, UINT64_MAX, &value, &why), 0);
    assert_true(value == UINT64_MAX);
}

static void bytes_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int good;
        uint64_t value;
    } facts[] = {{"1", 1, 1},
                 {"4096B", 1, 4096},
                 {"4k", 1, 4096},
                 {"4K", 1, 4096},
                 {"4KiB", 1, 4096},
                 {"2M", 1, 2097152},
                 {"3GB", 1, 3221225472u},
                 {"1T", 1, 1099511627776u},
                 {"0", 0, 0},
                 {"4Q", 0, 0},
                 {"4KK", 0, 0},
                 {"K", 0, 0},
                 {"1.5K", 0, 0},
                 {"1 ", 0, 0},
                 {"2 B", 0, 0},
                 {"1@", 0, 0},
                 {"18446744073709551615K", 0, 0}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why;
        uint64_t value;
        int got = option_bytes("--x", facts[i].text, 1, &value, &why);
        assert_int_equal(got, facts[i].good ? 0 : -1);
        if (facts[i].good)
            assert_true(value == facts[i].value);
    }
}

static void flop_have_units_of_a_thousand(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value;  // 0: refused
    } facts[] = {{"1", 1},
                 {"500k", 500000},
                 {"4M", 4000000},
                 {"4K", 4000},
                 {"5G", 5000000000},
                 {"6T", 0},
                 {"0", 0},
                 {"M", 0},
                 {"4MM", 0},
                 {"4m", 0},
                 {"1.5M", 0},
                 {" 1", 0},
                 {"-1", 0},
                 {"", 0},
                 {"18446744073709551615k", 0},
                 {"6000000000", 0}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct fail why;
        uint64_t value = 0;
        const int got = option_flop("--x", facts[i].text, 5000000000, &value, &why);
        assert_int_equal(got, facts[i].value ? 0 : -1);
        assert_true(value == facts[i].value);
    }
}

static void seconds_are_decimal(void **state)
{
    (void)state;
    struct fail why;
    double value;
    assert_int_equal(option_seconds("--x", "2.5", &value, &why), 0);
    assert_true(value == 2.5);
    assert_int_equal(option_seconds("--x", "10", &value, &why), 0);
    assert_true(value == 10);
    static const char *const bad[] = {"0",  "-1", "1e3", "nan", "inf",
                                      ".5", "1.", "1,5", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(option_seconds("--x", bad[i], &value, &why), -1);
}

static void sizes_are_one_or_three(void **state)
{
    (void)state;
    struct fail why;
    struct size3 s;
    assert_int_equal(option_size3("-n", "7", &s, &why), 0);
    assert_true(s.m == 7 && s.n == 7 && s.k == 7);
    assert_int_equal(option_size3("-n", "0x2x3", &s, &why), 0);
    assert_true(s.m == 0 && s.n == 2 && s.k == 3);
    static const char *const bad[] = {"",        "x",     "1x2", "1x2x",
                                      "1x2x3x4", "1X2X3", "-1",  "1x-2x3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(option_size3("-n", bad[i], &s, &why), -1);
}

static void unknown_words_list_the_known(void **state)
{
    (void)state;
    static const char *const words[] = {"red", "green", "blue", NULL};
    struct fail why;
    assert_int_equal(option_word("--x", "green", words, &why), 1);
    assert_int_equal(option_word("--x", "Green", words, &why), -1);
    assert_non_null(
        strstr(why.text, "'Green' is unknown; known are red, green and blue"));
}

static void lists_are_cut_at_commas(void **state)
{
    (void)state;
    struct fail why;
    struct list list;
    assert_int_equal(option_list("--x", "a,bc,d", &list, &why), 0);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.item[1], "bc");
    option_list_free(&list);
    static const char *const bad[] = {"", ",", "a,", ",a", "a,,b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(option_list("--x", bad[i], &list, &why), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(bytes_have_units),
        cmocka_unit_test(flop_have_units_of_a_thousand),
        cmocka_unit_test(seconds_are_decimal),
        cmocka_unit_test(sizes_are_one_or_three),
        cmocka_unit_test(unknown_words_list_the_known),
        cmocka_unit_test(lists_are_cut_at_commas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
