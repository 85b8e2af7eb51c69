// csp_matmul.c -- the product as tasks: gophers with carts, packing and multiplying.
//
//        orders        gophers, who        its last order done, a cart goes on
//     ------------>  pack or multiply  ------------------------------------------+
//     ^                                                                          |
//     +--- empty: to pack the next columns <-- the cart --> packed: to multiply -+
//
// A cart carries columns of B. Empty, it is given the next ones, and orders to pack them
// go out, some slivers each; packed, orders for all blocks of C that need it; and when
// these are done it is empty again. So the next columns are packed while the last ones
// are multiplied, and nobody waits for everybody.
//
// Gophers stay from product to product while a run lasts (csp_within). One who finds no
// order looks for a while before it sleeps, as OpenMP's threads do at a barrier: to wake
// a thread takes longer than most waits.
//
// How many of its orders are left stands on the cart's slip. Whoever has done one takes
// the slip, and puts it back with one less; who did the last one sends the cart on.
#include "csp_engine.h"

#include "clock.h"
#include "csp.h"
#include "csp_start.h"
#include "host.h"

enum {
    PIECE_BYTES = 32 << 10,  // of a cart, packed by one order: some microseconds
    PATIENCE_NS = 200000     // of a gopher without orders, before it sleeps
};

typedef CSP_CHAN(size_t) count_chan;
typedef CSP_CHAN(struct order) order_chan;
typedef CSP_CHAN(int) done_chan;

struct csp_cart {
    void *panel;
    size_t jc;  // the columns of B that it holds
    bool packed;
    count_chan slip;
};

struct order {
    struct csp_cart *cart;
    size_t at;  // the first sliver to pack, or the block to multiply
};

struct csp_crew {
    struct cpu_engine *e;
    struct csp_cart *carts;
    size_t piece;          // slivers that one order packs
    uint64_t patience_ns;  // 0 where threads have no processor each to be patient on
    int gophers;           // at work; 0: the crew is not together
    size_t part;           // of k, of the product at hand
    count_chan columns;    // that no cart has been given yet
    order_chan orders;
    done_chan home, gone;  // a cart that found no more columns; a gopher who left
};

struct gopher {
    struct csp_crew *crew;
    void *space;
};

int csp_prepare_matmul(void *ctx, struct matmul *job, struct engine_facts *facts,
                       struct fail *why)
{
    struct cpu_engine *e = ctx;
    struct space *space = &e->matmul_space;
    e->csp_crew = NULL;
    if (cpu_prepare_matmul(e, job, 2 * (size_t)e->threads, facts, why) != 0)
        return -1;
    struct csp_crew *crew = space_take(space, 1, sizeof *crew, "the gophers", why);
    struct csp_cart *carts =
        space_take(space, e->cart_count, sizeof *carts, "the carts", why);
    if (crew == NULL || carts == NULL)
        return -1;
    for (size_t i = 0; i < e->cart_count; i++)
        carts[i].panel = e->carts[i];
    const size_t slivers = gemm_slivers(&e->gemm);
    const size_t sliver_bytes = slivers ? gemm_cart_bytes(&e->gemm) / slivers : 0;
    const bool room = e->threads <= host_usable_cpus(NULL);
    *crew = (struct csp_crew){.e = e,
                              .carts = carts,
                              .piece = 1 + PIECE_BYTES / (sliver_bytes + 1),
                              .patience_ns = room ? PATIENCE_NS : 0};
    e->csp_crew = crew;
    return 0;
}

// ---- a gopher's work

static void hand_out(struct csp_crew *c, struct csp_cart *cart, size_t until, size_t step)
{
    csp_send(cart->slip, (until + step - 1) / step);
    for (size_t at = 0; at < until; at += step)
        csp_send(c->orders, ((struct order){cart, at}));
}

static void load(struct csp_crew *c, struct csp_cart *cart)
{
    if (csp_try_recv(c->columns, &cart->jc) != CSP_OK) {
        csp_send(c->home, 0);
        return;
    }
    cart->packed = gemm_slivers(&c->e->gemm) == 0;  // there may be nothing to pack
    if (cart->packed)
        hand_out(c, cart, c->e->gemm.row_blocks, 1);
    else
        hand_out(c, cart, gemm_slivers(&c->e->gemm), c->piece);
}

// Whom the new orders woke goes next on this processor: we make way, so that another one
// sees that there are two of us.
static void send_on(struct csp_crew *c, struct csp_cart *cart)
{
    if (cart->packed) {
        load(c, cart);
    } else {
        cart->packed = true;
        hand_out(c, cart, c->e->gemm.row_blocks, 1);
    }
    csp_yield();
}

