// solution_balancer.c -- a heap of workers by what is pending.
#include "exercise.h"

static void swap(struct pool *pool, int i, int j)
{
    struct worker *w = pool->heap[i];
    pool->heap[i] = pool->heap[j];
    pool->heap[j] = w;
    pool->heap[i]->place = i;
    pool->heap[j]->place = j;
}

// Whether the worker at i has less pending than the one at j.
static bool lighter(const struct pool *pool, int i, int j)
{
    return pool->heap[i]->pending < pool->heap[j]->pending;
}

static void sink(struct pool *pool, int i)
{
    for (int child; (child = 2 * i + 1) < pool->count; i = child) {
        if (child + 1 < pool->count && lighter(pool, child + 1, child))
            child++;
        if (!lighter(pool, child, i))
            return;
        swap(pool, child, i);
    }
}

static void rise(struct pool *pool, int i)
{
    for (; i > 0 && lighter(pool, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(pool, i, (i - 1) / 2);
}

void pool_dispatch(struct pool *pool, struct request request)
{
    struct worker *w = pool->heap[0];
    w->pending++;
    sink(pool, 0);
    csp_send(w->requests, request);
}

void pool_completed(struct pool *pool, struct worker *w)
{
    w->pending--;
    rise(pool, w->place);
}
