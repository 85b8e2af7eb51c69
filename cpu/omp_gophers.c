// omp_gophers.c -- the library as a data-parallel loop over shipments, whatever the
// design: every thread burns with a cart of its own.
#include "omp_engine.h"

#include "clock.h"

#include <omp.h>

int omp_prepare_gophers(void *ctx, struct gophers *job, struct engine_facts *facts,
                        struct fail *why)
{
    return cpu_prepare_gophers(ctx, job, facts, why);
}

int omp_gophers(void *ctx, struct gophers *job, struct phases *phases, struct fail *why)
{
    const struct cpu_engine *e = ctx;
    const uint64_t start_ns = clock_ns();
    (void)why;

#pragma omp parallel num_threads(e->threads)
    {
        struct loner *me = &e->loners[omp_get_thread_num()];
#pragma omp for schedule(dynamic)
        for (uint32_t i = 0; i < job->shipments; i++)
            cpu_burn_shipment(&e->burner, job, &job->shipment[i], me);
        library_cursor_close(&me->cursor);
    }

    *phases = (struct phases){.run_ns = clock_ns() - start_ns};
    return 0;
}
