// claims_waiting.c -- claims 11 and 17: who blocks does not block others; and what
// waiting costs, as two numbers: how many are alive, how many run.
#include "clock.h"
#include "csp.h"
#include "judges.h"
#include "os_threads.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const uint64_t MS = 1000000;

typedef CSP_CHAN(uint64_t) ns_chan;

static int run(void (*first)(void *), void *arg, int procs, const struct claim_opts *o,
               bool real)
{
    const struct csp_opts opts = {.procs = procs, .seed = o->seed, .virtual_time = !real};
    return csp_run(first, arg, &opts, NULL);
}

// Whether the judging run has come to its end. The claim is undecided when it lacked
// memory or threads.
static bool ran(int result, struct evidence *e)
{
    if (result == CSP_OK)
        return true;
    e->finding = run_lacked(result) ? FINDING_INCONCLUSIVE : FINDING_REFUTED;
    if (run_lacked(result))
        SAY(e->figure, "it could not be run: no memory, or no threads");
    else
        SAY(e->figure, "the run ended with %d", result);
    return false;
}

// ---- 11

enum { BEATS = 100, BLOCKED_EACH = 5, BLOCKED = 5 * BLOCKED_EACH };

struct ward {
    ns_chan at_it, never;
    int pipe[2];
    bool starved;  // a task could not be started
    uint64_t longest_ns;
};

static void in_receive(void *arg)
{
    const struct ward *w = arg;
    csp_send(w->at_it, 0);
    csp_recv(w->never, NULL);
}

static void in_select(void *arg)
{
    const struct ward *w = arg;
    csp_send(w->at_it, 0);
    struct csp_case cases[] = {CSP_CASE_RECV(w->never, NULL)};
    csp_select(cases, 1, CSP_FOREVER);
}

static void in_timer(void *arg)
{
    const struct ward *w = arg;
    csp_send(w->at_it, 0);
    csp_sleep(1000 * BEATS * MS);
}

static void in_pipe(void *arg)
{
    const struct ward *w = arg;
    char byte;
    csp_send(w->at_it, 0);
    csp_read(w->pipe[0], &byte, 1);
}

static int block(void *arg)
{
    (void)arg;
    const struct timespec half_of_it = {.tv_nsec = BEATS / 2 * (long)MS};
    return nanosleep(&half_of_it, NULL);
}

static void in_call(void *arg)
{
    const struct ward *w = arg;
    csp_send(w->at_it, 0);
    csp_blocking(block, NULL);
}

// Beats when all others are blocked, or about to be.
static void heart(void *arg)
{
    static void (*const ways[])(void *) = {in_receive, in_select, in_timer, in_pipe,
                                           in_call};
    struct ward *w = arg;
    for (int i = 0; i < BLOCKED && !w->starved; i++)
        w->starved = csp_go(ways[i / BLOCKED_EACH], w) != CSP_OK;
    for (int i = 0; i < BLOCKED && !w->starved; i++)
        csp_recv(w->at_it, NULL);
    uint64_t last_ns = csp_now();
    for (int i = 0; i < BEATS && !w->starved; i++) {
        csp_sleep(MS);
        const uint64_t gap_ns = csp_now() - last_ns;
        if (gap_ns > w->longest_ns)
            w->longest_ns = gap_ns;
        last_ns += gap_ns;
    }
}

// *ms is the longest gap between two beats on one processor. Returns how the run ended.
static int longest_gap(const struct claim_opts *o, bool real, double *ms)
{
    struct ward w = {.at_it = CSP_MAKE(ns_chan, 0), .never = CSP_MAKE(ns_chan, 0)};
    int result = CSP_ENOMEM;
    if (w.at_it.ch && w.never.ch && pipe(w.pipe) == 0) {
        result = run(heart, &w, 1, o, real);
        close(w.pipe[0]);
        close(w.pipe[1]);
    }
    csp_free(w.at_it);
    csp_free(w.never);
    *ms = (double)w.longest_ns / (double)MS;
    return w.starved ? CSP_ENOMEM : result;
}

void judge_heart(const struct claim_opts *o, struct evidence *e)
{
    double ms;
    if (!ran(longest_gap(o, false, &e->value), e))
        return;
    e->expected = 1;
    evidence_demand(e, e->value == 1);
    SAY(e->figure,
        "%d tasks block in receives, selects, timers, reads and blocking calls; one "
        "beats each 1.000 ms, and its longest gap is %.3f ms",
        BLOCKED, e->value);
    SAY(e->formula, "the beat: 1.000 ms, on one processor");
    SAY(e->bound, "exact");
    if (o->real && longest_gap(o, true, &ms) == CSP_OK)
        SAY(e->real, "on one processor the longest of %d gaps is %.3f ms", BEATS, ms);
}

