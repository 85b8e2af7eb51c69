// watch.c -- hand-overs that nobody takes.
//
// A task that readies another and computes on, instead of parking, leaves it in runnext.
// Waking a thread for every hand-over would cost more than most are worth, so the leader
// of the idle workers looks for one that has gone stale, and takes it: after naps of 20,
// 40, and so on up to 320 us (leader_timeout in csp_worker.c). After these looks in vain
// it sleeps and says so (unwatched); the next hand-over wakes it. A worker that has taken
// such a task looks without sleeping the next few times: tasks that hand over and compute
// on tend to do it again, and to wake a thread takes longer than most of them compute.

#include "csp_impl.h"

enum {
    LOOK_PAUSES = 24,  // about a microsecond, between looks without sleeping
    LOOKS = 100,
    EAGERNESS = 16  // times to look so after a success; each in vain counts one down
};

bool watch_handed_over(const struct run *run)
{
    for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++) {
        if (atomic_load(&run->workers[i]->runnext))
            return true;
    }
    return false;
}

struct worker *watch_stale(struct worker *w)
{
    struct run *run = w->run;
    struct worker *victim = NULL;
    for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++) {
        struct worker *v = run->workers[i];
        uint32_t tick = atomic_load_explicit(&v->tick, memory_order_relaxed);
        uint32_t seen =
            atomic_exchange_explicit(&v->seen_tick, tick, memory_order_relaxed);
        if (v != w && seen == tick && atomic_load(&v->runnext))
            victim = v;
    }
    return victim;
}

OWNER_ONLY struct task *watch_take(struct worker *w, struct worker *victim)
{
    struct task *t = victim ? queue_steal(w, victim, true) : NULL;
    if (t)
        w->eager = EAGERNESS;
    return t;
}

OWNER_ONLY struct task *watch_eagerly(struct worker *w)
{
    struct task *t = watch_take(w, watch_stale(w));
    if (t || w->eager == 0)
        return t;
    w->eager--;
    for (unsigned i = 0; !t && i < LOOKS; i++) {
        if (atomic_load(&w->run->ending) || worker_work_visible(w->run, w))
            return NULL;
        for (unsigned j = 0; j < LOOK_PAUSES; j++)
            csp_cpu_relax();
        t = watch_take(w, watch_stale(w));
    }
    return t;
}

bool watch_unled(struct run *run)
{
    if (atomic_load(&run->leader))
        return false;
    // Whoever hands over from now on sees that nobody leads; who did before is seen here.
    atomic_store(&run->unwatched, true);
    return netpoll_pending(run) || watch_handed_over(run) ||
           atomic_load(&run->next_deadline_ns) != UINT64_MAX;
}

bool watch_end(struct run *run)
{
    atomic_store(&run->unwatched, true);
    if (!watch_handed_over(run))
        return true;
    atomic_store(&run->unwatched, false);
    return false;
}
