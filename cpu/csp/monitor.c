// monitor.c -- one thread of the process that looks after all runs.
//
// C code cannot be preempted, so a task that runs for long keeps its worker. It is asked
// to give way at its next csp call. One that makes none is stuck, and its worker with it:
// when all workers of a run are, while something else could be done -- a ready task, a
// due timer, an event -- the monitor adds a worker, a *spare*, and the kernel shares the
// processors among them. So that a run never takes more processors than it was
// given, the spare is confined, together with one stuck worker, to that one's processor.
// When a worker of the run's own is free again, the spares retire.
//
// It looks every 10 ms, as Go's sysmon does, and sleeps when all workers of all runs do.
// Every second it gives the memory of unused stacks back.
//
// It also prints the list of tasks on SIGQUIT: a signal handler could not.

#include "csp_ring.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    LOOK_NS = 10000000,  // between two looks; a worker is stuck for two to three of them
    LINGER = 250,        // looks in vain before the monitor sleeps
    TRIM = 100,          // looks between two times of giving unused stacks back
    BUSY_PAUSES = 1000   // waiting for a worker to leave its queues
};

enum { STATE_NEW, STATE_READY, STATE_FAILED };

static struct lock monitor_lock;
static struct run *runs;        // monitor_lock
static int state;               // monitor_lock
static bool can_join;           // written once, before the first run goes on
static _Atomic uint32_t calls;  // the futex: how often it has been called
static _Atomic bool quit_asked;
static bool quit_installed;  // monitor_lock
static struct sigaction old_quit;
static int forker;  // monitor_lock: the thread that forks
_Atomic bool csp_monitor_asleep;
alignas(CACHE_LINE) _Atomic bool csp_give_way_asked;

void monitor_wake(void)
{
    atomic_fetch_add(&calls, 1);
    futex_wake(&calls, 1);
}

bool monitor_can_join(void)
{
    return can_join;
}

static bool asleep(const struct worker *w)
{
    return atomic_load(&w->listed) || w->retired || !w->entered;
}

// What a look at a run's workers tells.
struct findings {
    bool own_free, any_free;    // workers, the run's own or any, that are not stuck
    bool asked;                 // one has been asked to give way
    struct worker *most_stuck;  // the first of them without a spare, if there is one
};

// With idle_lock held.
static struct findings look_at_workers(struct run *run)
{
    struct findings found = {0};
    int n = atomic_load(&run->n_workers);
    for (int i = 0; i < n; i++) {
        struct worker *w = run->workers[i];
        uint32_t tick = atomic_load_explicit(&w->tick, memory_order_relaxed);
        bool same = !asleep(w) && tick == w->watched_tick;
        w->stuck = same && atomic_load_explicit(&w->give_way, memory_order_relaxed);
        atomic_store_explicit(&w->give_way, same, memory_order_relaxed);
        found.asked |= same;
        w->watched_tick = tick;
        if (w->stuck && (!found.most_stuck || found.most_stuck->spare))
            found.most_stuck = w;
        if (!w->stuck && !w->retired) {
            found.any_free = true;
            found.own_free |= i < run->procs;
        }
    }
    return found;
}

// Could a worker do something, if there were one?
static bool something_waits(const struct run *run)
{
    if (atomic_load(&run->queue.len) ||
        atomic_load(&run->next_deadline_ns) <= clock_now() || netpoll_ready(run))
        return true;
    int n = atomic_load(&run->n_workers);
    for (int i = 0; i < n; i++) {
        if (has_ready(run->workers[i]))
            return true;
    }
    return false;
}

// From now on the run's queues and channels are shared. False: its worker is at them just
// now, or has been preempted there.
static bool end_alone(struct run *run)
{
    const struct worker *w = run->workers[0];
    if (run->open)
        return true;
    atomic_store(&run->alone, false);
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    for (int i = 0; i < BUSY_PAUSES && !run->open; i++) {
        run->open = !atomic_load_explicit(&w->busy, memory_order_acquire);
        csp_cpu_relax();
    }
    return run->open;
}

