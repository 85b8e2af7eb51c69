// virtual.c -- virtual time: one OS thread, a simulated clock, simulated processors.
//
// A discrete-event simulation under the same channels, selects and timers. Whatever a
// task does between two csp calls takes no simulated time; csp_work takes what it says
// and holds one of the processors; a sleep holds none. The clock moves on, to the next
// timer, only when no task can. A task needs a free processor to go on; one that comes
// out of csp_work still has its own, and if it works again without having parked, those
// who wait for a processor go first: as with Go's time slices, nobody starves beside a
// task that only works.
//
// Everything that could go either way is decided by the policy and the seed, and nothing
// by addresses or real clocks, so that equal seeds give equal runs; the hash of the
// schedule is how that is checked.

#include "csp_impl.h"

#include <stdlib.h>

enum { PCT_CHANGE = 64 };  // under CSP_PCT, one in so many choices changes a priority

struct sim {
    uint64_t now_ns;
    uint64_t rng;
    uint64_t seq;
    uint64_t lowest;  // under CSP_PCT: lower priorities than all given so far
    uint64_t hash;
    int busy;              // processors held by tasks in csp_work, or just out of it
    struct heap ready;     // tasks without a processor, by key and seq
    struct heap resuming;  // tasks that hold one
};

static struct task *task_of(struct heap_node *n)
{
    return (struct task *)(void *)((char *)n - offsetof(struct task, order));
}

bool sim_open(struct run *run)
{
    struct sim *s = calloc(1, sizeof *s);
    if (!s)
        return false;
    s->rng = run->seed ^ 0x5851f42d4c957f2d;
    s->hash = 0xcbf29ce484222325;
    s->lowest = UINT64_MAX / 2;
    run->sim = s;
    return true;
}

void sim_close(struct run *run)
{
    free(run->sim);
}

OWNER_ONLY uint64_t sim_now(const struct run *run)
{
    return run->sim->now_ns;
}

OWNER_ONLY uint64_t sim_hash(const struct run *run)
{
    return run->sim->hash;
}

// FNV-1a, byte by byte.
OWNER_ONLY static void hash_in(struct sim *s, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        s->hash = (s->hash ^ (value >> (8 * i) & 0xff)) * 0x100000001b3;
    }
}

// The task with the least key goes first.
OWNER_ONLY static uint64_t key_for(const struct run *run, struct task *t)
{
    struct sim *s = run->sim;
    if (run->policy == CSP_FIFO)
        return 0;
    if (run->policy == CSP_RANDOM)
        return rng_next(&s->rng);
    if (t->priority == 0)
        t->priority = rng_next(&s->rng) / 2 + 1;
    return t->priority;
}

OWNER_ONLY void sim_ready(struct task *t)
{
    struct run *run = task_run(t);
    struct sim *s = run->sim;
    t->order.key = key_for(run, t);
    t->order.seq = s->seq++;
    heap_insert(t->holds_cpu ? &s->resuming : &s->ready, &t->order);
}

// By the policy, too, what is due at the same instant has no order.
OWNER_ONLY uint64_t sim_timer_seq(struct run *run)
{
    return run->policy == CSP_FIFO ? run->timer_seq++ : rng_next(&run->sim->rng);
}

OWNER_ONLY static void lower_priority(struct sim *s, struct task *t)
{
    t->priority = ++s->lowest;
}

OWNER_ONLY void sim_yield(struct task *t)
{
    lower_priority(task_run(t)->sim, t);
    task_set_wait(t, WAIT_READY);
    sim_ready(t);
}

// Among those that hold a processor and, if one is free, those that do not, the least
// key.
OWNER_ONLY struct task *sim_pick(struct worker *w)
{
    struct run *run = w->run;
    struct sim *s = run->sim;
    if (atomic_load(&run->ending))
        return NULL;
    for (struct task *t; (t = locked_pop(&run->queue));)
        sim_ready(t);
    struct heap *from = &s->resuming;
    if (s->busy < run->sim_procs && s->ready.root &&
        (!from->root || heap_before(s->ready.root, from->root)))
        from = &s->ready;
    if (!from->root)
        return NULL;
    struct task *t = task_of(from->root);
    heap_remove(from, &t->order);
    if (run->policy == CSP_PCT && rng_below(&s->rng, PCT_CHANGE) == 0)
        lower_priority(s, t);
    t->worked = t->holds_cpu;
    if (t->holds_cpu) {
        t->holds_cpu = false;
        s->busy--;
    }
    hash_in(s, s->now_ns);
    hash_in(s, t->id);
    return t;
}

// All that is due at the next instant becomes ready before anything runs, or the policy
// would have no choice among things of the same instant.
OWNER_ONLY static bool next_instant(struct worker *w)
{
    struct run *run = w->run;
    uint64_t next = atomic_load(&run->next_deadline_ns);
    if (next == UINT64_MAX)
        return false;
    if (next > run->sim->now_ns)
        run->sim->now_ns = next;
    w->clock_ns = run->sim->now_ns;
    timer_run(w, w->clock_ns);
    return true;
}

OWNER_ONLY void sim_advance(struct worker *w)
{
    struct run *run = w->run;
    if (netpoll_pending(run)) {
        struct epoll_event events[NETPOLL_EVENTS];
        bool timers = atomic_load(&run->next_deadline_ns) != UINT64_MAX;
        int n = netpoll_wait(w, events, timers ? 0 : -1);
        if (n > 0) {
            netpoll_dispatch(w, events, n);
            return;
        }
    }
    if (next_instant(w) || netpoll_pending(run) || atomic_load(&run->queue.len))
        return;
    worker_end_dead(run);
}

OWNER_ONLY void sim_work(struct task *t, uint64_t ns)
{
    struct run *run = task_run(t);
    if (t->worked && run->sim->ready.root)
        csp_yield();
    uint64_t end = timer_deadline(run, ns);
    if (unlikely(run->trace))
        trace_work(task_worker(t), t, end);
    run->sim->busy++;
    t->holds_cpu = true;
    atomic_store(&t->won, 0);
    task_set_wait(t, WAIT_WORK);
    timer_arm_task(t, end);
    sched_park(t);
}
