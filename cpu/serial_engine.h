// serial_engine.h -- the workloads that engine serial offers; contracts in engine.h.
#ifndef SERIAL_ENGINE_H
#define SERIAL_ENGINE_H

#include "cpu_engine.h"

int serial_prepare_matmul(void *ctx, struct matmul *, struct engine_facts *,
                          struct fail *why);
int serial_prepare_gophers(void *ctx, struct gophers *, struct engine_facts *,
                           struct fail *why);
int serial_matmul(void *ctx, struct matmul *, struct phases *, struct fail *why);
int serial_gophers(void *ctx, struct gophers *, struct phases *, struct fail *why);

extern const struct engine engine_serial;

#endif
