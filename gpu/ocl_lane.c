// ocl_lane.c -- see ocl_lane.h.
#include "ocl_lane.h"

#include <stdlib.h>

static int open_shared(struct ocl_lane *lane, const struct ocl *o, int first, int last,
                       struct fail *why)
{
    for (int i = first; i <= last; i++)
        if (ocl_queue(o, &lane->queue[i], why) != 0)
            return -1;
    return 0;
}

// Of the queues that carts share, those that the design has.
static int open_queues(struct ocl_lane *lane, const struct ocl *o, struct fail *why)
{
    const struct design *d = &lane->job->design;
    if (d->roles == 3)
        return open_shared(lane, o, LANE_WRITES, LANE_READS, why);
    if (d->roles == 1 && d->halves == 2)
        return open_shared(lane, o, LANE_WRITES, LANE_RUNS, why);
    if (d->roles == 1 && d->turns == 2)
        return open_shared(lane, o, LANE_RUNS, LANE_RUNS, why);
    return 0;
}

// The queues that a cart's commands go to; ocl_gophers.h has the table.
static int assign_queues(const struct ocl_lane *lane, const struct ocl *o,
                         struct ocl_cart *cart, struct fail *why)
{
    const struct design *d = &lane->job->design;
    if (d->roles == 3) {
        cart->write = lane->queue[LANE_WRITES];
        cart->run = lane->queue[LANE_RUNS];
        cart->read = lane->queue[LANE_READS];
        return 0;
    }
    if (d->roles == 1 && d->halves == 2) {
        cart->write = lane->queue[LANE_WRITES];
        cart->run = cart->read = lane->queue[LANE_RUNS];
        return 0;
    }
    if (ocl_queue(o, &cart->own, why) != 0)
        return -1;
    cart->write = cart->run = cart->read = cart->own;
    if (d->roles == 1 && d->turns == 2)
        cart->run = lane->queue[LANE_RUNS];
    return 0;
}

static int open_carts(struct ocl_lane *lane, const struct ocl *o, int count,
                      struct fail *why)
{
    lane->carts = calloc((size_t)count, sizeof *lane->carts);
    if (!lane->carts)
        return fail(why, EXIT_RESOURCE, "no memory for %d carts", count);
    for (; lane->cart_count < count; lane->cart_count++) {
        struct ocl_cart *cart = &lane->carts[lane->cart_count];
        if (ocl_cart_make(cart, o, lane->job, why) != 0)
            return -1;
        if (assign_queues(lane, o, cart, why) != 0) {
            ocl_cart_free(cart);
            return -1;
        }
    }
    return 0;
}

int ocl_lane_open(struct ocl_lane *lane, const struct ocl *o, const struct gophers *job,
                  int carts, struct fail *why)
{
    const struct design *d = &job->design;
    const int gophers = d->turns * d->halves;
    *lane = (struct ocl_lane){.job = job};
    if (open_queues(lane, o, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_WRITE, DIGEST_BYTES, NULL, &lane->going, why) != 0)
        return -1;
    return open_carts(lane, o, d->roles == 1 && gophers < carts ? gophers : carts, why);
}

void ocl_lane_close(struct ocl_lane *lane)
{
    for (int i = 0; i < lane->cart_count; i++)
        ocl_cart_free(&lane->carts[i]);
    free(lane->carts);
    ocl_release_event(&lane->long_burnt);
    ocl_release_buffer(&lane->going);
    for (int i = 0; i < LANE_QUEUES; i++)
        ocl_release_queue(&lane->queue[i]);
    *lane = (struct ocl_lane){0};
}

void ocl_lane_begin(struct ocl_lane *lane, int number)
{
    lane->longs = (struct ocl_pile){true, (uint32_t)number, 0, LIBRARY_CURSOR};
    lane->rest = (struct ocl_pile){false, (uint32_t)number, 0, LIBRARY_CURSOR};
    lane->long_under_way = 0;
}

void ocl_lane_end(struct ocl_lane *lane)
{
    for (int i = 0; i < lane->cart_count; i++) {
        struct ocl_cart *cart = &lane->carts[i];
        if (!cart->load)
            continue;
        clFinish(cart->write);
        clFinish(cart->run);
        clFinish(cart->read);
        ocl_cart_forget(cart);
    }
    ocl_release_event(&lane->long_burnt);
    library_cursor_close(&lane->longs.cursor);
    library_cursor_close(&lane->rest.cursor);
}

// The pile's next load, or NULL when it is used up.
static const struct load *peek(const struct ocl_lane *lane, struct ocl_pile *pile)
{
    const struct gophers *job = lane->job;
    while (pile->shipment < job->shipments) {
        const struct shipment *s = &job->shipment[pile->shipment];
        if ((s->loads > 1) == pile->several && pile->load < s->loads)
            return &job->load[s->first_load + pile->load];
        pile->shipment += (uint32_t)job->design.lanes;
        pile->load = 0;
    }
    return NULL;
}

const struct load *ocl_lane_next(struct ocl_lane *lane, struct library_cursor **cursor)
{
    const struct load *long_one = peek(lane, &lane->longs),
                      *other = peek(lane, &lane->rest);
    const int most = lane->cart_count / 2 > 1 ? lane->cart_count / 2 : 1;
    const bool goes_long = long_one && (!other || lane->long_under_way < most);
    struct ocl_pile *pile = goes_long ? &lane->longs : &lane->rest;
    *cursor = &pile->cursor;
    if (long_one || other)
        pile->load++;
    return goes_long ? long_one : other;
}