static void add_spare(struct run *run, struct worker *host)
{
    struct worker *spare = worker_add_spare(run);
    if (!spare || host->spare || run->procs >= cpus_usable())
        return;
    host->spare = spare;
    cpus_share(host, spare);
}

static bool has_retired(struct run *run, const struct worker *w)
{
    lock_take(&run->idle_lock);
    bool retired = w->retired;
    lock_drop(&run->idle_lock);
    return retired;
}

// Lets go of the processors of those whose spares have retired, and confines those whose
// threads have only now begun.
static void tend_spares(struct run *run, bool all)
{
    int n = atomic_load(&run->n_workers);
    for (int i = 0; i < n; i++) {
        struct worker *w = run->workers[i];
        if (!w->spare)
            continue;
        if (!all && !has_retired(run, w->spare)) {
            // The monitor alone confines.
            if (!w->spare->confined)
                cpus_share(w, w->spare);
            continue;
        }
        cpus_restore(w->spare);
        cpus_restore(w);
        w->spare = NULL;
    }
}

// Spares retire when they are not needed: at once if they sleep, else in passing.
static void retire_spares(struct run *run, bool retire)
{
    int n = atomic_load(&run->n_workers);
    for (int i = run->procs; i < n; i++) {
        struct worker *spare = run->workers[i];
        atomic_store(&spare->retire, retire);
        if (retire && atomic_load(&spare->listed))
            worker_wake_this(run, spare);
    }
}

// One look at a run, and what it calls for. True: a worker has been asked to give way.
static bool watch(struct run *run)
{
    lock_take(&run->idle_lock);
    if (atomic_load(&run->ending)) {
        lock_drop(&run->idle_lock);
        return true;
    }
    struct findings found = look_at_workers(run);
    bool idle = atomic_load(&run->n_idle) > 0;
    lock_drop(&run->idle_lock);
    tend_spares(run, false);
    retire_spares(run, found.own_free);
    if (!found.most_stuck || idle)
        return found.asked;
    if (!found.any_free && (!something_waits(run) || !end_alone(run)))
        return found.asked;
    // Those who are free look at the shared queue now and then, but at others' rings only
    // when they have nothing else to do.
    // Meanwhile the tasks are in no queue: a worker that becomes idle must not take that
    // for a deadlock, and has to be told afterwards.
    int n = atomic_load(&run->n_workers);
    atomic_fetch_add(&run->blocking, 1);
    for (int i = 0; i < n; i++) {
        if (run->workers[i]->stuck)
            queue_share(run->workers[i]);
    }
    atomic_fetch_sub(&run->blocking, 1);
    worker_wake_one(run);
    if (!found.any_free)
        add_spare(run, found.most_stuck);
    return found.asked;
}

static bool all_asleep(void)
{
    for (struct run *run = runs; run; run = run->next) {
        if (!run->simulated && atomic_load(&run->n_idle) < atomic_load(&run->n_joined))
            return false;
    }
    return true;
}

OWNER_ONLY static void on_quit(int sig)
{
    (void)sig;
    int saved = errno;
    atomic_store(&quit_asked, true);
    monitor_wake();
    errno = saved;
}

// With monitor_lock held. True: there is nothing to watch.
static bool look_at_runs(void)
{
    if (atomic_exchange(&quit_asked, false)) {
        for (struct run *run = runs; run; run = run->next)
            dump_tasks(run, "SIGQUIT: the tasks of this run are", false);
    }
    bool asked = false;
    for (struct run *run = runs; run; run = run->next) {
        if (!run->simulated)
            asked |= watch(run);
    }
    atomic_store(&csp_give_way_asked, asked);
    return all_asleep();
}

