// test_exactness.c -- every engine gives the very bits of a plain loop in the order of k.
//
// Promised: serial, csp and omp with one variant, on any number of threads and at any
// grain; and all of them with fused instructions (avx512, avx2, neon) the same bits as
// the OpenCL rungs that add in that order (add_way names them), on every device; but for
// the sign of a zero on rungs whose tiles go beyond the end of k. The variant scalar on
// x86-64 rounds twice a step: bits of its own. Whole numbers whose sums are exact agree
// everywhere, on rungs of any other name, too.
//
// Not promised: the order, and so the bits, of other rungs, buffered among them, which
// cuts k where C has few tiles; payload and sign of a NaN.
#include "matmul_reference.h"

#include "exact_products.h"

#include "engine.h"

#include <stdio.h>

extern const struct engine engine_serial, engine_csp, engine_omp, engine_ocl;

// ---- the ways to multiply

struct way {
    const struct engine *engine;
    char device[16];  // empty: there is one
    const char *variant;
    int threads;
    bool in_order, twice;  // twice: two roundings a step
    bool pads;             // beyond the end of k
};

enum { WAYS_MAX = 128 };
static struct way ways[WAYS_MAX];
static int way_count;

static bool among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static void *open_way(const struct way *w, struct fail *why)
{
    void *ctx = NULL;
    struct engine_facts facts = {0};
    const struct engine_opts opts = {.threads = w->threads,
                                     .device = *w->device ? w->device : NULL,
                                     .variant = w->variant,
                                     .seed = 3};
    if (w->engine->open(&opts, &facts, &ctx, why) == 0)
        return ctx;
    w->engine->close(ctx);
    return NULL;
}

static void add_way(struct way w)
{
    static const char *const rungs[] = {"naive", "coalesced", "tiled",
                                        "strip", "registers", "vectors",
                                        "warps", "packed",    NULL};
    static const char *const exact[] = {"naive", "coalesced", "packed", NULL};
    const bool ocl = w.engine == &engine_ocl;
    w.in_order = !ocl || among(w.variant, rungs);
    w.pads = ocl && !among(w.variant, exact);
#if defined __x86_64__
    w.twice = strcmp(w.variant, "scalar") == 0;
#endif
    assert_true(way_count < WAYS_MAX);
    ways[way_count++] = w;
}

// Whether this CPU has the variant: a product of nothing is prepared.
static bool usable(const struct way *w)
{
    struct fail why = {.code = EXIT_OK};
    struct engine_facts facts = {0};
    struct exact none = exact_make(0, 0, 0, ELEM_F32, RANDOM);
    void *ctx = open_way(w, &why);
    const bool good =
        ctx && workload_matmul.prepare(w->engine, ctx, none.job, &facts, &why) == 0;
    if (!good && why.code != EXIT_ABSENT)
        fail_msg("%s %s: %s", w->engine->name, w->variant, why.text);
    if (ctx && w->engine->release)
        w->engine->release(ctx);
    w->engine->close(ctx);
    exact_free(&none);
    return good;
}

static void add_engine(const struct engine *e, const int *threads)
{
    struct device found[DEVICES_MAX];
    struct fail why;
    const int devices = e->probe(found, DEVICES_MAX, &why);
    if (devices < 1)
        print_message("%s is absent: %s\n", e->name, why.text);
    for (int d = 0; d < devices; d++)
        for (const char *const *v = e->matmul_variants; *v; v++) {
            struct way w = {.engine = e, .variant = *v, .threads = threads[0]};
            snprintf(w.device, sizeof w.device, "%.15s", found[d].address);
            for (int t = 0; threads[t] > 0 && usable(&w); t++) {
                w.threads = threads[t];
                add_way(w);
            }
        }
}

static int find_ways(void **state)
{
    (void)state;
    add_engine(&engine_serial, (const int[]){1, 0});
    add_engine(&engine_csp, (const int[]){1, 2, 5, 0});
    add_engine(&engine_omp, (const int[]){1, 3, 0});
    add_engine(&engine_ocl, (const int[]){2, 0});
    return 0;
}

// ---- one product, one way

static void name_of(char *name, size_t size, const struct way *w, const struct exact *x)
{
    const struct matmul *job = x->job;
    snprintf(name, size, "%s%s %s t%d, %zux%zux%zu %s %s, grain %g", w->engine->name,
             w->device, w->variant, w->threads, job->m, job->n, job->k,
             job->type == ELEM_F32 ? "f32" : "f64", kind_names[x->kind], job->grain_flop);
}

