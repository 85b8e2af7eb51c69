// bench_csp_run.c -- one benchmark: how often to do the op, the timer, the checks.

#include "bench_csp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_MOST = 1000000000, GRAIN_NS = 100000, GRAIN_MOST = 10000 };

void bench_start(struct bench *b)
{
    if (b->timing)
        return;
    b->timing = true;
    b->started_ns = csp_now();
}

void bench_stop(struct bench *b)
{
    if (!b->timing)
        return;
    b->elapsed_ns += csp_now() - b->started_ns;
    b->timing = false;
}

void bench_reset(struct bench *b)
{
    b->elapsed_ns = 0;
    b->started_ns = csp_now();
}

void bench_metric(struct bench *b, const char *unit, double value)
{
    if (b->n_metrics < METRICS_MOST)
        b->metrics[b->n_metrics++] = (struct metric){unit, value};
}

void bench_check(struct bench *b, bool ok, const char *what)
{
    if (!ok && !atomic_exchange(&b->failed, true))
        snprintf(b->failure, sizeof b->failure, "%s", what);
}

void bench_equal(struct bench *b, const char *what, int64_t got, int64_t wanted)
{
    if (got != wanted && !atomic_exchange(&b->failed, true))
        snprintf(b->failure, sizeof b->failure,
                 "%s: %" PRId64 " where %" PRId64 " are right (n is %" PRId64 ")", what,
                 got, wanted, b->n);
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench_csp: out of memory for %s\n", what);
    exit(1);
}

void bench_go(void (*fn)(void *), void *arg)
{
    must(csp_go(fn, arg) == CSP_OK, "a task");
}

void bench_go_copy(void (*fn)(void *), const void *args, size_t size)
{
    must(csp_go_copy(fn, args, size) == CSP_OK, "a task");
}

struct csp_chan *bench_chan(size_t elem_size, size_t capacity)
{
    struct csp_chan *ch = csp_chan_make(elem_size, capacity);
    must(ch, "a channel");
    return ch;
}

struct wait_group wait_group_make(int64_t n)
{
    return (struct wait_group){.left = n, .gone = bench_chan(0, 1)};
}

void wait_group_done(struct wait_group *wg)
{
    // After the count is down, the waiter's memory is for the last one alone.
    if (atomic_fetch_sub(&wg->left, 1) == 1)
        csp_chan_send(wg->gone, NULL);
}

void wait_group_wait(struct wait_group *wg)
{
    csp_chan_recv(wg->gone, NULL);
    csp_chan_free(wg->gone);
}

struct parallel {
    struct share share;
    int64_t (*body)(struct share *, void *);
    void *arg;
    struct wait_group *gone;
    _Atomic int64_t *done;
};

static void parallel_task(void *arg)
{
    struct parallel *p = arg;
    int64_t done = p->body(&p->share, p->arg);
    atomic_fetch_add(p->done, done);
    wait_group_done(p->gone);
}

void bench_parallel(struct bench *b, int64_t (*body)(struct share *, void *), void *arg)
{
    _Atomic uint64_t taken = 0;
    _Atomic int64_t done = 0;
    struct wait_group gone = wait_group_make(b->procs);
    struct parallel p = {
        .share = {.bench = b, .taken = &taken, .n = (uint64_t)b->n, .grain = b->grain},
        .body = body,
        .arg = arg,
        .gone = &gone,
        .done = &done};
    for (int i = 0; i < b->procs; i++)
        bench_go_copy(parallel_task, &p, sizeof p);
    wait_group_wait(&gone);
    bench_equal(b, "ops done in parallel", atomic_load(&done), b->n);
}

struct session {
    const struct bench_entry *entry;
    struct bench_time time;
    struct bench b;
};

// As Go: as many ops at once as take 100 us, by what the run before took.
static uint64_t grain_for(const struct bench *b)
{
    uint64_t grain = 0;
    if (b->n > 0 && b->elapsed_ns > 0)
        grain = (uint64_t)((double)GRAIN_NS * (double)b->n / (double)b->elapsed_ns);
    return grain < 1 ? 1 : grain > GRAIN_MOST ? GRAIN_MOST : grain;
}

static void run_n(struct session *s, int64_t n)
{
    struct bench *b = &s->b;
    b->grain = grain_for(b);
    b->n = n;
    b->n_metrics = 0;
    b->timing = false;
    bench_reset(b);
    bench_start(b);
    s->entry->run(b);
    bench_stop(b);
}

// Go's prediction: 1.2 times what should be enough, at most 100 times the last, and more
// than it.
static int64_t next_n(const struct bench *b, uint64_t goal_ns, int64_t last)
{
    double n = (double)goal_ns * (double)b->n /
               (double)(b->elapsed_ns ? b->elapsed_ns : 1) * 1.2;
    double most = 100.0 * (double)last;
    if (n > most)
        n = most;
    if (n < (double)last + 1)
        n = (double)last + 1;
    return n > N_MOST ? N_MOST : (int64_t)n;
}

static void session_task(void *arg)
{
    struct session *s = arg;
    run_n(s, 1);
    if (s->time.n > 1 && !atomic_load(&s->b.failed))
        run_n(s, s->time.n);
    if (s->time.n > 0)
        return;
    for (int64_t n = 1;
         !atomic_load(&s->b.failed) && s->b.elapsed_ns < s->time.ns && n < N_MOST;) {
        n = next_n(&s->b, s->time.ns, n);
        run_n(s, n);
    }
}

static const char *run_result_text(int result)
{
    switch (result) {
    case CSP_DEADLOCK:
        return "the run ended in a deadlock";
    case CSP_PANIC:
        return "the run ended in a panic";
    case CSP_ENOMEM:
        return "there is not enough memory for the run";
    default:
        return "the run could not start its threads";
    }
}

struct bench_result bench_run(const struct bench_entry *e, int procs, int64_t tasks,
                              struct bench_time time)
{
    if (e->procs_most && procs > e->procs_most)
        procs = e->procs_most;
    struct session s = {
        .entry = e, .time = time, .b = {.procs = procs, .arg = e->arg, .tasks = tasks}};
    struct csp_opts opts = {.procs = procs};
    int result = csp_run(session_task, &s, &opts, NULL);
    if (result != CSP_OK)
        bench_check(&s.b, false, run_result_text(result));
    struct bench_result r = {
        .n = s.b.n, .ns = s.b.elapsed_ns, .n_metrics = s.b.n_metrics};
    memcpy(r.metrics, s.b.metrics, sizeof r.metrics);
    memcpy(r.failure, s.b.failure, sizeof r.failure);
    return r;
}
