// ocl_matmul.h -- the product on a device, by one rung of the ladder (ocl_rung.h).
#ifndef OCL_MATMUL_H
#define OCL_MATMUL_H

#include "matmul.h"
#include "ocl.h"

struct ocl_matmul;

// Makes the matrices' buffers and the plan of a rung; NULL or "auto": the rung for the
// device. NULL on failure. The device and the job must outlive it.
struct ocl_matmul *ocl_matmul_make(const struct ocl *, const char *variant,
                                   const struct matmul *job, struct fail *why);
void ocl_matmul_free(struct ocl_matmul *);  // NULL is fine

const char *ocl_matmul_rung(const struct ocl_matmul *);

// The rung and what its plan chose, for a reader: "buffered 128x128x16, tuned".
char *ocl_matmul_variant(const struct ocl_matmul *, char *to, size_t bytes);

// Why what was remembered is not used, in a sentence; "" as a rule.
const char *ocl_matmul_remark(const struct ocl_matmul *);

// How far the rung rounds its inputs: engine_facts' input_epsilon.
double ocl_matmul_input_epsilon(const struct ocl_matmul *);

// Remembers the plan's numbers for later products of this device, driver and type.
int ocl_matmul_keep(const struct ocl_matmul *, struct fail *why);

// After a failure it may be run again or freed.
int ocl_matmul_run(struct ocl_matmul *, struct phases *, struct fail *why);

#endif
