// burn.c -- see burn.h. Lanes, padding and the choice of kernels; no instruction set is
// known here.
#include "burn.h"

#include "clock.h"
#include "stats.h"
#include "text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK_BYTES = 64, KERNELS_MAX = 8 };

static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static void put_be32(uint8_t *to, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(word >> (24 - 8 * i));
}

static void put_digest(uint8_t *to, const uint32_t state[8])
{
    for (int i = 0; i < 8; i++)
        put_be32(to + 4 * i, state[i]);
}

// Pads what is left of a message: the last bytes % 64 of its text, a one bit, zeros, and
// its length in bits. Returns how many blocks that makes, 1 or 2.
static size_t pad(uint8_t tail[2 * BLOCK_BYTES], const uint8_t *rest, uint64_t bytes)
{
    const size_t left = bytes % BLOCK_BYTES;
    const size_t blocks = left + 1 + 8 <= BLOCK_BYTES ? 1 : 2;
    if (left > 0)
        memcpy(tail, rest, left);
    tail[left] = 0x80;
    memset(tail + left + 1, 0, blocks * BLOCK_BYTES - left - 1);
    put_be32(tail + blocks * BLOCK_BYTES - 8, (uint32_t)(bytes >> 29));
    put_be32(tail + blocks * BLOCK_BYTES - 4, (uint32_t)(bytes << 3));
    return blocks;
}

// A message on its way: first the whole blocks of its text, then its padded tail.
struct lane {
    uint32_t state[8];
    const uint8_t *text;
    size_t blocks;       // left of this stretch
    size_t tail_blocks;  // 0: this stretch is the tail
    uint8_t *digest;
    uint8_t tail[2 * BLOCK_BYTES];
};

static void lane_enter_tail(struct lane *l)
{
    l->text = l->tail;
    l->blocks = l->tail_blocks;
    l->tail_blocks = 0;
}

static void lane_begin(struct lane *l, const struct message *m)
{
    memcpy(l->state, initial, sizeof l->state);
    l->text = m->text;
    l->blocks = m->bytes / BLOCK_BYTES;
    l->tail_blocks = pad(l->tail, m->text + l->blocks * BLOCK_BYTES, m->bytes);
    l->digest = m->digest;
    if (l->blocks == 0)
        lane_enter_tail(l);
}

// True when the message is burnt.
static bool lane_advance(struct lane *l, size_t blocks)
{
    l->text += blocks * BLOCK_BYTES;
    l->blocks -= blocks;
    if (l->blocks > 0)
        return false;
    if (l->tail_blocks > 0) {
        lane_enter_tail(l);
        return false;
    }
    put_digest(l->digest, l->state);
    return true;
}

// Takes the first lanes, as many as the kernel has, to the nearest end of a stretch.
// Lanes of the kernel for which there is no book repeat the first one's text and forget
// the result.
static size_t compress_lanes(const struct burn_kernel *kernel, struct lane *const lanes[],
                             size_t used)
{
    uint32_t spare[8] = {0};
    uint32_t *state[BURN_LANES_MAX];
    const uint8_t *text[BURN_LANES_MAX];
    size_t blocks = lanes[0]->blocks;
    if (used == 1 && kernel->compress_1 != NULL) {
        kernel->compress_1(lanes[0]->state, lanes[0]->text, blocks);
        return blocks;
    }
    for (size_t i = 0; i < kernel->lanes; i++) {
        state[i] = i < used ? lanes[i]->state : spare;
        text[i] = lanes[i < used ? i : 0]->text;
        if (i < used && lanes[i]->blocks < blocks)
            blocks = lanes[i]->blocks;
    }
    kernel->compress(state, text, blocks);
    return blocks;
}

void burn_many(const struct burner *burner, const struct message *messages, size_t count)
{
    struct lane space[BURN_LANES_MAX];
    struct lane *lanes[BURN_LANES_MAX];  // those alive come first
    for (size_t i = 0; i < burner->lanes; i++)
        lanes[i] = &space[i];
    size_t live = 0, next = 0;
    for (;;) {
        while (live < burner->lanes && next < count)
            lane_begin(lanes[live++], &messages[next++]);
        if (live == 0)
            return;
        const struct burn_kernel *kernel = burner->by_live[live];
        const size_t used = live < kernel->lanes ? live : kernel->lanes;
        const size_t blocks = compress_lanes(kernel, lanes, used);
        for (size_t i = used; i-- > 0;) {
            if (!lane_advance(lanes[i], blocks))
                continue;
            struct lane *const burnt = lanes[i];
            lanes[i] = lanes[--live];
            lanes[live] = burnt;
        }
    }
}

