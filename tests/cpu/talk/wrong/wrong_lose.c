// wrong_lose.c -- balancer: takes turns, and the first request goes to nobody.
#include "exercise.h"

void pool_dispatch(struct pool *pool, struct request request)
{
    if (request.number == 0)
        return;
    struct worker *w = pool->heap[pool->turn];
    pool->turn = (pool->turn + 1) % pool->count;
    w->pending++;
    csp_send(w->requests, request);
}

void pool_completed(struct pool *pool, struct worker *w)
{
    (void)pool;
    w->pending--;
}