// False: there will be no more.
static bool next_order(const struct csp_crew *c, struct order *o)
{
    int got = csp_try_recv(c->orders, o);
    if (got == CSP_WOULD_BLOCK && c->patience_ns > 0) {
        const uint64_t start_ns = clock_ns();
        while (got == CSP_WOULD_BLOCK && clock_ns() - start_ns < c->patience_ns) {
            csp_yield();
            got = csp_try_recv(c->orders, o);
        }
    }
    return got == CSP_WOULD_BLOCK ? csp_recv(c->orders, o) : got == CSP_OK;
}

static void gopher(void *arg)
{
    const struct gopher *me = arg;
    struct csp_crew *c = me->crew;
    const struct gemm *g = &c->e->gemm;
    struct order o;
    while (next_order(c, &o)) {
        struct csp_cart *cart = o.cart;
        if (cart->packed)
            gemm_block(g, c->part, o.at, cart->jc, cart->panel, me->space);
        else
            gemm_pack_b(g, c->part, cart->jc, o.at, o.at + c->piece, cart->panel);
        size_t left;
        csp_recv(cart->slip, &left);
        if (left > 1)
            csp_send(cart->slip, left - 1);
        else
            send_on(c, cart);
    }
    csp_send(c->gone, 0);
}

// ---- the crew comes together, and leaves

static bool make_channels(struct csp_crew *c)
{
    const struct gemm *g = &c->e->gemm;
    const size_t carts = c->e->cart_count;
    const size_t pieces = (gemm_slivers(g) + c->piece - 1) / c->piece;
    const size_t most = pieces > g->row_blocks ? pieces : g->row_blocks;
    c->columns = CSP_MAKE(count_chan, g->col_blocks);
    // Room for all orders that there can be at once: nobody waits to hand one out.
    c->orders = CSP_MAKE(order_chan, carts * most);
    c->home = CSP_MAKE(done_chan, carts);
    c->gone = CSP_MAKE(done_chan, (size_t)c->e->threads);
    bool made = c->columns.ch && c->orders.ch && c->home.ch && c->gone.ch;
    for (size_t i = 0; i < carts; i++) {
        c->carts[i].slip = CSP_MAKE(count_chan, 1);
        made = made && c->carts[i].slip.ch;
    }
    return made;
}

static void free_channels(struct csp_crew *c)
{
    csp_free(c->columns);
    csp_free(c->orders);
    csp_free(c->home);
    csp_free(c->gone);
    for (size_t i = 0; i < c->e->cart_count; i++)
        csp_free(c->carts[i].slip);
}

void csp_dismiss(struct cpu_engine *e)
{
    struct csp_crew *c = e->csp_crew;
    if (c == NULL || c->gophers == 0)
        return;
    csp_close(c->orders);
    for (; c->gophers > 0; c->gophers--)
        csp_recv(c->gone, NULL);
    free_channels(c);
}

static int gather(struct csp_crew *c, struct fail *why)
{
    if (!make_channels(c)) {
        free_channels(c);
        return fail(why, EXIT_RESOURCE, "out of memory for channels");
    }
    while (c->gophers < c->e->threads) {
        const struct gopher g = {c, c->e->space[c->gophers]};
        if (csp_go_copy(gopher, &g, sizeof g) != CSP_OK)
            break;
        c->gophers++;
    }
    if (c->gophers == c->e->threads)
        return 0;
    if (c->gophers > 0)
        csp_dismiss(c->e);
    else
        free_channels(c);
    return fail(why, EXIT_RESOURCE, "out of memory for tasks");
}

// ---- a product

static void multiply_part(struct csp_crew *c, size_t part)
{
    const struct cpu_engine *e = c->e;
    c->part = part;
    for (size_t jc = 0; jc < e->gemm.col_blocks; jc++)
        csp_send(c->columns, jc);
    for (size_t i = 0; i < e->cart_count; i++)
        load(c, &c->carts[i]);
    for (size_t i = 0; i < e->cart_count; i++)
        csp_recv(c->home, NULL);
}

struct product {
    struct cpu_engine *e;
    struct fail *why;
    int failed;
};

static void multiply(void *arg)
{
    struct product *p = arg;
    struct csp_crew *c = p->e->csp_crew;
    if (c->gophers == 0 && (p->failed = gather(c, p->why)) != 0)
        return;
    for (size_t part = 0; part < p->e->gemm.k_parts; part++)
        multiply_part(c, part);
    if (!p->e->in_run)
        csp_dismiss(p->e);
}

int csp_matmul(void *ctx, struct matmul *job, struct phases *phases, struct fail *why)
{
    struct product p = {.e = ctx, .why = why};
    const struct gemm *g = &p.e->gemm;
    const uint64_t start_ns = clock_ns();
    (void)job;

    if (!gemm_trivial(g)) {
        // One block is nothing to hand out, unless its message is what is measured.
        if (g->row_blocks * g->col_blocks == 1 && g->job->grain_flop == 0)
            cpu_multiply_alone(p.e);
        else if (csp_start(p.e, multiply, &p, why) != 0 || p.failed)
            return -1;
    }

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}
