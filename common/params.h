// params.h -- a workload's parameters, read strictly from JSON: an unknown name, a wrong
// kind or a number out of range fails with EXIT_USAGE and says what is allowed.
//
// A parameter that is absent leaves the value as it was: callers put the default there
// first.
#ifndef PARAMS_H
#define PARAMS_H

#include "fail.h"

#include <jansson.h>
#include <stdint.h>

// All members must be among the NULL-terminated names.
int params_known(const json_t *params, const char *const *names, struct fail *why);

int params_size(const json_t *params, const char *name, uint64_t least, uint64_t most,
                uint64_t *value, struct fail *why);
int params_seed(const json_t *params, uint64_t *seed, struct fail *why);

// One of the NULL-terminated words, as its index.
int params_word(const json_t *params, const char *name, const char *const *words,
                int *index, struct fail *why);
int params_text(const json_t *params, const char *name, const char **text,
                struct fail *why);

#endif
