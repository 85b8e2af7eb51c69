// test_gemm.c -- every micro-kernel that this CPU has, against a plain triple loop:
// awkward sizes, both types, every blocking, NaN and Inf, and not one byte beside the
// matrix.
//
// The loop rounds as the micro-kernel does, in the order of k, so the bits must be the
// same.
#include "gemm.h"
#include "rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

enum { GUARD = 256, POISON = 0xa5 };

struct product {
    struct matmul job;
    void *a, *b, *want;
    char *guarded;  // C, between two guards
};

static void put(const struct product *p, void *matrix, size_t i, double value)
{
    if (p->job.type == ELEM_F32)
        ((float *)matrix)[i] = (float)value;
    else
        ((double *)matrix)[i] = value;
}

static double get(const struct product *p, const void *matrix, size_t i)
{
    return p->job.type == ELEM_F32 ? (double)((const float *)matrix)[i]
                                   : ((const double *)matrix)[i];
}

static struct product make(size_t m, size_t n, size_t k, enum elem type, uint64_t seed)
{
    const size_t elem = elem_bytes(type);
    struct product p = {.job = {.m = m, .n = n, .k = k, .type = type}};
    struct rng rng = {seed};
    p.a = malloc(m * k * elem + 1);
    p.b = malloc(k * n * elem + 1);
    p.want = malloc(m * n * elem + 1);
    p.guarded = malloc(m * n * elem + 2 * GUARD);
    memset(p.guarded, POISON, m * n * elem + 2 * GUARD);
    for (size_t i = 0; i < m * k; i++)
        put(&p, p.a, i, 2 * rng_unit(&rng) - 1);
    for (size_t i = 0; i < k * n; i++)
        put(&p, p.b, i, 2 * rng_unit(&rng) - 1);
    p.job.a = p.a;
    p.job.b = p.b;
    p.job.c = p.guarded + GUARD;
    return p;
}

static void drop(struct product *p)
{
    free(p->a);
    free(p->b);
    free(p->want);
    free(p->guarded);
}

// This file is compiled with -ffp-contract=off: two roundings where they are written so.
static void triple_loop(struct product *p, bool fused)
{
    const struct matmul *job = &p->job;
    for (size_t i = 0; i < job->m; i++)
        for (size_t j = 0; j < job->n; j++) {
            float sum_f32 = 0;
            double sum_f64 = 0;
            for (size_t s = 0; s < job->k; s++) {
                const double a = get(p, p->a, i * job->k + s);
                const double b = get(p, p->b, s * job->n + j);
                if (job->type == ELEM_F32)
                    sum_f32 = fused ? fmaf((float)a, (float)b, sum_f32)
                                    : sum_f32 + (float)a * (float)b;
                else
                    sum_f64 = fused ? fma(a, b, sum_f64) : sum_f64 + a * b;
            }
            put(p, p->want, i * job->n + j,
                job->type == ELEM_F32 ? (double)sum_f32 : sum_f64);
        }
}

// The scalar micro-kernel of x86-64 rounds twice; every other one is fused.
static bool is_fused(const struct ukr *ukr)
{
#if defined __x86_64__
    return strcmp(ukr->name, "scalar") != 0;
#else
    (void)ukr;
    return true;
#endif
}

static void multiply(const struct gemm *g)
{
    if (gemm_trivial(g))
        return;
    void *cart = aligned_alloc(64, (gemm_cart_bytes(g) / 64 + 1) * 64);
    void *a_space = aligned_alloc(64, (gemm_space_bytes(g) / 64 + 1) * 64);
    for (size_t part = 0; part < g->k_parts; part++)
        for (size_t jc = g->col_blocks; jc-- > 0;) {
            for (size_t s = 0; s < gemm_slivers(g); s++)
                gemm_pack_b(g, part, jc, s, s + 1, cart);
            for (size_t ic = g->row_blocks; ic-- > 0;)
                gemm_block(g, part, ic, jc, cart, a_space);
        }
    free(cart);
    free(a_space);
}

static void same(const struct product *p, const struct gemm *g, const char *what)
{
    const size_t bytes = p->job.m * p->job.n * elem_bytes(p->job.type);
    if (memcmp(p->job.c, p->want, bytes) != 0)
        fail_msg("%s: %s %zux%zux%zu is wrong (blocks %zux%zu, kc %zu, %zu parts)",
                 g->ukr->name, what, p->job.m, p->job.n, p->job.k, g->mc, g->nc, g->kc,
                 g->k_parts);
    for (size_t i = 0; i < GUARD; i++)
        if ((uint8_t)p->guarded[i] != POISON ||
            (uint8_t)p->guarded[GUARD + bytes + i] != POISON)
            fail_msg("%s: %s writes beside the matrix", g->ukr->name, what);
}

static struct gemm plan(const struct matmul *job, const struct ukr *ukr, int threads)
{
    struct gemm g;
    struct fail why;
    if (gemm_plan(&g, job, ukr->name, threads, &why) != 0)
        fail_msg("%s", why.text);
    return g;
}

