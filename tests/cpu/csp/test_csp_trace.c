// test_csp_trace.c -- the Chrome trace: well-formed, with the program's tasks in it.

#include "csp_testing.h"

#include <unistd.h>

static char text[1 << 20];

static void read_trace(const char *path)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    unlink(path);
}

static void work_a_bit(void *arg)
{
    csp_work(MS);
    csp_send(*(int_chan *)arg, 0);
}

static void traced(void *arg)
{
    (void)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    CHECK(csp_go_named("a \"quoted\\ name", work_a_bit, &done) == CSP_OK);
    CHECK(csp_go_named("carrier", work_a_bit, &done) == CSP_OK);
    go(work_a_bit, &done);
    await(done, 3);
    csp_free(done);
}

static void trace_has_tasks(void **state)
{
    (void)state;
    char path[] = "/tmp/csp_trace_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (int i = 0; i < 4; i++) {
        struct csp_opts opts = {
            .procs = 1 + i % 2, .virtual_time = i >= 2, .trace = path};
        assert_int_equal(csp_run(traced, NULL, &opts, NULL), CSP_OK);
        read_trace(path);
        assert_non_null(strstr(text, "\"traceEvents\":["));
        assert_non_null(strstr(text, "\"a \\\"quoted\\\\ name\""));
        assert_non_null(strstr(text, "\"carrier\""));
        assert_non_null(strstr(text, "\"name\":\"task "));
        assert_string_equal(text + strlen(text) - 4, "\n]}\n");
        if (i >= 2)
            assert_non_null(strstr(text, "\"dur\":1000.000"));
    }
}

static void trace_needs_a_place(void **state)
{
    (void)state;
    struct csp_opts opts = {.trace = "/nonexistent/folder/trace.json"};
    assert_int_equal(csp_run(traced, NULL, &opts, NULL), CSP_ETHREAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trace_has_tasks),
        cmocka_unit_test(trace_needs_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
