// cpu_other.c -- what there is on an architecture that no file here was written for.
#include "burn_kernels.h"
#include "ukr.h"

const struct ukr *const ukrs[] = {&ukr_scalar, NULL};
const char *const gemm_variants[] = {"scalar", NULL};

const struct burn_kernel *const burn_kernels[] = {&burn_scalar, NULL};
const char *const burn_variants[] = {"scalar", NULL};
