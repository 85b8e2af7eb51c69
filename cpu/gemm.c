// gemm.c -- see gemm.h. The plan, and the tiles; no instruction set is known here.
#include "gemm.h"

#include "gemm_pack.h"
#include "text.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
    KC_MIN = 256,
    KC_MAX = 2048,
    KC_STREAM =
        128,       // where B's rows conflict: its lines are still there for the next tile
    KC_FEW = 512,  // where C is of few rows and B is packed
    BLOCK_TILES = 4,  // tiles down a block of A: with fewer the cart is read too often
    STRIP_ROWS = 4,   // with more, a tile's sums in registers are worth more than streams
    STRIP_COLUMNS = 2048,
    STRIP_CACHES = 8,  // B is larger than so many second caches: memory is what counts
    FEW_ROWS = 256,    // below, packing is a large part, and the cart must stay close by
    PACK_ROWS = 160,   // below, a B too large for the second cache is still not packed
    PACK_CONFLICT_ROWS = 48,
    STAGE_COLUMNS = 256,    // below, a row of A is read too seldom to pay for staging
    SAME_SET_BYTES = 4096,  // so far apart, two addresses share a set of the first cache
    BLOCK_COLUMNS = 512,    // fewer read A too often
    BLOCK_FLOPS = 2000000,  // some 10 us: below, handing out a block costs too much
    BLOCKS_A_THREAD = 4,    // so that the last to end leave no thread idle for long
    CART_BYTES_MAX = 64 << 20
};

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t blocks_of(size_t n, size_t block)
{
    return n / block + (n % block != 0);
}

static size_t round_up(size_t n, size_t unit)
{
    return blocks_of(n, unit) * unit;
}

// Containers and emulators answer 0 or -1.
static size_t cache_bytes(int name, size_t otherwise)
{
    const long bytes = sysconf(name);
    return bytes >= 8192 && bytes <= (1L << 30) ? (size_t)bytes : otherwise;
}

static size_t l2_bytes(void)
{
    return cache_bytes(_SC_LEVEL2_CACHE_SIZE, 512 << 10);
}

// Whether all rows of `columns` elements begin in the same set of the first cache.
static bool rows_conflict(size_t columns, size_t elem)
{
    return columns > 0 && columns * elem % SAME_SET_BYTES == 0;
}

// What is copied before it is read. Most of B is not read often enough to pay for that:
// measured, a 512 x 512 product is 4 % faster without packing.
static void choose_copies(struct gemm *g, size_t elem)
{
    const struct matmul *job = g->job;
    const double b_bytes = (double)job->k * (double)job->n * (double)elem;
    const size_t pays = rows_conflict(job->n, elem)    ? PACK_CONFLICT_ROWS
                        : b_bytes > (double)l2_bytes() ? PACK_ROWS
                                                       : SIZE_MAX;
    g->strips = job->m <= STRIP_ROWS && b_bytes > STRIP_CACHES * (double)l2_bytes();
    g->packs_b = job->m > pays;
    g->stages_a = !g->strips && job->n >= STAGE_COLUMNS && rows_conflict(job->k, elem);
}

// Half of the second cache for a block of A of a few tiles' rows. Long, because each end
// of it stores a tile of C and loads the next; that the sliver of B outgrows the first
// cache costs nothing, as it is read in order.
static size_t choose_kc(const struct gemm *g, size_t elem)
{
    const struct matmul *job = g->job;
    const size_t fits = l2_bytes() / 2 / (BLOCK_TILES * g->mr * elem);
    size_t kc = min_size(max_size(fits, KC_MIN), KC_MAX);
    if (!g->packs_b && !g->strips && rows_conflict(job->n, elem))
        kc = KC_STREAM;
    else if (g->packs_b && job->m <= FEW_ROWS)
        kc = KC_FEW;
    const size_t k = max_size(job->k, 1);
    return min_size(round_up(blocks_of(k, blocks_of(k, kc)), 8), k);
}

