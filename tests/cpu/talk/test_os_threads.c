// test_os_threads.c -- threads beside tasks: all there at once, waiting as long as they
// should, and stopped by a refusal that is reported. Nothing of them stays here.
#include "os_threads.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int threads_here(void)
{
    char line[256];
    int threads = 0;
    FILE *status = fopen("/proc/self/status", "re");
    assert_non_null(status);
    while (fgets(line, sizeof line, status))
        if (strncmp(line, "Threads:", 8) == 0)
            threads = atoi(line + 8);
    fclose(status);
    return threads;
}

static void test_granted(void **state)
{
    (void)state;
    const struct os_threads_plan plan = {.most = 20, .wait_ns = 30000000};
    struct os_threads found;
    const int before = threads_here();
    assert_int_equal(os_threads_try(&plan, &found), 0);
    assert_int_equal(found.started, 20);
    assert_int_equal(found.refused, 0);
    assert_true(found.end_s >= 0.030);
    assert_true(found.start_s > 0 && found.cpu_s >= 0);
    assert_true(found.stack_bytes > 0 && found.default_bytes > found.stack_bytes);
    assert_int_equal(threads_here(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_one_cpu(void **state)
{
    (void)state;
    const struct os_threads_plan plan = {.most = 3, .one_cpu = true};
    struct os_threads found;
    assert_int_equal(os_threads_try(&plan, &found), 0);
    assert_int_equal(found.started, 3);
}

// With little address space left the system refuses.
static void test_refused(void **state)
{
    (void)state;
    const char *sanitized = getenv("SANITIZED");
    if (sanitized && sanitized[0])
        skip();  // they need all the address space that there is
    const struct os_threads_plan plan = {.most = 20000};
    struct os_threads found;
    struct rlimit before, little;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    little = before;
    little.rlim_cur = 256 << 20;
    assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
    const int result = os_threads_try(&plan, &found);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(result, 0);
    assert_int_equal(found.refused, EAGAIN);
    assert_true(found.started > 0 && found.started < plan.most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_granted),
                                       cmocka_unit_test(test_one_cpu),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