static void compress_one(const struct burner *burner, uint32_t state[8],
                         const uint8_t *text, size_t blocks)
{
    struct lane one = {.text = text, .blocks = blocks};
    struct lane *lanes[1] = {&one};
    if (blocks == 0)
        return;
    memcpy(one.state, state, sizeof one.state);
    compress_lanes(burner->by_live[1], lanes, 1);
    memcpy(state, one.state, sizeof one.state);
}

void burn_begin(struct burning *b)
{
    *b = (struct burning){.bytes = 0};
    memcpy(b->state, initial, sizeof b->state);
}

void burn_more(const struct burner *burner, struct burning *b, const uint8_t *text,
               size_t bytes)
{
    const size_t have = b->bytes % BLOCK_BYTES;
    b->bytes += bytes;
    if (have > 0) {
        const size_t need = BLOCK_BYTES - have;
        const size_t taken = bytes < need ? bytes : need;
        memcpy(b->tail + have, text, taken);
        if (taken < need)
            return;
        compress_one(burner, b->state, b->tail, 1);
        text += taken;
        bytes -= taken;
    }
    const size_t blocks = bytes / BLOCK_BYTES;
    compress_one(burner, b->state, text, blocks);
    if (bytes % BLOCK_BYTES > 0)
        memcpy(b->tail, text + blocks * BLOCK_BYTES, bytes % BLOCK_BYTES);
}

void burn_end(const struct burner *burner, struct burning *b,
              uint8_t digest[DIGEST_BYTES])
{
    uint8_t tail[2 * BLOCK_BYTES];
    const size_t blocks = pad(tail, b->tail, b->bytes);
    compress_one(burner, b->state, tail, blocks);
    put_digest(digest, b->state);
}

// Of a long book the next part may be loading just now, and fail: whether the book has an
// error is known when its last part is here, not before.
static void burn_part(const struct burner *burner, const struct segment *s,
                      const uint8_t *text, struct ash *ash, struct burning *going)
{
    if (s->first)
        burn_begin(going);
    burn_more(burner, going, text, s->bytes);
    if (s->last && ash->error == 0)
        burn_end(burner, going, ash->digest);
}

void burn_cart(const struct burner *burner, const struct gophers *job,
               const struct load *load, const uint8_t *cart, struct message *scratch,
               struct burning *going)
{
    size_t whole = 0;
    assert(load->segments <= job->longest_load_segments);
    for (uint32_t i = 0; i < load->segments; i++) {
        const struct segment *s = &job->segment[load->first_segment + i];
        struct ash *ash = &job->ash[s->book];
        if (!s->first || !s->last)
            burn_part(burner, s, cart + s->at, ash, going);
        else if (ash->error == 0)
            scratch[whole++] = (struct message){cart + s->at, s->bytes, ash->digest};
    }
    burn_many(burner, scratch, whole);
}

// Measuring. Rates are of all lanes together, in bytes per second, on text in the first
// cache.

enum { MEASURE_BLOCKS = 32, MEASURE_ROUNDS = 8 };

static double rates[KERNELS_MAX], rates_1[KERNELS_MAX];  // 0: cannot be used

