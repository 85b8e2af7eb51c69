// thread.c -- workers and their OS threads, kept between runs.
//
// Starting a thread takes tens of microseconds, a run should take few. So workers that a
// run has returned stay in a process-wide cache, their threads asleep. A run takes all
// its workers at the start, asleep; each joins when it is first woken (see join in
// wake.c). Worker 0 has no thread of its own: it is the one that called csp_run.

#include "csp_impl.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct lock cache_lock;
static struct worker *cache_threads, *cache_plain;

// A child of fork has none of the threads; it starts its own.
void thread_forget(void)
{
    cache_threads = NULL;
    lock_drop(&cache_lock);
}

static void *thread_main(void *arg)
{
    struct worker *w = arg;
    atomic_store(&w->tid, gettid());
    prctl(PR_SET_NAME, "csp-worker");
    w->signal_stack = overflow_stack_open();
    // A short sleep should be short; the default allows for 50 us more.
    prctl(PR_SET_TIMERSLACK, 1UL);
    fiber_thread(&w->ctx);
    for (;;) {
        if (atomic_exchange(&w->enter, false)) {
            worker_loop(w);
            run_leave(w->run);
            continue;
        }
        uint32_t awake = NAP_AWAKE;
        if (atomic_compare_exchange_strong(&w->word, &awake, NAP_FUTEX))
            futex_wait(&w->word, NAP_FUTEX, -1);
        atomic_exchange(&w->word, NAP_AWAKE);
    }
    return NULL;
}

static struct worker *worker_new(bool with_thread)
{
    struct worker *w = aligned_alloc(CACHE_LINE, sizeof *w);
    if (!w)
        return NULL;
    memset(w, 0, sizeof *w);
    w->has_thread = with_thread;
    if (!with_thread)
        return w;
    pthread_attr_t attr;
    pthread_t thread;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    int err = pthread_create(&thread, &attr, thread_main, w);
    pthread_attr_destroy(&attr);
    if (err) {
        free(w);
        return NULL;
    }
    return w;
}

static struct worker *cache_take(bool with_thread)
{
    struct worker **list = with_thread ? &cache_threads : &cache_plain;
    lock_take(&cache_lock);
    struct worker *w = *list;
    if (w)
        *list = w->cache_next;
    lock_drop(&cache_lock);
    return w ? w : worker_new(with_thread);
}

static void reset(struct worker *w, struct run *run, int index)
{
    w->run = run;
    w->index = (uint32_t)index;
    atomic_store(&w->head, 0);
    atomic_store(&w->tail, 0);
    atomic_store(&w->tick, 0);
    atomic_store(&w->runnext, NULL);
    atomic_store(&w->listed, false);
    w->inbox.tasks = (struct task_queue){0};
    atomic_store(&w->inbox.len, 0);
    // Left over from the last run; a thread of its own looks after its word itself.
    if (!w->has_thread)
        atomic_store(&w->word, NAP_AWAKE);
    w->entered = w->spinning = w->retired = false;
    atomic_store(&w->retire, false);
    atomic_store(&w->give_way, false);
    w->stuck = false;
    w->watched_tick = UINT32_MAX;
    w->spare = NULL;
    w->handoff = NULL;
    w->budget = 0;
    w->eager = 0;
    w->rng = run->seed + (uint64_t)index;
    w->clock_ns = run->simulated ? 0 : run->start_ns;
    w->next_id = w->last_id = 0;
    w->spawned = w->ended = w->switches = w->steals = 0;
    w->call = NULL;
    w->trace_row = NULL;
}

bool thread_get_workers(struct run *run)
{
    for (int i = 0; i < run->procs; i++) {
        struct worker *w = cache_take(i > 0);
        if (!w) {
            thread_put_workers(run);
            return false;
        }
        reset(w, run, i);
        run->workers[i] = w;
        atomic_store(&run->n_workers, i + 1);
        atomic_fetch_add(&run->n_joined, 1);
        if (i == 0)
            continue;
        worker_list(&run->idle, w);
        atomic_store(&w->listed, true);
        atomic_fetch_add(&run->n_idle, 1);
    }
    run->workers[0]->entered = true;
    atomic_store(&run->workers[0]->tid, gettid());
    atomic_store(&run->unwatched, run->procs > 1);
    return true;
}

struct worker *thread_get_spare(struct run *run)
{
    int n = atomic_load(&run->n_workers);
    // Tasks that were there before the worker run on it: its OS thread orders them.
    sanitize_writes_off();
    // The monitor, which calls, has signals blocked that are the tasks' business.
    sigset_t own;
    pthread_sigmask(SIG_SETMASK, &run->signals, &own);
    struct worker *w = n < run->max_workers ? cache_take(true) : NULL;
    pthread_sigmask(SIG_SETMASK, &own, NULL);
    if (w) {
        reset(w, run, n);
        run->workers[n] = w;
        atomic_store(&run->n_workers, n + 1);
    }
    sanitize_writes_on();
    return w;
}

void thread_put_workers(struct run *run)
{
    for (int i = atomic_load(&run->n_workers); i-- > 0;) {
        struct worker *w = run->workers[i];
        stack_flush(w);
        lock_take(&cache_lock);
        struct worker **list = w->has_thread ? &cache_threads : &cache_plain;
        w->cache_next = *list;
        *list = w;
        lock_drop(&cache_lock);
    }
}
