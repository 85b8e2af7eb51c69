// csp_parts.h -- what each file of the runtime does for the others: contracts, file by
// file. The records are in csp_impl.h, which includes this.

#ifndef CSP_PARTS_H
#define CSP_PARTS_H

#include "csp_impl.h"

// fork.c -- calls what the others do when the process forks.
// Before the first use of the runtime; the start of the program sees to it.
void fork_watch(void);
// Take and drop locks, in parent and child.
void monitor_before_fork(void);
void monitor_after_fork(void);
void stack_before_fork(void);
void stack_after_fork(void);
void overflow_before_fork(void);
void overflow_after_fork(void);
// In the child: forget threads that are not there, and drop the locks.
void monitor_forget(void);
void thread_forget(void);
void blocking_forget(void);

// stack.c
// A slot of the class, its record as the last task left it, or zeroed; NULL: out of
// memory. From and to w's cache where the class is its run's.
struct task *stack_get(unsigned class, struct worker *w);
void stack_put(struct task *t, struct worker *w);
// The class of tasks that ask for nothing: large enough for a guard page.
unsigned stack_class_default(void);
// Hands w's cached slots back to the shared pool.
void stack_flush(struct worker *w);
// Gives the memory of slots that have been free since the last call back to the kernel,
// if they are many. Not where a slot's record holds on to something: under TSan.
void stack_trim(void);
// Calls visit for every slot that has ever held a task. The set may change meanwhile.
void stack_each(void (*visit)(struct task *, void *), void *arg);
size_t stack_size(const struct task *t);
// The lowest address of t's slot; the stack ends below the record.
char *stack_low(const struct task *t);
// The task in whose guard page the address lies, or NULL. Safe in a signal handler.
struct task *stack_overflowed(const void *address);

// guard.c
// A guard takes a page; a slot of less than four gives up too much for it.
bool guard_fits(unsigned class);
// Makes n slots that have never been used ready for use. So many are wanted at once only
// where tasks come in thousands: then one call for all is cheaper than a fault for each.
void guard_slots(char *slots, unsigned class, unsigned n);

// overflow.c -- a SIGSEGV in a guard page says whose stack it was. Counted; per process.
void overflow_install(void);
void overflow_remove(void);
// An alternate signal stack for the calling OS thread, unless it has one; NULL if it had.
void *overflow_stack_open(void);
void overflow_stack_close(void *stack);

// fiber.c -- the two functions that switch, with the sanitizers' hooks.
void fiber_clean(struct task *t);
void fiber_init(struct task *t, void *top, void (*entry)(void *));
void fiber_thread(struct context *ctx);
void fiber_switch(struct context *from, struct context *to);
// The same when `from` is done for.
_Noreturn void fiber_leave(struct context *from, struct context *to);
// First thing on a new stack.
void fiber_arrived(struct context *ctx);
// Has the dropped task t, which will never run again, order what it did before what
// follows: on its slot, and in its run. host: the calling thread's.
void fiber_drop(struct task *t, struct context *host);
// What follows, up to fiber_return(fiber_lend(w)), TSan takes for the doing of w's OS
// thread: the calling task has nothing to do with it.
void *fiber_lend(struct worker *w);
void fiber_return(void *fiber);

// task.c
struct spawn {
    unsigned class;  // 0: the run's default
    void (*fn)(void *);
    void *arg;
    const void *copy;  // not NULL: copied to the task's stack, and arg is the copy
    size_t copy_size;
    const char *name;  // or NULL
    const void *at;
    uint64_t rng;
};
unsigned stack_class(size_t size);
// A task that has yet to be made ready, or NULL: out of memory.
struct task *task_new(struct worker *w, const struct spawn *s);

// sched.c
// Makes a parked task ready. w: the calling worker, or NULL when the caller may be any
// thread.
void sched_ready(struct task *t, struct worker *w);
// A new task, to run next on w.
void sched_start(struct task *t, struct worker *w);
// The next task of w's own or of the shared ones, or NULL. Does the housekeeping now and
// then.
struct task *sched_pick(struct worker *w);
// Leaves the worker until somebody readies t, the calling task.
void sched_park(struct task *t);
// Leaves the worker to its own stack; t, the calling task, goes on when that says so.
void sched_leave(struct task *t);
// The calling task has run for long: others go first.
void sched_give_way(struct worker *w);

