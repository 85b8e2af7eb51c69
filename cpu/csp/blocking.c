// blocking.c -- calls that block, on a pool of ordinary threads with full-size stacks.
//
// A call goes to a thread that is asleep in the pool, or to a new one; threads that have
// been idle stay for the next call. The task parks meanwhile, and its worker runs others.
// The pool has a limit, as a thread is dear and a program may have a million tasks.
// Beyond it the worker makes the call itself, on its own stack. Queueing for a thread
// would be kinder to the other tasks, but calls may hold whole runs, which call in their
// turn: all threads could wait for calls in the queue.

#include "csp_impl.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

struct job {
    int (*fn)(void *);
    void *arg;
    int result;
    struct task *task;
};

enum { POOL_MOST = 256 };

struct helper {
    _Atomic uint32_t has_job;
    struct job *job;
    struct helper *next;
};

static struct lock pool_lock;
static struct helper *pool_idle;
static int pool_threads;  // idle or not

// A child of fork has none of the threads; it starts its own.
void blocking_forget(void)
{
    pool_idle = NULL;
    pool_threads = 0;
    lock_drop(&pool_lock);
}

static void finish(struct job *job)
{
    struct task *t = job->task;
    struct run *run = task_run(t);
    sanitize_release(t);
    sanitize_release(run);
    sched_ready(t, NULL);
    // Only now may the run be found to be dead; whoever looks next finds the task or has
    // run it.
    atomic_fetch_sub(&run->blocking, 1);
    worker_wake_one(run);
    run_leave(run);
}

static void *helper_main(void *arg)
{
    struct helper *h = arg;
    prctl(PR_SET_NAME, "csp-blocking");
    for (;;) {
        while (!atomic_load(&h->has_job))
            futex_wait(&h->has_job, 0, -1);
        atomic_store(&h->has_job, 0);
        struct job *job = h->job;
        sanitize_acquire(job->task);
        job->result = job->fn(job->arg);
        // Back to the pool before the task knows, so that its next call finds this
        // thread.
        lock_take(&pool_lock);
        h->next = pool_idle;
        pool_idle = h;
        lock_drop(&pool_lock);
        finish(job);
    }
    return NULL;
}

static struct helper *helper_new(struct worker *w)
{
    struct helper *h = calloc(1, sizeof *h);
    pthread_t thread;
    if (!h)
        return NULL;
    // The worker may be confined to one processor for a while, the helper stays for good.
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    lock_take(&w->run->idle_lock);
    bool confined = w->confined;
    cpu_set_t cpus = w->cpus;
    lock_drop(&w->run->idle_lock);
    if (confined)
        pthread_attr_setaffinity_np(&attr, sizeof cpus, &cpus);
    int err = pthread_create(&thread, &attr, helper_main, h);
    pthread_attr_destroy(&attr);
    if (err) {
        free(h);
        return NULL;
    }
    return h;
}

// NULL: there is none to be had.
static struct helper *helper_get(struct worker *w)
{
    lock_take(&pool_lock);
    struct helper *h = pool_idle;
    bool full = pool_threads == POOL_MOST;
    if (h)
        pool_idle = h->next;
    else if (!full)
        pool_threads++;
    lock_drop(&pool_lock);
    if (h || full)
        return h;
    h = helper_new(w);
    if (!h) {
        lock_take(&pool_lock);
        pool_threads--;
        lock_drop(&pool_lock);
    }
    return h;
}

OWNER_ONLY int job_call_here(struct task *t, int (*fn)(void *), void *arg)
{
    struct worker *w = task_worker(t);
    struct job job = {.fn = fn, .arg = arg, .task = t};
    w->call = &job;
    sanitize_release(t);
    sched_leave(t);
    sanitize_acquire(t);
    return job.result;
}

OWNER_ONLY struct task *job_run(struct worker *w)
{
    struct job *job = w->call;
    struct task *t = job->task;
    w->call = NULL;
    sanitize_acquire(t);
    job->result = job->fn(job->arg);
    sanitize_release(t);
    return t;
}

int csp_blocking(int (*fn)(void *), void *arg)
{
    struct task *me = task_here();
    struct run *run = task_run(me);
    if (!fn)
        csp_panic("no function to run");
    struct job job = {.fn = fn, .arg = arg, .task = me};
    // Under virtual time the call takes no simulated time: nobody else goes on meanwhile.
    struct helper *h = run->simulated ? NULL : helper_get(task_worker(me));
    if (!h) {
        task_set_wait(me, WAIT_BLOCKING);
        return job_call_here(me, fn, arg);
    }
    // The call may use channels.
    atomic_store(&run->alone, false);
    atomic_fetch_add(&run->guests, 1);
    atomic_fetch_add(&run->blocking, 1);
    task_set_wait(me, WAIT_BLOCKING);
    h->job = &job;
    sanitize_release(me);
    atomic_store(&h->has_job, 1);
    futex_wake(&h->has_job, 1);
    sched_park(me);
    sanitize_acquire(me);
    return job.result;
}
