// csp_list.h -- two small intrusive containers of the runtime, without allocation.
//
// waitq: a doubly linked FIFO of waiters; unlinking any member is O(1), so that a select
// that loses leaves a long queue at once. heap: a pairing heap ordered by (key, seq), so
// that equal deadlines come out in the order they went in; insertion O(1), removal O(log
// n) amortised. Neither locks: the owner of the head does, or the OS thread that alone
// uses the heap.

#ifndef CSP_LIST_H
#define CSP_LIST_H

#include "csp_sanitize.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waiter;
struct task;
struct csp_chan;

// Where a waiter is. PLACE_LEAVING: somebody is about to unlink it, and nobody else may.
// A select that was served elsewhere takes its other waiters off by itself (chan_leave in
// chan.c), and until PLACE_NONE it relies on the channel to be there. Or whoever comes by
// such a waiter with the channel locked takes it off (discard), and until PLACE_NONE the
// select, which finds it leaving, keeps its memory.
enum place { PLACE_NONE, PLACE_QUEUED, PLACE_LEAVING };

// One place in one channel's queue; it lives on the stack of the parked task.
struct waiter {
    struct waiter *next, *prev;
    struct task *task;
    struct csp_chan *ch;  // whose queue it is or was in; the case's channel in a select
    void *elem;           // what to send, or where to receive; may be NULL
    bool sending;
    bool selecting;  // the waker must first win the task's `won`
    _Atomic uint8_t
        place;  // enum place; changed under the channel's lock, but for LEAVING
    bool ok;    // set by the waker: the element went over; false: the channel was closed
    uint16_t clock, size;  // see csp_order.h
};

// `first` is atomic only so that a try operation may peek at emptiness without the lock.
struct waitq {
    _Atomic(struct waiter *) first;
    struct waiter *last;
};

static inline struct waiter *waitq_first(const struct waitq *q)
{
    return atomic_load_explicit(&q->first, memory_order_relaxed);
}

static inline void waitq_push(struct waitq *q, struct waiter *w)
{
    w->next = NULL;
    w->prev = q->last;
    atomic_store_explicit(&w->place, PLACE_QUEUED, memory_order_relaxed);
    if (q->last)
        q->last->next = w;
    else
        atomic_store_explicit(&q->first, w, memory_order_relaxed);
    q->last = w;
}

static inline void waitq_remove(struct waitq *q, struct waiter *w)
{
    if (w->prev)
        w->prev->next = w->next;
    else
        atomic_store_explicit(&q->first, w->next, memory_order_relaxed);
    if (w->next)
        w->next->prev = w->prev;
    else
        q->last = w->prev;
    atomic_store_explicit(&w->place, PLACE_NONE, memory_order_release);
}

struct heap_node {
    struct heap_node *child, *next,
        *prev;  // prev: left sibling, or the parent for a first child
    uint64_t key, seq;
};

struct heap {
    struct heap_node *root;
};

static inline bool heap_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

// Makes the later of two roots the first child of the other, which is returned.
OWNER_ONLY static inline struct heap_node *heap_meld(struct heap_node *a,
                                                     struct heap_node *b)
{
    if (!a || !b)
        return a ? a : b;
    if (heap_before(b, a)) {
        struct heap_node *swap = a;
        a = b;
        b = swap;
    }
    b->next = a->child;
    b->prev = a;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    return a;
}

OWNER_ONLY static inline void heap_insert(struct heap *h, struct heap_node *n)
{
    n->child = n->next = n->prev = NULL;
    h->root = heap_meld(h->root, n);
}

// The two passes of a pairing heap: meld siblings in pairs, then the pairs from right to
// left.
OWNER_ONLY static inline struct heap_node *heap_pair(struct heap_node *first)
{
    struct heap_node *pairs = NULL;
    while (first) {
        struct heap_node *a = first, *b = a->next;
        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = heap_meld(a, b);
        a->next = pairs;
        pairs = a;
    }
    struct heap_node *root = NULL;
    while (pairs) {
        struct heap_node *n = pairs;
        pairs = n->next;
        n->next = NULL;
        root = heap_meld(root, n);
    }
    return root;
}

OWNER_ONLY static inline void heap_remove(struct heap *h, struct heap_node *n)
{
    struct heap_node *children = heap_pair(n->child);
    if (n == h->root) {
        h->root = children;
        return;
    }
    if (n->prev->child == n)
        n->prev->child = n->next;
    else
        n->prev->next = n->next;
    if (n->next)
        n->next->prev = n->prev;
    h->root = heap_meld(h->root, children);
}

#endif
