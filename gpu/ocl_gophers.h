// ocl_gophers.h -- the gophers on a device: a cart is memory there, to carry is to
// transfer, to burn is to launch a kernel over the books of a cart.
//
// One host thread loads carts and hands out commands; the gophers are queues, which do
// one thing after another and work beside each other. A design says how many there are:
//   roles 1            a cart's queue does everything in turn; as many carts as gophers
//     turns 2          two carts, one shared queue to burn on
//     halves 2         one queue writes, another burns and reads: the dump lies between
//   roles 3            one queue writes, one burns, one reads, for all carts of the lane
//   roles 4            every cart has a queue of its own: all of it overlaps
//   lanes              so many times all of that
#ifndef OCL_GOPHERS_H
#define OCL_GOPHERS_H

#include "gophers.h"
#include "ocl.h"

struct ocl_gophers;

extern const char *const ocl_gophers_variants[];  // NULL-terminated

// Builds the kernels and makes queues and carts for this job. variant NULL or "auto":
// lanes as wide as a CPU's vectors, scalar elsewhere. NULL on failure. The device and the
// job must outlive it.
struct ocl_gophers *ocl_gophers_make(const struct ocl *, const char *variant,
                                     const struct gophers *job, struct fail *why);
void ocl_gophers_free(struct ocl_gophers *);  // NULL is fine

const char *ocl_gophers_kernel(const struct ocl_gophers *);

// Phases are the device's own times, added up over all carts. After a failure it may be
// run again or freed.
int ocl_gophers_run(struct ocl_gophers *, struct phases *, struct fail *why);

#endif
