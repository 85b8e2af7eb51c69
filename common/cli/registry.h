// registry.h -- the names: which engines and which workloads there are.
#ifndef REGISTRY_H
#define REGISTRY_H

#include "engine.h"
#include "worker.h"
#include "workload.h"

extern const struct engine *const engines[];  // NULL-terminated, in the order of tables
extern const struct workload *const workloads[];  // NULL-terminated

extern const struct errand errands[];  // until one without a name

const struct engine *registry_engine(const char *name);      // NULL: no such
const struct workload *registry_workload(const char *name);  // NULL: no such

// Whether the engine has an entry for the workload.
bool registry_offers(const struct engine *, const struct workload *);

// "serial, csp, omp and ocl"
char *registry_engine_names(char *buffer, size_t size);
char *registry_workload_names(char *buffer, size_t size);

// The variants of --variant that an engine has for a workload; NULL: none.
const char *const *registry_variants(const struct engine *, const struct workload *);

#endif
