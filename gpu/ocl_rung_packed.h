// ocl_rung_packed.h -- the plan of the rung for CPU devices, kernels/matmul_4_packed.cl.
#ifndef OCL_RUNG_PACKED_H
#define OCL_RUNG_PACKED_H

#include "ocl_rung.h"

// As struct ocl_rung's plan.
int ocl_plan_packed(const struct ocl_rung *, const struct ocl *, const struct matmul *,
                    const struct ocl_matrices *, struct ocl_plan *, struct fail *why);

#endif