// Calls fn for every usable micro-kernel and both types.
static void for_each(void (*fn)(const struct ukr *, enum elem))
{
    for (int i = 0; ukrs[i]; i++) {
        if (!ukrs[i]->usable()) {
            print_message("%s cannot be used here\n", ukrs[i]->name);
            continue;
        }
        fn(ukrs[i], ELEM_F32);
        fn(ukrs[i], ELEM_F64);
    }
}

// Another blocking than the plan's; blocks in tiles.
static void set_blocks(struct gemm *g, size_t mc, size_t nc, size_t kc, size_t part_k)
{
    const struct matmul *job = g->job;
    g->mc = mc * g->mr;
    g->nc = nc * g->nr;
    g->kc = kc;
    g->part_k = part_k;
    g->row_blocks = (job->m + g->mc - 1) / g->mc;
    g->col_blocks = (job->n + g->nc - 1) / g->nc;
    g->k_parts = (job->k + part_k - 1) / part_k;
}

static void try_size(const struct ukr *ukr, enum elem type, size_t m, size_t n, size_t k)
{
    struct product p = make(m, n, k, type, m * 1009 + n * 31 + k);
    struct gemm g = plan(&p.job, ukr, 1 + (int)(m % 3));
    triple_loop(&p, is_fused(ukr));
    multiply(&g);
    same(&p, &g, "size");
    // Once more with blocks so small that these sizes cross their edges, too, whatever is
    // copied before it is read.
    for (int copies = 0; copies < 4; copies++) {
        memset(p.job.c, POISON, m * n * elem_bytes(type));
        g.packs_b = copies % 2;
        g.stages_a = copies / 2;
        set_blocks(&g, 2, 1, 4, 8);
        multiply(&g);
        same(&p, &g, "size in small blocks");
        // And in strips, which are else for few rows and a large B.
        memset(p.job.c, POISON, m * n * elem_bytes(type));
        g.strips = true;
        g.packs_b = g.stages_a = false;
        multiply(&g);
        same(&p, &g, "size in strips");
    }
    drop(&p);
}

static void sizes_of(const struct ukr *ukr, enum elem type)
{
    static const size_t awkward[][3] = {
        {0, 0, 0},     {0, 3, 3},     {3, 0, 3},    {3, 3, 0},      {1, 1, 1},
        {1, 1, 700},   {1, 130, 7},   {130, 1, 7},  {7, 130, 1},    {127, 61, 83},
        {3, 700, 5},   {700, 3, 5},   {5, 3, 1900}, {67, 131, 531}, {64, 64, 64},
        {57, 513, 40}, {58, 520, 33}, {2, 3, 255},  {3, 2, 256},    {2, 3, 257},
        {1, 2, 511},   {2, 1, 513}};
    const size_t mr = ukr->of[type].mr, nr = ukr->of[type].nr;
    for (size_t i = 0; i < sizeof awkward / sizeof *awkward; i++)
        try_size(ukr, type, awkward[i][0], awkward[i][1], awkward[i][2]);
    for (size_t m = mr - 1; m <= mr + 1; m++)
        for (size_t n = nr - 1; n <= nr + 1; n++)
            for (size_t k = 1; k <= 9; k++)
                try_size(ukr, type, m, n, k);
    for (size_t m = 1; m <= 2 * mr + 1; m++)
        try_size(ukr, type, m, 2 * nr + 3, 11);
    for (size_t n = 1; n <= 2 * nr + 1; n++)
        try_size(ukr, type, 2 * mr + 1, n, 10);
}

static void every_size_is_right(void **state)
{
    (void)state;
    for_each(sizes_of);
}

static void blockings_of(const struct ukr *ukr, enum elem type)
{
    struct product p = make(123, 143, 67, type, 5);
    triple_loop(&p, is_fused(ukr));
    for (int threads = 1; threads <= 64; threads = threads * 2 + 1) {
        const struct gemm g = plan(&p.job, ukr, threads);
        memset(p.job.c, POISON, p.job.m * p.job.n * elem_bytes(type));
        multiply(&g);
        same(&p, &g, "threads");
    }
    static const size_t blocks[][4] = {{1, 1, 1, 1},   {1, 2, 3, 6},     {2, 1, 64, 64},
                                       {3, 9, 67, 67}, {99, 99, 99, 99}, {2, 3, 16, 32}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        struct gemm g = plan(&p.job, ukr, 1);
        set_blocks(&g, blocks[i][0], blocks[i][1], blocks[i][2], blocks[i][3]);
        memset(p.job.c, POISON, p.job.m * p.job.n * elem_bytes(type));
        multiply(&g);
        same(&p, &g, "blocking");
    }
    drop(&p);
}

static void every_blocking_gives_the_same_bits(void **state)
{
    (void)state;
    for_each(blockings_of);
}

