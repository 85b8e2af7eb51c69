// ocl_rung.h -- the ladder: which kernels compute a product, and over which grids.
//
// To add a rung: write kernels/matmul_<n>_<name>.cl, name it in kernels/CMakeLists.txt,
// and add a row to the table in ocl_rung.c.
#ifndef OCL_RUNG_H
#define OCL_RUNG_H

#include "matmul.h"
#include "ocl.h"

// A product ready to be launched: packing first, where the rung packs.
struct ocl_plan {
    cl_program program;
    cl_kernel pack, multiply;  // pack: NULL where the rung does not
    struct grid pack_grid, grid;
    void *space;  // host memory that the packed matrices lie in; NULL: the device's own
    cl_mem packed_a, packed_b, next_block;
};

// The matrices on the device.
struct ocl_matrices {
    cl_mem a, b, c;
};

struct ocl_rung {
    const char *name, *file;
    int (*plan)(const struct ocl_rung *, const struct ocl *, const struct matmul *,
                const struct ocl_matrices *, struct ocl_plan *, struct fail *why);
};

extern const char *const ocl_rung_names[];  // NULL-terminated

// NULL or "auto": packed on a CPU, registers elsewhere. NULL with EXIT_USAGE and the
// names.
const struct ocl_rung *ocl_rung_choose(const struct ocl *, const char *name,
                                       struct fail *why);

// Builds the rung's kernels for this product, whose m and n are not 0, and launches each
// once with nothing to do, for some devices compile then. On failure what was made still
// wants ocl_plan_free.
int ocl_plan_make(struct ocl_plan *, const struct ocl_rung *, const struct ocl *,
                  const struct matmul *, const struct ocl_matrices *, struct fail *why);
void ocl_plan_free(struct ocl_plan *);  // a zeroed one is fine

// Enqueues everything.
int ocl_plan_launch(const struct ocl_plan *, cl_command_queue, struct fail *why);

#endif