static double measure_kernel(const struct burn_kernel *kernel, size_t used)
{
    static const uint8_t text[MEASURE_BLOCKS * BLOCK_BYTES];
    struct lane space[BURN_LANES_MAX];
    struct lane *lanes[BURN_LANES_MAX];
    uint64_t best_ns = UINT64_MAX;
    for (size_t i = 0; i < used; i++) {
        lanes[i] = &space[i];
        lane_begin(lanes[i], &(struct message){text, sizeof text, NULL});
    }
    for (int round = 0; round < MEASURE_ROUNDS; round++) {
        const uint64_t start_ns = clock_ns();
        compress_lanes(kernel, lanes, used);
        const uint64_t ns = clock_ns() - start_ns;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    return (double)(used * sizeof text) * 1e9 / (double)(best_ns + 1);
}

static void measure_kernels(void)
{
    for (int i = 0; burn_kernels[i] != NULL; i++) {
        assert(i < KERNELS_MAX);
        if (!burn_kernels[i]->usable())
            continue;
        rates[i] = measure_kernel(burn_kernels[i], burn_kernels[i]->lanes);
        rates_1[i] = measure_kernel(burn_kernels[i], 1);
    }
}

static double rate_of(int i, size_t live)
{
    const size_t lanes = burn_kernels[i]->lanes;
    if (live == 1)
        return rates_1[i];
    return live < lanes ? rates[i] * (double)live / (double)lanes : rates[i];
}

static const struct burn_kernel *fastest(size_t live)
{
    int best = 0;
    for (int i = 1; burn_kernels[i] != NULL; i++)
        if (rate_of(i, live) > rate_of(best, live))
            best = i;
    return burn_kernels[best];
}

static void choose_fastest(struct burner *burner)
{
    static bool measured;
    if (!measured)
        measure_kernels();
    measured = true;
    for (size_t live = 1; live <= BURN_LANES_MAX; live++)
        burner->by_live[live] = fastest(live);
    burner->lanes = burner->by_live[BURN_LANES_MAX]->lanes;
    const char *many = burner->by_live[burner->lanes]->name;
    const char *one = burner->by_live[1]->name;
    snprintf(burner->name, sizeof burner->name, strcmp(many, one) == 0 ? "%s" : "%s+%s",
             many, one);
}

int burn_choose(const char *variant, struct burner *burner, struct fail *why)
{
    char known[128] = "auto", shown[TEXT_CUT_BYTES];
    *burner = (struct burner){.lanes = 0};
    if (variant == NULL || strcmp(variant, "auto") == 0) {
        choose_fastest(burner);
        return 0;
    }
    for (int i = 0; burn_kernels[i] != NULL; i++) {
        const struct burn_kernel *kernel = burn_kernels[i];
        strncat(known, ", ", sizeof known - strlen(known) - 1);
        strncat(known, kernel->name, sizeof known - strlen(known) - 1);
        if (strcmp(variant, kernel->name) != 0)
            continue;
        if (!kernel->usable())
            return fail(why, EXIT_ABSENT, "this CPU cannot burn with '%s'", kernel->name);
        burner->lanes = kernel->lanes;
        for (size_t live = 1; live <= kernel->lanes; live++)
            burner->by_live[live] = kernel;
        snprintf(burner->name, sizeof burner->name, "%s", kernel->name);
        return 0;
    }
    return fail(why, EXIT_USAGE, "no burning kernel is called '%s'; there are %s",
                text_cut(shown, variant), known);
}

// Bytes per second of one chunk of a millisecond or so.
static double chunk_rate(const struct burner *burner, const struct message *books, int n)
{
    const uint64_t start_ns = clock_ns();
    double bytes = 0;
    uint64_t elapsed_ns;
    do {
        burn_many(burner, books, (size_t)n);
        bytes += (double)n * (double)books[0].bytes;
        elapsed_ns = clock_ns() - start_ns;
    } while (elapsed_ns < 1000000);
    return bytes / ((double)elapsed_ns * 1e-9);
}

double burn_limit(double seconds)
{
    enum { BOOKS = 2 * BURN_LANES_MAX, BOOK_BYTES = 16 * BLOCK_BYTES, CHUNKS = 256 };
    static const uint8_t text[BOOK_BYTES];
    uint8_t digest[BOOKS][DIGEST_BYTES];
    struct message books[BOOKS];
    struct burner burner;
    choose_fastest(&burner);
    for (int i = 0; i < BOOKS; i++)
        books[i] = (struct message){text, sizeof text, digest[i]};
    // The median chunk: losing the CPU for a moment is no property of the kernel.
    double rate[CHUNKS];
    const uint64_t end_ns = clock_ns() + (uint64_t)(seconds * 1e9);
    size_t chunks = 0;
    do
        rate[chunks++] = chunk_rate(&burner, books, BOOKS);
    while (chunks < CHUNKS && clock_ns() < end_ns);
    return stats_median(rate, chunks);
}
