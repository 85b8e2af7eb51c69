// csp.h -- tasks, channels and select, with Go's semantics, for C11 and later.
//
// A program is a set of tasks that share no variables by habit and talk over channels.
// Tasks are cheap (a small stack each; a million are fine) and run on `procs` OS threads,
// moving between them as work moves. This header is the whole public face and says what
// it promises, in short; csp(3) says the same at length, with more examples:
//
//     typedef CSP_CHAN(int) int_chan;
//
//     static void square(void *arg)          // a task: receives, computes, sends
//     {
//         int_chan *ch = arg;
//         int n;
//         csp_recv(*ch, &n);
//         csp_send(*ch, n * n);
//     }
//
//     static void first(void *arg)           // the first task; the run ends with it
//     {
//         (void)arg;
//         int_chan ch = CSP_MAKE(int_chan, 0);
//         csp_go(square, &ch);
//         csp_send(ch, 7);
//         int n;
//         csp_recv(ch, &n);
//         printf("%d\n", n);
//         csp_free(ch);
//     }
//
//     int main(void) { return csp_run(first, NULL, NULL, NULL); }
//
// Promises: waiters are served first come, first served; a select commits exactly one
// case and chooses uniformly among the ready ones; a run in which every task waits for
// ever ends with CSP_DEADLOCK and a list of them. Memory is ordered as in Go: what a task
// did before a send or a close is visible to whoever receives that element, or the close;
// and what it did before a receive, to the sender whose send that receive made possible
// (in an unbuffered channel: the very one).
//
// Refuses: preempting C code, growing stacks (64 KiB unless asked otherwise), and errno:
// a task may continue on another OS thread after any csp call, so calls return -errno,
// and neither errno, a pthread mutex nor the address of a thread-local may be held across
// one.
//
// A task that has run for 10 ms gives way to others at its next csp call. If it makes
// none, and all workers are taken up like that, then after 20 to 30 ms another OS thread
// goes on with the other tasks; the kernel shares the processor of the stuck one between
// the two, so that a run never takes more than `procs` processors. There are 64 such
// threads at most. What a stuck task starts by posix_spawn, system or popen keeps that
// one processor; a child of fork has all of them.
//
// SIGQUIT (Ctrl-\), unless the program handles or ignores it, prints the list of all
// tasks to stderr, and the program goes on. With CSP_LEAKS in the environment a run that
// ends before all its tasks lists those, too.
//
// The lowest page of a stack is a guard: an overflow ends the process, or calls the
// handler of SIGSEGV that was there before the run, after a sentence that names the task.
// Two kinds of stack have none, and an overflow there silently corrupts what lies below:
// those of less than four pages (the default stack has four even where a page has
// 64 KiB); and, on kernels before Linux 6.13, those after the first 16000.
//
// Rounding and flush-to-zero belong to the task, which inherits them from the one that
// started it; the floating-point exception flags to nobody: any call that waits may
// change them.
//
// Who may call: tasks, inside a csp_run, unless the contract says "from anywhere". That
// is: from tasks, from what csp_blocking runs, and from other threads as long as no run
// uses the channel, before csp_run or after it. A thread that no run knows of must not
// wake a task: the run may end under its hands. Mistakes of the program (a send on a
// closed channel, freeing a channel that is in use, a task's call outside of any task)
// panic: see csp_opts.on_panic.
//
// In C++ everything up to the typed channels can be used; those need C's _Generic.

#ifndef CSP_H
#define CSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
// The library is compiled with everything else hidden.
#pragma GCC visibility push(default)

enum {
    CSP_OK = 0,
    // Results of operations.
    CSP_TIMEOUT = -1,
    CSP_WOULD_BLOCK = -2,
    CSP_CLOSED = -3,
    // Results of a run or of a spawn.
    CSP_DEADLOCK = -10,
    CSP_PANIC = -11,
    CSP_ENOMEM = -12,
    CSP_ETHREAD = -13
};

// Who goes next under virtual time, when several tasks could. CSP_FIFO: the one that has
// been ready longest. CSP_RANDOM: any, by the seed. CSP_PCT: random priorities that
// change at a few random points, which finds rare orders (Burckhardt et al., ASPLOS
// 2010); a yield lowers the task's priority, so that a loop of yields lets others go on.
enum csp_policy { CSP_FIFO, CSP_RANDOM, CSP_PCT };

