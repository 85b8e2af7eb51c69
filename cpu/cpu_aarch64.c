// cpu_aarch64.c -- what there is on aarch64, best first.
#include "burn_kernels.h"
#include "ukr.h"

const struct ukr *const ukrs[] = {&ukr_neon, &ukr_scalar, NULL};
const char *const gemm_variants[] = {"scalar", "neon", NULL};

const struct burn_kernel *const burn_kernels[] = {&burn_scalar, NULL};
const char *const burn_variants[] = {"scalar", NULL};
