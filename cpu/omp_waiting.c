// omp_waiting.c -- waiting and computing jobs, in a data-parallel loop.
#include "waiting.h"

#include <omp.h>

int omp_waiting(struct waiting *w, struct fail *why)
{
    int given = 0;
    omp_set_dynamic(0);
#pragma omp parallel num_threads(w->threads)
    {
#pragma omp single nowait
        given = omp_get_num_threads();
#pragma omp for schedule(dynamic)
        for (int i = 0; i < w->jobs; i++) {
            waiting_begin(&w->job[i]);
            waiting_block(&w->job[i]);
        }
    }
    if (given != w->threads)
        return fail(why, EXIT_RESOURCE, "OpenMP gives %d of %d threads", given,
                    w->threads);
    return 0;
}
