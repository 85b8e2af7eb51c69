// csp_impl.h -- what the files of the runtime share: tasks, workers, runs, and who may
// touch what. What each file does for the others is in csp_parts.h.
//
// A *task* is a function on a small stack; its record lies at the top of its stack's
// slot. A *worker* is an OS thread that runs tasks; each has a ring of ready tasks and
// one hand-over place (runnext). A *run* is one csp_run: its workers, timers, descriptors
// and counters. To *park* is to leave the worker to another task; to *ready* a task is to
// queue a parked one.
//
// Real and virtual time differ where `simulated` is asked for: at the clock and the order
// of timers (csp_now, timer_seq); at the choice of the next task (sched_pick,
// sched_ready, sched_start, csp_yield); at what a worker without work does (find in
// csp_worker.c); at csp_work, which computes or only says so; and at csp_blocking, whose
// calls run on the one thread. All else, channels and selects above all, is the same.
//
// Memory is under four kinds of rule. Fields marked "owner" are touched only on the
// worker's own OS thread (from any task's stack); fields under a lock name it; atomic
// ones are for everybody. The plain fields of a task belong to the task itself while it
// runs; while it is parked, to whoever takes its waiter off a channel or wins its `won`,
// and may so ready it; while it is ready, to the queue that holds it. TSan thinks in
// tasks, not in OS threads, so functions that touch owner fields are marked OWNER_ONLY.
//
// Who takes a second lock takes it in this order: the monitor's; a run's timer_lock or
// its descriptors'; channels', by address; then one of the others (queues', idle_lock,
// those of caches, pools and traces), under which nobody takes any. Fork takes the one of
// overflow.c, the monitor's and the pools'.

#ifndef CSP_IMPL_H
#define CSP_IMPL_H

#ifndef CSP_IMPL
#error "csp_impl.h is for the runtime's own files: include csp.h"
#endif

#include "csp.h"
#include "csp_list.h"
#include "csp_lock.h"
#include "csp_sanitize.h"

#include <assert.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <sys/epoll.h>

// In a frame of its own. What has an array or a waiter on the stack would cost those who
// come by without waiting the setting and checking of the stack protector's canary
// (the build has -fstack-protector-strong), and registers.
#define APART __attribute__((noinline))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

enum {
    CACHE_LINE = 64,
    RING_SIZE = 256,  // ready tasks a worker keeps for itself; the rest are shared
    HOUSEKEEPING =
        64,  // task switches between looks at timers, descriptors, shared tasks
    RUNNEXT_BUDGET = 32,   // hand-overs in a row before the ring gets its turn
    NETPOLL_EVENTS = 64,   // descriptor events taken from the kernel at once
    STACK_BATCH = 32,      // stacks moved at once between a worker and the shared pool
    STACK_CLASS_MIN = 14,  // log2 of the smallest slot, 16 KiB
    STACK_CLASS_MAX = 25,  // and of the largest, 32 MiB
    STACK_CLASS_DEFAULT = 16,
    ARENA_BITS = 26,  // arenas of 64 MiB, aligned
    ADDRESS_BITS = 48,
    TASK_NAME = 32,
    PANIC_SPACE = 160,  // longest panic message
    SPARES = 64         // workers of a run, at most, that stand in for stuck ones
};

enum wait {
    WAIT_FREE,  // the slot holds no task
    WAIT_READY,
    WAIT_RUNNING,
    WAIT_SEND,
    WAIT_RECV,
    WAIT_SEND_NIL,
    WAIT_RECV_NIL,
    WAIT_SELECT,
    WAIT_SELECT_NONE,
    WAIT_SLEEP,
    WAIT_WORK,
    WAIT_FD,
    WAIT_BLOCKING
};

struct run;
struct worker;
struct job;

// Where a stack was left. The assembly knows the first two fields.
struct context {
    void *sp;
    _Atomic uint32_t on_cpu;  // not 0 until the stack has really been left
    uint32_t unused;
    const void *stack_low;  // the sanitizers' view of the stack
    size_t stack_size;
    void *asan_fake;
    void *tsan_fiber;
};

struct timer {
    struct heap_node node;  // key: deadline; under run->timer_lock
    bool armed;             // in the heap; under run->timer_lock
    // Both under run->timer_lock; neither may park. drop: the run ends first; may be
    // NULL.
    void (*fire)(struct timer *, struct worker *, uint64_t now_ns);
    void (*drop)(struct timer *);
};

