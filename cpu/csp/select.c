// select.c -- waiting for one of several channels.
//
// First a look at all without a lock, and a random one of those that seem ready is tried
// under its own channel's lock only: usually that is it. Else all channels are locked, in
// order of address, so that two selects never hold what the other waits for, and looked
// at once more, so that "nothing is ready" is true of one instant. Then a waiter goes
// into every queue, and the task parks. Whoever wants to serve one of them must first win
// the task's `won`: one case, or the timeout, is all.

#include "csp_order.h"

#include <stdlib.h>
#include <string.h>

enum {
    SMALL = 6,    // cases for which the stack has room
    PEEKED = 64,  // that are looked at without locking all
    FEW_LOCKS = 16,
    MAX_CASES = 65535
};

struct select {
    struct csp_case *cases;
    uint16_t n;
    uint16_t *order;  // the cases, shuffled
    uint16_t *locks;  // places in order of the cases with a channel, by its address
    uint16_t n_locks;
    struct waiter *waiters;  // one for each entry of locks
};

// The case whose channel is locked as the i-th.
static uint16_t case_of(const struct select *s, size_t i)
{
    return s->order[s->locks[i]];
}

static struct csp_chan *chan_of(const struct select *s, size_t i)
{
    return s->cases[case_of(s, i)].ch;
}

static void shuffle(struct select *s, uint64_t *rng)
{
    for (uint16_t i = 0; i < s->n; i++) {
        uint16_t j = (uint16_t)rng_below(rng, i + 1u);
        s->order[i] = s->order[j];
        s->order[j] = i;
    }
}

// By address; cases on one channel in their shuffled order, so that equal seeds give
// equal queues wherever the channels lie.
static bool lock_before(const struct select *s, size_t i, size_t j)
{
    const struct csp_chan *a = chan_of(s, i), *b = chan_of(s, j);
    return a != b ? a < b : s->locks[i] < s->locks[j];
}

static void swap_locks(struct select *s, size_t i, size_t j)
{
    uint16_t swap = s->locks[i];
    s->locks[i] = s->locks[j];
    s->locks[j] = swap;
}

static void sift_down(struct select *s, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && lock_before(s, child, child + 1))
            child++;
        if (!lock_before(s, i, child))
            return;
        swap_locks(s, i, child);
    }
}

static void sort_locks(struct select *s)
{
    if (s->n_locks <= FEW_LOCKS) {
        for (size_t i = 1; i < s->n_locks; i++) {
            for (size_t j = i; j > 0 && lock_before(s, j, j - 1); j--)
                swap_locks(s, j, j - 1);
        }
        return;
    }
    for (size_t i = s->n_locks / 2u; i-- > 0;)
        sift_down(s, i, s->n_locks);
    for (size_t end = s->n_locks; end-- > 1;) {
        swap_locks(s, 0, end);
        sift_down(s, 0, end);
    }
}

static void lock_all(struct select *s, struct worker *here)
{
    s->n_locks = 0;
    for (uint16_t i = 0; i < s->n; i++) {
        if (s->cases[s->order[i]].ch)
            s->locks[s->n_locks++] = i;
    }
    if (alone_begin(here))
        return;
    sort_locks(s);
    for (uint16_t i = 0; i < s->n_locks; i++) {
        if (i == 0 || chan_of(s, i) != chan_of(s, i - 1u))
            lock_take(&chan_of(s, i)->lock);
    }
}

static void unlock_all(const struct select *s, struct worker *here)
{
    for (uint16_t i = s->n_locks; i-- > 0;) {
        if (i == 0 || chan_of(s, i) != chan_of(s, i - 1u))
            lock_drop(&chan_of(s, i)->lock);
    }
    alone_end(here);
}

// With the channel locked: does the case if it can be done. *panics: by sending on a
// closed channel, for which the caller must first unlock.
static bool try_case(struct csp_case *c, struct task **wake, bool *panics)
{
    int done = c->op == CSP_SEND ? chan_send_now(c->ch, c->elem, wake)
                                 : chan_recv_now(c->ch, c->elem, wake);
    if (done == CSP_WOULD_BLOCK)
        return false;
    c->ok = done == CSP_OK;
    *panics = c->op == CSP_SEND && done == CSP_CLOSED;
    return true;
}

static int commit(int index, struct task *me, struct task *wake, bool panics)
{
    if (panics)
        csp_panic("send on closed channel");
    if (wake)
        sched_ready(wake, task_worker(me));
    give_way(task_worker(me));
    return index;
}

// An answer to be gathered from all cases, not to be branched on one by one: which of
// them is ready could not be predicted.
static bool looks_ready(const struct csp_case *c)
{
    return c->ch && (c->op == CSP_SEND ? chan_may_send(c->ch) : chan_may_recv(c->ch));
}

static int random_bit(uint64_t mask, uint64_t *rng)
{
    uint32_t k = rng_below(rng, (uint32_t)__builtin_popcountll(mask));
    while (k-- > 0)
        mask &= mask - 1;
    return __builtin_ctzll(mask);
}