// Columns first: wide enough to pay for reading A, narrow enough to give every thread
// some blocks even where there are few rows. Then rows, until there are enough blocks.
static void choose_blocks(struct gemm *g, size_t elem, size_t threads)
{
    const size_t m = g->job->m, n = g->job->n, k = max_size(g->job->k, 1);
    const double worth = 2.0 * (double)m * (double)n * (double)k / BLOCK_FLOPS;
    const size_t most = threads > 1 ? BLOCKS_A_THREAD * threads : 1;
    const size_t wanted = worth < 1 ? 1 : worth < (double)most ? (size_t)worth : most;

    const size_t row_blocks = blocks_of(m, BLOCK_TILES * g->mr);
    const size_t widest = g->strips ? STRIP_COLUMNS : BLOCK_COLUMNS;
    const size_t least = g->strips ? min_size(wanted, 2 * threads) : wanted;
    const size_t cols = max_size(blocks_of(n, widest), blocks_of(least, row_blocks));
    g->nc = round_up(blocks_of(n, cols), g->nr);
    g->col_blocks = blocks_of(n, g->nc);

    const size_t fits = max_size(l2_bytes() / 2 / (g->kc * elem), g->mr);
    const size_t share = blocks_of(m, blocks_of(wanted, g->col_blocks));
    // Equal blocks, not whole tiles: every number of rows is a micro-kernel of its own.
    g->mc = blocks_of(m, blocks_of(m, min_size(fits, share)));
    g->row_blocks = blocks_of(m, g->mc);
}

// Rows of B in one cart.
static size_t choose_part(const struct gemm *g, size_t elem)
{
    const size_t bytes =
        g->packs_b && g->job->m <= FEW_ROWS ? l2_bytes() : CART_BYTES_MAX;
    const size_t steps = max_size(bytes / (g->nc * elem) / g->kc, 1) * g->kc;
    return min_size(g->packs_b ? steps : SIZE_MAX, g->job->k);
}

// So many tiles as come near the grain. Columns first, as above; then rows; where there
// are no more rows, columns again.
static void choose_grain(struct gemm *g)
{
    const struct matmul *job = g->job;
    const double tile_flop = 2.0 * (double)(g->mr * g->nr) * (double)max_size(job->k, 1);
    const size_t down = blocks_of(job->m, g->mr), across = blocks_of(job->n, g->nr);
    const double wanted = job->grain_flop / tile_flop,
                 all = (double)down * (double)across;
    const size_t tiles = max_size((size_t)(wanted < all ? wanted : all), 1);
    const size_t wide = min_size(across, BLOCK_COLUMNS / g->nr);
    const size_t rows = min_size(max_size(tiles / wide, 1), down);
    g->mc = rows * g->mr;
    g->nc = min_size(max_size(tiles / rows, 1), across) * g->nr;
    g->row_blocks = blocks_of(job->m, g->mc);
    g->col_blocks = blocks_of(job->n, g->nc);
}

static int choose_ukr(struct gemm *g, const char *variant, struct fail *why)
{
    const bool any = variant == NULL || strcmp(variant, "auto") == 0;
    char known[128] = "auto", shown[TEXT_CUT_BYTES];
    for (int i = 0; ukrs[i] != NULL; i++) {
        g->ukr = ukrs[i];
        if (any ? g->ukr->usable() : strcmp(variant, g->ukr->name) == 0)
            break;
        strncat(known, ", ", sizeof known - strlen(known) - 1);
        strncat(known, g->ukr->name, sizeof known - strlen(known) - 1);
        g->ukr = NULL;
    }
    assert(!any || g->ukr != NULL);
    if (g->ukr == NULL)
        return fail(why, EXIT_USAGE, "no micro-kernel is called '%s'; there are %s",
                    text_cut(shown, variant), known);
    if (!g->ukr->usable())
        return fail(why, EXIT_ABSENT, "this CPU has no %s, which micro-kernel '%s' needs",
                    g->ukr->name, variant);
    return 0;
}

