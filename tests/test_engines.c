// test_engines.c -- the grid: every engine on every workload, over awkward sizes, types,
// thread counts and designs, judged by the workload's own oracle. Integer matrices must
// agree bit for bit on every engine; uniform ones on serial, csp and omp at every thread
// count.
//
// An engine that is absent is reported with its own sentence and left out.
#include "burst.h"
#include "design.h"
#include "gophers.h"
#include "matmul.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

extern const struct engine engine_serial, engine_csp, engine_omp, engine_ocl;

static const struct engine *const grid[] = {&engine_serial, &engine_csp, &engine_omp,
                                            &engine_ocl};
enum { ENGINES = sizeof grid / sizeof *grid };

static bool present(const struct engine *e)
{
    static int known[ENGINES];  // 0: not asked, 1: here, 2: absent
    int i = 0;
    while (grid[i] != e)
        i++;
    struct device found[DEVICES_MAX];
    struct fail why;
    if (known[i] == 0) {
        known[i] = e->probe(found, DEVICES_MAX, &why) > 0 ? 1 : 2;
        if (known[i] == 2)
            print_message("%s is absent: %s\n", e->name, why.text);
    }
    return known[i] == 1;
}

// In the engine's world, where it has one: several runs in one visit, then the check.
static void run_within(const struct workload *w, const struct engine *e, void *ctx,
                       void *job, const char *shown)
{
    struct fail why = {.text = ""};
    struct burst_times times;
    double max_error = 0;
    const struct burst burst = {e, w, ctx, job};
    for (int again = 0; again < 2 && e->within; again++) {
        w->reset(job);
        if (burst_run(&burst, 3, &times, &why) || w->check(job, &max_error, &why))
            fail_msg("%s %s: within: %s", e->name, shown, why.text);
    }
}

// Makes the job, runs it once on the engine and has it checked. Returns it for a closer
// look.
static void *run_once(const struct workload *w, const struct engine *e, int threads,
                      const char *variant, json_t *params)
{
    struct fail why = {.text = ""};
    struct engine_facts facts = {0};
    struct engine_opts opts = {.threads = threads, .variant = variant, .seed = 7};
    struct phases phases = {0};
    double max_error = 0;
    void *ctx = NULL;
    void *job = w->make(params, &why);
    if (!job)
        fail_msg("%s: make: %s", w->name, why.text);
    char *shown = json_dumps(params, JSON_COMPACT);
    if (e->open(&opts, &facts, &ctx, &why))
        fail_msg("%s: open: %s", e->name, why.text);
    const bool absent = w->prepare(e, ctx, job, &facts, &why) != 0;
    // A device may lack what a variant needs; nothing else may be the matter with it.
    if (absent && (!variant || why.code != EXIT_ABSENT))
        fail_msg("%s %s: prepare: %s", e->name, shown, why.text);
    if (absent)
        print_message("%s %s is absent: %s\n", e->name, variant ? variant : "auto",
                      why.text);
    for (int again = 0; again < 2 && !absent; again++) {
        w->reset(job);
        if (w->run(e, ctx, job, &phases, &why))
            fail_msg("%s %s: run: %s", e->name, shown, why.text);
        if (w->check(job, &max_error, &why))
            fail_msg("%s t%d %s %s: %s", e->name, threads, variant ? variant : "auto",
                     shown, why.text);
    }
    if (!absent)
        run_within(w, e, ctx, job, shown);
    if (e->release)
        e->release(ctx);
    e->close(ctx);
    free(shown);
    json_decref(params);
    return job;
}

static json_t *product(size_t m, size_t n, size_t k, const char *type, const char *fill)
{
    return json_pack("{s:I, s:I, s:I, s:s, s:s, s:i}", "m", (json_int_t)m, "n",
                     (json_int_t)n, "k", (json_int_t)k, "type", type, "fill", fill,
                     "seed", 3);
}

static const struct {
    size_t m, n, k;
} sizes[] = {{0, 5, 3},     {5, 0, 3},    {4, 5, 0},     {1, 1, 1},     {1, 70, 9},
             {70, 1, 9},    {9, 70, 1},   {13, 31, 17},  {14, 32, 64},  {15, 33, 65},
             {97, 101, 89}, {64, 64, 64}, {257, 3, 300}, {3, 257, 500}, {200, 210, 780}};
enum { SIZES = sizeof sizes / sizeof *sizes };

// The products of one case agree bit for bit with the first engine's.
static void agrees(const void **first, size_t *bytes, struct matmul *job,
                   const char *name)
{
    size_t n = job->m * job->n * elem_bytes(job->type);
    if (!*first) {
        void *copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, job->c, n);
        *first = copy;
        *bytes = n;
    } else if (n != *bytes || memcmp(*first, job->c, n) != 0) {
        fail_msg("%s gives other bits for %zux%zux%zu", name, job->m, job->n, job->k);
    }
}

