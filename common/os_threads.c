// os_threads.c -- see os_threads.h.
#include "os_threads.h"

#include "fail.h"

#include <pthread.h>
#include <stdlib.h>

struct call {
    pthread_t thread;
    void (*fn)(void *);
    void *arg;
};

static void *run(void *arg)
{
    const struct call *call = arg;
    call->fn(call->arg);
    return NULL;
}

int os_threads_run(void (*fn)(void *), void *first, size_t size, int n)
{
    struct call *calls = calloc((size_t)n + 1, sizeof *calls);
    if (!calls)
        die("out of memory for %d threads", n);
    int started = 0;
    for (; started < n; started++) {
        struct call *call = &calls[started];
        call->fn = fn;
        call->arg = (char *)first + (size_t)started * size;
        if (pthread_create(&call->thread, NULL, run, call))
            break;
    }
    for (int i = 0; i < started; i++)
        pthread_join(calls[i].thread, NULL);
    free(calls);
    return started;
}