// From a tile to all of C; a block's work is never above the grain, but for a tile's.
static void grains_of(const struct ukr *ukr, enum elem type)
{
    struct product p = make(123, 143, 67, type, 6);
    const double tile = 2.0 * (double)(ukr->of[type].mr * ukr->of[type].nr) * 67;
    size_t blocks = SIZE_MAX;
    triple_loop(&p, is_fused(ukr));
    for (double grain = 1; grain < 1e20; grain *= 3) {
        p.job.grain_flop = grain;
        const struct gemm g = plan(&p.job, ukr, 2);
        assert_true(2.0 * (double)(g.mc * g.nc) * 67 <= (grain < tile ? tile : grain));
        assert_true(g.row_blocks * g.mc >= 123 && g.col_blocks * g.nc >= 143);
        assert_true(g.row_blocks * g.col_blocks <= blocks);
        blocks = g.row_blocks * g.col_blocks;
        memset(p.job.c, POISON, p.job.m * p.job.n * elem_bytes(type));
        multiply(&g);
        same(&p, &g, "grain");
    }
    assert_int_equal(blocks, 1);
    p.job.grain_flop = 1;
    const struct gemm least = plan(&p.job, ukr, 2);
    assert_true(least.mc == least.mr && least.nc == least.nr);
    drop(&p);
}

static void every_grain_gives_the_same_bits(void **state)
{
    (void)state;
    for_each(grains_of);
}

// The definition: NaN where a product or a sum makes one, in no other place. The rows and
// columns beside the padding hold the infinities, and zeros meet them.
static void specials_of(const struct ukr *ukr, enum elem type)
{
    const size_t m = ukr->of[type].mr + 1, n = ukr->of[type].nr + 1, k = 5;
    struct product p = make(m, n, k, type, 9);
    put(&p, p.a, (m - 1) * k + 2, INFINITY);
    put(&p, p.a, 0, -INFINITY);
    put(&p, p.a, 1 * k + 3, NAN);
    put(&p, p.b, 2 * n + n - 1, 0);
    put(&p, p.b, 4 * n + n - 1, INFINITY);
    put(&p, p.b, 3 * n + 4, -INFINITY);
    for (size_t s = 0; s < k; s++)
        put(&p, p.a, 2 * k + s, 0);
    triple_loop(&p, is_fused(ukr));
    const struct gemm g = plan(&p.job, ukr, 1);
    multiply(&g);
    int specials = 0;
    for (size_t i = 0; i < m * n; i++) {
        const double got = get(&p, p.job.c, i), want = get(&p, p.want, i);
        specials += !isfinite(want);
        if (isnan(want) ? !isnan(got) : got != want)
            fail_msg("%s: element %zu, %zu is %g, not %g", ukr->name, i / n, i % n, got,
                     want);
    }
    assert_true(specials > 3 && (size_t)specials < m * n);
    drop(&p);
}

static void nan_and_inf_land_where_they_belong(void **state)
{
    (void)state;
    for_each(specials_of);
}

static void a_long_k_is_cut_into_parts(void **state)
{
    (void)state;
    const struct matmul job = {.m = 200, .n = 2, .k = 30000000, .type = ELEM_F64};
    struct gemm g;
    struct fail why;
    assert_int_equal(gemm_plan(&g, &job, NULL, 4, &why), 0);
    assert_true(g.k_parts > 1);
    assert_true(g.part_k % g.kc == 0);
    assert_true(gemm_cart_bytes(&g) <= (128u << 20));
    assert_true(g.k_parts * g.part_k >= job.k && (g.k_parts - 1) * g.part_k < job.k);
}

static void every_thread_gets_some_blocks(void **state)
{
    (void)state;
    static const size_t shapes[][3] = {
        {1024, 1024, 1024}, {20, 4096, 512}, {4096, 20, 512}, {256, 256, 256}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct matmul job = {
            .m = shapes[i][0], .n = shapes[i][1], .k = shapes[i][2]};
        struct gemm g;
        struct fail why;
        assert_int_equal(gemm_plan(&g, &job, NULL, 2, &why), 0);
        assert_true(g.row_blocks * g.col_blocks >= 4);
    }
}

static void unknown_variants_list_the_known(void **state)
{
    (void)state;
    const struct matmul job = {.m = 1, .n = 1, .k = 1};
    struct gemm g;
    struct fail why;
    assert_int_equal(gemm_plan(&g, &job, "avx1024", 1, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    assert_non_null(strstr(why.text, "avx1024"));
    int count = 0;
    while (ukrs[count])
        count++;
    for (int i = 0; i < count; i++) {
        assert_non_null(strstr(why.text, gemm_variants[i]));
        assert_string_equal(gemm_variants[i], ukrs[count - 1 - i]->name);
    }
    assert_null(gemm_variants[count]);
    assert_int_equal(gemm_plan(&g, &job, "auto", 1, &why), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_right),
        cmocka_unit_test(every_blocking_gives_the_same_bits),
        cmocka_unit_test(every_grain_gives_the_same_bits),
        cmocka_unit_test(nan_and_inf_land_where_they_belong),
        cmocka_unit_test(a_long_k_is_cut_into_parts),
        cmocka_unit_test(every_thread_gets_some_blocks),
        cmocka_unit_test(unknown_variants_list_the_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
