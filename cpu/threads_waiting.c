// threads_waiting.c -- waiting and computing jobs, each an OS thread: what tasks are
// compared with. Beside the runtime itself the one file of its layer that starts threads.
#include "waiting.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void *live(void *job)
{
    waiting_block(job);
    return NULL;
}

int threads_waiting(struct waiting *w, struct fail *why)
{
    pthread_t *threads = calloc((size_t)w->jobs, sizeof *threads);
    int started = 0, refused = 0;
    if (!threads)
        return fail(why, EXIT_RESOURCE, "out of memory for %d threads", w->jobs);
    while (started < w->jobs && !refused) {
        waiting_begin(&w->job[started]);
        refused = pthread_create(&threads[started], NULL, live, &w->job[started]);
        started += !refused;
    }
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    return refused ? fail(why, EXIT_RESOURCE, "the system gave %d of %d threads: %s",
                          started, w->jobs, strerror(refused))
                   : 0;
}
