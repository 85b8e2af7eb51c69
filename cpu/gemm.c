// gemm.c -- see gemm.h. The plan, and the tiles; no instruction set is known here.
#include "gemm.h"

#include "gemm_pack.h"
#include "text.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum {
    KC_MIN = 64,
    KC_MAX = 512,
    BLOCK_ROWS = 56,         // fewer read the cart from the outer caches too often
    BLOCK_COLS = 512,        // fewer pack A too often
    BLOCK_FLOPS = 20000000,  // some 200 us: handing out a block costs nothing against it
    BLOCKS_A_THREAD = 4,  // so that the last blocks to end leave no thread idle for long
    CART_BYTES = 64 << 20
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

// Two thirds of the first cache for the sliver of B, the rest for the streams of A and C.
static size_t choose_kc(const struct gemm *g, size_t elem)
{
    const size_t l1 = cache_bytes(_SC_LEVEL1_DCACHE_SIZE, 32768);
    const size_t fits = l1 * 2 / 3 / (g->nr * elem) & ~(size_t)7;
    const size_t kc = min_size(max_size(fits, KC_MIN), KC_MAX);
    const size_t k = max_size(g->job->k, 1);
    return min_size(round_up(blocks_of(k, blocks_of(k, kc)), 8), k);
}

// Columns first: wide enough to pay for packing A, narrow enough to give every thread
// some blocks even where there are few rows. Then rows, until a block is worth handing
// out.
static void choose_blocks(struct gemm *g, size_t elem, size_t threads)
{
    const size_t m = g->job->m, n = g->job->n, k = max_size(g->job->k, 1);
    const size_t l2 = cache_bytes(_SC_LEVEL2_CACHE_SIZE, 512 << 10);
    const size_t wanted = BLOCKS_A_THREAD * threads;
    const size_t fewest_rows = round_up(BLOCK_ROWS, g->mr);

    const size_t row_blocks = blocks_of(m, fewest_rows);
    const size_t cols = max_size(blocks_of(n, BLOCK_COLS), blocks_of(wanted, row_blocks));
    g->nc = max_size(round_up(blocks_of(n, cols), g->nr),
                     min_size(round_up(n, g->nr), 2 * g->nr));
    g->col_blocks = blocks_of(n, g->nc);

    const size_t worth = BLOCK_FLOPS / 2 / g->nc / k;
    const size_t fits = max_size(l2 / 2 / (g->kc * elem), g->mr);
    const size_t rows = min_size(max_size(worth, fewest_rows), fits);
    const size_t share = blocks_of(m, blocks_of(wanted, g->col_blocks));
    g->mc = round_up(min_size(rows, share), g->mr);
    g->row_blocks = blocks_of(m, g->mc);
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
    const size_t wide = min_size(across, BLOCK_COLS / g->nr);
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
    g->kc = choose_kc(g, elem);
    g->mc = g->mr;
    g->nc = g->nr;
    if (job->m > 0 && job->n > 0 && job->grain_flop > 0)
        choose_grain(g);
    else if (job->m > 0 && job->n > 0)
        choose_blocks(g, elem, (size_t)threads);
    const size_t row_bytes = g->nc * elem;
    g->part_k = min_size(max_size(CART_BYTES / row_bytes / g->kc, 1) * g->kc, job->k);
    g->k_parts = job->k == 0 ? 0 : blocks_of(job->k, g->part_k);
    return 0;
}

size_t gemm_a_bytes(const struct gemm *g)
{
    return g->mc * g->kc * elem_bytes(g->job->type);
}

size_t gemm_cart_bytes(const struct gemm *g)
{
    return g->part_k * g->nc * elem_bytes(g->job->type);
}

size_t gemm_slivers(const struct gemm *g)
{
    return g->nc / g->nr;
}

// One tile of C that may hang over the edge of the matrix: computed aside, at full size,
// with the same micro-kernel, then cut out. Its own function: the tile would burden every
// frame.
static __attribute__((noinline)) void edge_tile(const struct gemm *g, size_t steps,
                                                const void *a, const void *b, char *c,
                                                size_t rows, size_t cols, bool first)
{
    const size_t elem = elem_bytes(g->job->type), ldc_bytes = g->job->n * elem;
    _Alignas(64) char tile[UKR_TILE_BYTES_MAX];
    memset(tile, 0, g->mr * g->nr * elem);
    for (size_t r = 0; r < rows && !first; r++)
        memcpy(tile + r * g->nr * elem, c + r * ldc_bytes, cols * elem);
    g->ukr->of[g->job->type].run(steps, a, b, tile, g->nr, first);
    for (size_t r = 0; r < rows; r++)
        memcpy(c + r * ldc_bytes, tile + r * g->nr * elem, cols * elem);
}

// All tiles of a block of C for kc steps: `a` is the packed block of A, `b` the first
// sliver's steps of the cart, `b_stride` the bytes from sliver to sliver.
struct panel {
    const char *a, *b;
    size_t b_stride, steps;
    size_t row, rows, col, cols;
    bool first;
};

// The tile that comes next is on its way from memory while this one is computed.
static void prefetch_tile(const char *c, size_t rows, size_t row_bytes, size_t ldc_bytes)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t at = 0; at < row_bytes; at += 64)
            __builtin_prefetch(c + r * ldc_bytes + at, 1);
}

static void multiply_panel(const struct gemm *g, const struct panel *p)
{
    const size_t elem = elem_bytes(g->job->type), ldc = g->job->n;
    const ukr_fn run = g->ukr->of[g->job->type].run;
    const char *b = p->b;
    for (size_t j = 0; j < p->cols; j += g->nr, b += p->b_stride) {
        const size_t cols = min_size(g->nr, p->cols - j);
        const char *a = p->a;
        for (size_t i = 0; i < p->rows; i += g->mr, a += g->mr * p->steps * elem) {
            const size_t rows = min_size(g->mr, p->rows - i);
            char *c = (char *)g->job->c + ((p->row + i) * ldc + p->col + j) * elem;
            if (i + 2 * g->mr <= p->rows)
                prefetch_tile(c + g->mr * ldc * elem, g->mr, cols * elem, ldc * elem);
            else if (j + 2 * g->nr <= p->cols)
                prefetch_tile(c + (g->nr - i * ldc) * elem, min_size(g->mr, p->rows),
                              g->nr * elem, ldc * elem);
            if (rows == g->mr && cols == g->nr)
                run(p->steps, a, b, c, ldc, p->first);
            else
                edge_tile(g, p->steps, a, b, c, rows, cols, p->first);
        }
    }
}

void gemm_block(const struct gemm *g, size_t part, size_t ic, size_t jc, const void *cart,
                void *a_space)
{
    const size_t elem = elem_bytes(g->job->type);
    const size_t part_steps = gemm_part_rows(g, part);
    struct panel p = {.a = a_space, .row = ic * g->mc, .col = jc * g->nc};
    p.rows = min_size(g->mc, g->job->m - p.row);
    p.cols = min_size(g->nc, g->job->n - p.col);
    p.b_stride = g->nr * part_steps * elem;
    for (size_t step = 0; step < part_steps; step += p.steps) {
        p.steps = min_size(g->kc, part_steps - step);
        const size_t k = part * g->part_k + step;
        p.first = k == 0;
        for (size_t i = 0; i < p.rows; i += g->mr)
            gemm_pack_a(g, p.row + i, k, p.steps, (char *)a_space + i * p.steps * elem);
        p.b = (const char *)cart + step * g->nr * elem;
        multiply_panel(g, &p);
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
