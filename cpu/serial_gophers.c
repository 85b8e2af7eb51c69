// serial_gophers.c -- one gopher burns the library alone, whatever the design.
#include "serial_engine.h"

#include "clock.h"

int serial_prepare_gophers(void *ctx, struct gophers *job, struct engine_facts *facts,
                           struct fail *why)
{
    return cpu_prepare_gophers(ctx, job, facts, why);
}

int serial_gophers(void *ctx, struct gophers *job, struct phases *phases,
                   struct fail *why)
{
    const struct cpu_engine *e = ctx;
    const uint64_t start_ns = clock_ns();
    (void)why;

    for (uint32_t i = 0; i < job->shipments; i++)
        cpu_burn_shipment(&e->burner, job, &job->shipment[i], &e->loners[0]);
    library_cursor_close(&e->loners[0].cursor);

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}
