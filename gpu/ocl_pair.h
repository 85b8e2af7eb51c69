// ocl_pair.h -- memory that host and device have in turns.
//
// Where the device shares the host's memory it is one stretch of it, and taking turns is
// mapping and unmapping. Elsewhere it is two: a buffer on the device, and one of the
// host's that the device's copy engine can reach by itself, and taking turns is a
// transfer.
#ifndef OCL_PAIR_H
#define OCL_PAIR_H

#include "ocl.h"

struct ocl_pair {
    const struct ocl *ocl;
    void *host;  // the host's end; its own only while it has its turn
    size_t bytes;
    cl_mem device;
    cl_mem pinned;  // NULL where memory is shared
    bool away;      // where memory is shared: the device has its turn
};

// The host has the first turn.
int ocl_pair_make(struct ocl_pair *, const struct ocl *, size_t bytes, struct fail *why);
void ocl_pair_free(struct ocl_pair *);  // a zeroed one is fine; no command may be pending

// The first `bytes` go to the device; the host's turn ends. Enqueued and not flushed.
int ocl_pair_give(struct ocl_pair *, cl_command_queue, size_t bytes, cl_event *done,
                  struct fail *why);

// After `wait`, the first `bytes` come back and the host has its turn when *done is
// complete. With bytes 0 nothing is transferred, and *done stays as it is where there is
// nothing to do.
int ocl_pair_take(struct ocl_pair *, cl_command_queue, size_t bytes, cl_event wait,
                  cl_event *done, struct fail *why);

// The host's turn, wherever a journey that failed left it. No command may be pending.
void ocl_pair_recall(struct ocl_pair *);

#endif
