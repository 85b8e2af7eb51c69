// ocl_rung_tensor.h -- the plans of the rungs with matrix instructions, kernels/matmul_9.
#ifndef OCL_RUNG_TENSOR_H
#define OCL_RUNG_TENSOR_H

#include "ocl_rung.h"

// Each as struct ocl_rung's plan. EXIT_ABSENT where the product is of another type, or
// where the device's compiler does not take the instruction, or the device not do it
// right.
int ocl_plan_tensor_tf32(const struct ocl_rung *, const struct ocl *,
                         const struct matmul *, const struct ocl_matrices *,
                         struct ocl_plan *, struct fail *why);
int ocl_plan_tensor_bf16(const struct ocl_rung *, const struct ocl *,
                         const struct matmul *, const struct ocl_matrices *,
                         struct ocl_plan *, struct fail *why);
int ocl_plan_tensor_f64(const struct ocl_rung *, const struct ocl *,
                        const struct matmul *, const struct ocl_matrices *,
                        struct ocl_plan *, struct fail *why);

#endif
