// ocl_lane.h -- one lane of a gopher design: its queues, its carts, and its share of the
// library.
//
// Shipments are dealt to the lanes in turn. A lane has two piles, long books and the
// rest: a long book burns on one compute unit, however many there are, so it starts first
// and the other carts pass it, except that half of the lane's carts at least stay with
// the rest.
#ifndef OCL_LANE_H
#define OCL_LANE_H

#include "gophers.h"
#include "ocl_cart.h"

enum { LANE_WRITES, LANE_RUNS, LANE_READS, LANE_QUEUES };

// Where a lane is in its share of the shipments: those of several loads, or of one.
struct ocl_pile {
    bool several;
    uint32_t shipment, load;
    struct library_cursor cursor;
};

struct ocl_lane {
    const struct gophers *job;
    cl_command_queue queue[LANE_QUEUES];  // shared by its carts; NULL: not in the design
    cl_mem going;                         // the running state of its long book
    cl_event long_burnt;                  // the last launch that wrote it
    struct ocl_cart *carts;
    int cart_count, long_under_way;
    struct ocl_pile longs, rest;
};

// Queues and carts as the design says; ocl_gophers.h has the table. `carts` is the most.
int ocl_lane_open(struct ocl_lane *, const struct ocl *, const struct gophers *,
                  int carts, struct fail *why);
void ocl_lane_close(struct ocl_lane *);  // a zeroed or half-opened one is fine

// Before and after a run, in failure too: afterwards nothing is under way.
void ocl_lane_begin(struct ocl_lane *, int number);
void ocl_lane_end(struct ocl_lane *);

// The load to send next and the cursor to read it with; NULL when the lane's share is
// done.
const struct load *ocl_lane_next(struct ocl_lane *, struct library_cursor **cursor);

static inline bool ocl_lane_is_long(const struct gophers *job, const struct load *load)
{
    return job->shipment[load->shipment].loads > 1;
}

#endif
