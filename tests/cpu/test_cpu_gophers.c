// test_cpu_gophers.c -- every design burns every book exactly once, on every engine of
// the CPU, run after run: few carts and many, one long book, real files, and a library
// with no book.
#include "engine.h"
#include "gophers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

extern const struct engine engine_serial, engine_omp, engine_csp;

static const struct engine *const engines[] = {&engine_serial, &engine_omp, &engine_csp};
enum { ENGINES = sizeof engines / sizeof *engines };

static bool present(const struct engine *e)
{
    struct device found;
    struct fail why;
    return e->probe(&found, 1, &why) == 1;
}

// Opens, runs the job three times, each judged by the oracle, and closes.
static void burn(const struct engine *e, int threads, struct gophers *job)
{
    const struct engine_opts opts = {.threads = threads, .seed = 1};
    struct engine_facts facts;
    struct phases phases;
    struct fail why = {.text = ""};
    double max_error;
    void *ctx = NULL;
    if (e->open(&opts, &facts, &ctx, &why) || e->prepare_gophers(ctx, job, &facts, &why))
        fail_msg("%s: %s", e->name, why.text);
    assert_int_equal(facts.threads, e == &engine_serial ? 1 : threads);
    assert_true(facts.variant[0] != '\0');
    for (int run = 0; run < 3; run++) {
        workload_gophers.reset(job);
        if (e->gophers(ctx, job, &phases, &why) ||
            workload_gophers.check(job, &max_error, &why))
            fail_msg("%s, %s, %d carts, %d threads, run %d: %s", e->name,
                     job->design.name, job->carts, threads, run, why.text);
    }
    e->close(ctx);
}

static void burn_everywhere(json_t *params)
{
    struct fail why;
    struct gophers *job = workload_gophers.make(params, &why);
    if (!job)
        fail_msg("%s", why.text);
    for (int i = 0; i < ENGINES; i++)
        for (int threads = 1; threads <= 3 && present(engines[i]); threads++)
            burn(engines[i], threads, job);
    workload_gophers.free(job);
    json_decref(params);
}

static void every_design_burns_every_book(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count; i++)
        for (int carts = 2; carts <= 17; carts += 5)
            burn_everywhere(json_pack("{s:s, s:i, s:i, s:i, s:i, s:s}", "design",
                                      designs[i].name, "carts", carts, "cart_bytes", 4096,
                                      "books", 100, "book_bytes", 700, "skew",
                                      "lognormal"));
}

static void long_books_burn_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count; i++)
        burn_everywhere(json_pack("{s:s, s:i, s:i, s:i, s:s}", "design", designs[i].name,
                                  "cart_bytes", 4096, "books", 9, "book_bytes", 9000,
                                  "skew", "giant"));
}

static void no_books_and_many_lanes_are_fine(void **state)
{
    (void)state;
    burn_everywhere(json_pack("{s:s, s:i}", "design", "sixteen", "books", 0));
    burn_everywhere(json_pack("{s:s, s:i, s:i}", "design", "two-messages", "books", 1,
                              "book_bytes", 10));
    burn_everywhere(json_pack("{s:s, s:i, s:i, s:i}", "design", "four-staging*20",
                              "books", 7, "book_bytes", 100, "cart_bytes", 4096));
}

static void real_files_burn(void **state)
{
    (void)state;
    char folder[] = "/tmp/test_cpu_gophers.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        for (int line = 0; line < i * i * 20; line++)
            fprintf(f, "book %d, line %d\n", i, line);
        fclose(f);
    }
    for (int i = 0; i < designs_count; i++)
        burn_everywhere(json_pack("{s:s, s:i, s:[s]}", "design", designs[i].name,
                                  "cart_bytes", 8192, "paths", folder));
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        unlink(path);
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_design_burns_every_book),
        cmocka_unit_test(long_books_burn_in_order),
        cmocka_unit_test(no_books_and_many_lanes_are_fine),
        cmocka_unit_test(real_files_burn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
