// cpu_x86_64.c -- what there is on x86-64, best first; names from the plain to the best.
#include "burn_kernels.h"
#include "ukr.h"

const struct ukr *const ukrs[] = {&ukr_avx512, &ukr_avx2, &ukr_scalar, NULL};
const char *const gemm_variants[] = {"scalar", "avx2", "avx512", NULL};

const struct burn_kernel *const burn_kernels[] = {&burn_avx512, &burn_avx2, &burn_shani,
                                                  &burn_scalar, NULL};
const char *const burn_variants[] = {"scalar", "shani", "avx2", "avx512", NULL};
