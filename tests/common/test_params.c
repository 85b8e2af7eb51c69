// test_params.c -- parameters are read strictly.
#include "params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const words[] = {"red", "green", NULL};

static int read_all(const char *text, struct fail *why)
{
    static const char *const names[] = {"size", "seed", "word", "text", NULL};
    uint64_t size = 7, seed = 1;
    int word = 0;
    const char *string = "";
    json_t *params = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(params);
    *why = (struct fail){EXIT_OK, ""};
    int rc = params_known(params, names, why) ||
             params_size(params, "size", 2, 9, &size, why) ||
             params_seed(params, &seed, why) ||
             params_word(params, "word", words, &word, why) ||
             params_text(params, "text", &string, why);
    json_decref(params);
    return rc;
}

static void accepts(void **state)
{
    static const char *const good[] = {
        "{}",
        "{\"size\": 2}",
        "{\"size\": 9, \"word\": \"green\"}",
        "{\"seed\": -5}",
        "{\"seed\": 9223372036854775807, \"text\": \"\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct fail why;
        assert_int_equal(read_all(good[i], &why), 0);
    }
}

static void refuses(void **state)
{
    static const struct {
        const char *params, *says;
    } bad[] = {
        {"[]", "JSON object"},
        {"null", "JSON object"},
        {"{\"sizes\": 3}", "unknown parameter 'sizes'; known are size, seed, word, text"},
        {"{\"size\": 1}", "size must be a whole number from 2 to 9"},
        {"{\"size\": 10}", "from 2 to 9"},
        {"{\"size\": -1}", "from 2 to 9"},
        {"{\"size\": 3.0}", "from 2 to 9"},
        {"{\"size\": \"3\"}", "from 2 to 9"},
        {"{\"size\": null}", "from 2 to 9"},
        {"{\"seed\": 1.5}", "seed must be"},
        {"{\"word\": \"blue\"}", "word must be one of red, green"},
        {"{\"word\": 1}", "word must be one of red, green"},
        {"{\"text\": [\"a\"]}", "text must be a text"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fail why;
        assert_int_not_equal(read_all(bad[i].params, &why), 0);
        assert_int_equal(why.code, EXIT_USAGE);
        assert_non_null(strstr(why.text, bad[i].says));
    }
}

static void absent_keeps_the_default(void **state)
{
    struct fail why;
    uint64_t size = 7, seed = 3;
    int word = 1;
    const char *text = "old";
    (void)state;
    json_t *params = json_pack("{s:i}", "large", -1);
    assert_int_equal(params_size(params, "large", 0, UINT64_MAX, &size, &why), -1);
    assert_int_equal(params_size(params, "size", 0, 1, &size, &why), 0);
    assert_int_equal(params_seed(params, &seed, &why), 0);
    assert_int_equal(params_word(params, "word", words, &word, &why), 0);
    assert_int_equal(params_text(params, "text", &text, &why), 0);
    assert_true(size == 7 && seed == 3 && word == 1);
    assert_string_equal(text, "old");
    json_decref(params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(refuses),
        cmocka_unit_test(absent_keeps_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