static void engines_agree(const char *fill, int engines)
{
    static const char *const types[] = {"f32", "f64"};
    static const int threads[] = {1, 2, 5};
    for (int i = 0; i < SIZES; i++)
        for (int t = 0; t < 2; t++) {
            const void *first = NULL;
            size_t bytes = 0;
            for (int e = 0; e < engines; e++)
                for (int p = 0; p < 3 && present(grid[e]); p++) {
                    // serial has one thread; a driver's thread count is set once a
                    // process.
                    if ((e == 0 && p > 0) || (e == ENGINES - 1 && p != 1))
                        continue;
                    struct matmul *job = run_once(
                        &workload_matmul, grid[e], threads[p], NULL,
                        product(sizes[i].m, sizes[i].n, sizes[i].k, types[t], fill));
                    agrees(&first, &bytes, job, grid[e]->name);
                    workload_matmul.free(job);
                }
            free((void *)(uintptr_t)first);
        }
}

static void integer_matrices_agree_bit_for_bit_on_every_engine(void **state)
{
    (void)state;
    engines_agree("integer", ENGINES);
}

static void cpu_engines_agree_bit_for_bit_on_real_matrices(void **state)
{
    (void)state;
    engines_agree("uniform", ENGINES - 1);
}

static void every_variant_multiplies(void **state)
{
    (void)state;
    for (int e = 0; e < ENGINES; e++)
        for (int v = 0;
             present(grid[e]) && grid[e]->matmul_variants && grid[e]->matmul_variants[v];
             v++) {
            struct fail why;
            struct engine_facts facts;
            void *ctx = NULL;
            struct engine_opts opts = {.threads = 2,
                                       .variant = grid[e]->matmul_variants[v]};
            if (grid[e]->open(&opts, &facts, &ctx, &why)) {  // this CPU lacks it
                assert_int_equal(why.code, EXIT_ABSENT);
                continue;
            }
            grid[e]->close(ctx);
            workload_matmul.free(run_once(&workload_matmul, grid[e], 2, opts.variant,
                                          product(97, 101, 89, "f32", "uniform")));
            workload_matmul.free(run_once(&workload_matmul, grid[e], 2, opts.variant,
                                          product(33, 65, 129, "f64", "uniform")));
        }
}

static json_t *library(const char *design, int carts, json_int_t cart_bytes, int books,
                       json_int_t book_bytes, const char *skew)
{
    return json_pack("{s:s, s:i, s:I, s:i, s:I, s:s, s:i}", "design", design, "carts",
                     carts, "cart_bytes", cart_bytes, "books", books, "book_bytes",
                     book_bytes, "skew", skew, "seed", 5);
}

// The same ash everywhere: check compares every digest with libcrypto's.
static void every_engine_burns_every_design(void **state)
{
    (void)state;
    for (int d = 0; d < designs_count; d++)
        for (int e = 0; e < ENGINES; e++) {
            if (!present(grid[e]))
                continue;
            int carts = 4 * designs[d].lanes * designs[d].halves;
            workload_gophers.free(
                run_once(&workload_gophers, grid[e], 2, NULL,
                         library(designs[d].name, carts, 65536, 200, 3000, "lognormal")));
        }
}

static void awkward_libraries_burn(void **state)
{
    (void)state;
    static const struct {
        const char *design;
        int carts, cart_bytes, books, book_bytes;
        const char *skew;
    } cases[] = {
        {"one", 1, 4096, 0, 100, "none"},        // no books
        {"four", 1, 4096, 1, 0, "none"},         // an empty book
        {"four", 1, 4096, 1, 100000, "none"},    // one book, many loads, one cart
        {"sixteen", 4, 4096, 3, 50000, "none"},  // more gophers than books
        {"eight", 8, 65536, 40, 20000, "giant"},
        {"two-messages", 2, 4096, 30, 9000, "lognormal"},
        {"four-staging", 8, 8192, 500, 55, "none"},
        {"four*7", 28, 16384, 64, 64, "lognormal"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int e = 0; e < ENGINES; e++)
            for (int threads = 1; threads <= 4 && present(grid[e]); threads += 3)
                workload_gophers.free(run_once(
                    &workload_gophers, grid[e], grid[e] == &engine_ocl ? 2 : threads,
                    NULL,
                    library(cases[i].design, cases[i].carts, cases[i].cart_bytes,
                            cases[i].books, cases[i].book_bytes, cases[i].skew)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_matrices_agree_bit_for_bit_on_every_engine),
        cmocka_unit_test(cpu_engines_agree_bit_for_bit_on_real_matrices),
        cmocka_unit_test(every_variant_multiplies),
        cmocka_unit_test(every_engine_burns_every_design),
        cmocka_unit_test(awkward_libraries_burn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
