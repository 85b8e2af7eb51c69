// test_cblas.c -- libraries loaded at run time: the installed ones, one with wide
// integers, and ones that are not what they say. Each case is a process of its own, for a
// library cannot be unloaded.
//   test_cblas FOLDER: where the test's own libraries are
#include "cblas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *folder;

static const char *own(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/lib%s.so", folder, name);
    return path;
}

// Runs a check in a child: it ends with 0, or says on stderr what is not so.
static void in_child(void (*check)(const char *), const char *arg)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        check(arg);
        _exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void need(bool so, const char *what, const char *text)
{
    if (so)
        return;
    fprintf(stderr, "not so: %s (%s)\n", what, text);
    _exit(1);
}

static void load(struct cblas *c, const char *choice)
{
    struct fail why = {.text = ""};
    need(cblas_load(c, choice, &why) == 0, "it loads", why.text);
}

// ---- products

enum { M = 5, N = 7, K = 9 };

// Small integers: every sum is exact, in any order.
static void multiplies_type(const struct cblas *c, enum elem type)
{
    static double d[3][M * K + K * N + M * N];
    static float f[3][M * K + K * N + M * N];
    for (int i = 0; i < M * K + K * N + M * N; i++)
        for (int x = 0; x < 3; x++)
            f[x][i] = (float)(d[x][i] = x == 2 ? 1e30 : (i * 7 + x) % 5 - 2);
    const bool wide = type == ELEM_F64;
    const struct matmul job = {.m = M,
                               .n = N,
                               .k = K,
                               .type = type,
                               .a = wide ? (void *)d[0] : (void *)f[0],
                               .b = wide ? (void *)d[1] : (void *)f[1],
                               .c = wide ? (void *)d[2] : (void *)f[2]};
    cblas_multiply(c, &job);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += d[0][i * K + k] * d[1][k * N + j];
            const double got = wide ? d[2][i * N + j] : (double)f[2][i * N + j];
            need(got == sum, "C is A B", c->name);
        }
}

static void multiplies(const char *choice)
{
    struct cblas c;
    load(&c, choice);
    multiplies_type(&c, ELEM_F32);
    multiplies_type(&c, ELEM_F64);
}

static void a_library_of_no_maker_multiplies(void **state)
{
    (void)state;
    in_child(multiplies, own("naive"));
}

static void wide_integers(const char *choice)
{
    struct cblas c;
    struct fail why;
    const struct matmul large = {.m = (size_t)1 << 31, .n = 1, .k = 1};
    load(&c, choice);
    need(c.wide && cblas_fits(&c, &large, &why) == 0, "its integers are wide", c.name);
    multiplies_type(&c, ELEM_F32);
    multiplies_type(&c, ELEM_F64);
}

static void a_library_with_wide_integers_multiplies(void **state)
{
    (void)state;
    in_child(wide_integers, own("wide"));
}

static void narrow_integers(const char *choice)
{
    struct cblas c;
    struct fail why = {.text = ""};
    const struct matmul large = {.m = 1, .n = 1, .k = (size_t)1 << 31};
    load(&c, choice);
    need(!c.wide && cblas_fits(&c, &large, &why) != 0 && why.code == EXIT_RESOURCE &&
             strstr(why.text, "32-bit integers"),
         "they are too narrow", why.text);
}

static void sides_beyond_an_int_are_refused(void **state)
{
    (void)state;
    in_child(narrow_integers, own("naive"));
}

// ---- the installed ones

static void installed(const char *choice)
{
    struct cblas c;
    struct fail why = {.text = ""};
    char text[64];
    if (cblas_load(&c, choice, &why) != 0) {
        need(why.code == EXIT_ABSENT && strstr(why.text, "install"), "it says why",
             why.text);
        fprintf(stderr, "left out: %s\n", why.text);
        return;
    }
    for (int threads = 2; threads > 0; threads--)
        need(cblas_threads(&c, threads, &why) == 0, "it takes threads", why.text);
    cblas_describe(&c, text, sizeof text);
    need(strchr(text, '.') && strchr(text, ','), "it has a version and a kernel", text);
    multiplies_type(&c, ELEM_F32);
    multiplies_type(&c, ELEM_F64);
}

static void openblas_says_what_it_is(void **state)
{
    (void)state;
    in_child(installed, "openblas");
}

static void blis_says_what_it_is(void **state)
{
    (void)state;
    in_child(installed, "blis");
}

// ---- kernels and threads

