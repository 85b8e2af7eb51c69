// ukr.h -- the micro-kernels by name. cpu_<architecture>.c lists those that were
// compiled.
#ifndef UKR_H
#define UKR_H

#include "gemm.h"

extern const struct ukr ukr_avx512, ukr_avx2, ukr_neon, ukr_scalar;

#endif
