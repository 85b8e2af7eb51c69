// queue.c -- ready tasks on their way from worker to worker: the run's shared queue,
// inboxes of pinned tasks, and stealing.

#include "csp_ring.h"

enum { FEW = 8 };  // ready tasks, which thieves leave to a worker that makes headway

OWNER_ONLY void locked_push(struct locked_queue *q, struct task *t)
{
    lock_take(&q->lock);
    queue_push(&q->tasks, t);
    atomic_fetch_add(&q->len, 1);
    lock_drop(&q->lock);
}

OWNER_ONLY struct task *locked_take(struct locked_queue *q)
{
    lock_take(&q->lock);
    struct task *t = queue_pop(&q->tasks);
    if (t)
        atomic_fetch_sub(&q->len, 1);
    lock_drop(&q->lock);
    return t;
}

OWNER_ONLY void queue_spill(struct worker *w, struct task *t)
{
    struct locked_queue *q = &w->run->queue;
    struct task_queue moved = {0};
    uint32_t n = 1;
    for (; n <= RING_SIZE / 2; n++) {
        struct task *old = ring_pop(w);
        if (!old)
            break;
        queue_push(&moved, old);
    }
    queue_push(&moved, t);
    lock_take(&q->lock);
    if (q->tasks.last)
        q->tasks.last->next = moved.first;
    else
        q->tasks.first = moved.first;
    q->tasks.last = moved.last;
    atomic_fetch_add(&q->len, n);
    lock_drop(&q->lock);
}

// In migrate mode a task goes on where it was not, as long as somebody else is free to
// take it.
OWNER_ONLY static bool must_move(const struct worker *w, struct task *t)
{
    return w->run->migrate && task_worker(t) == w && atomic_load(&w->run->n_idle) > 0;
}

OWNER_ONLY struct task *queue_shared(struct worker *w)
{
    struct run *run = w->run;
    struct locked_queue *q = &run->queue;
    if (!atomic_load_explicit(&q->len, RELAXED))
        return NULL;
    lock_take(&q->lock);
    uint32_t len = atomic_load_explicit(&q->len, RELAXED);
    uint32_t n = len / (uint32_t)run->procs + 1, taken = 0;
    struct task *first = q->tasks.first;
    if (!first || must_move(w, first)) {
        lock_drop(&q->lock);
        if (first) {
            // It is for another, who would not be woken for a worker that looks for work.
            worker_stop_spinning(w);
            worker_wake_one(run);
        }
        return NULL;
    }
    queue_pop(&q->tasks);
    for (taken = 1; taken < n && taken < RING_SIZE / 2 && !run->migrate; taken++) {
        uint32_t used = atomic_load_explicit(&w->tail, RELAXED) -
                        atomic_load_explicit(&w->head, RELAXED);
        if (!q->tasks.first || used >= RING_SIZE)
            break;
        ring_push(w, queue_pop(&q->tasks));
    }
    atomic_fetch_sub(&q->len, taken);
    lock_drop(&q->lock);
    return first;
}

// A few tasks that their worker is just working off would cost more to bring over than to
// run there. Has the head moved since a thief looked last?
static bool being_eaten(struct worker *victim, uint32_t head)
{
    return atomic_exchange_explicit(&victim->seen_head, head, RELAXED) != head;
}

// Half of the victim's ring goes to w's, which is empty; one of them is returned. The
// tasks are copied before the CAS that takes them: if it fails, the copies mean nothing.
OWNER_ONLY static struct task *steal_ring(struct worker *w, struct worker *victim)
{
    uint32_t tail = atomic_load_explicit(&w->tail, RELAXED);
    for (;;) {
        uint32_t head = atomic_load_explicit(&victim->head, memory_order_acquire);
        uint32_t n = atomic_load_explicit(&victim->tail, memory_order_acquire) - head;
        if (n == 0 || (n < FEW && being_eaten(victim, head)))
            return NULL;
        n -= n / 2;
        if (n > RING_SIZE / 2)
            continue;  // head and tail were read at different times
        struct task *last = NULL;
        for (uint32_t i = 0; i < n; i++) {
            last = atomic_load_explicit(&victim->ring[(head + i) % RING_SIZE], RELAXED);
            atomic_store_explicit(&w->ring[(tail + i) % RING_SIZE], last, RELAXED);
        }
        if (!atomic_compare_exchange_strong_explicit(&victim->head, &head, head + n,
                                                     memory_order_acq_rel,
                                                     memory_order_acquire))
            continue;
        w->steals++;
        if (n > 1)
            atomic_store_explicit(&w->tail, tail + n - 1, memory_order_release);
        return last;
    }
}

uint32_t queue_share(struct worker *victim)
{
    struct task *taken[RING_SIZE + 1];
    uint32_t n, head = atomic_load_explicit(&victim->head, memory_order_acquire);
    do {
        n = atomic_load_explicit(&victim->tail, memory_order_acquire) - head;
        if (n > RING_SIZE)
            n = 0;  // head and tail were read at different times; the CAS fails
        for (uint32_t i = 0; i < n; i++)
            taken[i] =
                atomic_load_explicit(&victim->ring[(head + i) % RING_SIZE], RELAXED);
    } while (!atomic_compare_exchange_strong_explicit(
        &victim->head, &head, head + n, memory_order_acq_rel, memory_order_acquire));
    if ((taken[n] = atomic_exchange(&victim->runnext, NULL)))
        n++;
    for (uint32_t i = 0; i < n; i++)
        locked_push(&victim->run->queue, taken[i]);
    return n;
}

OWNER_ONLY struct task *queue_steal(struct worker *w, struct worker *victim, bool runnext)
{
    struct task *t = steal_ring(w, victim);
    if (t || !runnext)
        return t;
    t = atomic_exchange(&victim->runnext, NULL);
    if (t)
        w->steals++;
    return t;
}
