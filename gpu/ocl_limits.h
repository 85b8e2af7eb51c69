// ocl_limits.h -- an opened device's own roofs: arithmetic, and transfers both ways.
#ifndef OCL_LIMITS_H
#define OCL_LIMITS_H

#include "engine.h"
#include "ocl.h"

// Takes about half a second. What the device lacks (f64) stays 0.
int ocl_limits(const struct ocl *, struct device_limits *, struct fail *why);

#endif
