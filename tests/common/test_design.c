// test_design.c -- the talk's ten designs, and designs side by side.
#include "design.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_talks_ten(void **state)
{
    static const struct {
        const char *name;
        int gophers, lanes, turns, roles, halves;
    } facts[] = {
        {"one", 1, 1, 1, 1, 1},          {"two-messages", 2, 1, 2, 1, 1},
        {"two-doubled", 2, 2, 1, 1, 1},  {"three", 3, 1, 1, 3, 1},
        {"four", 4, 1, 1, 4, 1},         {"eight", 8, 2, 1, 4, 1},
        {"staging", 2, 1, 1, 1, 2},      {"staging-doubled", 4, 2, 1, 1, 2},
        {"four-staging", 8, 1, 1, 4, 2}, {"sixteen", 16, 2, 1, 4, 2},
    };
    (void)state;
    assert_int_equal(designs_count, 10);
    for (int i = 0; i < designs_count; i++) {
        assert_string_equal(designs[i].name, facts[i].name);
        assert_int_equal(design_gophers(&designs[i]), facts[i].gophers);
        assert_int_equal(designs[i].lanes, facts[i].lanes);
        assert_int_equal(designs[i].turns, facts[i].turns);
        assert_int_equal(designs[i].roles, facts[i].roles);
        assert_int_equal(designs[i].halves, facts[i].halves);
        assert_true(strlen(designs[i].summary) > 10);
    }
}

static void finds_by_name_and_number(void **state)
{
    static const struct {
        const char *typed, *name;
        int lanes, gophers;
    } facts[] = {
        {"one", "one", 1, 1},
        {"four*8", "four*8", 8, 32},
        {"eight*4", "eight*4", 8, 32},
        {"sixteen*4096", "sixteen*4096", 8192, 65536},
        {"staging*1", "staging*1", 1, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct design found;
        struct fail why = {EXIT_OK, ""};
        assert_int_equal(design_find(facts[i].typed, &found, &why), 0);
        assert_string_equal(found.name, facts[i].name);
        assert_int_equal(found.lanes, facts[i].lanes);
        assert_int_equal(design_gophers(&found), facts[i].gophers);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const typed[] = {
        "",           "fourr",     "fou",    "Four",    "four*",   "four*0",
        "four*-1",    "four*+1",   "four*x", "four*8x", "four*08", "four* 8",
        "four*99999", "four*4097", "*8",     "four**2", "\033[2J",
    };
    (void)state;
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct design found;
        struct fail why = {EXIT_OK, ""};
        assert_int_equal(design_find(typed[i], &found, &why), -1);
        assert_int_equal(why.code, EXIT_USAGE);
    }
    struct design found;
    struct fail why;
    design_find("five", &found, &why);
    for (int i = 0; i < designs_count; i++)
        assert_non_null(strstr(why.text, designs[i].name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_talks_ten),
        cmocka_unit_test(finds_by_name_and_number),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
