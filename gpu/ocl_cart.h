// ocl_cart.h -- one cart of ocl_gophers: the books of a load, what the kernel needs to
// know about them, and the digests that come back.
#ifndef OCL_CART_H
#define OCL_CART_H

#include "gophers.h"
#include "ocl.h"
#include "ocl_pair.h"

// A segment that burns; the same layout as in kernels/burn_words.cl.
struct piece {
    cl_ulong at;
    cl_uint blocks, tails, goes_on, segment;
};

enum { TAIL_BYTES = 128 };

struct ocl_cart {
    struct ocl_pair text;    // the load, as gophers_load leaves it
    struct ocl_pair pieces;  // struct piece each
    struct ocl_pair tails;   // TAIL_BYTES a piece: last bytes, padding, length
    struct ocl_pair states;  // 8 words a piece
    cl_command_queue own;    // NULL: its lane's queues do
    cl_command_queue write, run, read;
    cl_event given[3], burnt, back;

    const struct load *load;  // NULL: empty, in the host's hands
    uint32_t count;           // pieces in it
    uint64_t order;           // when it set off
};

// Room for the largest load of the job.
int ocl_cart_make(struct ocl_cart *, const struct ocl *, const struct gophers *job,
                  struct fail *why);
void ocl_cart_free(struct ocl_cart *);  // a zeroed one is fine; nothing may be under way

// Writes pieces and tails for the loaded text: longest first, and without the books that
// could not be read. Returns their number.
uint32_t ocl_cart_cut(struct ocl_cart *, const struct gophers *job);

// Enqueues the way to the device, complete with given[2], and the way back after `burnt`.
// Flushes.
int ocl_cart_give(struct ocl_cart *, struct fail *why);
int ocl_cart_take(struct ocl_cart *, struct fail *why);

// Waits until the cart is back, stores the digests of books that ended in it, adds its
// times to *phases, and leaves the cart empty.
int ocl_cart_collect(struct ocl_cart *, const struct gophers *job, struct phases *phases,
                     struct fail *why);

// Forgets a journey that failed, when its queues are finished: the cart is empty and in
// the host's hands.
void ocl_cart_forget(struct ocl_cart *);

#endif