// At the end of a call that did not wait. The calling task may go on elsewhere: after it
// w may be another task's worker, and must not be used.
static inline void give_way(struct worker *w)
{
    if (unlikely(atomic_load_explicit(&w->give_way, memory_order_relaxed)))
        sched_give_way(w);
}

_Noreturn void sched_exit(struct task *t);
// Goes on with t from w's own stack, until some task returns to it.
void sched_resume(struct worker *w, struct task *t);

// queue.c -- ready tasks on their way from worker to worker.
// w's ring is full: half of it and t go to the run's shared queue, in one piece.
void queue_spill(struct worker *w, struct task *t);
// A task from the run's shared queue, or NULL, and some more into w's ring.
struct task *queue_shared(struct worker *w);
// Half of the victim's ready tasks; with runnext also the one that it is about to run.
struct task *queue_steal(struct worker *w, struct worker *victim, bool runnext);
// Moves the victim's ready tasks, runnext too, to the run's shared queue: any thread. How
// many they were.
uint32_t queue_share(struct worker *victim);
void locked_push(struct locked_queue *q, struct task *t);
// The slow path of locked_pop.
struct task *locked_take(struct locked_queue *q);

// The first task, or NULL. An empty queue is not locked: there hardly ever is one.
static inline struct task *locked_pop(struct locked_queue *q)
{
    bool some = unlikely(atomic_load_explicit(&q->len, memory_order_relaxed));
    return some ? locked_take(q) : NULL;
}

// csp_worker.c -- OS threads without work.
void worker_loop(struct worker *w);
// Nothing can happen in the run any more: says so, with the list of tasks, and ends it.
void worker_end_dead(struct run *run);

// w no longer counts among those who look for work. The last of those? Else, or if it did
// not, false.
OWNER_ONLY static inline bool worker_stop_spinning(struct worker *w)
{
    bool spun = w->spinning;
    w->spinning = false;
    return spun && atomic_fetch_sub(&w->run->n_spinning, 1) == 1;
}
// Is there a ready task that a worker without work could take, w's own inbox included?
bool worker_work_visible(const struct run *run, const struct worker *w);

// watch.c -- hand-overs that nobody takes.
// Is there a task in any worker's runnext?
bool watch_handed_over(const struct run *run);
// A worker that has run one and the same task ever since the last call, while another
// waits in its runnext; NULL: none.
struct worker *watch_stale(struct worker *w);
// Takes it. victim may be NULL; NULL: it has gone.
struct task *watch_take(struct worker *w, struct worker *victim);
// Looks for stale hand-overs, for a while and without sleeping if that has paid lately.
struct task *watch_eagerly(struct worker *w);
// Does nobody lead, although there is something to watch or to wait for?
bool watch_unled(struct run *run);
// Says that nobody watches from now on, and looks once more, as one who hands over looks
// at `unwatched` afterwards. False: there is something to watch.
bool watch_end(struct run *run);

// wake.c
// With idle_lock held: puts w in front of a list, run->idle or run->retired.
void worker_list(struct worker **list, struct worker *w);
// With idle_lock held: takes w off the list of the idle.
void worker_unlist(struct run *run, struct worker *w);
// The same for a spare that has retired.
void worker_unretire(struct run *run, struct worker *w);
// There is new work: wakes an idle worker unless one is already looking.
void worker_wake_one(struct run *run);
// There is work for w alone.
void worker_wake_this(struct run *run, struct worker *w);
// There are idle workers and a task hands over and goes on: somebody must watch it.
void worker_watch_over(struct run *run);
// A timer or descriptor has been added that may be due before the leader wakes by itself.
void worker_leader_check(struct run *run, uint64_t deadline_ns);
// Ends the run with result, unless it ends already: every worker of it returns from
// worker_loop, soon.
void worker_end_all(struct run *run, int result);

