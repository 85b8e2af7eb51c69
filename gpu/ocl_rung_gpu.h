// ocl_rung_gpu.h -- the plans of the rungs for GPUs: kernels/matmul_1 to 3 and 5 to 8.
#ifndef OCL_RUNG_GPU_H
#define OCL_RUNG_GPU_H

#include "ocl_rung.h"

// Each as struct ocl_rung's plan.
typedef int ocl_planner(const struct ocl_rung *, const struct ocl *,
                        const struct matmul *, const struct ocl_matrices *,
                        struct ocl_plan *, struct fail *why);

ocl_planner ocl_plan_naive, ocl_plan_coalesced, ocl_plan_tiled;
ocl_planner ocl_plan_strip, ocl_plan_registers, ocl_plan_vectors, ocl_plan_warps;
ocl_planner ocl_plan_buffered;

extern const struct knob ocl_knobs_buffered[];

#endif
