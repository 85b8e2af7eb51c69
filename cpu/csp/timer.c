// timer.c -- the clock, sleep, and one heap of timers for each run.
//
// Timers fire in order of (deadline, order of arming), by whichever worker notices: one
// at its housekeeping, or the idle leader, which sleeps until the next deadline. A
// timer's function runs under the heap's lock, so that once timer_cancel has returned,
// the timer is not in use.

#include "csp_impl.h"

#include <time.h>

uint64_t clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t run_now(const struct run *run)
{
    return run->simulated ? sim_now(run) : clock_now();
}

uint64_t csp_now(void)
{
    struct task *t = self();
    return t ? run_now(task_run(t)) : clock_now();
}

// Under the heap's lock.
static void note_first(struct run *run)
{
    uint64_t first = run->timers.root ? run->timers.root->key : UINT64_MAX;
    atomic_store(&run->next_deadline_ns, first);
}

uint64_t timer_deadline(struct run *run, uint64_t ns)
{
    uint64_t now = run_now(run);
    // One less than the mark of "no timer"; nobody lives to see it.
    return ns < UINT64_MAX - 1 - now ? now + ns : UINT64_MAX - 1;
}

uint64_t timer_seq(struct run *run)
{
    return run->simulated ? sim_timer_seq(run) : run->timer_seq++;
}

void timer_arm(struct run *run, struct timer *t, uint64_t deadline_ns)
{
    lock_take(&run->timer_lock);
    t->node.key = deadline_ns;
    t->node.seq = timer_seq(run);
    t->armed = true;
    heap_insert(&run->timers, &t->node);
    bool first = run->timers.root == &t->node;
    note_first(run);
    lock_drop(&run->timer_lock);
    if (first)
        worker_leader_check(run, deadline_ns);
}

bool timer_cancel(struct run *run, struct timer *t)
{
    lock_take(&run->timer_lock);
    bool armed = t->armed;
    if (armed) {
        heap_remove(&run->timers, &t->node);
        t->armed = false;
        note_first(run);
    }
    lock_drop(&run->timer_lock);
    return armed;
}

void timer_run(struct worker *w, uint64_t now_ns)
{
    struct run *run = w->run;
    lock_take(&run->timer_lock);
    while (run->timers.root && run->timers.root->key <= now_ns) {
        struct timer *t = (struct timer *)(void *)run->timers.root;
        heap_remove(&run->timers, &t->node);
        t->armed = false;
        t->fire(t, w, now_ns);
    }
    note_first(run);
    lock_drop(&run->timer_lock);
}

void timer_drop_all(struct run *run)
{
    lock_take(&run->timer_lock);
    while (run->timers.root) {
        struct timer *t = (struct timer *)(void *)run->timers.root;
        heap_remove(&run->timers, &t->node);
        t->armed = false;
        if (t->drop)
            t->drop(t);
    }
    lock_drop(&run->timer_lock);
}

bool task_win(struct task *t)
{
    uint32_t undecided = 0;
    return atomic_compare_exchange_strong(&t->won, &undecided, 1);
}

static void fire_task(struct timer *timer, struct worker *w, uint64_t now_ns)
{
    (void)now_ns;
    struct task *t =
        (struct task *)(void *)((char *)timer - offsetof(struct task, timer));
    if (task_win(t))
        sched_ready(t, w);
}

void timer_arm_task(struct task *t, uint64_t deadline_ns)
{
    t->timer.fire = fire_task;
    t->timer.drop = NULL;
    timer_arm(task_run(t), &t->timer, deadline_ns);
}

void csp_sleep(uint64_t ns)
{
    struct task *t = task_here();
    struct run *run = task_run(t);
    if (ns == 0) {
        csp_yield();
        return;
    }
    uint64_t deadline = timer_deadline(run, ns);
    atomic_store(&t->won, 0);
    task_set_wait(t, WAIT_SLEEP);
    timer_arm_task(t, deadline);
    sched_park(t);
}

void csp_work(uint64_t ns)
{
    struct task *t = task_here();
    if (task_run(t)->simulated) {
        sim_work(t, ns);
        return;
    }
    uint64_t end = timer_deadline(task_run(t), ns);
    while (clock_now() < end)
        csp_cpu_relax();
    give_way(task_worker(t));
}