struct task {
    struct context ctx;
    struct task *next;                // in the one queue that holds it
    _Atomic(struct worker *) worker;  // whose it is while it runs
    _Atomic(struct run *) run;
    _Atomic uint64_t run_id;  // whose it is from birth to end; 0: nobody's
    _Atomic uint8_t wait;     // enum wait
    bool holds_cpu;           // virtual time: came out of csp_work with its processor
    bool worked;              // and has not parked since
    uint32_t pins;
    _Atomic uint32_t won;    // 0 while a select or a timed wait is undecided
    struct waiter *fired;    // the waiter that won; NULL: the timer did
    struct waiter *waiters;  // while parked on channels: an array of n_waiters
    uint32_t n_waiters;
    uint64_t priority;       // virtual time: the key under CSP_PCT; 0: not yet given
    void *scratch;           // memory to free if the task is dropped in a large select
    struct timer timer;      // of a sleep or of a wait with a timeout
    struct heap_node order;  // virtual time: place among the ready tasks
    uint64_t rng;
    uint64_t id;
    _Atomic uint64_t since_ns;  // when it parked, to within HOUSEKEEPING switches
    void (*fn)(void *);
    void *arg;
    const void *spawned_at;  // return address of the csp_go
    struct worker *pinned_to;
    char name[TASK_NAME];
};

struct task_queue {
    struct task *first, *last;
};

// The same between OS threads. len is changed with the lock held, and may be read
// without.
struct locked_queue {
    struct lock lock;
    struct task_queue tasks;
    _Atomic uint32_t len;
};

// What a sleeping OS thread waits for; the futex word is `word`.
enum nap { NAP_AWAKE, NAP_NOTIFIED, NAP_FUTEX, NAP_EPOLL };

struct worker {
    // Shared.
    alignas(CACHE_LINE) _Atomic uint32_t head;
    _Atomic(struct task *) runnext;
    alignas(CACHE_LINE) _Atomic uint32_t tail;  // written by the owner
    _Atomic uint32_t tick;                      // switches; written by the owner
    _Atomic(struct task *) ring[RING_SIZE];
    alignas(CACHE_LINE) _Atomic uint32_t word;  // enum nap
    _Atomic bool listed;         // in run->idle; written under run->idle_lock
    bool entered;                // has been woken for this run; under run->idle_lock
    _Atomic bool enter;          // tells its OS thread to join the run
    _Atomic uint32_t seen_tick;  // what a watcher saw last, see watch.c
    _Atomic uint32_t seen_head;  // and a thief, see being_eaten in queue.c
    _Atomic bool retire;         // a spare: to stand in no longer, see monitor.c
    bool retired;                // it sleeps until called again; under run->idle_lock
    struct worker *idle_next, *idle_prev;  // idle_lock; also of the retired
    struct locked_queue inbox;             // pinned tasks that are ready
    // The monitor's, under its lock.
    uint32_t watched_tick;
    bool stuck;            // in one task since the last look
    struct worker *spare;  // the one that has been put on this one's processor
    _Atomic int tid;       // of its OS thread; 0: it has not begun yet
    bool confined;         // under run->idle_lock
    cpu_set_t cpus;        // before it was, likewise
    // Owner, but for busy, which the monitor reads, give_way, which it sets, as does who
    // ends the run, and spinning, which is set for a sleeper by who wakes it.
    alignas(CACHE_LINE) struct run *run;
    _Atomic bool busy;       // between alone_begin and alone_end
    _Atomic bool give_way;   // the running task is to yield at its next csp call
    struct context ctx;      // the OS thread's own stack
    struct task *handoff;    // what to go on with, once on the OS thread's own stack
    struct task *stacks;     // ended tasks' slots of the run's default class
    struct task *odd_stack;  // the last ended task's slot of another class, see stack_put
    uint32_t n_stacks;
    uint32_t budget;  // hand-overs left before the ring's turn
    bool spinning;    // counted in run->n_spinning
    uint8_t eager;    // times to watch for stale hand-overs without sleeping
    uint32_t index;
    uint64_t rng;
    uint64_t clock_ns;  // a recent csp_now
    uint64_t next_id, last_id;
    uint64_t spawned, ended, switches, steals;
    struct job *call;             // a blocking call to make on this stack
    struct trace_row *trace_row;  // of the run's trace; NULL: nothing noted yet
    // Of the process.
    struct worker *cache_next;
    void *signal_stack;  // known to the kernel alone, it would pass for a leak
    bool has_thread;
};

struct run {
    // Read only after the start.
    uint64_t id;      // of all runs of the process; addresses recur
    int procs;        // workers that may run at once
    int max_workers;  // those and the spares
    int sim_procs;    // simulated processors
    uint32_t stack_class;
    uint64_t seed;
    bool may_spin;  // there are processors to spare for spinning
    bool simulated;
    bool migrate;
    enum csp_policy policy;
    void (*on_panic)(const char *msg);
    struct worker **workers;
    uint64_t start_ns;
    sigset_t signals;  // blocked in the thread that called csp_run, and in spares

    // One worker, and no other thread is to touch the run's queues and channels: see
    // alone_begin. Once false, it stays so.
    _Atomic bool alone;
    _Atomic int n_workers;  // entries of workers; grows
    _Atomic bool ending;
    bool dead;  // said already; under idle_lock
    _Atomic int result;
    _Atomic uint64_t ids;
    _Atomic uint32_t guests;  // workers and threads of blocking calls now inside this run