static void mime_chooses(const char *path)
{
    struct cblas c;
    struct fail why = {.text = ""};
    char text[64];
    setenv("BLIS_NUM_THREADS", "1", 1);
    load(&c, path);
    cblas_describe(&c, text, sizeof text);
    need(strstr(text, "BLIS 9.9") && strstr(text, ", generic"), "it tells", text);
    need(!getenv("BLIS_NUM_THREADS"), "the variable is gone", "BLIS_NUM_THREADS");
    need(cblas_threads(&c, 2, &why) == 0, "it has two threads", why.text);
    need(cblas_threads(&c, 3, &why) != 0 && why.code == EXIT_RESOURCE &&
             strstr(why.text, "works on 2 threads where 3 were asked for"),
         "it has no third", why.text);
    setenv("BLIS_MIME_SERIAL", "1", 1);
    need(cblas_threads(&c, 2, &why) != 0 && strstr(why.text, "works on 1 thread where 2"),
         "a serial build is found out", why.text);
}

static void thread_counts_are_verified(void **state)
{
    (void)state;
    in_child(mime_chooses, own("blis_mime"));
}

// The loader finds the mime under BLIS's own name.
static void mime_is_forced(const char *kernel)
{
    struct cblas c;
    struct fail why = {.text = ""};
    char choice[64], text[64];
    snprintf(choice, sizeof choice, "blis:%s", kernel);
    const bool loaded = cblas_load(&c, choice, &why) == 0;
    if (strcmp(kernel, "quantum") == 0) {
        need(!loaded && why.code == EXIT_ABSENT &&
                 strstr(why.text, "no kernels called 'quantum'; it knows"),
             "it has none", why.text);
        return;
    }
    need(loaded, "it loads", why.text);
    cblas_describe(&c, text, sizeof text);
    need(strstr(text, ", haswell (forced)") != NULL, "they are forced", text);
}

static void find_mime(const char *kernel)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/mime", folder);
    setenv("LD_LIBRARY_PATH", path, 1);
    execl("/proc/self/exe", "test_cblas", folder, kernel, NULL);
    need(false, "the test can be run again", path);
}

static void kernels_are_forced(void **state)
{
    (void)state;
    in_child(find_mime, "haswell");
    in_child(find_mime, "quantum");
}

static void one_thread_alone(const char *path)
{
    struct cblas c;
    struct fail why = {.text = ""};
    load(&c, path);
    need(cblas_threads(&c, 1, &why) == 0, "it works on one thread", why.text);
    need(cblas_threads(&c, 2, &why) != 0 && strstr(why.text, "-t 1"), "and on no more",
         why.text);
}

static void threads_that_cannot_be_asked_for_are_counted(void **state)
{
    (void)state;
    in_child(one_thread_alone, own("naive"));
}

// ---- what is not there

static const struct {
    const char *choice, *sentence;
} refused[] = {
    {"/nowhere/lib.so", "/nowhere/lib.so: cannot open shared object file"},
    {"atlas", "blas:atlas: known are openblas, blis, mkl, cblas"},
    {"cblas:haswell", "kernels cannot be chosen by name"},
    {"", "known are openblas"},
};

static void refuses(const char *number)
{
    struct cblas c;
    struct fail why = {.text = ""};
    const size_t i = (size_t)atoi(number);
    need(cblas_load(&c, refused[i].choice, &why) != 0 &&
             strstr(why.text, refused[i].sentence),
         refused[i].sentence, why.text);
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    static const char *const numbers[] = {"0", "1", "2", "3"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        in_child(refuses, numbers[i]);
}

static void is_no_cblas(const char *path)
{
    struct cblas c;
    struct fail why = {.text = ""};
    need(cblas_load(&c, path, &why) != 0 && why.code == EXIT_ABSENT &&
             strstr(why.text, "is no CBLAS: it has no cblas_sgemm"),
         "it is none", why.text);
}

static void a_library_without_a_product_is_none(void **state)
{
    (void)state;
    in_child(is_no_cblas, own("empty"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_of_no_maker_multiplies),
        cmocka_unit_test(a_library_with_wide_integers_multiplies),
        cmocka_unit_test(sides_beyond_an_int_are_refused),
        cmocka_unit_test(openblas_says_what_it_is),
        cmocka_unit_test(blis_says_what_it_is),
        cmocka_unit_test(thread_counts_are_verified),
        cmocka_unit_test(kernels_are_forced),
        cmocka_unit_test(threads_that_cannot_be_asked_for_are_counted),
        cmocka_unit_test(what_is_not_there_is_told),
        cmocka_unit_test(a_library_without_a_product_is_none),
    };
    if (argc < 2)
        return 2;
    folder = argv[1];
    if (argc > 2) {
        mime_is_forced(argv[2]);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
