// wrong_scan.c -- balancer: finds the lightest worker, and keeps no heap.
#include "exercise.h"

void pool_dispatch(struct pool *pool, struct request request)
{
    struct worker *lightest = pool->heap[0];
    for (int i = 1; i < pool->count; i++)
        if (pool->heap[i]->pending < lightest->pending)
            lightest = pool->heap[i];
    lightest->pending++;
    csp_send(lightest->requests, request);
}

void pool_completed(struct pool *pool, struct worker *w)
{
    (void)pool;
    w->pending--;
}
