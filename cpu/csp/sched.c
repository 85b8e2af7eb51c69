// sched.c -- a worker's ready tasks, parking, readying and stealing.
//
// A worker keeps ready tasks in a ring (the owner takes from and adds to it, thieves take
// half) and the task it readied last in runnext, to be run next: the partner of a
// rendezvous finds the element still in the cache. A budget of hand-overs in a row gives
// the ring its turn, so that a pair of tasks that pass a ball starves nobody. From park
// to park a task switches directly to the next one; the worker's own stack is only for
// having nothing to do.
//
// Parking and being readied overlap: a task is on a queue before it has left its stack.
// on_cpu tells; whoever would go on with such a task first waits, on the worker's own
// stack: a task that waited on its stack would itself still be on_cpu, and two could wait
// for each other.
//
// Over 400 lines, since every order of loads and stores here is for another function
// here.

#include "csp_impl.h"

#define RELAXED memory_order_relaxed

enum { FEW = 8 };  // ready tasks, which thieves leave to a worker that makes headway

OWNER_ONLY static void ring_spill(struct worker *w, struct task *t);

OWNER_ONLY static void ring_push(struct worker *w, struct task *t)
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
        ring_spill(w, t);
}

OWNER_ONLY static struct task *ring_pop(struct worker *w)
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

bool sched_ring_empty(const struct worker *w)
{
    return atomic_load(&w->head) == atomic_load(&w->tail);
}

// The ring is full: half of it and t go to the run's shared queue, in one piece.
OWNER_ONLY static void ring_spill(struct worker *w, struct task *t)
{
    struct run *run = w->run;
    struct task_queue moved = {0};
    uint32_t n = 1;
    for (; n <= RING_SIZE / 2; n++) {
        struct task *old = ring_pop(w);
        if (!old)
            break;
        queue_push(&moved, old);
    }
    queue_push(&moved, t);
    lock_take(&run->queue_lock);
    if (run->queue.last)
        run->queue.last->next = moved.first;
    else
        run->queue.first = moved.first;
    run->queue.last = moved.last;
    atomic_fetch_add(&run->queue_len, n);
    lock_drop(&run->queue_lock);
}

OWNER_ONLY static void push_shared(struct run *run, struct task *t)
{
    lock_take(&run->queue_lock);
    queue_push(&run->queue, t);
    atomic_fetch_add(&run->queue_len, 1);
    lock_drop(&run->queue_lock);
}

// In migrate mode a task goes on where it was not, as long as somebody else is free to
// take it.
OWNER_ONLY static bool must_move(const struct worker *w, struct task *t)
{
    return w->run->migrate && task_worker(t) == w && atomic_load(&w->run->n_idle) > 0;
}

OWNER_ONLY struct task *sched_shared(struct worker *w)
{
    struct run *run = w->run;
    if (!atomic_load_explicit(&run->queue_len, RELAXED))
        return NULL;
    lock_take(&run->queue_lock);
    uint32_t len = atomic_load_explicit(&run->queue_len, RELAXED);
    uint32_t n = len / (uint32_t)run->procs + 1, taken = 0;
    struct task *first = run->queue.first;
    if (!first || must_move(w, first)) {
        lock_drop(&run->queue_lock);
        if (first)
            worker_wake_one(run);
        return NULL;
    }
    queue_pop(&run->queue);
    for (taken = 1; taken < n && taken < RING_SIZE / 2 && !run->migrate; taken++) {
        uint32_t used = atomic_load_explicit(&w->tail, RELAXED) -
                        atomic_load_explicit(&w->head, RELAXED);
        if (!run->queue.first || used >= RING_SIZE)
            break;
        ring_push(w, queue_pop(&run->queue));
    }
    atomic_fetch_sub(&run->queue_len, taken);
    lock_drop(&run->queue_lock);
    return first;
}

OWNER_ONLY struct task *sched_shared_one(struct run *run)
{
    if (!atomic_load_explicit(&run->queue_len, RELAXED))
        return NULL;
    lock_take(&run->queue_lock);
    struct task *t = queue_pop(&run->queue);
    if (t)
        atomic_fetch_sub(&run->queue_len, 1);
    lock_drop(&run->queue_lock);
    return t;
}

OWNER_ONLY static struct task *inbox_pop(struct worker *w)
{
    if (likely(!atomic_load_explicit(&w->inbox_len, RELAXED)))
        return NULL;
    lock_take(&w->inbox_lock);
    struct task *t = queue_pop(&w->inbox);
    if (t)
        atomic_fetch_sub(&w->inbox_len, 1);
    lock_drop(&w->inbox_lock);
    return t;
}