// Has one more worker join the run; NULL: there are too many already, or no thread.
struct worker *worker_add_spare(struct run *run);

// monitor.c -- one thread of the process that looks after all runs.
// Registers and forgets a run; between the two it is watched.
void monitor_enter(struct run *run);
void monitor_leave(struct run *run);
// Can it end a run's being alone?
bool monitor_can_join(void);
// True: whoever goes on with a task after its worker had none must call monitor_wake.
extern _Atomic bool csp_monitor_asleep;
void monitor_wake(void);
// False: neither the monitor nor the end of a run has asked any worker to give way, which
// spares a try in vain looking for its own. The monitor renews it at each look.
extern _Atomic bool csp_give_way_asked;

// thread.c -- the process-wide cache of workers and their OS threads.
bool thread_get_workers(struct run *run);
// One more, with a thread, as the run's last; NULL: none to be had.
struct worker *thread_get_spare(struct run *run);
void thread_put_workers(struct run *run);

// run.c
// The calling thread, one of run->guests, is done with the run: csp_run may return now.
void run_leave(struct run *run);

// cpus.c -- processors that this process may use: affinity, then cgroup quota; at
// least 1.
int cpus_usable(void);
// Confines the threads of two workers to the processor on which the first one runs.
void cpus_share(struct worker *w, struct worker *spare);
// Gives a worker back the processors that it had before.
void cpus_restore(struct worker *w);
// The same in a child of fork, for the worker that forked. There idle_lock may be taken
// for good; the monitor's lock, which the fork has held, keeps `confined` true to facts.
void cpus_restore_in_child(struct worker *w);

// timer.c
void timer_arm(struct run *run, struct timer *t, uint64_t deadline_ns);
// False: it has fired already, or was never armed.
bool timer_cancel(struct run *run, struct timer *t);
// With timer_lock held: the place of a timer among those of the same instant.
uint64_t timer_seq(struct run *run);
// Fires what is due.
void timer_run(struct worker *w, uint64_t now_ns);
// Arms t's own timer to ready it, if it wins t's `won`.
void timer_arm_task(struct task *t, uint64_t deadline_ns);
void timer_drop_all(struct run *run);
uint64_t timer_deadline(struct run *run, uint64_t ns);
// True for the one caller who may ready a task whose wait is undecided.
bool task_win(struct task *t);

// chan.c
struct csp_chan {
    struct lock lock;
    _Atomic bool closed;
    size_t elem_size, cap;
    size_t head;           // index of the oldest element
    _Atomic size_t count;  // elements in the buffer
    struct waitq senders, receivers;
    struct ticker *ticker;  // of csp_after and csp_tick, else NULL
    uint64_t taken;         // elements taken from the buffer while anybody traced
    uint64_t traced_by;     // the run whose trace knows the channel by trace_number
    uint32_t trace_number;
    alignas(16) char buf[];
};
// With the lock held: does the operation if it can be done now, else CSP_WOULD_BLOCK.
// *wake: a task to ready after unlocking, or NULL. CSP_CLOSED from a send means: panic.
int chan_send_now(struct csp_chan *ch, const void *elem, struct task **wake);
int chan_recv_now(struct csp_chan *ch, void *elem, struct task **wake);

// A peek without the lock; a moment's truth. Emptiness is read before `closed`, which
// never reverts: if both say no, there was an instant, that of the first read, at which
// the channel was open and had nothing to give.
static inline bool chan_may_recv(const struct csp_chan *ch)
{
    if (atomic_load_explicit(&ch->count, memory_order_acquire) > 0 ||
        atomic_load_explicit(&ch->senders.first, memory_order_acquire))
        return true;
    return atomic_load_explicit(&ch->closed, memory_order_acquire);
}

static inline bool chan_may_send(const struct csp_chan *ch)
{
    if (atomic_load_explicit(&ch->count, memory_order_acquire) < ch->cap ||
        atomic_load_explicit(&ch->receivers.first, memory_order_acquire))
        return true;
    return atomic_load_explicit(&ch->closed, memory_order_acquire);
}

// Takes a waiter off its channel, if it is still there. Once it is not, the channel may
// be gone. worker: the calling one, or NULL.
void chan_leave(struct waiter *w, struct worker *worker);