// The pass without a common instant; CSP_WOULD_BLOCK: found nothing. All are looked at
// before one is tried, so that nothing hinges on which is ready but which is done.
static int select_one(struct csp_case *cases, int n, struct task *me)
{
    struct worker *here = task_worker(me);
    uint64_t mask = 0;
    for (int i = 0; i < n; i++)
        mask |= (uint64_t)looks_ready(&cases[i]) << i;
    while (mask) {
        bool several = mask & (mask - 1);
        int i = several ? random_bit(mask, &me->rng) : __builtin_ctzll(mask);
        struct csp_case *c = &cases[i];
        struct task *wake = NULL;
        bool panics = false;
        chan_lock(c->ch, here);
        bool done = try_case(c, &wake, &panics);
        chan_unlock(c->ch, here);
        if (done)
            return commit(i, me, wake, panics);
        mask &= ~(UINT64_C(1) << i);
    }
    return CSP_WOULD_BLOCK;
}

// The pass with all channels locked; unlocks them if it does a case.
static int select_locked(const struct select *s, struct task *me)
{
    for (uint16_t i = 0; i < s->n; i++) {
        struct csp_case *c = &s->cases[s->order[i]];
        struct task *wake = NULL;
        bool panics = false;
        if (!c->ch || !try_case(c, &wake, &panics))
            continue;
        unlock_all(s, task_worker(me));
        return commit(s->order[i], me, wake, panics);
    }
    return CSP_WOULD_BLOCK;
}

static void enqueue(const struct select *s, struct task *me)
{
    atomic_store(&me->won, 0);
    me->fired = NULL;
    me->waiters = s->waiters;
    me->n_waiters = s->n_locks;
    for (uint16_t i = 0; i < s->n_locks; i++) {
        struct csp_case *c = &s->cases[case_of(s, i)];
        struct waiter *w = &s->waiters[i];
        *w = (struct waiter){.task = me,
                             .ch = c->ch,
                             .elem = c->elem,
                             .sending = c->op == CSP_SEND,
                             .selecting = true};
        order_park(w);
        waitq_push(w->sending ? &c->ch->senders : &c->ch->receivers, w);
    }
}

// Takes the waiters that lost off their queues, one channel at a time.
static void dequeue_losers(const struct select *s, struct task *me)
{
    for (uint16_t i = 0; i < s->n_locks; i++) {
        if (&s->waiters[i] != me->fired)
            chan_leave(&s->waiters[i], task_worker(me));
    }
    me->n_waiters = 0;
}

static int select_wait(const struct select *s, struct task *me, int64_t timeout_ns)
{
    struct run *run = task_run(me);
    task_set_wait(me, s->n_locks ? WAIT_SELECT : WAIT_SELECT_NONE);
    enqueue(s, me);
    unlock_all(s, task_worker(me));
    if (timeout_ns >= 0)
        timer_arm_task(me, timer_deadline(run, (uint64_t)timeout_ns));
    sched_park(me);
    if (timeout_ns >= 0)
        timer_cancel(run, &me->timer);
    dequeue_losers(s, me);
    struct waiter *w = me->fired;
    if (!w)
        return CSP_TIMEOUT;
    int index = case_of(s, (size_t)(w - s->waiters));
    order_woken(w);
    s->cases[index].ok = w->ok;
    if (w->sending && !w->ok)
        csp_panic("send on closed channel");
    return index;
}

static int select_in(struct select *s, struct task *me, int64_t timeout_ns)
{
    shuffle(s, &me->rng);
    lock_all(s, task_worker(me));
    int done = select_locked(s, me);
    if (done != CSP_WOULD_BLOCK)
        return done;
    if (timeout_ns == 0) {
        unlock_all(s, task_worker(me));
        give_way(task_worker(me));
        return CSP_TIMEOUT;
    }
    return select_wait(s, me, timeout_ns);
}

// One case and no waiting is a try operation.
static int select_try(struct csp_case *c)
{
    int done = c->op == CSP_SEND ? csp_chan_try_send(c->ch, c->elem)
                                 : csp_chan_try_recv(c->ch, c->elem);
    if (done == CSP_WOULD_BLOCK)
        return CSP_TIMEOUT;
    c->ok = done == CSP_OK;
    return 0;
}

APART static int select_large(struct select *s, struct task *me, int64_t timeout_ns)
{
    size_t n = s->n;
    char *memory = malloc(n * (sizeof(struct waiter) + 2 * sizeof(uint16_t)));
    if (!memory)
        return CSP_ENOMEM;
    s->waiters = (struct waiter *)(void *)memory;
    s->order = (uint16_t *)(void *)(memory + n * sizeof(struct waiter));
    s->locks = s->order + n;
    me->scratch = memory;
    int done = select_in(s, me, timeout_ns);
    me->scratch = NULL;
    free(memory);
    return done;
}

APART static int select_small(struct select *s, struct task *me, int64_t timeout_ns)
{
    struct waiter waiters[SMALL];
    uint16_t order[SMALL], locks[SMALL];
    s->waiters = waiters;
    s->order = order;
    s->locks = locks;
    return select_in(s, me, timeout_ns);
}

int csp_select(struct csp_case *cases, int n, int64_t timeout_ns)
{
    struct task *me = task_here();
    if (unlikely(n < 0 || n > MAX_CASES))
        csp_panic("csp_select of too many cases");
    if (n == 1 && timeout_ns == 0)
        return select_try(cases);
    if (n <= PEEKED) {
        int done = select_one(cases, n, me);
        if (done != CSP_WOULD_BLOCK)
            return done;
    }
    struct select s = {.cases = cases, .n = (uint16_t)n};
    return n > SMALL ? select_large(&s, me, timeout_ns)
                     : select_small(&s, me, timeout_ns);
}
