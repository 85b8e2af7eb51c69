// ocl_gophers.c -- see ocl_gophers.h.
#include "ocl_gophers.h"

#include "ocl_lane.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ocl_gophers {
    const struct ocl *ocl;
    const struct gophers *job;
    char name[16];
    int lanes_wide;  // books in a vector; 1: scalar only
    cl_program scalar_program, lanes_program;
    cl_kernel scalar, lanes;
    struct ocl_lane *lane;
    int lane_count;
    uint64_t set_off;  // carts so far
};

const char *const ocl_gophers_variants[] = {"scalar", "lanes4", "lanes8", "lanes16",
                                            NULL};

static int choose_lanes(const struct ocl *o, const char *variant, struct fail *why)
{
    static const int wide[] = {1, 4, 8, 16};
    if (!variant || strcmp(variant, "auto") == 0)
        return o->device.gpu ? 1 : o->vector_f32;
    for (int i = 0; ocl_gophers_variants[i]; i++)
        if (strcmp(ocl_gophers_variants[i], variant) == 0)
            return wide[i];
    return fail(
        why, EXIT_USAGE,
        "no gophers variant '%.80s' of ocl; known: auto scalar lanes4 lanes8 lanes16",
        variant);
}

// Launches with no book: nothing is burnt, but compiled.
static int warm(struct ocl_gophers *x, cl_kernel kernel, size_t items, struct fail *why)
{
    const cl_uint none = 0;
    const struct grid one = {.groups = {1, 1}, .items = {items, 1}};
    const struct ocl_lane *lane = &x->lane[0];
    ocl_arg(kernel, 0, sizeof none, &none);
    for (cl_uint i = 1; i <= 5; i++)
        ocl_arg_buffer(kernel, i, lane->going);
    if (ocl_launch(x->ocl->queue, kernel, &one, 0, NULL, NULL, why) != 0)
        return -1;
    return ocl_finish(x->ocl->queue, "the first launch of a kernel", why);
}

// A GPU runs work-items by the warp; elsewhere each is a work-group of its own.
static size_t scalar_items(const struct ocl_gophers *x)
{
    return x->ocl->device.gpu && x->ocl->group_items >= 32 ? 32 : 1;
}

static int build(struct ocl_gophers *x, struct fail *why)
{
    static const char *const scalar[] = {"burn_words.cl", "sha256.h", "burn_1_scalar.cl",
                                         NULL};
    static const char *const lanes[] = {"burn_words.cl", "sha256.h", "burn_2_lanes.cl",
                                        NULL};
    char defines[64];
    snprintf(x->name, sizeof x->name, "scalar");
    if (ocl_program(x->ocl, scalar, "", &x->scalar_program, why) != 0 ||
        ocl_kernel(x->scalar_program, "burn_scalar", &x->scalar, why) != 0 ||
        warm(x, x->scalar, scalar_items(x), why) != 0)
        return -1;
    if (x->lanes_wide == 1)
        return 0;
    snprintf(x->name, sizeof x->name, "lanes%d", x->lanes_wide);
    snprintf(defines, sizeof defines, "-DLANES=%d -DWORD=uint%d", x->lanes_wide,
             x->lanes_wide);
    if (ocl_program(x->ocl, lanes, defines, &x->lanes_program, why) != 0 ||
        ocl_kernel(x->lanes_program, "burn_lanes", &x->lanes, why) != 0)
        return -1;
    return warm(x, x->lanes, 1, why);
}

static int prepare(struct ocl_gophers *x, struct fail *why)
{
    const struct gophers *job = x->job;
    const int lanes = job->design.lanes;
    assert(job->carts >= lanes);
    if (ocl_fits(x->ocl, "all carts together",
                 (double)job->carts *
                     ((double)job->cart_bytes +
                      (double)job->longest_load_segments *
                          (sizeof(struct piece) + TAIL_BYTES + DIGEST_BYTES)),
                 why) != 0)
        return -1;
    x->lane = calloc((size_t)lanes, sizeof *x->lane);
    if (!x->lane)
        return fail(why, EXIT_RESOURCE, "no memory for %d lanes", lanes);
    for (; x->lane_count < lanes; x->lane_count++) {
        struct ocl_lane *lane = &x->lane[x->lane_count];
        const int carts = job->carts / lanes + (x->lane_count < job->carts % lanes);
        if (ocl_lane_open(lane, x->ocl, job, carts, why) != 0) {
            ocl_lane_close(lane);
            return -1;
        }
    }
    return build(x, why);
}

struct ocl_gophers *ocl_gophers_make(const struct ocl *o, const char *variant,
                                     const struct gophers *job, struct fail *why)
{
    const int lanes = choose_lanes(o, variant, why);
    if (lanes < 0)
        return NULL;
    struct ocl_gophers *x = calloc(1, sizeof *x);
    if (!x) {
        fail(why, EXIT_RESOURCE, "no memory to prepare the gophers");
        return NULL;
    }
    x->ocl = o;
    x->job = job;
    x->lanes_wide = lanes;
    if (prepare(x, why) == 0)
        return x;
    ocl_gophers_free(x);
    return NULL;
}

void ocl_gophers_free(struct ocl_gophers *x)
{
    if (!x)
        return;
    for (int i = 0; i < x->lane_count; i++)
        ocl_lane_close(&x->lane[i]);
    free(x->lane);
    ocl_release_kernel(&x->lanes);
    ocl_release_kernel(&x->scalar);
    ocl_release_program(&x->lanes_program);
    ocl_release_program(&x->scalar_program);
    free(x);
}