// False where the device has no such type.
static bool run(const struct way *w, void *ctx, struct exact *x, double grain_flop)
{
    struct fail why = {.code = EXIT_OK};
    struct engine_facts facts = {0};
    struct phases phases;
    char name[160];
    x->job->grain_flop = grain_flop;
    name_of(name, sizeof name, w, x);
    matmul_poison(x->job);
    if (workload_matmul.prepare(w->engine, ctx, x->job, &facts, &why)) {
        if (why.code == EXIT_ABSENT)
            return false;
        fail_msg("%s: %s", name, why.text);
    }
    if (workload_matmul.run(w->engine, ctx, x->job, &phases, &why))
        fail_msg("%s: %s", name, why.text);
    if (w->engine->release)
        w->engine->release(ctx);
    return true;
}

static void assert_bits(const struct way *w, const struct exact *x)
{
    const void *want = w->twice ? x->twice : x->once;
    const struct matmul *job = x->job;
    const size_t i = exact_differs(x, want, w->pads);
    char name[160];
    if (i == SIZE_MAX)
        return;
    name_of(name, sizeof name, w, x);
    fail_msg("%s: C[%zu,%zu] is %a, not %a", name, i / job->n, i % job->n,
             exact_get(job->type, job->c, i), exact_get(job->type, want, i));
}

// ---- sizes

// Edges of tiles (6, 8 and 14 rows; 8, 12, 16 and 32 columns) and of blocks, primes,
// vectors.
static const size_t rows[] = {0, 1, 5, 6, 7, 8, 13, 14, 15, 29},
                    cols[] = {0, 1, 7, 8, 12, 15, 16, 17, 31, 32, 33},
                    steps[] = {0, 1, 2, 3, 17, 64};
enum {
    ROWS = sizeof rows / sizeof *rows,
    COLS = sizeof cols / sizeof *cols,
    STEPS = sizeof steps / sizeof *steps
};

static const size_t large[][3] = {
    {3, 2, 255},   {2, 3, 256},  {3, 2, 257},   {15, 33, 511}, {14, 32, 512},
    {13, 31, 513}, {55, 513, 9}, {56, 512, 8},  {57, 511, 7},  {113, 40, 31},
    {112, 41, 30}, {400, 3, 5},  {3, 1030, 5},  {1, 1, 2000},  {1, 300, 70},
    {300, 1, 70},  {70, 300, 1}, {97, 101, 103}};
enum { LARGE = sizeof large / sizeof *large };

enum { SIZES = 2 * (ROWS * COLS * STEPS + LARGE) };

static struct exact sized(size_t i, enum kind kind)
{
    const enum elem type = i % 2 ? ELEM_F64 : ELEM_F32;
    i /= 2;
    if (i < LARGE)
        return exact_make(large[i][0], large[i][1], large[i][2], type, kind);
    i -= LARGE;
    return exact_make(rows[i % ROWS], cols[i / ROWS % COLS], steps[i / ROWS / COLS], type,
                      kind);
}

// Every so many-th size is for this way: a kernel of OpenCL is compiled for each.
// Sanitizers are slow, and get fewer.
static size_t stride_of(const struct way *w)
{
    const char *sanitized = getenv("SANITIZED");
    const size_t fewer = sanitized && *sanitized ? 5 : 1;
    return fewer * (w->engine == &engine_ocl ? 61 : w->engine == &engine_serial ? 1 : 7);
}

static void all_sizes(enum kind kind, bool in_order)
{
    void *ctx[WAYS_MAX];
    struct fail why;
    for (int w = 0; w < way_count; w++)
        if (!(ctx[w] = open_way(&ways[w], &why)))
            fail_msg("%s", why.text);
    for (size_t i = 0; i < SIZES; i++) {
        struct exact x = sized(i, kind);
        for (int w = 0; w < way_count; w++)
            if ((i + (size_t)w) % stride_of(&ways[w]) == 0 &&
                ways[w].in_order >= in_order && run(&ways[w], ctx[w], &x, 0))
                assert_bits(&ways[w], &x);
        exact_free(&x);
    }
    for (int w = 0; w < way_count; w++)
        ways[w].engine->close(ctx[w]);
}

static void every_size_has_the_bits_of_the_loop(void **state)
{
    (void)state;
    all_sizes(RANDOM, true);
}

static void integers_agree_everywhere(void **state)
{
    (void)state;
    all_sizes(INTEGER, false);
}

