// cpu_engine.c -- see cpu_engine.h.
#include "cpu_engine.h"

#include "host.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cpu_probe(struct device *found, int max, const char *how)
{
    assert(max >= 1);
    const struct ukr *const *best = ukrs;
    while (!(*best)->usable())
        best++;
    *found = (struct device){.units = host_usable_cpus(NULL)};
    snprintf(found->name, sizeof found->name, "CPU, %s", (*best)->name);
    snprintf(found->driver, sizeof found->driver, "%s", how);
    return 1;
}

int cpu_open(const struct engine_opts *opts, int threads, struct engine_facts *facts,
             void **ctx, struct fail *why)
{
    struct cpu_engine *e = calloc(1, sizeof *e);
    *ctx = e;
    if (e == NULL)
        return fail(why, EXIT_RESOURCE, "not enough memory to open an engine");
    e->threads = threads;
    e->seed = opts->seed;
    if (opts->variant != NULL)
        snprintf(e->variant, sizeof e->variant, "%s", opts->variant);
    *facts = (struct engine_facts){.threads = threads};
    return 0;
}

void cpu_close(void *ctx)
{
    struct cpu_engine *e = ctx;
    if (e == NULL)
        return;
    space_free(&e->matmul_space);
    space_free(&e->gophers_space);
    free(e);
}

static const char *variant_of(const struct cpu_engine *e)
{
    return e->variant[0] == '\0' ? NULL : e->variant;
}

// `count` blocks of `bytes` each, behind an array of pointers to them.
static void **take_each(struct space *space, size_t count, size_t bytes, const char *what,
                        struct fail *why)
{
    void **each = space_take(space, count, sizeof *each, what, why);
    for (size_t i = 0; each != NULL && i < count; i++)
        if ((each[i] = space_take(space, 1, bytes, what, why)) == NULL)
            return NULL;
    return each;
}

int cpu_prepare_matmul(struct cpu_engine *e, const struct matmul *job, size_t carts,
                       struct engine_facts *facts, struct fail *why)
{
    struct gemm *g = &e->gemm;
    space_free(&e->matmul_space);
    if (gemm_plan(g, job, variant_of(e), e->threads, why) != 0)
        return -1;
    snprintf(facts->variant, sizeof facts->variant, "%s", g->ukr->name);
    facts->blocks = g->row_blocks * g->col_blocks * g->k_parts;
    e->cart_count = carts < g->col_blocks ? carts : g->col_blocks;
    e->space = take_each(&e->matmul_space, (size_t)e->threads, gemm_space_bytes(g),
                         "a block's rows and edges", why);
    e->carts = take_each(&e->matmul_space, e->cart_count, gemm_cart_bytes(g),
                         "packed columns of the right matrix", why);
    return e->space == NULL || e->carts == NULL ? -1 : 0;
}

void cpu_multiply_alone(const struct cpu_engine *e)
{
    const struct gemm *g = &e->gemm;
    for (size_t part = 0; part < g->k_parts; part++) {
        gemm_pack_b(g, part, 0, 0, gemm_slivers(g), e->carts[0]);
        gemm_block(g, part, 0, 0, e->carts[0], e->space[0]);
    }
}

int cpu_prepare_burning(struct cpu_engine *e, struct engine_facts *facts,
                        struct fail *why)
{
    space_free(&e->gophers_space);
    if (burn_choose(variant_of(e), &e->burner, why) != 0)
        return -1;
    snprintf(facts->variant, sizeof facts->variant, "%s", e->burner.name);
    return 0;
}

int cart_make(struct cart *cart, const struct gophers *job, struct space *space,
              struct fail *why)
{
    *cart = (struct cart){.here = space_take(space, 1, job->cart_bytes, "a cart", why)};
    if (cart->here == NULL)
        return -1;
    cart->there = space_take(space, 1, job->cart_bytes, "a cart", why);
    return cart->there == NULL ? -1 : 0;
}

int cpu_prepare_gophers(struct cpu_engine *e, const struct gophers *job,
                        struct engine_facts *facts, struct fail *why)
{
    struct space *space = &e->gophers_space;
    if (cpu_prepare_burning(e, facts, why) != 0)
        return -1;
    e->loners =
        space_take(space, (size_t)e->threads, sizeof *e->loners, "the gophers", why);
    if (e->loners == NULL)
        return -1;
    for (int i = 0; i < e->threads; i++) {
        struct loner *l = &e->loners[i];
        l->cursor = LIBRARY_CURSOR;
        if (cart_make(&l->cart, job, space, why) != 0)
            return -1;
        l->scratch = space_take(space, job->longest_load_segments, sizeof *l->scratch,
                                "the titles of a cart's books", why);
        if (l->scratch == NULL)
            return -1;
    }
    return 0;
}

void cart_carry_over(struct cart *cart)
{
    memcpy(cart->there, cart->here, cart->load->cart_bytes);
}

void cpu_burn_shipment(const struct burner *burner, const struct gophers *job,
                       const struct shipment *shipment, struct loner *l)
{
    for (uint32_t i = 0; i < shipment->loads; i++) {
        const struct load *load = &job->load[shipment->first_load + i];
        gophers_load(job, load, l->cart.here, &l->cursor);
        l->cart.load = load;
        cart_carry_over(&l->cart);
        burn_cart(burner, job, load, l->cart.there, l->scratch, &l->going);
    }
}
