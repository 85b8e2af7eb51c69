// burn_kernels.h -- the burning kernels by name. cpu_<architecture>.c lists those that
// were compiled.
#ifndef BURN_KERNELS_H
#define BURN_KERNELS_H

#include "burn.h"

extern const struct burn_kernel burn_avx512, burn_avx2, burn_shani, burn_scalar;

#endif