OWNER_ONLY static void inbox_push(struct task *t)
{
    struct worker *w = t->pinned_to;
    lock_take(&w->inbox_lock);
    queue_push(&w->inbox, t);
    atomic_fetch_add(&w->inbox_len, 1);
    lock_drop(&w->inbox_lock);
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

uint32_t sched_share(struct worker *victim)
{
    struct run *run = victim->run;
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
        push_shared(run, taken[i]);
    return n;
}

OWNER_ONLY struct task *sched_steal(struct worker *w, struct worker *victim, bool runnext)
{
    struct task *t = steal_ring(w, victim);
    if (t || !runnext)
        return t;
    t = atomic_exchange(&victim->runnext, NULL);
    if (t)
        w->steals++;
    return t;
}

// Returns what was there.
OWNER_ONLY static struct task *put_runnext(struct worker *w, struct task *t)
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

OWNER_ONLY static struct task *take_runnext(struct worker *w)
{
    if (!atomic_load_explicit(&w->runnext, RELAXED))
        return NULL;
    return put_runnext(w, NULL);
}

// Every so often: the clock, timers, descriptors, and a task that is not one's own.
OWNER_ONLY static struct task *housekeeping(struct worker *w)
{
    struct run *run = w->run;
    uint64_t now = w->clock_ns = clock_now();
    if (atomic_load_explicit(&run->next_deadline_ns, RELAXED) <= now)
        timer_run(w, now);
    if (netpoll_pending(run))
        netpoll_look(w);
    return sched_shared(w);
}

// w turns to a task from elsewhere. A task that yields tells nobody that it is in the
// ring, since it is going to be the next, as a rule: then not.
OWNER_ONLY static void tell_of_ring(struct worker *w)
{
    if (atomic_load(&w->run->n_idle) > 0 && !sched_ring_empty(w))
        worker_wake_one(w->run);
}

OWNER_ONLY struct task *sched_pick(struct worker *w)
{
    struct run *run = w->run;
    if (unlikely(run->simulated))
        return sim_pick(w);
    uint32_t tick = atomic_load_explicit(&w->tick, RELAXED) + 1;
    atomic_store_explicit(&w->tick, tick, RELAXED);
    struct task *t = NULL;
    if (unlikely(tick % HOUSEKEEPING == 0)) {
        if (atomic_load_explicit(&run->ending, RELAXED) ||
            atomic_load_explicit(&w->retire, RELAXED))
            return NULL;
        t = housekeeping(w);
        tell_of_ring(w);
    } else if (tick % 2 == 1) {
        // Every other time: a pinned task that yields and the rest take turns.
        t = inbox_pop(w);
        if (t)
            tell_of_ring(w);
    }
    if (t)
        return t;
    if (w->budget > 0) {
        t = take_runnext(w);
        if (t) {
            w->budget--;
            return t;
        }
    }
    t = ring_pop(w);
    w->budget = RUNNEXT_BUDGET;
    if (t)
        return t;
    t = take_runnext(w);
    if (!t)
        t = inbox_pop(w);
    return t ? t : sched_shared(w);
}

OWNER_ONLY static void enter(struct worker *w, struct task *t)
{
    atomic_store_explicit(&t->worker, w, RELAXED);
    atomic_store_explicit(&t->ctx.on_cpu, 1, RELAXED);
    task_set_wait(t, WAIT_RUNNING);
    w->switches++;
    if (unlikely(w->run->trace))
        trace_run(w, t);
}

// Where to go from a task's stack: straight to the next task, if there is one that has
// left its stack; else to the worker's own.
OWNER_ONLY static struct context *destination(struct worker *w, struct task *next)
{
    if (!next || atomic_load_explicit(&next->ctx.on_cpu, memory_order_acquire)) {
        w->handoff = next;
        return &w->ctx;
    }
    enter(w, next);
    return &next->ctx;
}

OWNER_ONLY void sched_park(struct task *t)
{
    struct worker *w = task_worker(t);
    atomic_store_explicit(&t->since_ns, w->clock_ns, RELAXED);
    if (unlikely(w->run->trace))
        trace_park(w, t);
    struct task *next = sched_pick(w);
    if (next == t) {
        if (unlikely(w->run->trace))
            trace_run(w, t);
        task_set_wait(t, WAIT_RUNNING);
        checked_acquire(t);
        return;
    }
    if (!next && !w->run->simulated) {
        w->clock_ns = clock_now();
        atomic_store_explicit(&t->since_ns, w->clock_ns, RELAXED);
    }
    fiber_switch(&t->ctx, destination(w, next));
    checked_acquire(t);
}

OWNER_ONLY void sched_leave(struct task *t)
{
    struct worker *w = task_worker(t);
    atomic_store_explicit(&t->since_ns, w->clock_ns, RELAXED);
    if (unlikely(w->run->trace))
        trace_park(w, t);
    fiber_switch(&t->ctx, destination(w, NULL));
    checked_acquire(t);
}

OWNER_ONLY void sched_resume(struct worker *w, struct task *t)
{
    unsigned step = 0;
    while (atomic_load_explicit(&t->ctx.on_cpu, memory_order_acquire))
        lock_backoff(&step);
    enter(w, t);
    fiber_switch(&w->ctx, &t->ctx);
}

OWNER_ONLY _Noreturn void sched_exit(struct task *t)
{
    struct worker *w = task_worker(t);
    struct run *run = w->run;
    struct task *next = NULL;
    if (unlikely(run->trace))
        trace_exit(w, t);
    if (likely(!atomic_load_explicit(&run->ending, RELAXED)))
        next = sched_pick(w);
    struct context *to = destination(w, next);
    w->ended++;
    task_set_wait(t, WAIT_FREE);
    atomic_store_explicit(&t->run_id, 0, RELAXED);
    stack_put(t, w);
    sanitize_release(t);
    sanitize_release(run);
    fiber_leave(&t->ctx, to);
}

// A task that makes or wakes many lets them go on before they overflow the ring: they
// find what they need still in the cache, and those that end leave their stacks to the
// next ones.
OWNER_ONLY static void push_and_mind(struct worker *w, struct task *t)
{
    ring_push(w, t);
    uint32_t n =
        atomic_load_explicit(&w->tail, RELAXED) - atomic_load_explicit(&w->head, RELAXED);
    if (unlikely(n >= RING_SIZE - 1))
        atomic_store_explicit(&w->give_way, true, RELAXED);
}

// t goes next on w. news: there is one more task than before, for which another worker is
// woken. A lone hand-over wakes nobody: the partner is about to park, as a rule, and
// another worker would only drag the element to its own cache; but somebody must watch
// it. Two ready tasks are work to share.
OWNER_ONLY static void put_next(struct worker *w, struct task *t, bool news)
{
    struct run *run = w->run;
    struct task *old = put_runnext(w, t);
    if (old)
        push_and_mind(w, old);
    if (old || news)
        worker_wake_one(run);
    if (!old && atomic_load(&run->unwatched))
        worker_watch_over(run);
}

OWNER_ONLY void sched_ready(struct task *t, struct worker *w)
{
    struct run *run = task_run(t);
    if (w && unlikely(w->run != run))
        w = NULL;
    if (unlikely(run->trace))
        trace_ready(run, w, t);
    task_set_wait(t, WAIT_READY);
    checked_release(t);
    if (unlikely(run->simulated)) {
        // There is one worker, so pins mean nothing. It takes the shared ones itself.
        if (w)
            sim_ready(t);
        else
            push_shared(run, t);
        return;
    }
    if (unlikely(t->pins)) {
        struct worker *home = t->pinned_to;
        inbox_push(t);
        if (home != w)
            worker_wake_this(run, home);
        return;
    }
    if (unlikely(!w || run->migrate)) {
        push_shared(run, t);
        worker_wake_one(run);
        return;
    }
    put_next(w, t, false);
}

OWNER_ONLY void sched_start(struct task *t, struct worker *w)
{
    task_set_wait(t, WAIT_READY);
    if (w->run->simulated) {
        sim_ready(t);
        return;
    }
    put_next(w, t, true);
}

// Is another task than the running one waiting for w?
static bool others_ready(const struct worker *w)
{
    return atomic_load_explicit(&w->runnext, RELAXED) || !sched_ring_empty(w);
}

// Behind all others of w's that are ready.
OWNER_ONLY static void ready_last(struct task *t, struct worker *w)
{
    bool others = others_ready(w);
    task_set_wait(t, WAIT_READY);
    if (t->pins) {
        inbox_push(t);
        return;
    }
    ring_push(w, t);
    if (others)
        worker_wake_one(w->run);
}

void csp_yield(void)
{
    struct task *t = task_here();
    struct worker *w = task_worker(t);
    if (w->run->simulated)
        sim_yield(t);
    else
        ready_last(t, w);
    sched_park(t);
}

void sched_give_way(struct worker *w)
{
    atomic_store_explicit(&w->give_way, false, RELAXED);
    csp_yield();
}
