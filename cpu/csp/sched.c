// sched.c -- what a worker runs next: picking, parking and readying.
//
// A worker keeps ready tasks in a ring and the task that it readied or made last in
// runnext, to be run next: the partner of a rendezvous finds the element still in the
// cache. A budget of hand-overs in a row gives the ring its turn, so that a pair of tasks
// that pass a ball starves nobody. From park to park a task switches directly to the next
// one; the worker's own stack is only for having nothing to do. How tasks get from worker
// to worker is in queue.c.
//
// Parking and being readied overlap: a task is on a queue before it has left its stack.
// on_cpu tells; whoever would go on with such a task first waits, on the worker's own
// stack: a task that waited on its stack would itself still be on_cpu, and two could wait
// for each other.

#include "csp_ring.h"

// Every so often: the clock, timers, descriptors, and a task that is not one's own.
OWNER_ONLY static struct task *housekeeping(struct worker *w)
{
    struct run *run = w->run;
    uint64_t now = w->clock_ns = clock_now();
    if (atomic_load_explicit(&run->next_deadline_ns, RELAXED) <= now)
        timer_run(w, now);
    if (netpoll_pending(run))
        netpoll_look(w);
    return queue_shared(w);
}

// w turns to a task from elsewhere. A task that yields while nothing else is ready wakes
// nobody (ready_last): as a rule it is the next one here. Now it is not, and lies in the
// ring without anybody having been told.
OWNER_ONLY static void tell_of_ring(struct worker *w)
{
    if (atomic_load(&w->run->n_idle) > 0 && !ring_empty(w))
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
        t = locked_pop(&w->inbox);
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
        t = locked_pop(&w->inbox);
    return t ? t : queue_shared(w);
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

// t, the calling task, is about to leave w.
OWNER_ONLY static void note_park(struct worker *w, struct task *t)
{
    atomic_store_explicit(&t->since_ns, w->clock_ns, RELAXED);
    if (unlikely(w->run->trace))
        trace_park(w, t);
}

OWNER_ONLY void sched_park(struct task *t)
{
    struct worker *w = task_worker(t);
    note_park(w, t);
    struct task *next = sched_pick(w);
    // It has yielded and was alone, or somebody has readied it by now. It is still on its
    // stack and on this worker: there is nothing to switch.
    if (next == t) {
        if (unlikely(w->run->trace))
            trace_run(w, t);
        task_set_wait(t, WAIT_RUNNING);
        checked_acquire(t);
        return;
    }
    // w has time now for a look at the clock, and since_ns had better be right for a task
    // that is likely to wait long.
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
    note_park(w, t);
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
    // A run inside a csp_blocking of t's run: its workers' rings are not for t.
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
            locked_push(&run->queue, t);
        return;
    }
    if (unlikely(t->pins)) {
        struct worker *home = t->pinned_to;
        locked_push(&home->inbox, t);
        if (home != w)
            worker_wake_this(run, home);
        return;
    }
    if (unlikely(!w || run->migrate)) {
        locked_push(&run->queue, t);
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

// Behind all others of w's that are ready.
OWNER_ONLY static void ready_last(struct task *t, struct worker *w)
{
    bool others = has_ready(w);
    task_set_wait(t, WAIT_READY);
    if (t->pins) {
        locked_push(&t->pinned_to->inbox, t);
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
    if (atomic_load(&w->run->ending))
        sched_leave(task_here());  // for good
    atomic_store_explicit(&w->give_way, false, RELAXED);
    csp_yield();
}
