// bench_csp_wake.c -- who wakes whom, and how fast (Go's proc_test.go; PingPong is ours).

#include "bench_csp.h"

#include <time.h>

typedef CSP_CHAN(bool) bool_chan;
typedef CSP_CHAN(int64_t) int_chan;

static bool_chan make_bools(void)
{
    return (bool_chan){bench_chan(sizeof(bool), 0)};
}

struct hog_game {
    int64_t n;
    bool_chan stop, done, ping, pong;
    int64_t hops[2];
};

// Go interrupts a task that computes for 10 ms. C is not interrupted: our hog gives way
// by itself, each time around.
static void hog(void *arg)
{
    struct hog_game *g = arg;
    while (csp_try_recv(g->stop, NULL) == CSP_WOULD_BLOCK)
        csp_yield();
    csp_send(g->done, true);
}

static int64_t pass_on(bool_chan from, bool_chan to, int64_t n)
{
    int64_t hops = 0;
    for (int64_t i = 0; i < n; i++) {
        bool ball = false;
        csp_recv(from, &ball);
        csp_send(to, ball);
        hops += ball;
    }
    return hops;
}

static void ponger(void *arg)
{
    struct hog_game *g = arg;
    g->hops[0] = pass_on(g->ping, g->pong, g->n);
    csp_close(g->stop);
    csp_send(g->done, true);
}

static void pinger(void *arg)
{
    struct hog_game *g = arg;
    g->hops[1] = pass_on(g->pong, g->ping, g->n);
    csp_send(g->done, true);
}

static void ping_pong_hog(struct bench *b)
{
    struct hog_game g = {b->n,         make_bools(), make_bools(),
                         make_bools(), make_bools(), {0}};
    bench_go(hog, &g);
    bench_go(ponger, &g);
    bench_go(pinger, &g);
    bench_reset(b);
    csp_send(g.ping, true);
    csp_recv(g.stop, NULL);
    bench_stop(b);
    csp_recv(g.ping, NULL);
    for (int i = 0; i < 3; i++)
        csp_recv(g.done, NULL);
    bench_equal(b, "hops of the ball", g.hops[0] + g.hops[1], 2 * b->n);
    csp_free(g.stop);
    csp_free(g.done);
    csp_free(g.ping);
    csp_free(g.pong);
}

struct rally {
    int64_t n;
    int_chan there, back;
};

static void returner(void *arg)
{
    struct rally *r = arg;
    int64_t ball;
    while (csp_recv(r->there, &ball))
        csp_send(r->back, ball + 1);
    csp_close(r->back);
}

// There and back between two tasks: two meetings an op.
static void ping_pong(struct bench *b)
{
    struct rally r = {
        b->n, {bench_chan(sizeof(int64_t), 0)}, {bench_chan(sizeof(int64_t), 0)}};
    int64_t ball = 0;
    bench_go(returner, &r);
    for (int64_t i = 0; i < b->n; i++) {
        csp_send(r.there, ball);
        csp_recv(r.back, &ball);
    }
    bench_equal(b, "hits of the ball", ball, b->n);
    csp_close(r.there);
    csp_recv(r.back, NULL);
    csp_free(r.there);
    csp_free(r.back);
}

struct wakeup {
    int64_t n;
    uint64_t delay_ns;
    void (*spin)(uint64_t ns);
    struct csp_chan *ping, *pong, *start, *done;
    _Atomic int64_t met;
};

// By it the sender is the later one, so that the receiver is parked, as a rule.
enum { WAKE_DELAY_NS = 5000 };

static void wakeup_first(void *arg)
{
    struct wakeup *w = arg;
    int64_t met = 0;
    csp_chan_recv(w->start, NULL);
    for (int64_t i = 0; i < w->n; i++) {
        w->spin(w->delay_ns + WAKE_DELAY_NS);
        csp_chan_send(w->ping, NULL);
        w->spin(w->delay_ns);
        met += csp_chan_recv(w->pong, NULL);
    }
    atomic_fetch_add(&w->met, met);
    csp_chan_send(w->done, NULL);
}

