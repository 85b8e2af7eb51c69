// bench_csp.h -- Go's benchmarks on our runtime: what the files of bench_csp share.
//
// A benchmark is a function that does its op b->n times and checks that it did. It runs
// as the first task of a csp_run; the harness calls it with growing n, as Go's testing
// does, all in one run: Go's runtime does not start anew for each n either. The work of
// an op is that of the benchmark of the same name in Go's runtime/chan_test.go and
// runtime/proc_test.go, or in versus_go/versus_go_test.go.
//
// Two things differ by necessity. C frees what Go leaves to its collector, inside the
// timed region where an op makes garbage. A sync.WaitGroup is an atomic count whose last
// holder sends on a channel.

#ifndef BENCH_CSP_H
#define BENCH_CSP_H

#include "csp.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { METRICS_MOST = 4 };

struct metric {
    const char *unit;
    double value;
};

struct bench {
    int64_t n;       // how many ops to do
    int procs;       // workers of the run
    int64_t arg;     // the entry's
    int64_t tasks;   // how many Million and DaisyChain make
    uint64_t grain;  // ops that a task of bench_parallel takes at once
    uint64_t started_ns, elapsed_ns;
    bool timing;
    struct metric metrics[METRICS_MOST];
    int n_metrics;
    _Atomic bool failed;
    char failure[200];  // of the first check that failed
};

struct bench_entry {
    const char *name;
    void (*run)(struct bench *b);
    int64_t arg;
    int procs_least;  // left out with fewer, as Go leaves it out
    int procs_most;   // runs with these when asked for more; 0: no limit
};

// Each ends with an entry without a name.
extern const struct bench_entry bench_chan_entries[], bench_select_entries[],
    bench_spawn_entries[], bench_wake_entries[], bench_many_entries[];

// The timer runs when a benchmark begins, and is stopped when it returns.
void bench_start(struct bench *b);
void bench_stop(struct bench *b);
void bench_reset(struct bench *b);

// A figure beside ns/op. unit is one word.
void bench_metric(struct bench *b, const char *unit, double value);

// The benchmark fails, with the first such sentence, unless ok / got is wanted. From any
// task of the run.
void bench_check(struct bench *b, bool ok, const char *what);
void bench_equal(struct bench *b, const char *what, int64_t got, int64_t wanted);

// Starts a task or fails the benchmark, without which nothing makes sense: panics.
void bench_go(void (*fn)(void *), void *arg);
void bench_go_copy(void (*fn)(void *), const void *args, size_t size);
struct csp_chan *bench_chan(size_t elem_size, size_t capacity);

// Go's sync.WaitGroup for one waiter.
struct wait_group {
    _Atomic int64_t left;
    struct csp_chan *gone;  // capacity 1: told by the last
};
struct wait_group wait_group_make(int64_t n);
void wait_group_done(struct wait_group *wg);
void wait_group_wait(struct wait_group *wg);  // frees, too

// What one task of bench_parallel does: ops as long as share_next says so.
struct share {
    struct bench *bench;
    _Atomic uint64_t *taken;
    uint64_t n, grain, left;
};

static inline bool share_next(struct share *s)
{
    if (s->left == 0) {
        uint64_t taken = atomic_fetch_add(s->taken, s->grain) + s->grain;
        if (taken <= s->n)
            s->left = s->grain;
        else if (taken < s->n + s->grain)
            s->left = s->n + s->grain - taken;
        else
            return false;
    }
    s->left--;
    return true;
}

// Go's b.RunParallel: procs tasks run body(share, arg) and divide b->n ops among them.
// body returns how many ops it did; their sum must be b->n.
void bench_parallel(struct bench *b, int64_t (*body)(struct share *s, void *arg),
                    void *arg);

// Keeps the compiler from knowing a value, without any instruction.
#define HIDE(x) __asm__ volatile("" : "+r"(x))

// How long and how often, and what is asked for.
struct bench_time {
    uint64_t ns;
    int64_t n;  // if not 0: this many ops instead
};

struct bench_result {
    int64_t n;
    uint64_t ns;
    struct metric metrics[METRICS_MOST];
    int n_metrics;
    char failure[200];  // empty: all counts add up
};

// Runs the entry as Go's testing would. procs is at least entry->procs_least.
struct bench_result bench_run(const struct bench_entry *e, int procs, int64_t tasks,
                              struct bench_time time);

#endif
