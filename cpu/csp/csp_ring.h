// csp_ring.h -- a worker's own ready tasks: a ring, and runnext.
//
// The owner adds to the ring and takes from it; thieves take half of it, see queue.c.
// While the worker is alone plain loads and stores do.

#ifndef CSP_RING_H
#define CSP_RING_H

#include "csp_impl.h"

#define RELAXED memory_order_relaxed

static inline bool ring_empty(const struct worker *w)
{
    return atomic_load(&w->head) == atomic_load(&w->tail);
}

// Does another task than the running one wait for w?
static inline bool has_ready(const struct worker *w)
{
    return atomic_load(&w->runnext) || !ring_empty(w);
}

OWNER_ONLY static inline void ring_push(struct worker *w, struct task *t)
{
    bool alone = alone_begin(w);
    uint32_t tail = atomic_load_explicit(&w->tail, RELAXED);
    uint32_t head = atomic_load_explicit(&w->head, memory_order_acquire);
    bool full = tail - head >= RING_SIZE;
    if (likely(!full)) {
        atomic_store_explicit(&w->ring[tail % RING_SIZE], t, RELAXED);
        // Ordered before the look at the idle workers that follows, as theirs at this
        // ring is after they have said that they are idle.
        if (alone)
            atomic_store_explicit(&w->tail, tail + 1, memory_order_release);
        else
            atomic_store_explicit(&w->tail, tail + 1, memory_order_seq_cst);
    }
    alone_end(w);
    if (unlikely(full))
        queue_spill(w, t);
}

OWNER_ONLY static inline struct task *ring_pop(struct worker *w)
{
    struct task *t = NULL;
    bool alone = alone_begin(w);
    uint32_t tail = atomic_load_explicit(&w->tail, RELAXED);
    uint32_t head = atomic_load_explicit(&w->head, memory_order_acquire);
    while (head != tail) {
        t = atomic_load_explicit(&w->ring[head % RING_SIZE], RELAXED);
        if (alone) {
            atomic_store_explicit(&w->head, head + 1, RELAXED);
            break;
        }
        if (atomic_compare_exchange_weak_explicit(
                &w->head, &head, head + 1, memory_order_acq_rel, memory_order_acquire))
            break;
        t = NULL;
    }
    alone_end(w);
    return t;
}

// Returns what was there.
OWNER_ONLY static inline struct task *put_runnext(struct worker *w, struct task *t)
{
    struct task *old;
    if (alone_begin(w)) {
        old = atomic_load_explicit(&w->runnext, RELAXED);
        atomic_store_explicit(&w->runnext, t, RELAXED);
    } else {
        old = atomic_exchange(&w->runnext, t);
    }
    alone_end(w);
    return old;
}

OWNER_ONLY static inline struct task *take_runnext(struct worker *w)
{
    if (!atomic_load_explicit(&w->runnext, RELAXED))
        return NULL;
    return put_runnext(w, NULL);
}

#endif
