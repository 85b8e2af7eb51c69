// omp_engine.h -- the workloads that engine omp offers; contracts in engine.h.
#ifndef OMP_ENGINE_H
#define OMP_ENGINE_H

#include "cpu_engine.h"

int omp_prepare_matmul(void *ctx, struct matmul *, struct engine_facts *,
                       struct fail *why);
int omp_prepare_gophers(void *ctx, struct gophers *, struct engine_facts *,
                        struct fail *why);
int omp_matmul(void *ctx, struct matmul *, struct phases *, struct fail *why);
int omp_gophers(void *ctx, struct gophers *, struct phases *, struct fail *why);

extern const struct engine engine_omp;

#endif