// ---- grains

static void every_grain_has_the_bits_of_the_loop(void **state)
{
    (void)state;
    static const double grains[] = {1, 3e4, 3e5, 1e18};
    for (int i = 0; i < 2; i++) {
        struct exact x = exact_make(61, 131, 259, i ? ELEM_F64 : ELEM_F32, RANDOM);
        for (int w = 0; w < way_count; w++) {
            struct fail why;
            void *ctx = ways[w].engine == &engine_ocl ? NULL : open_way(&ways[w], &why);
            for (size_t g = 0; ctx && g < sizeof grains / sizeof *grains; g++) {
                assert_true(run(&ways[w], ctx, &x, grains[g]));
                assert_bits(&ways[w], &x);
            }
            ways[w].engine->close(ctx);
        }
        exact_free(&x);
    }
}

// ---- kinds of numbers

static const size_t shapes[][3] = {
    {29, 71, 258}, {15, 33, 64}, {1, 70, 300}, {70, 1, 300}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

// Each kind shows what it is for.
static void assert_tells(const struct exact *x)
{
    const struct matmul *job = x->job;
    size_t not_finite = 0, minus_0 = 0, subnormal = 0, small = 0;
    for (size_t i = 0; i < job->m * job->n; i++) {
        const double c = exact_get(job->type, x->once, i);
        not_finite += isfinite(c) ? 0 : 1;
        minus_0 += c == 0 && signbit(c) ? 1 : 0;
        subnormal += job->type == ELEM_F32 ? fpclassify((float)c) == FP_SUBNORMAL
                                           : fpclassify(c) == FP_SUBNORMAL;
        small += fabs(c) < 0x1p-6;
    }
    const bool some = not_finite > 0 && not_finite < job->m * job->n;
    assert_true(x->kind != NOT_FINITE ||
                (job->m > 1 && job->n > 1 ? some : not_finite > 0));
    assert_true(x->kind != HUGE_SUMS || job->k < 256 || some);
    assert_true(x->kind != NEGATIVE_0 || job->m == 1 || minus_0 > 0);
    assert_true(x->kind != SUBNORMAL || subnormal > job->m * job->n / 2);
    assert_true(x->kind != CANCELLING || small > job->m * job->n / 2);
}

// The oracle's gauge is |C - C_ref| / (eps |A||B|); k roundings of half an eps each, and
// one more where a product is rounded, cannot make it larger than this.
// Of other orders the oracle's own bound is enough.
static double gauge_bound(const struct way *w, const struct matmul *job)
{
    return w->in_order ? ((double)job->k + 2) / 2 : INFINITY;
}

static double judge(const struct way *w, struct exact *x)
{
    struct fail why;
    double error = 0;
    char name[160];
    name_of(name, sizeof name, w, x);
    if (workload_matmul.check(x->job, &error, &why))
        fail_msg("%s: %s", name, why.text);
    if (!(error <= gauge_bound(w, x->job)))
        fail_msg("%s: an error of %g eps |A||B|, more than %g", name, error,
                 gauge_bound(w, x->job));
    return error;
}

static void every_kind_of_number_is_right(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++) {
        double worst = 0;
        for (int i = 0; i < 2 * SHAPES; i++) {
            const size_t *s = shapes[i / 2];
            struct exact x = exact_make(s[0], s[1], s[2], i % 2 ? ELEM_F64 : ELEM_F32,
                                        (enum kind)kind);
            assert_tells(&x);
            for (int w = 0; w < way_count; w++) {
                struct fail why;
                void *ctx = open_way(&ways[w], &why);
                assert_non_null(ctx);
                if (run(&ways[w], ctx, &x, 0)) {
                    if (ways[w].in_order)
                        assert_bits(&ways[w], &x);
                    worst = fmax(worst, judge(&ways[w], &x));
                }
                ways[w].engine->close(ctx);
            }
            exact_free(&x);
        }
        print_message("%-14s the largest error is %.3g eps |A||B|\n", kind_names[kind],
                      worst);
        assert_true(kind == INTEGER ? worst == 0 : kind >= NEGATIVE_0 || worst > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_has_the_bits_of_the_loop),
        cmocka_unit_test(integers_agree_everywhere),
        cmocka_unit_test(every_grain_has_the_bits_of_the_loop),
        cmocka_unit_test(every_kind_of_number_is_right),
    };
    return cmocka_run_group_tests(tests, find_ways, NULL);
}
