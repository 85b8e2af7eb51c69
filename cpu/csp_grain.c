// csp_grain.c -- see csp_grain.h.
#include "csp_grain.h"

#include "clock.h"
#include "csp.h"
#include "rng.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

int product_open(struct product *p, size_t side, size_t depth, uint64_t seed,
                 struct fail *why)
{
    struct rng rng = {seed};
    *p = (struct product){.side = side, .depth = depth};
    p->a = calloc(side * depth, sizeof *p->a);
    p->bt = calloc(side * depth, sizeof *p->bt);
    p->c = calloc(side * side, sizeof *p->c);
    if (!p->a || !p->bt || !p->c) {
        product_close(p);
        return fail(why, EXIT_RESOURCE, "no memory for a product of %zu x %zu", side,
                    side);
    }
    for (size_t i = 0; i < side * depth; i++) {
        p->a[i] = (float)rng_below(&rng, 17) - 8;
        p->bt[i] = (float)rng_below(&rng, 17) - 8;
    }
    return 0;
}

void product_close(struct product *p)
{
    free(p->a);
    free(p->bt);
    free(p->c);
    *p = (struct product){0};
}

// Elements [first, first + count) of C, in row-major order. Never inlined: a compiler
// that knew more in one place would make it another kernel there.
__attribute__((noinline)) static void compute(const struct product *p, size_t first,
                                              size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        const float *a = &p->a[i / p->side * p->depth];
        const float *b = &p->bt[i % p->side * p->depth];
        float sum = 0;
        for (size_t k = 0; k < p->depth; k++)
            sum += a[k] * b[k];
        p->c[i] = sum;
    }
}

void product_plain(struct product *p, double *seconds)
{
    const uint64_t start_ns = clock_ns();
    compute(p, 0, p->side * p->side);
    *seconds = (double)(clock_ns() - start_ns) * 1e-9;
}

// ---- by messages

struct order {
    size_t first, count;
};

typedef CSP_CHAN(struct order) order_chan;
typedef CSP_CHAN(int) done_chan;

struct office {
    const struct product *p;
    size_t grain;
    int workers;
    order_chan orders;
    done_chan done;
    uint64_t took_ns;
    bool starved;  // a worker could not be started
};

static void work(void *arg)
{
    const struct office *o = arg;
    struct order order;
    while (csp_recv(o->orders, &order))
        compute(o->p, order.first, order.count);
    csp_send(o->done, 0);
}

static void deal(void *arg)
{
    struct office *o = arg;
    const size_t all = o->p->side * o->p->side;
    int started = 0;
    for (; started < o->workers && !o->starved; started++)
        o->starved = csp_go(work, o) != CSP_OK;
    const uint64_t start_ns = csp_now();
    for (size_t i = 0; i < all && !o->starved; i += o->grain) {
        const size_t count = all - i < o->grain ? all - i : o->grain;
        csp_send(o->orders, ((struct order){i, count}));
    }
    csp_close(o->orders);
    for (; started > 0 && !o->starved; started--)
        csp_recv(o->done, NULL);
    o->took_ns = csp_now() - start_ns;
}

int product_by_messages(struct product *p, size_t grain, int procs, double *seconds,
                        struct fail *why)
{
    assert(grain >= 1 && procs >= 1);
    const struct csp_opts opts = {.procs = procs, .seed = 1};
    struct office o = {.p = p,
                       .grain = grain,
                       .workers = procs,
                       .orders = CSP_MAKE(order_chan, 0),
                       .done = CSP_MAKE(done_chan, 0)};
    int end = CSP_ENOMEM;
    if (o.orders.ch && o.done.ch)
        end = csp_run(deal, &o, &opts, NULL);
    csp_free(o.orders);
    csp_free(o.done);
    if (end != CSP_OK || o.starved)
        return fail(why, EXIT_RESOURCE, "not enough threads or memory for %d workers",
                    procs);
    *seconds = (double)o.took_ns * 1e-9;
    return 0;
}

// ---- the check

// Whole numbers that differ from column to column.
static double weight(size_t column, size_t modulus)
{
    return (double)(column % modulus + 1);
}

static int check_with(const struct product *p, size_t modulus, double *bx,
                      struct fail *why)
{
    for (size_t k = 0; k < p->depth; k++) {
        bx[k] = 0;
        for (size_t j = 0; j < p->side; j++)
            bx[k] += (double)p->bt[j * p->depth + k] * weight(j, modulus);
    }
    for (size_t i = 0; i < p->side; i++) {
        double want = 0, got = 0;
        for (size_t k = 0; k < p->depth; k++)
            want += (double)p->a[i * p->depth + k] * bx[k];
        for (size_t j = 0; j < p->side; j++)
            got += (double)p->c[i * p->side + j] * weight(j, modulus);
        if (got != want)
            return fail(why, EXIT_WRONG, "row %zu of the product is wrong", i);
    }
    return 0;
}

int product_check(struct product *p, struct fail *why)
{
    double *bx = calloc(p->depth + 1, sizeof *bx);
    if (!bx)
        return fail(why, EXIT_RESOURCE, "no memory to check a product");
    const int failed = check_with(p, 7, bx, why) || check_with(p, 11, bx, why) ? -1 : 0;
    free(bx);
    for (size_t i = 0; i < p->side * p->side; i++)
        p->c[i] = NAN;
    return failed;
}
