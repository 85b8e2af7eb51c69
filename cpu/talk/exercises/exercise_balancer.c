// exercise_balancer.c -- write dispatch and completed of the balancer.
//
// One task, the balancer, hands requests to a pool of workers. As it stands each worker
// gets one in turn, whether he sits idle or has a dozen waiting. Some requests take very
// long, and those who wait behind them pay for it.
//
// TO DO    pool_dispatch: the worker with the least pending gets the request.
//          pool_completed: a worker has one less pending.
//          Both keep pool->heap a heap: nobody has less pending than who is above him.
// GRADED   The lightest worker gets each request; heap, places and pending are right
//          after each call; nothing is lost; against taking turns, with the same
//          requests: the spread of the load, and the time that 99 of 100 wait at most.
// HINT     Who stands at i has i's parent (i - 1) / 2 above him, 2i + 1 and 2i + 2 below.
//          Dispatch makes the top heavier: he sinks. Completed makes one lighter: he
//          rises from his place.
//
//     ./dev grade balancer
#include "exercise.h"

// Two workers change places in the heap: of use to sinking and rising.
__attribute__((unused)) static void swap(struct pool *pool, int i, int j)
{
    struct worker *w = pool->heap[i];
    pool->heap[i] = pool->heap[j];
    pool->heap[j] = w;
    pool->heap[i]->place = i;
    pool->heap[j]->place = j;
}

void pool_dispatch(struct pool *pool, struct request request)
{
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