struct csp_opts {
    int procs;          // workers running tasks at once, 4096 at most (else
                        // CSP_ETHREAD); 0: usable CPUs (affinity, cgroup quota)
    uint64_t seed;      // select order, steal order, virtual schedules; 0: from the clock
    bool virtual_time;  // one OS thread, simulated clock, `procs` simulated processors
    enum csp_policy policy;  // under virtual time
    bool migrate;            // test mode: every woken task moves to another worker
    size_t stack_size;       // default for new tasks, bytes, as csp_go_stack's; 0: 64 KiB
    const char *trace;       // path of a Chrome trace to write, or NULL
    // Called in the offending task, whose run then ends with CSP_PANIC as soon as this
    // returns. NULL: print the message and the list of tasks to stderr, then abort().
    void (*on_panic)(const char *msg);
};

struct csp_stats {
    uint64_t spawned;     // tasks started, the first included
    uint64_t leaked;      // tasks that had not ended when the run did, and were dropped
    uint64_t switches;    // times a worker began or went on with a task
    uint64_t steals;      // times a worker took work from another
    uint64_t elapsed_ns;  // of the run's own clock
    uint64_t trace_hash;  // of the virtual schedule: same seed, same hash; else 0
};

// Runs fn(arg) as the first task and returns when it returns. Tasks that have not ended
// by then are dropped where they stand and counted as leaked: each at its next csp call,
// and after the blocking calls that already run have returned. opts and stats may be
// NULL.
//
// An ordinary function: from any OS thread, again and again, also from several threads at
// once (the runs are strangers to each other: no channel may be shared between them).
// Called in a task it panics; wrap it in csp_blocking there.
//
// Returns CSP_OK; CSP_DEADLOCK when every task waits and nothing can wake one, after the
// list of tasks went to stderr; CSP_PANIC after on_panic; CSP_ENOMEM when the first task
// finds no memory or opts->stack_size is more than 32 MiB; CSP_ETHREAD when an OS thread
// cannot be started, procs is more than 4096 or the trace cannot be opened. fn has not
// run after the last two.
int csp_run(void (*fn)(void *), void *arg, const struct csp_opts *opts,
            struct csp_stats *stats);

// A trace (opts->trace) is for ui.perfetto.dev or chrome://tracing. It has a row for each
// worker with the tasks it ran; under virtual time, for each simulated processor with the
// csp_work done on it. It has a row for each task with what it did or waited for; arrows
// from each send to its receive and from who wakes a task to where it goes on; and the
// number of ready tasks. Until the end of the run it lies in memory, some 200 bytes for a
// hand-over; then the file is written. If that fails, or memory was short, stderr says so
// and the run's result stands. Runs that a panic aborts leave no trace. Under virtual
// time equal seeds give equal files.

// Starts fn(arg) as a task of its own. It may run at once, later, or on another OS
// thread; whatever the caller did before is visible to it. arg must live as long as the
// task uses it. Returns CSP_OK, or CSP_ENOMEM with nothing started.
int csp_go(void (*fn)(void *), void *arg);

// As csp_go, with the task's own copy of size bytes at args (on its stack, aligned for
// any type), gone when the task ends. A copy of more than a quarter of the stack is
// CSP_ENOMEM.
int csp_go_copy(void (*fn)(void *), const void *args, size_t size);

// As csp_go; dumps and traces call the task by name, which is copied and cut at 31 bytes.
int csp_go_named(const char *name, void (*fn)(void *), void *arg);

// As csp_go on a stack of at least stack_size bytes: rounded up to a power of two from 16
// KiB to 32 MiB; more is CSP_ENOMEM. Some of it, under 2 KiB, is the runtime's.
int csp_go_stack(size_t stack_size, void (*fn)(void *), void *arg);

// Lets other tasks go first; returns at once when there are none.
void csp_yield(void);

// Ends the calling task. In the run's first task the others go on, and the run ends with
// CSP_DEADLOCK when none is left, as after Go's runtime.Goexit.
__attribute__((noreturn)) void csp_exit(void);

// From csp_pin to the matching csp_unpin the task stays on its present OS thread (for
// libraries that keep state per thread). Calls nest; the end of the task unpins.
void csp_pin(void);
void csp_unpin(void);

// Nanoseconds on a monotonic clock; under virtual time on the simulated one, which starts
// at 0; outside of tasks always the real one. From anywhere.
uint64_t csp_now(void);

// Waits at least ns nanoseconds, holding no processor.
void csp_sleep(uint64_t ns);

// Computes for ns nanoseconds, holding a processor: spins in real time, and keeps one of
// the simulated processors busy under virtual time.
void csp_work(uint64_t ns);

