// ocl_operands.h -- A, B and C of a product on a device: how they get there and back.
//
// Where device and host share memory the matrices stay where they are; elsewhere A and B
// are written before a product and C is read after it. Who multiplies is the caller's.
#ifndef OCL_OPERANDS_H
#define OCL_OPERANDS_H

#include "matmul.h"
#include "ocl.h"
#include "ocl_rung.h"

struct ocl_operands {
    const struct ocl *ocl;
    const struct matmul *job;
    size_t a_bytes, b_bytes, c_bytes;
    struct ocl_matrices on_device;
    void *c_mapped;  // shared memory: C while the host owns it, outside of runs
};

// Makes the buffers; m and n are not 0. The host owns C. EXIT_ABSENT where the device
// lacks the type. On failure what was made still wants ocl_operands_free.
int ocl_operands_make(struct ocl_operands *, const struct ocl *, const struct matmul *,
                      struct fail *why);
void ocl_operands_free(struct ocl_operands *);  // a zeroed one is fine

// Runs multiply(arg) on the device, which returns when C is complete there, or where
// memory is shared when all that makes it is enqueued, between upload and download, and
// fills the phases. After a failure nothing is under way, and it may be called again.
int ocl_operands_multiply(struct ocl_operands *,
                          int (*multiply)(void *arg, struct fail *why), void *arg,
                          struct phases *, struct fail *why);

#endif
