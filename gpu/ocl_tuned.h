// ocl_tuned.h -- what a tuner found out, remembered for this user (ocl_store.h).
//
// One file a device, named by a hash of the device's name and number of units, holds for
// each rung and type the numbers and the size they were found with. They are good for
// this device, this driver and these very kernels: whatever the file says otherwise is
// stale and not used.
#ifndef OCL_TUNED_H
#define OCL_TUNED_H

#include "ocl_rung.h"

// Whether there are numbers for such a product: to *settings. Those of a product much
// larger than this one are not used. When a file is there that cannot be used, *why has
// the sentence; otherwise its text is empty.
bool ocl_tuned_find(const struct ocl *, const struct ocl_rung *, const struct matmul *,
                    struct ocl_settings *settings, struct fail *why);

// Remembers them beside what the file already holds. EXIT_OUTPUT when that cannot be.
int ocl_tuned_keep(const struct ocl *, const struct ocl_rung *, const struct matmul *,
                   const struct ocl_settings *settings, struct fail *why);

// The file's name in the store; returns `name`.
char *ocl_tuned_name(const struct ocl *, char name[static 64]);

#endif
