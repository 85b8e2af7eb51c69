// csp_engine.h -- the workloads that engine csp offers; contracts in engine.h.
#ifndef CSP_ENGINE_H
#define CSP_ENGINE_H

#include "cpu_engine.h"

int csp_prepare_matmul(void *ctx, struct matmul *, struct engine_facts *,
                       struct fail *why);
int csp_prepare_gophers(void *ctx, struct gophers *, struct engine_facts *,
                        struct fail *why);
int csp_matmul(void *ctx, struct matmul *, struct phases *, struct fail *why);
int csp_gophers(void *ctx, struct gophers *, struct phases *, struct fail *why);

extern const struct engine engine_csp;

#endif
