// run.c -- csp_run: from options to workers, and back.

#include "csp_impl.h"

#include <stdlib.h>

enum { MOST_PROCS = 4096 };

struct first {
    struct run *run;
    void (*fn)(void *);
    void *arg;
};

static void first_task(void *arg)
{
    struct first *first = arg;
    first->fn(first->arg);
    worker_end_all(first->run, CSP_OK);
}

static int run_open(struct run *run, const struct csp_opts *o)
{
    static _Atomic uint64_t runs;
    int cpus = cpus_usable();
    fork_watch();
    run->id = atomic_fetch_add(&runs, 1) + 1;
    run->simulated = o->virtual_time;
    run->sim_procs = o->procs > 0 ? o->procs : cpus;
    if (run->sim_procs > MOST_PROCS)
        return CSP_ETHREAD;
    run->procs = o->virtual_time ? 1 : run->sim_procs;
    run->max_workers = run->procs + (run->simulated ? 0 : SPARES);
    run->may_spin = cpus > 1;
    run->migrate = o->migrate && run->procs > 1;
    run->policy = o->policy;
    run->on_panic = o->on_panic;
    run->start_ns = clock_now();
    pthread_sigmask(SIG_SETMASK, NULL, &run->signals);
    run->seed = o->seed ? o->seed : run->start_ns;
    run->stack_class = o->stack_size ? stack_class(o->stack_size) : stack_class_default();
    atomic_store(&run->next_deadline_ns, UINT64_MAX);
    if (run->stack_class == 0)
        return CSP_ENOMEM;
    run->workers = calloc((size_t)run->max_workers, sizeof(struct worker *));
    if (!run->workers)
        return CSP_ENOMEM;
    if (!thread_get_workers(run)) {
        free(run->workers);
        return CSP_ETHREAD;
    }
    int err = CSP_OK;
    if (run->simulated && !sim_open(run))
        err = CSP_ENOMEM;
    else if (o->trace && !trace_open(run, o->trace))
        err = CSP_ETHREAD;
    if (err) {
        sim_close(run);
        thread_put_workers(run);
        free(run->workers);
        return err;
    }
    monitor_enter(run);
    bool alone = run->simulated || (run->procs == 1 && monitor_can_join());
    atomic_store(&run->alone, alone && !SANITIZE_TASKS);
    run->open = !atomic_load(&run->alone);
    return CSP_OK;
}

struct drop {
    struct run *run;
    struct worker *host;
};

// A task that has not ended is taken off the channels it is parked on, which may outlive
// it.
static void drop_task(struct task *t, void *arg)
{
    struct drop *drop = arg;
    // A task of another run may begin or end on its slot meanwhile; ours stand still.
    if (atomic_load_explicit(&t->run_id, memory_order_relaxed) != drop->run->id)
        return;
    fiber_drop(t, &drop->host->ctx);
    for (uint32_t i = 0; i < t->n_waiters; i++)
        chan_leave(&t->waiters[i], NULL);
    free(t->scratch);
    task_set_wait(t, WAIT_FREE);
    atomic_store_explicit(&t->run_id, 0, memory_order_relaxed);
    stack_put(t, drop->host);
}

// When the workers have gone: what the tasks that are left held, and what they did.
static void run_close(struct run *run, struct csp_stats *stats)
{
    struct csp_stats s = {.elapsed_ns = run->simulated ? sim_now(run)
                                                       : clock_now() - run->start_ns};
    uint64_t ended = 0;
    for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++) {
        s.spawned += run->workers[i]->spawned;
        s.switches += run->workers[i]->switches;
        s.steals += run->workers[i]->steals;
        ended += run->workers[i]->ended;
    }
    s.leaked = s.spawned - ended;
    s.trace_hash = run->simulated ? sim_hash(run) : 0;
    timer_drop_all(run);
    if (s.leaked > 0 && getenv("CSP_LEAKS"))
        dump_tasks(run, "these tasks had not ended when the run did:", true);
    if (s.leaked > 0)
        stack_each(drop_task, &(struct drop){run, run->workers[0]});
    sanitize_acquire(run);
    netpoll_close(run);
    trace_close(run);
    sim_close(run);
    thread_put_workers(run);
    free(run->workers);
    if (stats)
        *stats = s;
}

void run_leave(struct run *run)
{
    _Atomic uint32_t *guests = &run->guests;
    // The run may be gone as soon as the count is down: then its address is all the
    // kernel gets, and at worst somebody else's futex returns early.
    if (atomic_fetch_sub(guests, 1) == 1)
        futex_wake(guests, 1);
}

// Returns when no other OS thread is inside the run.
static void wait_for_guests(struct run *run)
{
    uint32_t guests;
    while ((guests = atomic_load(&run->guests)) > 0)
        futex_wait(&run->guests, guests, -1);
}

int csp_run(void (*fn)(void *), void *arg, const struct csp_opts *opts,
            struct csp_stats *stats)
{
    if (self())
        csp_panic("csp_run called in a task (csp_blocking can)");
    struct csp_opts defaults = {0};
    struct run run = {0};
    if (stats)
        *stats = (struct csp_stats){0};
    int err = run_open(&run, opts ? opts : &defaults);
    if (err)
        return err;
    struct worker *host = run.workers[0];
    fiber_thread(&host->ctx);
    struct first first = {&run, fn, arg};
    uint64_t rng = run.seed;
    struct task *t = task_new(host, &(struct spawn){.class = run.stack_class,
                                                    .fn = first_task,
                                                    .arg = &first,
                                                    .name = "main",
                                                    .at = __builtin_return_address(0),
                                                    .rng = rng_next(&rng)});
    if (!t) {
        monitor_leave(&run);
        run_close(&run, NULL);
        return CSP_ENOMEM;
    }
    overflow_install();
    void *signal_stack = overflow_stack_open();
    task_set_wait(t, WAIT_READY);
    host->handoff = t;
    worker_loop(host);
    wait_for_guests(&run);
    monitor_leave(&run);
    overflow_stack_close(signal_stack);
    overflow_remove();
    run_close(&run, stats);
    return atomic_load(&run.result);
}
