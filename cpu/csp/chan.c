// chan.c -- bounded queues between tasks.
//
// A channel has one lock. An operation that cannot proceed puts a waiter, on the caller's
// stack, into the channel's queue and parks; whoever completes it later copies the
// element straight from stack to stack, or from stack to buffer, and readies the task.
// Never is there room in the buffer and a sender waiting, nor an element and a receiver
// waiting.
//
// Not lock-free: the lock is held for a copy and a few pointers, and in return len,
// close, select and strict first come, first served are exact.
//
// Over 400 lines, since the operations share these rules and little else would.

#include "csp_order.h"

#include <stdlib.h>
#include <string.h>

// Copied into its callers, as the compiler would not by itself: an operation that does
// not wait is then one function, without the stores and loads of a call.
#define WITHIN static inline __attribute__((always_inline))

static void copy_elem(void *to, const void *from, size_t size)
{
    // Words are what programs send, as a rule; a call of memcpy would cost more than the
    // copy.
    if (size == 8)
        memcpy(to, from, 8);
    else if (size == 4)
        memcpy(to, from, 4);
    else if (size > 0) {
        sanitize_hide();
        memcpy(to, from, size);
        sanitize_show();
    }
}

static void receive_elem(const struct csp_chan *ch, void *to, const void *from)
{
    if (to)
        copy_elem(to, from, ch->elem_size);
}

static void zero_elem(const struct csp_chan *ch, void *to)
{
    sanitize_hide();
    if (to && ch->elem_size > 0)
        memset(to, 0, ch->elem_size);
    sanitize_show();
}

static char *slot(struct csp_chan *ch, size_t index)
{
    return ch->buf + (index < ch->cap ? index : index - ch->cap) * ch->elem_size;
}

static size_t chan_count(const struct csp_chan *ch)
{
    return atomic_load_explicit(&ch->count, memory_order_relaxed);
}

// True: nothing will come from ch any more. Nobody sends to a closed channel, so what is
// empty after `closed` was seen stays empty.
static bool finished(const struct csp_chan *ch)
{
    return unlikely(atomic_load_explicit(&ch->closed, memory_order_acquire)) &&
           atomic_load_explicit(&ch->count, memory_order_acquire) == 0;
}

static int receive_nothing(struct csp_chan *ch, void *elem)
{
    order_closed(ch);
    order_received(ch, elem);
    zero_elem(ch, elem);
    return CSP_CLOSED;
}

struct csp_chan *csp_chan_make(size_t elem_size, size_t capacity)
{
    size_t bytes;
    if (__builtin_mul_overflow(elem_size, capacity, &bytes) ||
        __builtin_add_overflow(bytes, sizeof(struct csp_chan), &bytes) ||
        __builtin_add_overflow(bytes, order_bytes(capacity), &bytes) ||
        bytes > PTRDIFF_MAX)
        return NULL;
    struct csp_chan *ch = malloc(bytes);
    if (!ch)
        return NULL;
    *ch = (struct csp_chan){.elem_size = elem_size, .cap = capacity};
    order_init(ch);
    return ch;
}

// With the lock held, for a select's waiter whose select has been served elsewhere:
// unlinks it, unless its task is about to do so itself. False: it is.
static bool discard(struct waitq *q, struct waiter *w)
{
    uint8_t queued = PLACE_QUEUED;
    if (!atomic_compare_exchange_strong(&w->place, &queued, PLACE_LEAVING))
        return false;
    waitq_remove(q, w);
    return true;
}

// In a long queue waiters and their tasks have left the cache. w is about to be served;
// the next ones are called for while that is done.
static void call_for_next(const struct waiter *w)
{
    __builtin_prefetch(w->next->task);
    __builtin_prefetch(w->next->next);
    __builtin_prefetch(w->task->ctx.sp);
}

// The first waiter that can still be served. Those that cannot are discarded on the way.
static struct waiter *dequeue(struct waitq *q)
{
    struct waiter *w = waitq_first(q), *next;
    for (; w; w = next) {
        next = w->next;
        if (next)
            call_for_next(w);
        if (!w->selecting || task_win(w->task)) {
            waitq_remove(q, w);
            return w;
        }
        discard(q, w);
    }
    return NULL;
}

static struct task *complete(struct waiter *w, bool ok)
{
    w->ok = ok;
    w->task->fired = w;
    return w->task;
}

WITHIN int send_now(struct csp_chan *ch, const void *elem, struct task **wake)
{
    order_send(ch);
    if (unlikely(atomic_load_explicit(&ch->closed, memory_order_relaxed)))
        return CSP_CLOSED;
    struct waiter *w = dequeue(&ch->receivers);
    if (w) {
        order_sent(ch, elem);
        order_meet(ch, w);
        receive_elem(ch, w->elem, elem);
        if (tracing())
            trace_meet(ch, NULL, w->task);
        *wake = complete(w, true);
        return CSP_OK;
    }
    size_t count = chan_count(ch);
    if (count == ch->cap)
        return CSP_WOULD_BLOCK;
    order_sent(ch, elem);
    order_put(ch, ch->head + count);
    if (tracing())
        trace_put(ch, NULL, count);
    copy_elem(slot(ch, ch->head + count), elem, ch->elem_size);
    atomic_store_explicit(&ch->count, count + 1, memory_order_release);
    return CSP_OK;
}

