// csp_worker.c -- what a worker does when it has no task.
//
// It looks at its own queues, the shared one and the timers; then, unless half of those
// that are awake do so already, at the other workers' rings: once, or for some 15 us if
// processors are to spare; then it lists itself as idle, looks once more, and sleeps.
// Whoever queues work first queues, then looks at the list; both are sequentially
// consistent, so one of the two sees the other, and no wake-up is lost.
//
// One idle worker leads: it sleeps only until the next timer, in epoll_wait when
// descriptors are waited for, and it watches hand-overs, see watch.c.
//
// The last worker to become idle knows about deadlock: all are listed, so none runs, and
// if there is neither a queue, a timer, a descriptor nor a blocking call, nothing can
// happen any more.
//
// Workers beyond the run's own are spares that stand in for stuck ones, see monitor.c.
// When they are not needed they sleep apart, where only work for them alone wakes them.

#include "csp_ring.h"

enum {
    // Looks at the others before listing oneself as idle, and pauses between them: at
    // first some 300 ns, at last some 3 us. Each look takes cache lines away from them.
    SPIN_ROUNDS = 10,
    SPIN_PAUSES = 8,
    SPIN_PAUSES_MOST = 64,
    WATCH_NS = 20000,  // the leader's first nap; each next one is twice as long
    WATCH_NAPS = 5
};

static bool ending(const struct run *run)
{
    return atomic_load(&run->ending);
}

bool worker_work_visible(const struct run *run, const struct worker *w)
{
    if (atomic_load(&run->queue.len) || atomic_load(&w->inbox.len))
        return true;
    for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++) {
        if (!ring_empty(run->workers[i]))
            return true;
    }
    return false;
}

// With idle_lock held, and all workers listed.
static bool quiet(const struct run *run, const struct worker *w)
{
    if (atomic_load(&run->blocking) || netpoll_pending(run) ||
        atomic_load(&run->next_deadline_ns) != UINT64_MAX ||
        worker_work_visible(run, w) || watch_handed_over(run))
        return false;
    for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++) {
        if (atomic_load(&run->workers[i]->inbox.len))
            return false;
    }
    return true;
}

// Counts w, which is not listed, among those who look for work, unless it is already.
OWNER_ONLY static void start_spinning(struct worker *w)
{
    if (!w->spinning) {
        w->spinning = true;
        atomic_fetch_add(&w->run->n_spinning, 1);
    }
}

OWNER_ONLY static struct task *search(struct worker *w)
{
    struct run *run = w->run;
    uint32_t n = (uint32_t)atomic_load(&run->n_workers);
    if (!w->spinning) {
        if (2 * atomic_load(&run->n_spinning) >=
            atomic_load(&run->n_joined) - atomic_load(&run->n_idle))
            return NULL;
        start_spinning(w);
    }
    watch_stale(w);
    unsigned pauses = SPIN_PAUSES;
    for (unsigned round = 0; round < SPIN_ROUNDS; round++) {
        uint32_t start = rng_below(&w->rng, n);
        for (uint32_t i = 0; i < n; i++) {
            struct worker *victim = run->workers[(start + i) % n];
            struct task *t =
                victim == w ? queue_shared(w) : queue_steal(w, victim, false);
            if (t)
                return t;
        }
        if (ending(run) || atomic_load(&w->inbox.len) || !run->may_spin)
            return NULL;
        for (unsigned i = 0; i < pauses; i++)
            csp_cpu_relax();
        if (round % 2 == 1 && pauses < SPIN_PAUSES_MOST)
            pauses *= 2;
    }
    return watch_eagerly(w);
}

// w is about to run a task: it looks no longer, and no idle worker may be left to sleep
// through what else there is to do.
OWNER_ONLY static void found(struct worker *w)
{
    struct run *run = w->run;
    bool more = worker_stop_spinning(w) && worker_work_visible(run, w);
    if (unlikely(atomic_load(&csp_monitor_asleep)))
        monitor_wake();
    if (atomic_load(&run->n_idle) == 0)
        return;
    if (more || watch_unled(run))
        worker_wake_one(run);
}

// Sleeps until woken, or timeout_ns. events: not NULL to be woken by descriptors, too;
// returns how many events it got.
static int nap(struct worker *w, int64_t timeout_ns, struct epoll_event *events)
{
    uint32_t awake = NAP_AWAKE, how = events ? NAP_EPOLL : NAP_FUTEX;
    if (timeout_ns == 0 || !atomic_compare_exchange_strong(&w->word, &awake, how))
        return 0;
    if (events)
        return netpoll_wait(w, events, timeout_ns);
    futex_wait(&w->word, NAP_FUTEX, timeout_ns);
    return 0;
}

// With idle_lock held: is this the end? If so, says so.
static bool dead(struct run *run, const struct worker *w)
{
    bool dead = !run->dead && !ending(run) && quiet(run, w) &&
                atomic_load(&run->n_idle) == atomic_load(&run->n_joined);
    run->dead |= dead;
    return dead;
}

void worker_end_dead(struct run *run)
{
    dump_tasks(run, "fatal error: all tasks are asleep - deadlock!", true);
    worker_end_all(run, CSP_DEADLOCK);
}

