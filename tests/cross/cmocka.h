// cmocka.h -- as much of cmocka as the tests of the runtime use, for the architecture
// that they are cross-compiled to: Debian has cmocka for it only after dpkg
// --add-architecture, which is no test suite's business, and elsewhere the real one is
// used. The first assertion that fails ends the program.

#ifndef CROSS_CMOCKA_H
#define CROSS_CMOCKA_H

#include <fnmatch.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test_func)(void **state);
    int (*setup_func)(void **state);
    int (*teardown_func)(void **state);
    void *initial_state;
};

// Where skip leaves a test to.
static jmp_buf cross_skip;

#define cmocka_unit_test(f)                                                              \
    {                                                                                    \
#f, f, NULL, NULL, NULL                                                          \
    }
#define cmocka_unit_test_setup_teardown(f, up, down)                                     \
    {                                                                                    \
#f, f, up, down, NULL                                                            \
    }
#define cmocka_unit_test_prestate(f, state)                                              \
    {                                                                                    \
#f, f, NULL, NULL, state                                                         \
    }
#define skip()             longjmp(cross_skip, 1)
#define print_message(...) printf(__VA_ARGS__)
#define print_error(...)   fprintf(stderr, __VA_ARGS__)

// The pattern that the names of the tests to run match; NULL: all.
static const char *cross_filter;

static inline void cmocka_set_test_filter(const char *pattern)
{
    cross_filter = pattern;
}

static inline void cross_assert(int ok, const char *what, const char *file, int line)
{
    if (ok)
        return;
    fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
    exit(1);
}

static inline void cross_equal(intmax_t a, intmax_t b, int equal, const char *file,
                               int line)
{
    if ((a == b) == equal)
        return;
    fprintf(stderr, "%s:%d: %jd %s %jd\n", file, line, a, equal ? "!=" : "==", b);
    exit(1);
}

#define assert_true(x)                cross_assert(!!(x), #x, __FILE__, __LINE__)
#define assert_false(x)               cross_assert(!(x), "not " #x, __FILE__, __LINE__)
#define assert_null(p)                cross_assert((p) == NULL, #p " is NULL", __FILE__, __LINE__)
#define assert_non_null(p)            assert_true((p) != NULL)
#define assert_ptr_equal(a, b)        assert_true((a) == (b))
#define assert_ptr_not_equal(a, b)    assert_true((a) != (b))
#define assert_string_equal(a, b)     assert_true(!strcmp(a, b))
#define assert_memory_equal(a, b, n)  assert_true(!memcmp(a, b, n))
#define assert_in_range(x, low, high) assert_true((x) >= (low) && (x) <= (high))
#define assert_int_equal(a, b)                                                           \
    cross_equal((intmax_t)(a), (intmax_t)(b), 1, __FILE__, __LINE__)
#define assert_int_not_equal(a, b)                                                       \
    cross_equal((intmax_t)(a), (intmax_t)(b), 0, __FILE__, __LINE__)
#define fail()        cross_assert(0, "this place is not reached", __FILE__, __LINE__)
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), fail())

static inline void cross_run(const struct CMUnitTest *t, void *group_state)
{
    void *state = t->initial_state ? t->initial_state : group_state;
    printf("%s\n", t->name);
    fflush(stdout);
    if (setjmp(cross_skip)) {
        printf("    skipped\n");
        return;
    }
    if (t->setup_func)
        assert_int_equal(t->setup_func(&state), 0);
    t->test_func(&state);
    if (t->teardown_func)
        assert_int_equal(t->teardown_func(&state), 0);
}

static inline int cross_run_all(const struct CMUnitTest *tests, size_t n,
                                int (*setup)(void **), int (*teardown)(void **))
{
    void *state = NULL;
    if (setup)
        assert_int_equal(setup(&state), 0);
    for (size_t i = 0; i < n; i++) {
        if (!cross_filter || fnmatch(cross_filter, tests[i].name, 0) == 0)
            cross_run(&tests[i], state);
    }
    if (teardown)
        assert_int_equal(teardown(&state), 0);
    return 0;
}

#define cmocka_run_group_tests(tests, setup, teardown)                                   \
    cross_run_all((tests), sizeof(tests) / sizeof *(tests), setup, teardown)

#endif