static void wakeup_second(void *arg)
{
    struct wakeup *w = arg;
    int64_t met = 0;
    for (int64_t i = 0; i < w->n; i++) {
        w->spin(w->delay_ns);
        met += csp_chan_recv(w->ping, NULL);
        w->spin(w->delay_ns + WAKE_DELAY_NS);
        csp_chan_send(w->pong, NULL);
    }
    atomic_fetch_add(&w->met, met);
    csp_chan_send(w->done, NULL);
}

static void wakeup(struct bench *b, void (*spin)(uint64_t ns))
{
    struct wakeup w = {.n = b->n,
                       .delay_ns = (uint64_t)b->arg,
                       .spin = spin,
                       .ping = bench_chan(0, 0),
                       .pong = bench_chan(0, 0),
                       .start = bench_chan(0, 0),
                       .done = bench_chan(0, 0)};
    bench_go(wakeup_first, &w);
    bench_go(wakeup_second, &w);
    bench_reset(b);
    csp_chan_send(w.start, NULL);
    csp_chan_recv(w.done, NULL);
    csp_chan_recv(w.done, NULL);
    bench_equal(b, "meetings", atomic_load(&w.met), 2 * b->n);
    csp_chan_free(w.ping);
    csp_chan_free(w.pong);
    csp_chan_free(w.start);
    csp_chan_free(w.done);
}

static void spin_by_clock(uint64_t ns)
{
    for (uint64_t end = csp_now() + ns; csp_now() < end;)
        continue;
}

static int nap(void *arg)
{
    uint64_t ns = *(uint64_t *)arg;
    return nanosleep(&(struct timespec){.tv_nsec = (long)ns}, NULL);
}

// Go wraps every system call; ours go through csp_blocking.
static void spin_in_kernel(uint64_t ns)
{
    csp_blocking(nap, &ns);
}

static void wakeup_spinning(struct bench *b)
{
    wakeup(b, spin_by_clock);
}

static void wakeup_syscall(struct bench *b)
{
    wakeup(b, spin_in_kernel);
}

const struct bench_entry bench_wake_entries[] = {
    {"PingPongHog", ping_pong_hog, 0, 0, 1},
    {"PingPong", ping_pong, 0, 0, 0},
    {"WakeupParallelSpinning/0s", wakeup_spinning, 0, 2, 0},
    {"WakeupParallelSpinning/1µs", wakeup_spinning, 1000, 2, 0},
    {"WakeupParallelSpinning/2µs", wakeup_spinning, 2000, 2, 0},
    {"WakeupParallelSpinning/5µs", wakeup_spinning, 5000, 2, 0},
    {"WakeupParallelSpinning/10µs", wakeup_spinning, 10000, 2, 0},
    {"WakeupParallelSpinning/20µs", wakeup_spinning, 20000, 2, 0},
    {"WakeupParallelSpinning/50µs", wakeup_spinning, 50000, 2, 0},
    {"WakeupParallelSpinning/100µs", wakeup_spinning, 100000, 2, 0},
    {"WakeupParallelSyscall/0s", wakeup_syscall, 0, 2, 0},
    {"WakeupParallelSyscall/1µs", wakeup_syscall, 1000, 2, 0},
    {"WakeupParallelSyscall/2µs", wakeup_syscall, 2000, 2, 0},
    {"WakeupParallelSyscall/5µs", wakeup_syscall, 5000, 2, 0},
    {"WakeupParallelSyscall/10µs", wakeup_syscall, 10000, 2, 0},
    {"WakeupParallelSyscall/20µs", wakeup_syscall, 20000, 2, 0},
    {"WakeupParallelSyscall/50µs", wakeup_syscall, 50000, 2, 0},
    {"WakeupParallelSyscall/100µs", wakeup_syscall, 100000, 2, 0},
    {0},
};