static void *monitor_main(void *arg)
{
    (void)arg;
    prctl(PR_SET_NAME, "csp-monitor");
    unsigned looks = 0;
    for (int quiet = 0;;) {
        uint32_t seen = atomic_load(&calls);
        if (!SANITIZE_TASKS && ++looks % TRIM == 0)
            stack_trim();
        lock_take(&monitor_lock);
        quiet = look_at_runs() ? quiet + 1 : 0;
        if (quiet > LINGER) {
            // Said first, looked after: whoever ceases to be idle does it the other way
            // round.
            atomic_store(&csp_monitor_asleep, true);
            quiet = all_asleep() ? LINGER : 0;
        }
        bool sleeps = quiet == LINGER && atomic_load(&csp_monitor_asleep);
        lock_drop(&monitor_lock);
        futex_wait(&calls, seen, sleeps ? -1 : LOOK_NS);
        atomic_store(&csp_monitor_asleep, false);
    }
    return NULL;
}

// While a thread forks the monitor confines nobody.
void monitor_before_fork(void)
{
    lock_take(&monitor_lock);
    forker = gettid();
}

void monitor_after_fork(void)
{
    lock_drop(&monitor_lock);
}

// A worker that was confined when it forked shares its processor with nobody in the
// child.
static void free_forker(void)
{
    for (struct run *run = runs; run; run = run->next) {
        for (int i = 0, n = atomic_load(&run->n_workers); i < n; i++) {
            if (atomic_load(&run->workers[i]->tid) == forker)
                cpus_restore_in_child(run->workers[i]);
        }
    }
}

// A child of fork has none of the threads but the one that forked.
void monitor_forget(void)
{
    free_forker();
    if (quit_installed)
        sigaction(SIGQUIT, &old_quit, NULL);
    quit_installed = false;
    state = STATE_NEW;
    runs = NULL;
    can_join = false;
    atomic_store(&csp_monitor_asleep, false);
    lock_drop(&monitor_lock);
}

// With monitor_lock held.
static void start(void)
{
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
    sigset_t all, old;
    pthread_attr_t attr;
    pthread_t thread;
    // Before there is a second thread the kernel does this at once, later it takes
    // milliseconds.
    bool registered =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    // Signals of the program are for its own threads. Those that a thread raises itself
    // stay: the spares inherit them.
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own_faults / sizeof *own_faults; i++)
        sigdelset(&all, own_faults[i]);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int err = pthread_create(&thread, &attr, monitor_main, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    state = err ? STATE_FAILED : STATE_READY;
    can_join = !err && registered;
}

static void install_quit(void)
{
    struct sigaction sa = {.sa_handler = on_quit, .sa_flags = SA_RESTART | SA_ONSTACK};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGQUIT, NULL, &old_quit);
    // Whoever ignores or handles it has a reason.
    quit_installed = old_quit.sa_handler == SIG_DFL && state == STATE_READY;
    if (quit_installed)
        sigaction(SIGQUIT, &sa, NULL);
}

void monitor_enter(struct run *run)
{
    lock_take(&monitor_lock);
    if (state == STATE_NEW)
        start();
    if (!runs)
        install_quit();
    run->next = runs;
    runs = run;
    lock_drop(&monitor_lock);
    if (atomic_load(&csp_monitor_asleep))
        monitor_wake();
}

void monitor_leave(struct run *run)
{
    lock_take(&monitor_lock);
    struct run **at = &runs;
    while (*at && *at != run)
        at = &(*at)->next;
    if (*at)
        *at = run->next;
    tend_spares(run, true);
    struct sigaction now;
    if (!runs && quit_installed) {
        // Unless the program has installed its own meanwhile.
        if (sigaction(SIGQUIT, NULL, &now) == 0 && now.sa_handler == on_quit)
            sigaction(SIGQUIT, &old_quit, NULL);
        quit_installed = false;
    }
    lock_drop(&monitor_lock);
}