// w: the calling worker, or NULL for a thread of no run.
static inline void chan_lock(struct csp_chan *ch, struct worker *w)
{
    if (!w || !alone_begin(w))
        lock_take(&ch->lock);
}

static inline void chan_unlock(struct csp_chan *ch, struct worker *w)
{
    lock_drop(&ch->lock);
    if (w)
        alone_end(w);
}

// tick.c -- the clocks behind csp_after and csp_tick.
void ticker_free(struct ticker *ticker);

// netpoll.c
bool netpoll_pending(const struct run *run);
// Is there an event that nobody has taken?
bool netpoll_ready(const struct run *run);
// Readies tasks whose descriptors are ready, without waiting: any worker, in passing.
void netpoll_look(struct worker *w);
// Waits for at most timeout_ns (-1: for ever) until there are events, or a break, or w
// has been notified. Fills in NETPOLL_EVENTS at most, and returns how many, or less than
// 0; netpoll_dispatch readies the tasks. For the leader, and for the one worker of
// virtual time; who leads may change before the call returns.
int netpoll_wait(struct worker *w, struct epoll_event *events, int64_t timeout_ns);
void netpoll_dispatch(struct worker *w, const struct epoll_event *events, int n);
// Ends the netpoll_wait of whoever has been notified in it.
void netpoll_break(struct run *run);
void netpoll_close(struct run *run);

// virtual.c
bool sim_open(struct run *run);
void sim_close(struct run *run);
void sim_ready(struct task *t);
void sim_yield(struct task *t);
struct task *sim_pick(struct worker *w);
// No task can go on now: advances the clock, or ends the run.
void sim_advance(struct worker *w);
uint64_t sim_now(const struct run *run);
uint64_t sim_timer_seq(struct run *run);
void sim_work(struct task *t, uint64_t ns);
uint64_t sim_hash(const struct run *run);

// blocking.c
// The calling task's worker makes the call, on its own, full-size stack, and comes
// straight back with its result.
int job_call_here(struct task *t, int (*fn)(void *), void *arg);
// On w's own stack: makes the call that a task has left in w->call, and returns that
// task, which goes on at once.
struct task *job_run(struct worker *w);

// trace.c -- from trace_spawn to trace_work only when run->trace is there.
bool trace_open(struct run *run, const char *path);
void trace_close(struct run *run);
void trace_spawn(struct worker *w, const struct task *t);
// From now on w runs t, until t parks or exits.
void trace_run(struct worker *w, const struct task *t);
void trace_park(struct worker *w, const struct task *t);
void trace_exit(struct worker *w, const struct task *t);
// w: as sched_ready's.
void trace_ready(struct run *run, struct worker *w, const struct task *t);
// Virtual time: t computes from now until end_ns.
void trace_work(struct worker *w, const struct task *t, uint64_t end_ns);
// What happens to ch, which is locked. Only if tracing(): some run is traced, and these
// find out whether it is the caller's. NULL is the calling task.
void trace_wait(struct csp_chan *ch, enum wait wait);
void trace_meet(struct csp_chan *ch, const struct task *from, const struct task *to);
// place: of the element in the buffer, from the oldest.
void trace_put(struct csp_chan *ch, const struct task *from, size_t place);
void trace_take(struct csp_chan *ch);

// dump.c
// A line that says what is at the address: the function's name where that is exported,
// module and offset. As snprintf.
enum { PLACE_SPACE = 200 };
int dump_place(char *line, size_t size, const char *what, const void *address);
// A mistake of the program, in whatever task or thread calls.
_Noreturn void csp_panic(const char *message);
// The list of the run's tasks, to stderr. still: none of them runs.
void dump_tasks(const struct run *run, const char *headline, bool still);
// The real clock.
uint64_t clock_now(void);

// What a parked task waits for, in words.
const char *wait_name(unsigned wait);

// The calling task; panics outside of tasks.
static inline struct task *task_here(void)
{
    struct task *t = self();
    if (unlikely(!t))
        csp_panic("called outside of any task");
    return t;
}

#endif