// Calls fn(arg) on an OS thread with a full-size stack and returns its result; other
// tasks go on meanwhile. For everything that may block the thread or is hungry for stack:
// disk files, getaddrinfo, dlopen, OpenMP, OpenCL. fn is no task: only csp_now, csp_run
// and what says "from anywhere" may be called in it. Under virtual time the call takes no
// simulated time. When 256 calls are under way in the process, or no thread can be
// started, the call runs on the worker's own thread and stack, and its worker waits for
// it: calls must not wait for each other in such numbers.
int csp_blocking(int (*fn)(void *), void *arg);

// Waits until fd is ready for one of events (poll(2)'s POLLIN, POLLOUT, ...), for at most
// timeout_ns (CSP_FOREVER: without limit; 0: does not wait). Returns the ready events,
// which may include POLLERR and POLLHUP; CSP_TIMEOUT; or -errno, which is never -1 (EPERM
// is reported as -EINVAL: the descriptor is of a kind that does not poll; regular files
// are always ready). A run's first wait opens two descriptors more: -EMFILE or -ENFILE
// when there are none. Any number of tasks may wait for one fd. fd must stay open
// meanwhile. Under virtual time only timeouts pass; a run that waits for descriptors
// alone waits for them in real time.
int csp_wait_fd(int fd, int events, int64_t timeout_ns);

// Wait until fd is ready, then read(2) or write(2) once; other tasks go on meanwhile.
// Return the count, which may be less than n, or -errno. fd should be non-blocking: else
// a call that finds less than it was promised (another task was faster, or n is more than
// a pipe has room for) blocks its worker.
ssize_t csp_read(int fd, void *buf, size_t n);
ssize_t csp_write(int fd, const void *buf, size_t n);

// A channel carries elements of one size, first in, first out, through a buffer of
// `capacity` elements; with capacity 0 sender and receiver meet. A NULL channel is never
// ready.
struct csp_chan;

// From anywhere. The caller frees. NULL: out of memory, or the size of the buffer
// overflows. elem_size 0 is fine: such a channel carries events.
struct csp_chan *csp_chan_make(size_t elem_size, size_t capacity);

// Sends a copy of *elem (ignored when elem_size is 0), waiting for room or for a
// receiver. Panics when ch is closed, then or while it waits. NULL channel: blocks for
// ever.
void csp_chan_send(struct csp_chan *ch, const void *elem);

// Receives into *elem; elem NULL discards. False: the channel is closed and drained, and
// *elem is zeroed. NULL channel: blocks for ever.
bool csp_chan_recv(struct csp_chan *ch, void *elem);

// The same without waiting; from anywhere. CSP_OK; CSP_WOULD_BLOCK (*elem is left alone);
// and for receives CSP_CLOSED (*elem is zeroed). Sending on a closed channel panics.
int csp_chan_try_send(struct csp_chan *ch, const void *elem);
int csp_chan_try_recv(struct csp_chan *ch, void *elem);

// Ends sending: receivers get what is in the buffer, then false. Waiting receivers return
// false, waiting senders panic. From anywhere. Panics when ch is closed already or NULL.
void csp_chan_close(struct csp_chan *ch);

// From anywhere, also after the run. Panics when a task is parked on it. NULL is fine.
// The element values left in the buffer are forgotten. Who has received the last element,
// or false, may free: the sender, or who closed, is done with the channel.
void csp_chan_free(struct csp_chan *ch);

// Elements in the buffer (a moment's truth: it orders nothing), and its capacity. From
// anywhere. Both are 0 for NULL.
size_t csp_chan_len(const struct csp_chan *ch);
size_t csp_chan_cap(const struct csp_chan *ch);

// Channels (of uint64_t, capacity 1) on which csp_now() arrives once, ns from now, or
// every ns, dropping what nobody took in time. The caller frees them, which cancels the
// timer; the end of the run does so, too, but does not free. NULL: out of memory.
// csp_tick(0) panics.
struct csp_chan *csp_after(uint64_t ns);
struct csp_chan *csp_tick(uint64_t ns);

#define CSP_FOREVER (-1)

enum csp_op { CSP_SEND, CSP_RECV };

// One case of a select. elem: what to send, or where to receive (NULL discards). ok is
// set for the case that was done: as csp_chan_recv's result, and true for a send. Other
// cases' elem and ok are never written.
struct csp_case {
    enum csp_op op;
    struct csp_chan *ch;  // NULL: never ready
    void *elem;
    bool ok;
};

