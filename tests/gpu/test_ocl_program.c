// test_ocl_program.c -- programs that build, and what a failure shows.
#include "ocl_fixture.h"

#include "kernels.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const naive[] = {"matmul_1_naive.cl", NULL};

static void sources_are_embedded(void **state)
{
    int count = 0;
    (void)state;
    for (const struct kernel_source *s = kernel_sources; s->name; s++, count++) {
        assert_ptr_equal(kernel_source_find(s->name), s);
        assert_memory_equal(s->text, "// ", 3);
        assert_int_equal(s->text[strlen(s->text) - 1], '\n');
        for (const char *c = s->text; *c; c++)
            assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
    }
    assert_true(count >= 7);
    assert_null(kernel_source_find("no such.cl"));
    assert_null(kernel_source_find(""));
}

// What a function prints on stderr.
static char *stderr_of(void (*action)(const struct ocl *), const struct ocl *o)
{
    static char text[100000];
    char path[] = "/tmp/gopherbench-test-XXXXXX";
    const int file = mkstemp(path), saved = dup(STDERR_FILENO);
    assert_true(file >= 0 && saved >= 0);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    action(o);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    const ssize_t n = pread(file, text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    close(file);
    unlink(path);
    return text;
}

static void build_nonsense(const struct ocl *o)
{
    struct fail why = {.text = ""};
    cl_program program = NULL;
    assert_int_equal(ocl_program(o, naive, "-DREAL=nonsense", &program, &why), -1);
    assert_null(program);
    assert_non_null(strstr(why.text, "cannot build matmul_1_naive.cl"));
    assert_non_null(strstr(why.text, "CL_BUILD_PROGRAM_FAILURE (-11)"));
}

static void a_failure_shows_numbered_lines_and_the_log(void **state)
{
    (void)state;
    fixture_need_device();
    for (int i = 0; i < fixture_device_count; i++) {
        struct ocl o;
        fixture_open(i, &o);
        const char *shown = stderr_of(build_nonsense, &o);
        assert_non_null(
            strstr(shown, "--- matmul_1_naive.cl\n   1  // matmul_1_naive.cl"));
        assert_non_null(strstr(shown, "--- build log"));
        assert_non_null(strstr(shown, "nonsense"));
        ocl_close(&o);
    }
}

static void build_with_unknown_option(const struct ocl *o)
{
    struct fail why = {.text = ""};
    cl_program program = NULL;
    assert_int_equal(
        ocl_program(o, naive, "-DREAL=float -cl-no-such-option", &program, &why), -1);
    assert_null(program);
}

static void an_unknown_option_is_a_sentence(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    fixture_open(0, &o);
    assert_non_null(
        strstr(stderr_of(build_with_unknown_option, &o), "-cl-no-such-option"));
    ocl_close(&o);
}

static void kernels_are_found_by_name(void **state)
{
    (void)state;
    fixture_need_device();
    struct ocl o;
    struct fail why = {.text = ""};
    cl_program program = NULL;
    cl_kernel kernel = NULL;
    fixture_open(0, &o);
    assert_int_equal(ocl_program(&o, naive, "-DREAL=float", &program, &why), 0);
    assert_int_equal(ocl_kernel(program, "matmul_naive", &kernel, &why), 0);
    ocl_release_kernel(&kernel);
    assert_int_equal(ocl_kernel(program, "no_such_kernel", &kernel, &why), -1);
    assert_null(kernel);
    assert_non_null(strstr(why.text, "no_such_kernel"));
    ocl_release_program(&program);
    ocl_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_are_embedded),
        cmocka_unit_test(a_failure_shows_numbered_lines_and_the_log),
        cmocka_unit_test(an_unknown_option_is_a_sentence),
        cmocka_unit_test(kernels_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, fixture_find, NULL);
}