WITHIN int recv_now(struct csp_chan *ch, void *elem, struct task **wake)
{
    size_t count = chan_count(ch);
    struct waiter *w = dequeue(&ch->senders);
    if (count == 0) {
        if (w) {
            order_meet(ch, w);
            order_received(ch, elem);
            receive_elem(ch, elem, w->elem);
            if (tracing())
                trace_meet(ch, w->task, NULL);
            *wake = complete(w, true);
            return CSP_OK;
        }
        return finished(ch) ? receive_nothing(ch, elem) : CSP_WOULD_BLOCK;
    }
    order_take(ch, ch->head, w);
    order_received(ch, elem);
    receive_elem(ch, elem, slot(ch, ch->head));
    if (tracing())
        trace_take(ch);
    if (w) {
        if (tracing())
            trace_put(ch, w->task, count - 1);
        // The buffer is full: the oldest element's slot is the one for the newest.
        copy_elem(slot(ch, ch->head), w->elem, ch->elem_size);
        *wake = complete(w, true);
    } else {
        atomic_store_explicit(&ch->count, count - 1, memory_order_release);
    }
    ch->head = ch->head + 1 == ch->cap ? 0 : ch->head + 1;
    return CSP_OK;
}

int chan_send_now(struct csp_chan *ch, const void *elem, struct task **wake)
{
    return send_now(ch, elem, wake);
}

int chan_recv_now(struct csp_chan *ch, void *elem, struct task **wake)
{
    return recv_now(ch, elem, wake);
}

// The end of an operation that did not wait: after it `here` may be another task's
// worker, see give_way.
static void ready(struct task *wake, struct worker *here)
{
    if (wake)
        sched_ready(wake, here);
    if (here)
        give_way(here);
}

// The calling worker, or NULL in a thread of no run.
static struct worker *worker_here(void)
{
    struct task *me = self();
    return me ? task_worker(me) : NULL;
}

_Noreturn static void wait_for_ever(struct task *t, enum wait wait)
{
    task_set_wait(t, wait);
    for (;;)
        sched_park(t);
}

// With the lock held: queues the caller and lets go of the lock. True: the element went
// over; false: the channel was closed.
static bool wait_turn(struct csp_chan *ch, struct waitq *q, enum wait wait,
                      struct waiter *w)
{
    struct task *t = w->task;
    order_park(w);
    waitq_push(q, w);
    t->waiters = w;
    t->n_waiters = 1;
    task_set_wait(t, wait);
    if (tracing())
        trace_wait(ch, wait);
    chan_unlock(ch, task_worker(t));
    sched_park(t);
    t->n_waiters = 0;
    order_woken(w);
    return w->ok;
}

// Apart, as the waiter on the stack would cost those who do not wait a canary, see APART.
APART static void wait_to_send(struct csp_chan *ch, const void *elem, struct task *me)
{
    // A sender's element is only read.
    struct waiter w = {
        .task = me, .ch = ch, .elem = (void *)(uintptr_t)elem, .sending = true};
    if (!wait_turn(ch, &ch->senders, WAIT_SEND, &w))
        csp_panic("send on closed channel");
}

APART static bool wait_to_receive(struct csp_chan *ch, void *elem, struct task *me)
{
    struct waiter w = {.task = me, .ch = ch, .elem = elem};
    return wait_turn(ch, &ch->receivers, WAIT_RECV, &w);
}

void csp_chan_send(struct csp_chan *ch, const void *elem)
{
    struct task *me = task_here(), *wake = NULL;
    if (unlikely(!ch))
        wait_for_ever(me, WAIT_SEND_NIL);
    struct worker *here = task_worker(me);
    chan_lock(ch, here);
    int done = send_now(ch, elem, &wake);
    if (done == CSP_WOULD_BLOCK) {
        wait_to_send(ch, elem, me);
        return;
    }
    chan_unlock(ch, here);
    if (unlikely(done == CSP_CLOSED))
        csp_panic("send on closed channel");
    ready(wake, here);
}

bool csp_chan_recv(struct csp_chan *ch, void *elem)
{
    struct task *me = task_here(), *wake = NULL;
    if (unlikely(!ch))
        wait_for_ever(me, WAIT_RECV_NIL);
    struct worker *here = task_worker(me);
    if (finished(ch)) {
        receive_nothing(ch, elem);
        give_way(here);
        return false;
    }
    chan_lock(ch, here);
    int done = recv_now(ch, elem, &wake);
    if (done == CSP_WOULD_BLOCK)
        return wait_to_receive(ch, elem, me);
    chan_unlock(ch, here);
    ready(wake, here);
    return done == CSP_OK;
}

