// csp_matmul.c -- the product as tasks: the four gophers, multiplying.
//
//     columns          orders               used
//    ---------> packer ------> multiplier ------> returner
//                 ^                                   |
//                 +--------------- empty <------------+
//
// A packer takes an empty cart, packs the next columns of B into it, and orders the
// blocks of C that need it. Multipliers work off one order after another. The returner
// counts: a cart goes back when its last order is done. So the next columns are packed
// while the last ones are multiplied, and nobody waits for everybody.
#include "csp_engine.h"

#include "clock.h"
#include "csp.h"
#include "csp_start.h"

struct csp_cart {
    void *panel;
    size_t jc;      // the columns of B that it holds
    size_t orders;  // blocks of C still to be made from it
};

struct order {
    struct csp_cart *cart;
    size_t ic;
};

typedef CSP_CHAN(size_t) column_chan;
typedef CSP_CHAN(struct csp_cart *) cart_chan;
typedef CSP_CHAN(struct order) order_chan;
typedef CSP_CHAN(int) done_chan;

struct product {
    const struct cpu_engine *e;
    size_t part;
    column_chan columns;
    cart_chan empty, used;
    order_chan orders;
    done_chan done;
    bool starved;  // a task could not be started
};

struct multiplier {
    struct product *p;
    void *space;
};

int csp_prepare_matmul(void *ctx, struct matmul *job, struct engine_facts *facts,
                       struct fail *why)
{
    struct cpu_engine *e = ctx;
    if (cpu_prepare_matmul(e, job, 2 * (size_t)e->threads, facts, why) != 0)
        return -1;
    e->csp_carts = space_take(&e->matmul_space, e->cart_count, sizeof *e->csp_carts,
                              "the carts", why);
    if (e->csp_carts == NULL)
        return -1;
    for (size_t i = 0; i < e->cart_count; i++)
        e->csp_carts[i].panel = e->carts[i];
    return 0;
}

static void pack(void *arg)
{
    struct product *p = arg;
    const struct gemm *g = &p->e->gemm;
    struct csp_cart *cart;
    size_t jc;
    while (csp_recv(p->columns, &jc) && csp_recv(p->empty, &cart)) {
        gemm_pack_b(g, p->part, jc, 0, gemm_slivers(g), cart->panel);
        cart->jc = jc;
        cart->orders = g->row_blocks;
        for (size_t ic = 0; ic < g->row_blocks; ic++)
            csp_send(p->orders, ((struct order){cart, ic}));
    }
    csp_send(p->done, 0);
}

static void multiply(void *arg)
{
    const struct multiplier *me = arg;
    struct product *p = me->p;
    struct order o;
    while (csp_recv(p->orders, &o)) {
        gemm_block(&p->e->gemm, p->part, o.ic, o.cart->jc, o.cart->panel, me->space);
        csp_send(p->used, o.cart);
    }
    csp_send(p->done, 0);
}

static void return_carts(void *arg)
{
    struct product *p = arg;
    const struct gemm *g = &p->e->gemm;
    struct csp_cart *cart;
    for (size_t blocks = g->row_blocks * g->col_blocks; blocks > 0; blocks--) {
        csp_recv(p->used, &cart);
        if (--cart->orders == 0)
            csp_send(p->empty, cart);
    }
    csp_close(p->orders);
    csp_send(p->done, 0);
}

// One packer and one multiplier a thread: while there is nothing to multiply yet, all
// pack.
static int start_all(struct product *p)
{
    const int threads = p->e->threads;
    int failed = csp_go(return_carts, p);
    for (int i = 0; i < threads; i++) {
        const struct multiplier m = {p, p->e->space[i]};
        failed |= csp_go(pack, p);
        failed |= csp_go_copy(multiply, &m, sizeof m);
    }
    return failed;
}

static void multiply_part(void *arg)
{
    struct product *p = arg;
    const struct cpu_engine *e = p->e;
    for (size_t i = 0; i < e->cart_count; i++)
        csp_send(p->empty, &e->csp_carts[i]);
    for (size_t jc = 0; jc < e->gemm.col_blocks; jc++)
        csp_send(p->columns, jc);
    csp_close(p->columns);
    p->starved = start_all(p) != CSP_OK;
    for (int i = 0; i < 1 + 2 * e->threads && !p->starved; i++)
        csp_recv(p->done, NULL);
}

static int run_part(const struct cpu_engine *e, size_t part, struct fail *why)
{
    const struct gemm *g = &e->gemm;
    const size_t carts = e->cart_count;
    struct product p = {.e = e, .part = part};
    int failed = -1;
    p.columns = CSP_MAKE(column_chan, g->col_blocks);
    p.empty = CSP_MAKE(cart_chan, carts);
    p.used = CSP_MAKE(cart_chan, g->row_blocks);
    p.orders = CSP_MAKE(order_chan, g->row_blocks);
    p.done = CSP_MAKE(done_chan, 0);
    if (p.columns.ch && p.empty.ch && p.used.ch && p.orders.ch && p.done.ch)
        failed = csp_start(e, multiply_part, &p, why);
    else
        fail(why, EXIT_RESOURCE, "out of memory for channels");
    if (failed == 0 && p.starved)
        failed = fail(why, EXIT_RESOURCE, "out of memory for tasks");
    csp_free(p.columns);
    csp_free(p.empty);
    csp_free(p.used);
    csp_free(p.orders);
    csp_free(p.done);
    return failed;
}

int csp_matmul(void *ctx, struct matmul *job, struct phases *phases, struct fail *why)
{
    const struct cpu_engine *e = ctx;
    const struct gemm *g = &e->gemm;
    const uint64_t start_ns = clock_ns();
    (void)job;

    if (!gemm_trivial(g))
        for (size_t part = 0; part < g->k_parts; part++)
            if (run_part(e, part, why) != 0)
                return -1;

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}