// Waits until one of n cases can be done, does it and returns its index; among ready
// cases all are equally likely. After timeout_ns (CSP_FOREVER: no limit; 0: does not wait
// at all) with none ready returns CSP_TIMEOUT. Panics when it chooses a send on a closed
// channel. One channel may stand in several cases. n is at most 65535; more than 6 cases
// need memory from the heap: without it nothing is done, and CSP_ENOMEM returned.
int csp_select(struct csp_case *cases, int n, int64_t timeout_ns);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#ifndef __cplusplus
// Typed channels, checked at compile time:
//
//     typedef CSP_CHAN(struct cart *) cart_chan;
//     cart_chan loaded = CSP_MAKE(cart_chan, 4);
//     csp_send(loaded, cart);
//     struct cart *c;
//     while (csp_recv(loaded, &c)) ...
//
// A handle is one pointer, freely copied; handle.ch is the channel, NULL after a CSP_MAKE
// that found no memory. Braces make a handle of an untyped channel of the same element:
//
//     typedef CSP_CHAN(uint64_t) time_chan;
//     time_chan noon = {csp_after(ns)};
//
// Values convert to the element type as by assignment; the address given to a receive
// must have the element's type exactly, or be NULL.
//
// A handle may also have one direction, as Go's chan<- and <-chan: what it is handed to
// can only send and close, or only receive. The wrong operation does not compile, nor
// does a way back:
//
//     typedef CSP_SEND_CHAN(struct cart *) cart_out;
//     typedef CSP_RECV_CHAN(struct cart *) cart_in;
//     struct gopher g = {CSP_SEND_ONLY(cart_out, loaded), CSP_RECV_ONLY(cart_in, empty)};
//     csp_send(g.out, cart);   csp_close(g.out);
//     csp_recv(g.in, &c);
//
// Braces again make one of an untyped channel: a CSP_RECV_CHAN(uint64_t) =
// {csp_tick(ns)}. csp_len and csp_cap take any handle; csp_free the two-way one, which
// its owner keeps.
#define CSP_CHAN(T)                                                                      \
    union {                                                                              \
        struct csp_chan *ch;                                                             \
        struct csp_chan *send_end, *recv_end;                                            \
        const struct csp_chan *any_end;                                                  \
        __typeof__(T) *elem;                                                             \
    }
#define CSP_SEND_CHAN(T)                                                                 \
    union {                                                                              \
        struct csp_chan *send_end, *send_only;                                           \
        const struct csp_chan *any_end;                                                  \
        __typeof__(T) *elem;                                                             \
    }
#define CSP_RECV_CHAN(T)                                                                 \
    union {                                                                              \
        struct csp_chan *recv_end, *recv_only;                                           \
        const struct csp_chan *any_end;                                                  \
        __typeof__(T) *elem;                                                             \
    }
#define CSP_MAKE(chan_type, capacity)                                                    \
    ((chan_type){.ch = csp_chan_make(sizeof(*((chan_type *)0)->elem), (capacity))})
#define CSP_SEND_ONLY(send_type, c)                                                      \
    ((send_type){.send_only = CSP_SAME(send_type, c, (c).send_end)})
#define CSP_RECV_ONLY(recv_type, c)                                                      \
    ((recv_type){.recv_only = CSP_SAME(recv_type, c, (c).recv_end)})

// p itself, if it is a pointer to c's element type or NULL; else it does not compile.
#define CSP_ELEM(c, p) _Generic((p), __typeof__(*(c).elem) * : (p), void * : (p))
// The end, if chan_type and c have the same element type; else it does not compile.
#define CSP_SAME(chan_type, c, end)                                                      \
    _Generic((c).elem, __typeof__(((chan_type *)0)->elem) : (end))
// The address of a temporary of c's element type that holds value. The choice, whose
// other side is never looked at, keeps a number from becoming a structure's first member.
#define CSP_TEMP(c, value) ((__typeof__(*(c).elem)[1]){1 ? (value) : *(c).elem})

#define csp_send(c, value)     csp_chan_send((c).send_end, CSP_TEMP(c, value))
#define csp_recv(c, p)         csp_chan_recv((c).recv_end, CSP_ELEM(c, p))
#define csp_try_send(c, value) csp_chan_try_send((c).send_end, CSP_TEMP(c, value))
#define csp_try_recv(c, p)     csp_chan_try_recv((c).recv_end, CSP_ELEM(c, p))
#define csp_close(c)           csp_chan_close((c).send_end)
#define csp_free(c)            csp_chan_free((c).ch)
#define csp_len(c)             csp_chan_len((c).any_end)
#define csp_cap(c)             csp_chan_cap((c).any_end)

// Cases of a select on typed channels; p is the address of the element to send or to
// receive.
#define CSP_CASE_SEND(c, p)                                                              \
    ((struct csp_case){CSP_SEND, (c).send_end, CSP_ELEM(c, p), false})
#define CSP_CASE_RECV(c, p)                                                              \
    ((struct csp_case){CSP_RECV, (c).recv_end, CSP_ELEM(c, p), false})

#endif

#endif
