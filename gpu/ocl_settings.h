// ocl_settings.h -- the numbers of a rung's knobs as text: "buffered[BM=64 TN=4]".
#ifndef OCL_SETTINGS_H
#define OCL_SETTINGS_H

#include "ocl_rung.h"

// Reads what stands between the brackets, which end the text; every number it does not
// name is 0. EXIT_USAGE when it is malformed or names a knob that is not in the table.
int ocl_settings_read(const char *text, const struct knob *knobs, struct ocl_settings *,
                      struct fail *why);

// Writes the ones that are not 0, as ocl_settings_read takes them, brackets included;
// returns `to`, cut where it does not fit.
char *ocl_settings_write(const struct ocl_settings *, const struct knob *knobs, char *to,
                         size_t bytes);

bool ocl_settings_empty(const struct ocl_settings *);

#endif
