// wake.c -- waking idle workers; what they do by themselves is in csp_worker.c.
//
// Whoever has made work visible calls one of these afterwards. idle_lock orders them with
// the workers that come to the list and leave it.

#include "csp_impl.h"

static void wake(struct worker *w)
{
    uint32_t was = atomic_exchange(&w->word, NAP_NOTIFIED);
    if (was == NAP_FUTEX)
        futex_wake(&w->word, 1);
    else if (was == NAP_EPOLL)
        netpoll_break(w->run);
}

void worker_list(struct worker **list, struct worker *w)
{
    w->idle_prev = NULL;
    w->idle_next = *list;
    if (*list)
        (*list)->idle_prev = w;
    *list = w;
}

static void take_out(struct worker **list, struct worker *w)
{
    if (w->idle_prev)
        w->idle_prev->idle_next = w->idle_next;
    else
        *list = w->idle_next;
    if (w->idle_next)
        w->idle_next->idle_prev = w->idle_prev;
}

// Leaves `unwatched` right for those who stay.
void worker_unlist(struct run *run, struct worker *w)
{
    take_out(&run->idle, w);
    atomic_store(&w->listed, false);
    uint32_t left = atomic_fetch_sub(&run->n_idle, 1) - 1;
    if (atomic_load(&run->leader) == w) {
        atomic_store(&run->leader, NULL);
        atomic_store(&run->leader_until_ns, 0);
        atomic_store(&run->unwatched, left > 0);
    } else if (left == 0) {
        atomic_store(&run->unwatched, false);
    }
}

void worker_unretire(struct run *run, struct worker *w)
{
    take_out(&run->retired, w);
    w->retired = false;
    atomic_fetch_add(&run->n_joined, 1);
}

// With idle_lock held: w's thread is to come into the run, once it is woken.
static void join(struct run *run, struct worker *w)
{
    w->entered = true;
    atomic_fetch_add(&run->guests, 1);
    atomic_store(&w->enter, true);
}

// With idle_lock held: unlists w to be woken.
static void call_up(struct run *run, struct worker *w)
{
    worker_unlist(run, w);
    if (!w->entered)
        join(run, w);
}

OWNER_ONLY void worker_wake_one(struct run *run)
{
    if (atomic_load(&run->n_idle) == 0)
        return;
    uint32_t none = 0;
    if (atomic_load(&run->n_spinning) != 0 ||
        !atomic_compare_exchange_strong(&run->n_spinning, &none, 1))
        return;
    lock_take(&run->idle_lock);
    struct worker *w = run->idle;
    if (w && w == atomic_load(&run->leader) && w->idle_next)
        w = w->idle_next;
    if (w) {
        w->spinning = true;
        call_up(run, w);
    } else {
        atomic_fetch_sub(&run->n_spinning, 1);
    }
    lock_drop(&run->idle_lock);
    if (w)
        wake(w);
}

void worker_wake_this(struct run *run, struct worker *w)
{
    lock_take(&run->idle_lock);
    bool asleep = atomic_load(&w->listed), retired = w->retired;
    if (asleep)
        call_up(run, w);
    else if (retired)
        worker_unretire(run, w);
    lock_drop(&run->idle_lock);
    if (asleep || retired)
        wake(w);
}

struct worker *worker_add_spare(struct run *run)
{
    lock_take(&run->idle_lock);
    struct worker *w = run->retired;
    if (w) {
        atomic_store(&w->retire, false);
        worker_unretire(run, w);
    }
    lock_drop(&run->idle_lock);
    if (w) {
        wake(w);
        return w;
    }
    w = thread_get_spare(run);
    if (!w)
        return NULL;
    lock_take(&run->idle_lock);
    bool joins = !atomic_load(&run->ending);
    if (joins) {
        atomic_fetch_add(&run->n_joined, 1);
        join(run, w);
    }
    lock_drop(&run->idle_lock);
    if (!joins)
        return NULL;
    wake(w);
    return w;
}

// Makes the leader look up, without taking it off the list; wakes a worker if none leads.
static void nudge(struct run *run)
{
    lock_take(&run->idle_lock);
    struct worker *leader = atomic_load(&run->leader);
    if (leader)
        wake(leader);
    lock_drop(&run->idle_lock);
    if (!leader)
        worker_wake_one(run);
}

void worker_watch_over(struct run *run)
{
    bool unwatched = true;
    if (atomic_compare_exchange_strong(&run->unwatched, &unwatched, false))
        nudge(run);
}

void worker_leader_check(struct run *run, uint64_t deadline_ns)
{
    if (atomic_load(&run->n_idle) == 0)
        return;
    uint64_t until = atomic_load(&run->leader_until_ns);
    if (until == 0 ? !atomic_load(&run->leader) : deadline_ns < until)
        nudge(run);
}

void worker_end_all(struct run *run, int result)
{
    int undecided = CSP_OK;
    atomic_compare_exchange_strong(&run->result, &undecided, result);
    atomic_store(&run->ending, true);
    lock_take(&run->idle_lock);
    // Who makes calls that do not wait leaves at the next one.
    for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++)
        atomic_store_explicit(&run->workers[i]->give_way, true, memory_order_relaxed);
    atomic_store(&csp_give_way_asked, true);
    for (struct worker *w = run->idle, *next; w; w = next) {
        next = w->idle_next;
        if (w->entered) {
            worker_unlist(run, w);
            wake(w);
        }
    }
    while (run->retired) {
        struct worker *w = run->retired;
        worker_unretire(run, w);
        wake(w);
    }
    lock_drop(&run->idle_lock);
}