    alignas(CACHE_LINE) struct locked_queue queue;  // ready tasks of nobody in particular

    alignas(CACHE_LINE) struct lock idle_lock;
    struct worker *idle;     // a list; the one woken last is first
    struct worker *retired;  // spares that nobody needs at present; a list
    _Atomic(struct worker *)
        leader;  // the idle one that waits for timers and descriptors
    _Atomic uint32_t n_idle;
    _Atomic uint32_t n_joined;  // workers that are not retired
    _Atomic uint32_t n_spinning;
    _Atomic bool unwatched;  // there are idle workers, and none looks at stale hand-overs
    _Atomic uint64_t
        leader_until_ns;        // when the leader wakes by itself; 0: no leader asleep
    _Atomic uint32_t blocking;  // blocking calls under way

    alignas(CACHE_LINE) struct lock timer_lock;
    struct heap timers;
    uint64_t timer_seq;
    _Atomic uint64_t next_deadline_ns;  // UINT64_MAX: no timer

    _Atomic(struct netpoll *) poll;
    struct sim *sim;
    struct trace *trace;
    bool open;         // the monitor has made sure that alone_begin is over for good
    struct run *next;  // of those the monitor watches
};

// switch_<arch>.S
void csp_switch(struct context *from, struct context *to);
void *csp_switch_prepare(void *top, void (*entry)(void *), void *arg);

// stack.c -- slots. The table tells the class of the arena at an address; 0: none there.
extern _Atomic uint8_t csp_arena_class[1u << (ADDRESS_BITS - ARENA_BITS)];

// The size of a record in its slot, and how many colours displace it there: records at
// equal distances of 64 KiB would all compete for the same few sets of the first-level
// cache.
enum { TASK_SPACE = 384, TASK_COLOURS = 16 };
static_assert(sizeof(struct task) <= TASK_SPACE,
              "the task record has outgrown its space");

static inline struct task *stack_task(uintptr_t address, unsigned class)
{
    uintptr_t size = (uintptr_t)1 << class, slot = address & ~(size - 1);
    uintptr_t colour = (slot >> class) % TASK_COLOURS;
    return (struct task *)(slot + size - TASK_SPACE - colour * CACHE_LINE);
}

// True: from here to alone_end no other thread touches the queues and channels of w's
// run, and plain loads and stores will do. The monitor ends that state: it sets `alone`
// to false, has every thread of the process pass a memory barrier (membarrier(2)), and
// then waits until it sees `busy` false. So here no more is needed than that the compiler
// keeps the order. Not to be nested.
OWNER_ONLY static inline bool alone_begin(struct worker *w)
{
    atomic_store_explicit(&w->busy, true, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    return atomic_load_explicit(&w->run->alone, memory_order_relaxed);
}

static inline void alone_end(struct worker *w)
{
    atomic_store_explicit(&w->busy, false, memory_order_release);
}

// The calling task, found from the stack pointer, or NULL outside of tasks. A
// thread-local would not do: compilers keep its address across a switch, after which the
// task may be on another OS thread.
static inline struct task *self(void)
{
    uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
    unsigned class = atomic_load_explicit(
        &csp_arena_class[(sp >> ARENA_BITS) % (1u << (ADDRESS_BITS - ARENA_BITS))],
        memory_order_relaxed);
    return likely(class) ? stack_task(sp, class) : NULL;
}

// Runs that are traced now, in a cache line of its own: what never changes is read for
// nothing.
struct traces {
    alignas(CACHE_LINE) _Atomic uint32_t n;
};
extern __attribute__((visibility("hidden"))) struct traces csp_traces;

static inline bool tracing(void)
{
    return unlikely(atomic_load_explicit(&csp_traces.n, memory_order_relaxed));
}

static inline struct worker *task_worker(struct task *t)
{
    return atomic_load_explicit(&t->worker, memory_order_relaxed);
}

static inline struct run *task_run(struct task *t)
{
    return atomic_load_explicit(&t->run, memory_order_relaxed);
}

static inline void task_set_wait(struct task *t, enum wait wait)
{
    atomic_store_explicit(&t->wait, (uint8_t)wait, memory_order_relaxed);
}

OWNER_ONLY static inline void queue_push(struct task_queue *q, struct task *t)
{
    t->next = NULL;
    if (q->last)
        q->last->next = t;
    else
        q->first = t;
    q->last = t;
}

OWNER_ONLY static inline struct task *queue_pop(struct task_queue *q)
{
    struct task *t = q->first;
    if (t) {
        q->first = t->next;
        if (!q->first)
            q->last = NULL;
    }
    return t;
}

// splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
OWNER_ONLY static inline uint64_t rng_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// A number below n, without a division (Lemire); n is at most 2^32.
OWNER_ONLY static inline uint32_t rng_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)(((rng_next(state) >> 32) * n) >> 32);
}

#include "csp_parts.h"

#endif