const char *ocl_gophers_kernel(const struct ocl_gophers *x)
{
    return x->name;
}

// In a vector a book takes about twice as long as alone, so a few go alone.
static bool in_lanes(const struct ocl_gophers *x, const struct ocl_cart *cart)
{
    return x->lanes && cart->count > 2 * (uint32_t)x->ocl->units &&
           !ocl_lane_is_long(x->job, cart->load);
}

static struct grid burn_grid(const struct ocl_gophers *x, uint32_t count, bool lanes)
{
    const size_t items = lanes ? 1 : scalar_items(x);
    const size_t each = lanes ? (size_t)x->lanes_wide : items;
    const size_t groups = (count + each - 1) / each;
    return (struct grid){.groups = {groups < OCL_GROUPS_MAX ? groups : OCL_GROUPS_MAX, 1},
                         .items = {items, 1}};
}

// A long book's launches wait for one another; they may be on different queues.
static int burn(struct ocl_gophers *x, struct ocl_lane *lane, struct ocl_cart *cart,
                struct fail *why)
{
    const bool lanes = in_lanes(x, cart), follows = ocl_lane_is_long(x->job, cart->load);
    const struct grid grid = burn_grid(x, cart->count, lanes);
    const cl_event wait[2] = {cart->given[2], lane->long_burnt};
    const cl_uint waits = follows && lane->long_burnt ? 2 : 1;
    cl_kernel kernel = lanes ? x->lanes : x->scalar;

    ocl_arg(kernel, 0, sizeof(cl_uint), &cart->count);
    ocl_arg_buffer(kernel, 1, cart->text.device);
    ocl_arg_buffer(kernel, 2, cart->pieces.device);
    ocl_arg_buffer(kernel, 3, cart->tails.device);
    ocl_arg_buffer(kernel, 4, lane->going);
    ocl_arg_buffer(kernel, 5, cart->states.device);
    if (ocl_launch(cart->run, kernel, &grid, waits, wait, &cart->burnt, why) != 0)
        return -1;
    if (follows) {
        ocl_release_event(&lane->long_burnt);
        clRetainEvent(cart->burnt);
        lane->long_burnt = cart->burnt;
        lane->long_under_way++;
    }
    return 0;
}

// Loads a cart and sends it off. A load that could not be read at all leaves it empty.
static int send_off(struct ocl_gophers *x, struct ocl_lane *lane, struct ocl_cart *cart,
                    const struct load *load, struct library_cursor *cursor,
                    struct fail *why)
{
    cart->load = load;
    gophers_load(x->job, load, cart->text.host, cursor);
    if (ocl_cart_cut(cart, x->job) == 0) {
        cart->load = NULL;
        return 0;
    }
    cart->order = x->set_off++;
    if (ocl_cart_give(cart, why) != 0 || burn(x, lane, cart, why) != 0)
        return -1;
    return ocl_cart_take(cart, why);
}

// Fills every empty cart that there is a load for.
static int send_all(struct ocl_gophers *x, struct fail *why)
{
    for (int l = 0; l < x->lane_count; l++) {
        struct ocl_lane *lane = &x->lane[l];
        for (int i = 0; i < lane->cart_count; i++) {
            struct ocl_cart *cart = &lane->carts[i];
            while (!cart->load) {
                struct library_cursor *cursor;
                const struct load *load = ocl_lane_next(lane, &cursor);
                if (!load)
                    break;
                if (send_off(x, lane, cart, load, cursor, why) != 0)
                    return -1;
            }
        }
    }
    return 0;
}

// The cart to wait for: of those under way the one that set off first, but long books
// last. NULL when none is.
static struct ocl_cart *oldest(const struct ocl_gophers *x, struct ocl_lane **of)
{
    struct ocl_cart *found = NULL;
    for (int l = 0; l < x->lane_count; l++) {
        struct ocl_lane *lane = &x->lane[l];
        for (int i = 0; i < lane->cart_count; i++) {
            struct ocl_cart *cart = &lane->carts[i];
            if (!cart->load)
                continue;
            const int later = found ? ocl_lane_is_long(x->job, cart->load) -
                                          ocl_lane_is_long(x->job, found->load)
                                    : -1;
            if (later < 0 || (later == 0 && cart->order < found->order)) {
                found = cart;
                *of = lane;
            }
        }
    }
    return found;
}

static int burn_all(struct ocl_gophers *x, struct phases *phases, struct fail *why)
{
    for (;;) {
        struct ocl_lane *lane = NULL;
        if (send_all(x, why) != 0)
            return -1;
        struct ocl_cart *cart = oldest(x, &lane);
        if (!cart)
            return 0;
        lane->long_under_way -= ocl_lane_is_long(x->job, cart->load);
        if (ocl_cart_collect(cart, x->job, phases, why) != 0)
            return -1;
    }
}

int ocl_gophers_run(struct ocl_gophers *x, struct phases *phases, struct fail *why)
{
    *phases = (struct phases){0};
    for (int i = 0; i < x->lane_count; i++)
        ocl_lane_begin(&x->lane[i], i);
    const int result = burn_all(x, phases, why);
    for (int i = 0; i < x->lane_count; i++)
        ocl_lane_end(&x->lane[i]);
    return result;
}
