// test_text.c -- hostile bytes come out harmless and come back whole; figures read well.
#include "rng.h"
#include "text.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// cmocka's header wants the four above.
#include <cmocka.h>

static void escapes(void **state)
{
    static const struct {
        const char *bytes, *escaped;
    } facts[] = {
        {"", ""},
        {"plain name.txt", "plain name.txt"},
        {"back\\slash", "back\\\\slash"},
        {"\033]0;x\a", "\\x1b]0;x\\x07"},
        {"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
        {"\x7f", "\\x7f"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"\xe4\xb9\xa6 \xf0\x9f\x90\xb9", "\xe4\xb9\xa6 \xf0\x9f\x90\xb9"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m"},  // C1: CSI
        {"\x9b"
         "31m",
         "\\x9b31m"},  // the same, as a raw byte
        {"\xe2\x80\xae"
         "gnp",
         "\\xe2\\x80\\xaegnp"},                                       // U+202E
        {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},                          // U+2066
        {"\xe2\x80\x8b", "\\xe2\\x80\\x8b"},                          // U+200B
        {"\xe2\x80\x8f\xe2\x80\x90", "\\xe2\\x80\\x8f\xe2\x80\x90"},  // U+200F, U+2010
        {"\xe2\x80\xa8\xe2\x80\xaf", "\\xe2\\x80\\xa8\xe2\x80\xaf"},  // U+2028, U+202F
        {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"},                          // U+FEFF
        {"\xc0\xaf", "\\xc0\\xaf"},                                   // overlong
        {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond U+10FFFF
        {"\xe4\xb9", "\\xe4\\xb9"},                    // cut short
        {"\xe4\xb9z", "\\xe4\\xb9z"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        char *escaped = text_escape(facts[i].bytes);
        char *bytes = text_unescape(escaped);
        assert_string_equal(escaped, facts[i].escaped);
        assert_string_equal(bytes, facts[i].bytes);
        free(escaped);
        free(bytes);
    }
}

static void unescape_keeps_what_is_no_escape(void **state)
{
    static const struct {
        const char *escaped, *bytes;
    } facts[] = {
        {"\\", "\\"},     {"\\q", "\\q"},       {"\\x", "\\x"},
        {"\\x4", "\\x4"}, {"\\x00", "\\x00"},   {"\\xzz", "\\xzz"},
        {"\\x4A", "J"},   {"\\\\x41", "\\x41"}, {"\\x5c", "\\"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        char *bytes = text_unescape(facts[i].escaped);
        assert_string_equal(bytes, facts[i].bytes);
        free(bytes);
    }
}

static void round_trip(const char *bytes)
{
    char *escaped = text_escape(bytes);
    char *again = text_unescape(escaped);
    assert_string_equal(again, bytes);
    for (const char *s = escaped; *s; s++)
        assert_false((unsigned char)*s < 0x20 || *s == 0x7f);
    // What is escaped is harmless: but for its backslashes, escaping it again changes
    // nothing.
    for (char *s = escaped; *s; s++)
        if (*s == '\\')
            *s = '/';
    char *twice = text_escape(escaped);
    assert_string_equal(twice, escaped);
    free(twice);
    free(escaped);
    free(again);
}

static void every_byte_string_comes_back(void **state)
{
    (void)state;
    char bytes[24];
    for (int a = 1; a < 256; a++)
        for (int b = 1; b < 256; b++) {
            snprintf(bytes, sizeof bytes, "%c%c", a, b);
            round_trip(bytes);
        }
    struct rng rng = {7};
    for (int i = 0; i < 50000; i++) {
        size_t n = rng_below(&rng, sizeof bytes);
        bool high = rng_below(&rng, 2);  // half of them near multi-byte sequences
        for (size_t j = 0; j < n; j++)
            bytes[j] =
                (char)(high ? 0x80 + rng_below(&rng, 128) : 1 + rng_below(&rng, 255));
        bytes[n] = '\0';
        round_trip(bytes);
    }
}

static void print_is_escape(void **state)
{
    char *printed = NULL;
    size_t n = 0;
    (void)state;
    FILE *out = open_memstream(&printed, &n);
    text_print(out, "a\033\\\xe4\xb9\xa6");
    fclose(out);
    assert_string_equal(printed, "a\\x1b\\\\\xe4\xb9\xa6");
    free(printed);
}

static void columns_and_cuts(void **state)
{
    char long_name[600], cut[TEXT_CUT_BYTES];
    (void)state;
    assert_string_equal(text_plural(0), "s");
    assert_string_equal(text_plural(1), "");
    assert_string_equal(text_plural(2), "s");
    assert_int_equal(text_columns(""), 0);
    assert_int_equal(text_columns("gr\xc3\xbc\xc3\x9f"), 4);
    assert_string_equal(text_cut(cut, "short"), "short");
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    text_cut(cut, long_name);
    assert_int_equal(strlen(cut), TEXT_CUT_BYTES - 1);
    assert_string_equal(cut + TEXT_CUT_BYTES - 6, "xx...");
    // A character is not cut in two, wherever it falls.
    for (size_t shift = 0; shift < 4; shift++) {
        for (size_t i = 0; i + 4 < sizeof long_name; i += 4)
            memcpy(long_name + i, "\xf0\x9f\x90\xb9", 4);
        memset(long_name, 'x', shift);
        text_cut(cut, long_name);
        size_t n = strlen(cut) - 3;
        assert_memory_equal(cut + n, "...", 3);
        assert_memory_equal(cut + n - 4, "\xf0\x9f\x90\xb9", 4);
    }
}

static void figures(void)
{
    static const struct {
        double value;
        const char *seconds;
    } times[] = {
        {0, "0 s"},
        {1.234e-3, "1.23 ms"},
        {12.34e-3, "12.3 ms"},
        {123.4e-3, "123 ms"},
        {0.9996, "1.00 s"},
        {0.99949, "999 ms"},
        {9.996e-6, "10.0 us"},
        {5e-9, "5.00 ns"},
        {0.25e-9, "0.250 ns"},
        {1, "1.00 s"},
        {61.5, "61.5 s"},
        {12345, "12345 s"},
        {-2e-3, "-2.00 ms"},
        {NAN, "n/a"},
        {INFINITY, "n/a"},
    };
    static const struct {
        double value;
        const char *unit, *rate;
    } rates[] = {
        {253.2e9, "flop", "253 GFLOP/s"}, {45.64e9, "flop", "45.6 GFLOP/s"},
        {3.456e9, "byte", "3.46 GB/s"},   {999.9e6, "byte", "1.00 GB/s"},
        {12, "books", "12.0 books/s"},    {0, "byte", "0 B/s"},
        {1.5e13, "flop", "15.0 TFLOP/s"}, {2e21, "flop", "2000 EFLOP/s"},
    };
    static const struct {
        double value;
        const char *bytes;
    } sizes[] = {
        {0, "0 B"},
        {1, "1 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {65536, "64 KiB"},
        {1536, "1.50 KiB"},
        {1048575, "1.00 MiB"},
        {3.2e9, "2.98 GiB"},
        {1048576, "1 MiB"},
        {1000, "1000 B"},
        {1e13, "9.09 TiB"},
    };
    char buffer[FIGURE_BYTES];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        assert_string_equal(text_seconds(buffer, times[i].value), times[i].seconds);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        assert_string_equal(text_rate(buffer, rates[i].value, rates[i].unit),
                            rates[i].rate);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        assert_string_equal(text_bytes(buffer, sizes[i].value), sizes[i].bytes);
}

static void figures_have_three_digits(void **state)
{
    (void)state;
    figures();
}

static void figures_know_no_locale(void **state)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE",
                                         "fa_IR.UTF-8"};
    (void)state;
    for (size_t i = 0; i < sizeof commas / sizeof *commas; i++)
        if (setlocale(LC_ALL, commas[i]))
            figures();
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes),
        cmocka_unit_test(unescape_keeps_what_is_no_escape),
        cmocka_unit_test(every_byte_string_comes_back),
        cmocka_unit_test(print_is_escape),
        cmocka_unit_test(columns_and_cuts),
        cmocka_unit_test(figures_have_three_digits),
        cmocka_unit_test(figures_know_no_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