APART static int try_send(struct csp_chan *ch, const void *elem)
{
    struct task *wake = NULL;
    struct worker *here = worker_here();
    chan_lock(ch, here);
    int done = send_now(ch, elem, &wake);
    chan_unlock(ch, here);
    if (done == CSP_CLOSED)
        csp_panic("send on closed channel");
    ready(wake, here);
    return done;
}

APART static int would_block(void)
{
    struct worker *here = worker_here();
    if (here)
        give_way(here);
    return CSP_WOULD_BLOCK;
}

// The end of a try that found nothing to do: a loop of them must not keep the others
// away.
WITHIN int in_vain(void)
{
    bool asked = atomic_load_explicit(&csp_give_way_asked, memory_order_relaxed);
    return unlikely(asked) ? would_block() : CSP_WOULD_BLOCK;
}

// A try that cannot succeed takes neither the lock nor a frame.
int csp_chan_try_send(struct csp_chan *ch, const void *elem)
{
    if (ch)
        order_send(ch);
    return ch && chan_may_send(ch) ? try_send(ch, elem) : in_vain();
}

APART static int try_recv(struct csp_chan *ch, void *elem)
{
    struct task *wake = NULL;
    struct worker *here = worker_here();
    chan_lock(ch, here);
    int done = recv_now(ch, elem, &wake);
    chan_unlock(ch, here);
    ready(wake, here);
    return done;
}

int csp_chan_try_recv(struct csp_chan *ch, void *elem)
{
    if (!ch || !chan_may_recv(ch))
        return in_vain();
    return finished(ch) ? receive_nothing(ch, elem) : try_recv(ch, elem);
}

// With the lock held: everyone in q goes into woken.
static void release_all(struct csp_chan *ch, struct waitq *q, uint16_t clock,
                        struct task_queue *woken)
{
    struct waiter *w;
    while ((w = dequeue(q))) {
        w->clock = clock;
        if (!w->sending)
            zero_elem(ch, w->elem);
        queue_push(woken, complete(w, false));
    }
}

void csp_chan_close(struct csp_chan *ch)
{
    struct task_queue woken = {0};
    struct task *t;
    if (!ch)
        csp_panic("close of nil channel");
    struct worker *here = worker_here();
    chan_lock(ch, here);
    bool closed = atomic_load_explicit(&ch->closed, memory_order_relaxed);
    // Said before it can be seen: who receives from a closed channel takes no lock.
    uint16_t clock = closed ? 0 : order_close(ch);
    atomic_store(&ch->closed, true);
    release_all(ch, &ch->receivers, clock, &woken);
    release_all(ch, &ch->senders, clock, &woken);
    chan_unlock(ch, here);
    if (closed)
        csp_panic("close of closed channel");
    while ((t = queue_pop(&woken)))
        sched_ready(t, here);
    if (here)
        give_way(here);
}

enum use { UNUSED, LEAVING, PARKED };

// With the lock held: whether q still has waiters, but for those that could be discarded.
static enum use queue_use(struct waitq *q)
{
    enum use use = UNUSED;
    struct waiter *w = waitq_first(q), *next;
    for (; w; w = next) {
        next = w->next;
        if (!w->selecting || !atomic_load(&w->task->won))
            return PARKED;
        if (!discard(q, w))
            use = LEAVING;
    }
    return use;
}

void csp_chan_free(struct csp_chan *ch)
{
    enum use senders, receivers;
    unsigned step = 0;
    if (!ch)
        return;
    struct worker *here = worker_here();
    do {
        chan_lock(ch, here);
        senders = queue_use(&ch->senders);
        receivers = queue_use(&ch->receivers);
        chan_unlock(ch, here);
        if (senders == PARKED || receivers == PARKED)
            csp_panic("free of a channel on which a task is parked");
        if (senders == LEAVING || receivers == LEAVING)
            lock_backoff(&step);
    } while (senders == LEAVING || receivers == LEAVING);
    if (ch->ticker)
        ticker_free(ch->ticker);
    free(ch);
}

size_t csp_chan_len(const struct csp_chan *ch)
{
    return ch ? chan_count(ch) : 0;
}

size_t csp_chan_cap(const struct csp_chan *ch)
{
    return ch ? ch->cap : 0;
}

void chan_leave(struct waiter *w, struct worker *worker)
{
    uint8_t place = PLACE_QUEUED;
    unsigned step = 0;
    while (!atomic_compare_exchange_weak(&w->place, &place, PLACE_LEAVING)) {
        if (place == PLACE_NONE)
            return;
        // Somebody is just discarding it: its memory must stay until that is done.
        place = PLACE_QUEUED;
        lock_backoff(&step);
    }
    struct csp_chan *ch = w->ch;
    chan_lock(ch, worker);
    waitq_remove(w->sending ? &ch->senders : &ch->receivers, w);
    chan_unlock(ch, worker);
}
