// registry.c -- the two tables. Headers must not join what knows nothing of each other;
// the linker does, here.
#include "registry.h"

#include "gophers.h"
#include "matmul.h"

extern const struct engine engine_serial, engine_csp, engine_omp, engine_ocl;
extern const struct engine engine_blas, engine_clblast, engine_cublas;  // peers

const struct engine *const engines[] = {&engine_serial, &engine_csp,  &engine_omp,
                                        &engine_ocl,    &engine_blas, &engine_clblast,
                                        &engine_cublas, NULL};

const struct workload *const workloads[] = {&workload_matmul, &workload_gophers, NULL};
