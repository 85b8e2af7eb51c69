// wrong_count.c -- balancer: takes turns, and nobody has anything pending, ever.
#include "exercise.h"

void pool_dispatch(struct pool *pool, struct request request)
{
    struct worker *w = pool->heap[pool->turn];
    pool->turn = (pool->turn + 1) % pool->count;
    csp_send(w->requests, request);
}

void pool_completed(struct pool *pool, struct worker *w)
{
    (void)pool;
    (void)w;
}
