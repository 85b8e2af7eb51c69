// cases.h -- from options to a workload's cases: a name for the table and the parameters.
#ifndef CASES_H
#define CASES_H

#include "options.h"
#include "plan.h"

// Adds the groups that the options ask for. EXIT_USAGE for what cannot be.
int cases_matmul(struct plan *, const struct options *, struct fail *why);
int cases_gophers(struct plan *, const struct options *, struct fail *why);

// One case over real matrices: paths are bytes, as typed.
int cases_multiply(struct plan *, const struct options *, const char *a, const char *b,
                   struct fail *why);

// One case over real books: paths are bytes, as typed.
int cases_burn(struct plan *, const struct options *, const char *const *paths, int count,
               struct fail *why);

#endif