int gemm_plan(struct gemm *g, const struct matmul *job, const char *variant, int threads,
              struct fail *why)
{
    assert(threads >= 1);
    *g = (struct gemm){.job = job};
    if (choose_ukr(g, variant, why) != 0)
        return -1;
    const size_t elem = elem_bytes(job->type);
    g->mr = g->ukr->of[job->type].mr;
    g->nr = g->ukr->of[job->type].nr;
    assert(g->mr * g->nr * elem <= UKR_TILE_BYTES_MAX);
    choose_copies(g, elem);
    g->kc = choose_kc(g, elem);
    g->mc = g->mr;
    g->nc = g->nr;
    if (job->m > 0 && job->n > 0 && job->grain_flop > 0)
        choose_grain(g);
    else if (job->m > 0 && job->n > 0)
        choose_blocks(g, elem, (size_t)threads);
    g->part_k = choose_part(g, elem);
    g->k_parts = job->k == 0 ? 0 : blocks_of(job->k, g->part_k);
    return 0;
}

size_t gemm_space_bytes(const struct gemm *g)
{
    const size_t a = g->stages_a ? g->mc * gemm_stage_lda(g) : 0;
    const size_t b = g->packs_b ? 0 : g->kc * g->nr;
    return (round_up(a, 64) + b) * elem_bytes(g->job->type);
}

size_t gemm_cart_bytes(const struct gemm *g)
{
    return g->packs_b ? g->part_k * g->nc * elem_bytes(g->job->type) : 0;
}

size_t gemm_slivers(const struct gemm *g)
{
    return g->packs_b ? g->nc / g->nr : 0;
}

// `bytes` bytes of each of a tile's rows. Few: a call of memcpy would take longer.
static void copy_rows(char *to, size_t to_stride, const char *from, size_t from_stride,
                      size_t rows, size_t bytes)
{
    for (; rows > 0; rows--, to += to_stride, from += from_stride) {
        size_t i = 0;
        for (; i + 16 <= bytes; i += 16)
            memcpy(to + i, from + i, 16);
        for (; i < bytes; i += 4)
            memcpy(to + i, from + i, 4);
    }
}

// A tile of C that fills no whole vectors: computed aside with the same micro-kernel,
// then cut out, from its column `skip` on. Its own function: the tile would burden every
// frame.
static __attribute__((noinline)) void edge_tile(const struct gemm *g,
                                                const struct ukr_tile *t, size_t skip)
{
    const size_t elem = elem_bytes(g->job->type), bytes = t->cols * elem;
    const size_t ldc_bytes = t->ldc * elem, stride = g->nr * elem;
    _Alignas(64) char aside[UKR_TILE_BYTES_MAX];
    struct ukr_tile whole = *t;
    whole.c = aside;
    whole.next_c = aside;
    whole.ldc = g->nr;
    if (!t->first) {
        memset(aside, 0, t->rows * stride);
        copy_rows(aside + skip * elem, stride, t->c, ldc_bytes, t->rows, bytes);
    }
    g->ukr->of[g->job->type].run(&whole);
    copy_rows(t->c, ldc_bytes, aside + skip * elem, stride, t->rows, bytes);
}

// One sliver of a block of C for kc steps, tile by tile down its rows. `t` is the first
// of them, with as many rows as there are in all.
static void multiply_sliver(const struct gemm *g, struct ukr_tile t, size_t skip)
{
    const size_t elem = elem_bytes(g->job->type), rows = t.rows;
    const size_t tiles = blocks_of(rows, g->mr);
    const bool whole = t.cols == g->nr || t.cols == g->nr / 2;
    const char *const next_sliver = (const char *)t.c + t.cols * elem;
    for (size_t i = 0; i < tiles; i++) {
        // As equal as can be: a tile of few rows waits for its own sums.
        t.rows = rows / tiles + (i < rows % tiles);
        t.next_c = i + 1 < tiles ? (char *)t.c + t.rows * t.ldc * elem : next_sliver;
        if (whole)
            g->ukr->of[g->job->type].run(&t);
        else
            edge_tile(g, &t, skip);
        t.a = (const char *)t.a + t.rows * t.lda * elem;
        t.c = (char *)t.c + t.rows * t.ldc * elem;
    }
}

