// csp_order.h -- Go's memory model, told to ThreadSanitizer: which operations on a
// channel happen before which.
//
// The k-th send happens before the k-th receive returns; with a buffer of C elements the
// k-th receive happens before the (k+C)-th send returns; an unbuffered receive happens
// before its send returns; a close happens before a receive that returns because of it.
// Nothing else: neither a lock of the runtime's, nor a look at the length, nor being
// woken. A close counts as a write to the channel and a send as a read, so that TSan
// reports two that are not ordered by other means. (Go's chan.go does the same with
// racesync, racenotify and raceaddr.)
//
// A *clock* is what a task has done so far, kept under a number: order_release gives the
// caller's, order_acquire puts a clock's owner before the caller. For a task that parks,
// its waiter holds the clock, which the task that serves it exchanges for the one that
// the woken task must acquire. Each slot of a buffer has the clocks of the last send to
// it and of the last receive from it.
//
// Empty but in the build for programs under TSan: see CSP_MEMORY_MODEL in csp_sanitize.h.

#ifndef CSP_ORDER_H
#define CSP_ORDER_H

#include "csp_impl.h"

#include <string.h>

// Above FINE_SLOTS slots they share their clocks, and TSan sees more order than there is.
enum { FINE_SLOTS = 1 << 20 };

struct slot_order {
    uint16_t sent, received;
};

// What the clocks of the slots take behind the buffer.
static inline size_t order_bytes(size_t cap)
{
    size_t slots = cap <= FINE_SLOTS ? cap : 0;
    return MEMORY_MODEL ? slots * sizeof(struct slot_order) + alignof(uint16_t) : 0;
}

static inline struct slot_order *order_slots(struct csp_chan *ch)
{
    size_t used = ch->elem_size * ch->cap, align = alignof(uint16_t);
    return (struct slot_order *)(void *)(ch->buf + (used + align - 1) / align * align);
}

static inline void order_init(struct csp_chan *ch)
{
    if (MEMORY_MODEL && ch->cap <= FINE_SLOTS)
        memset(order_slots(ch), 0, ch->cap * sizeof(struct slot_order));
}

// Where closes write and sends read; nobody else's field while the channel lives.
static inline void *order_mark(struct csp_chan *ch)
{
    return &ch->ticker;
}

static inline void order_send(struct csp_chan *ch)
{
    sanitize_read(order_mark(ch), 1);
}

// Returns the clock for those whom the close wakes.
static inline uint16_t order_close(struct csp_chan *ch)
{
    sanitize_write(order_mark(ch), 1);
    if (MEMORY_MODEL)
        sanitize_release(order_mark(ch));
    return order_release();
}

// The caller has found the channel closed and drained.
static inline void order_closed(struct csp_chan *ch)
{
    if (MEMORY_MODEL)
        sanitize_acquire(order_mark(ch));
}

// The caller sends elem.
static inline void order_sent(const struct csp_chan *ch, const void *elem)
{
    sanitize_read(elem, ch->elem_size);
}

// The caller receives into elem, or NULL.
static inline void order_received(const struct csp_chan *ch, void *elem)
{
    if (MEMORY_MODEL && elem)
        sanitize_write(elem, ch->elem_size);
}

// The caller's waiter is about to be queued. What it sends will be read at any time from
// now on; what it receives is its own to touch when it is woken, and the channel may then
// be gone, hence the size (of very large elements, a part).
static inline void order_park(struct waiter *w)
{
    if (!MEMORY_MODEL)
        return;
    size_t size = w->ch->elem_size;
    w->size = (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX);
    if (w->sending)
        sanitize_read(w->elem, w->size);
    w->clock = order_release();
}

static inline void order_woken(const struct waiter *w)
{
    order_acquire(w->clock);
    if (MEMORY_MODEL && !w->sending && w->elem)
        sanitize_write(w->elem, w->size);
}

static inline void order_coarse(struct csp_chan *ch)
{
    sanitize_acquire(&ch->head);
    sanitize_release(&ch->head);
}

// The caller sends to the slot.
static inline void order_put(struct csp_chan *ch, size_t index)
{
    if (!MEMORY_MODEL)
        return;
    if (ch->cap > FINE_SLOTS) {
        order_coarse(ch);
        return;
    }
    struct slot_order *s = order_slots(ch) + (index < ch->cap ? index : index - ch->cap);
    uint16_t mine = order_release();
    order_acquire(s->received);
    s->sent = mine;
}

// The caller receives from the slot, and w, which waited for that, if not NULL, sends to
// it.
static inline void order_take(struct csp_chan *ch, size_t index, struct waiter *w)
{
    if (!MEMORY_MODEL)
        return;
    uint16_t mine = order_release();
    if (ch->cap > FINE_SLOTS) {
        order_coarse(ch);
        if (w) {
            order_acquire(w->clock);
            sanitize_release(&ch->head);
            w->clock = mine;
        }
        return;
    }
    struct slot_order *s = order_slots(ch) + index;
    order_acquire(s->sent);
    s->received = mine;
    if (w) {
        s->sent = w->clock;
        w->clock = mine;
    }
}

// The caller passes an element to w, or from it, past the buffer. An empty buffer must
// seem to have been passed through, so its next slot is another one.
static inline void order_meet(struct csp_chan *ch, struct waiter *w)
{
    if (!MEMORY_MODEL)
        return;
    uint16_t mine = order_release();
    if (ch->cap > FINE_SLOTS) {
        order_coarse(ch);
    } else if (ch->cap > 0) {
        struct slot_order *s = order_slots(ch) + ch->head;
        order_acquire(s->received);
        s->received = w->clock;
        ch->head = ch->head + 1 == ch->cap ? 0 : ch->head + 1;
    } else {
        order_acquire(w->clock);
    }
    w->clock = mine;
}

#endif
