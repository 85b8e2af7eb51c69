// ocl_rung.h -- the ladder: which kernels compute a product, and over which grids.
//
// To add a rung: write kernels/matmul_<n>_<name>.cl, name it in kernels/CMakeLists.txt,
// plan its grid in a file like ocl_rung_gpu.c, and add a row to the table in ocl_rung.c.
// What a tuner may search are the rung's knobs, a table beside its plan.
#ifndef OCL_RUNG_H
#define OCL_RUNG_H

#include "matmul.h"
#include "ocl.h"

// Values of a rung's knobs, in the order of its table; 0: the plan chooses.
struct ocl_settings {
    int value[KNOBS_MAX];
    bool given;  // by name, be it none: nothing remembered takes their place
};

// A product ready to be launched: packing first, where the rung packs; and adding up
// last, where it has cut k into slices.
struct ocl_plan {
    cl_program program;
    cl_kernel pack, multiply, reduce;  // NULL: the rung has none
    struct grid pack_grid, grid, reduce_grid;
    void *space;  // host memory that the packed matrices lie in; NULL: the device's own
    cl_mem packed_a, packed_b, next_block, partial;
    struct ocl_settings settings;  // as asked for; the plan fills in what it chose
    double input_epsilon;          // engine_facts'
    char about[40];                // what it chose, for a reader: "128x128x16"; or ""
};

// The matrices on the device.
struct ocl_matrices {
    cl_mem a, b, c;
};

struct ocl_rung {
    const char *name, *file;
    int (*plan)(const struct ocl_rung *, const struct ocl *, const struct matmul *,
                const struct ocl_matrices *, struct ocl_plan *, struct fail *why);
    const struct knob *knobs;  // until one without a name; NULL: none
};

extern const char *const ocl_rung_names[];  // NULL-terminated, in the order of the ladder
extern const struct tunable ocl_tunables[];  // the rungs with knobs

// NULL or "auto": packed on a CPU, buffered elsewhere. NULL with EXIT_USAGE and the
// names. Numbers behind the name, as engine.h writes them, go to *settings; the others
// are 0.
const struct ocl_rung *ocl_rung_choose(const struct ocl *, const char *name,
                                       struct ocl_settings *settings, struct fail *why);

// Builds the rung's kernels for this product, whose m and n are not 0, and launches each
// once with nothing to do, for some devices compile then. Settings that the device or the
// kernel cannot have: EXIT_ABSENT. On failure what was made still wants ocl_plan_free.
int ocl_plan_make(struct ocl_plan *, const struct ocl_rung *, const struct ocl *,
                  const struct ocl_settings *, const struct matmul *,
                  const struct ocl_matrices *, struct fail *why);
void ocl_plan_free(struct ocl_plan *);  // a zeroed one is fine

// Enqueues everything.
int ocl_plan_launch(const struct ocl_plan *, cl_command_queue, struct fail *why);

#endif