// w, a spare, has nothing in its inbox, and nobody else needs it: what it has is for
// others, and it sleeps until it is called again.
OWNER_ONLY static void retire(struct worker *w)
{
    struct run *run = w->run;
    queue_share(w);
    lock_take(&run->idle_lock);
    w->retired = true;
    worker_list(&run->retired, w);
    atomic_fetch_sub(&run->n_joined, 1);
    worker_stop_spinning(w);
    bool is_dead = dead(run, w), wanted = atomic_load(&w->inbox.len) || ending(run);
    if (wanted)
        worker_unretire(run, w);
    lock_drop(&run->idle_lock);
    // It may have led: then somebody else has to.
    if (is_dead)
        worker_end_dead(run);
    else if (watch_unled(run) || worker_work_visible(run, w))
        worker_wake_one(run);
    for (bool out = wanted; !out;) {
        lock_take(&run->idle_lock);
        out = !w->retired;
        lock_drop(&run->idle_lock);
        if (!out)
            nap(w, -1, NULL);
        atomic_exchange(&w->word, NAP_AWAKE);
    }
}

static void leave_idle(struct worker *w)
{
    struct run *run = w->run;
    lock_take(&run->idle_lock);
    if (atomic_load(&w->listed))
        worker_unlist(run, w);
    lock_drop(&run->idle_lock);
}

// How long the leader may sleep now, given that it has looked `looks` times in vain.
static int64_t leader_timeout(struct run *run, unsigned looks)
{
    uint64_t now = clock_now(), until = UINT64_MAX;
    bool others_run = atomic_load(&run->n_idle) < atomic_load(&run->n_joined);
    if (others_run && looks < WATCH_NAPS)
        until = now + ((uint64_t)WATCH_NS << looks);
    // Also when all are idle: somebody may be woken and hand over.
    else if (!watch_end(run))
        until = now + WATCH_NS;
    uint64_t deadline = atomic_load(&run->next_deadline_ns);
    if (deadline < until)
        until = deadline;
    // Said before the deadline is read again, as one who arms a timer looks after arming.
    atomic_store(&run->leader_until_ns, until);
    if (atomic_load(&run->next_deadline_ns) < until || until <= now)
        return 0;
    return until == UINT64_MAX ? -1 : (int64_t)(until - now);
}

// Leads until there is something to do: a due timer, an event, a stale hand-over, or a
// wake-up.
static struct task *lead(struct worker *w)
{
    struct run *run = w->run;
    // Its own: another may lead before these are dispatched.
    struct epoll_event events[NETPOLL_EVENTS];
    watch_stale(w);
    for (unsigned looks = 0; atomic_load(&w->listed); looks++) {
        int64_t timeout = leader_timeout(run, looks);
        int n = nap(w, timeout, netpoll_pending(run) ? events : NULL);
        if (atomic_exchange(&w->word, NAP_AWAKE) == NAP_NOTIFIED)
            looks = 0;
        if (n > 0) {
            leave_idle(w);
            netpoll_dispatch(w, events, n);
            return NULL;
        }
        if (atomic_load(&run->next_deadline_ns) <= clock_now())
            break;
        struct worker *victim = watch_stale(w);
        if (victim) {
            // First no longer idle, or with this task in hand all could seem asleep.
            leave_idle(w);
            // A steal hides what it takes for a moment; found() tells of it, then.
            start_spinning(w);
            return watch_take(w, victim);
        }
    }
    leave_idle(w);
    return NULL;
}

// Lists w as idle and sleeps. Returns a task if it chanced upon one, else NULL: look
// again.
OWNER_ONLY static struct task *idle(struct worker *w)
{
    struct run *run = w->run;
    lock_take(&run->idle_lock);
    worker_list(&run->idle, w);
    atomic_store(&w->listed, true);
    bool leads = !atomic_load(&run->leader);
    if (leads) {
        atomic_store(&run->leader, w);
        atomic_store(&run->unwatched, false);
    }
    atomic_fetch_add(&run->n_idle, 1);
    bool looked = w->spinning;
    worker_stop_spinning(w);
    bool is_dead = dead(run, w);
    lock_drop(&run->idle_lock);
    if (is_dead) {
        worker_end_dead(run);
        return NULL;
    }
    if (worker_work_visible(run, w) || ending(run)) {
        leave_idle(w);
        // Those who queued this may have woken nobody, as w looked: so it still does, and
        // found() tells of what it leaves.
        if (looked)
            start_spinning(w);
        return NULL;
    }
    if (leads)
        return lead(w);
    while (atomic_load(&w->listed)) {
        nap(w, -1, NULL);
        atomic_exchange(&w->word, NAP_AWAKE);
    }
    return NULL;
}

// The next task for w, on its own stack; NULL: the run ends.
OWNER_ONLY static struct task *find(struct worker *w)
{
    struct run *run = w->run;
    while (!ending(run)) {
        if (unlikely(atomic_load_explicit(&w->retire, memory_order_relaxed)) &&
            !atomic_load(&w->inbox.len))
            retire(w);
        struct task *t = sched_pick(w);
        if (!t && run->simulated) {
            sim_advance(w);
            continue;
        }
        if (!t) {
            w->clock_ns = clock_now();
            if (atomic_load(&run->next_deadline_ns) <= w->clock_ns)
                timer_run(w, w->clock_ns);
            t = sched_pick(w);
        }
        if (!t && atomic_load(&run->n_workers) > 1)
            t = search(w);
        if (!t)
            t = idle(w);
        if (t) {
            found(w);
            return t;
        }
    }
    return NULL;
}

OWNER_ONLY void worker_loop(struct worker *w)
{
    for (;;) {
        struct task *t = w->handoff;
        w->handoff = NULL;
        if (w->call)
            t = job_run(w);
        else if (!t)
            t = find(w);
        if (!t || ending(w->run))
            break;
        sched_resume(w, t);
    }
    worker_stop_spinning(w);
}