// What a block of C is made of, for the steps from k on, which are those from `step` on
// of the part.
struct panel {
    size_t part_steps, step, steps, k;
    size_t row, rows, col, cols;
    const char *cart;
    void *pad;
};

// Finds the sliver of B that begins with column j of the block. Whole vectors are read:
// where B is read in place and ends sooner, they begin `skip` columns earlier, and only
// where it has no such columns it is padded.
static void place_b(const struct gemm *g, const struct panel *p, size_t j,
                    struct ukr_tile *t, size_t *skip)
{
    const size_t elem = elem_bytes(g->job->type), n = g->job->n, col = p->col + j;
    t->cols = min_size(g->nr, p->cols - j);
    const size_t width = t->cols > g->nr / 2 ? g->nr : g->nr / 2;
    *skip = 0;
    if (g->packs_b) {
        t->b = p->cart + (j * p->part_steps + p->step * g->nr) * elem;
        t->ldb = g->nr;
    } else if (col + t->cols >= width) {
        *skip = width - t->cols;
        t->b = (const char *)g->job->b + (p->k * n + col - *skip) * elem;
        t->ldb = n;
    } else {
        gemm_pad_b(g, p->k, col, t->cols, p->steps, width, p->pad);
        t->b = p->pad;
        t->ldb = width;
    }
}

static void multiply_panel(const struct gemm *g, const struct panel *p, void *staged)
{
    const struct matmul *job = g->job;
    const size_t elem = elem_bytes(job->type);
    struct ukr_tile t = {.rows = p->rows,
                         .k = p->steps,
                         .ldc = job->n,
                         .first = p->k == 0,
                         .lda = job->k,
                         .a = (const char *)job->a + (p->row * job->k + p->k) * elem};
    if (g->stages_a) {
        gemm_stage_a(g, p->row, p->rows, p->k, p->steps, staged);
        t.a = staged;
        t.lda = gemm_stage_lda(g);
    }
    if (g->strips) {
        t.cols = p->cols;
        t.b = (const char *)job->b + (p->k * job->n + p->col) * elem;
        t.ldb = job->n;
        t.c = (char *)job->c + (p->row * job->n + p->col) * elem;
        g->ukr->of[job->type].strip(&t);
        return;
    }
    for (size_t j = 0; j < p->cols; j += g->nr) {
        size_t skip;
        place_b(g, p, j, &t, &skip);
        t.c = (char *)job->c + (p->row * job->n + p->col + j) * elem;
        multiply_sliver(g, t, skip);
    }
}

void gemm_block(const struct gemm *g, size_t part, size_t ic, size_t jc, const void *cart,
                void *space)
{
    const size_t staged = g->stages_a ? round_up(g->mc * gemm_stage_lda(g), 64) : 0;
    struct panel p = {.part_steps = gemm_part_rows(g, part),
                      .cart = cart,
                      .row = ic * g->mc,
                      .col = jc * g->nc,
                      .pad = (char *)space + staged * elem_bytes(g->job->type)};
    p.rows = min_size(g->mc, g->job->m - p.row);
    p.cols = min_size(g->nc, g->job->n - p.col);
    for (; p.step < p.part_steps; p.step += p.steps) {
        p.steps = min_size(g->kc, p.part_steps - p.step);
        p.k = part * g->part_k + p.step;
        multiply_panel(g, &p, space);
    }
}

bool gemm_trivial(const struct gemm *g)
{
    const struct matmul *job = g->job;
    if (job->m == 0 || job->n == 0)
        return true;
    if (job->k == 0)
        memset(job->c, 0, job->m * job->n * elem_bytes(job->type));
    return job->k == 0;
}