// ---- 17

struct life {
    uint64_t ns, worked_ns;
};

typedef CSP_CHAN(struct life) life_chan;

struct gathering {
    int tasks;
    uint64_t each_ns;
    bool computes;
    life_chan lives;
    bool starved;
    uint64_t began_ns, took_ns;
    double alive, running;  // on average
};

static void take_part(void *arg)
{
    const struct gathering *g = arg;
    struct life life = {0};
    if (g->computes) {
        csp_work(g->each_ns);
        life.worked_ns += g->each_ns;
    } else {
        csp_sleep(g->each_ns);
    }
    life.ns = csp_now() - g->began_ns;
    csp_send(g->lives, life);
}

static void gather(void *arg)
{
    struct gathering *g = arg;
    uint64_t lived_ns = 0, worked_ns = 0;
    g->began_ns = csp_now();
    for (int i = 0; i < g->tasks && !g->starved; i++)
        g->starved = csp_go(take_part, g) != CSP_OK;
    for (int i = 0; i < g->tasks && !g->starved; i++) {
        struct life life;
        csp_recv(g->lives, &life);
        lived_ns += life.ns;
        worked_ns += life.worked_ns;
    }
    g->took_ns = csp_now() - g->began_ns;
    g->alive = (double)lived_ns / (double)g->took_ns;
    g->running = (double)worked_ns / (double)g->took_ns;
}

static int run_gathering(struct gathering *g, int procs, const struct claim_opts *o,
                         bool real)
{
    g->lives = CSP_MAKE(life_chan, 0);
    if (!g->lives.ch)
        return CSP_ENOMEM;
    const int result = run(gather, g, procs, o, real);
    csp_free(g->lives);
    return g->starved ? CSP_ENOMEM : result;
}

static double took_ms(const struct gathering *g)
{
    return (double)g->took_ns / (double)MS;
}

// As many tasks and threads, all on one processor, that wait as long.
static void wait_here(const struct claim_opts *o, struct evidence *e)
{
    struct os_threads_plan plan = {.most = 1000, .wait_ns = 100 * MS, .one_cpu = true};
    struct gathering g = {.tasks = plan.most, .each_ns = plan.wait_ns};
    struct os_threads t;
    const uint64_t before_ns = clock_process_ns();
    const int result = run_gathering(&g, 1, o, true);
    const uint64_t used_ns = clock_process_ns() - before_ns;
    if (result != CSP_OK || os_threads_try(&plan, &t))
        return;
    const double running_here = (double)used_ns / (double)g.took_ns;
    const double threads_s = t.start_s + t.end_s;
    SAY(e->real,
        "on one processor, to wait 100 ms: %d tasks %.0f ms, %.0f alive, %.2f running; "
        "%d threads %.0f ms, %.2f running; at most 1 runs",
        g.tasks, took_ms(&g), g.alive, running_here, t.started, threads_s * 1e3,
        t.cpu_s / threads_s);
}

void judge_waiting(const struct claim_opts *o, struct evidence *e)
{
    enum { N = 100, PROCS = 4 };
    struct gathering wait = {.tasks = N, .each_ns = MS};
    struct gathering work = {.tasks = N, .each_ns = MS, .computes = true};
    struct gathering spread = work;
    if (!ran(run_gathering(&wait, 1, o, false), e) ||
        !ran(run_gathering(&work, 1, o, false), e) ||
        !ran(run_gathering(&spread, PROCS, o, false), e))
        return;
    evidence_demand(e, wait.took_ns == MS && wait.alive == N && wait.running == 0);
    evidence_demand(e, work.took_ns == N * MS && work.alive == (N + 1) / 2.0);
    evidence_demand(e, spread.took_ns == N / PROCS * MS &&
                           spread.alive == (N + PROCS) / 2.0);
    e->value = took_ms(&work) / took_ms(&wait);
    e->expected = N;
    SAY(e->figure,
        "%d tasks on one processor: 1 ms waits take %.3f ms, %.1f alive, %.0f running; "
        "computations %.3f ms, %.1f and %.1f; on %d: %.3f ms, %.1f and %.1f",
        N, took_ms(&wait), wait.alive, wait.running, took_ms(&work), work.alive,
        work.running, PROCS, took_ms(&spread), spread.alive, spread.running);
    SAY(e->formula,
        "waits t, computations N t / P: alive N, then half of them; running 0, then P");
    SAY(e->bound, "exact");
    if (o->real)
        wait_here(o, e);
}
