// talk_heap_balancer.c -- every request goes to the worker who has least to do.
#include "chance.h"
#include "office_log.h"
#include "talk.h"
#include "worker_heap.h"

enum { WORKERS = 10, REQUESTS = 1000 };

typedef CSP_CHAN(int) number_chan;
typedef CSP_CHAN(uint64_t) time_chan;

struct request {
    uint64_t takes_ns;
    time_chan reply;  // the way back to who asked
};
typedef CSP_CHAN(struct request) request_chan;

struct lines {
    request_chan in, desk[WORKERS];
    number_chan done;  // of desks
    time_chan latency;
};

struct person {
    const struct lines *lines;
    int desk;                     // of a worker
    uint64_t comes_ns, takes_ns;  // of a customer
};

static void worker(void *arg)
{
    const struct person *p = arg;
    for (struct request r; csp_recv(p->lines->desk[p->desk], &r);) {
        csp_sleep(r.takes_ns);
        csp_send(r.reply, csp_now());
        csp_send(p->lines->done, p->desk);
    }
}

static void customer(void *arg)
{
    const struct person *p = arg;
    csp_sleep(p->comes_ns);
    uint64_t asked_ns = csp_now(), answered_ns;
    struct request r = {p->takes_ns, CSP_MAKE(time_chan, 0)};
    csp_send(p->lines->in, r);
    csp_recv(r.reply, &answered_ns);
    csp_free(r.reply);
    csp_send(p->lines->latency, answered_ns - asked_ns);
}

struct office {
    bool by_heap;
    struct lines lines;
    struct worker_heap heap;
    struct office_log log;
};

static void dispatch(struct office *o, struct request r)
{
    struct worker *w = o->by_heap ? worker_heap_lightest(&o->heap)
                                  : &o->heap.workers[o->log.dispatches % WORKERS];
    w->pending++;
    worker_heap_update(&o->heap, w);
    csp_send(o->lines.desk[w->number], r);
    office_log_loads(&o->log, &o->heap);
}

static void completed(struct office *o, struct worker *w)
{
    w->pending--;
    worker_heap_update(&o->heap, w);
}

static void balance(void *arg)
{
    struct office *o = arg;
    struct rng rng = talk_rng(0);
    struct person p = {.lines = &o->lines};
    for (; p.desk < WORKERS; p.desk++)
        csp_go_copy(worker, &p, sizeof p);
    for (int i = 0; i < REQUESTS; i++) {
        p.comes_ns += chance_exponential_ns(&rng, 1250 * MICROSECONDS);
        p.takes_ns = chance_exponential_ns(&rng, 10 * MILLISECONDS);
        csp_go_copy(customer, &p, sizeof p);
    }
    while (o->log.answers < REQUESTS) {
        struct request r;
        int desk;
        uint64_t latency_ns;
        struct csp_case cases[] = {CSP_CASE_RECV(o->lines.in, &r),
                                   CSP_CASE_RECV(o->lines.done, &desk),
                                   CSP_CASE_RECV(o->lines.latency, &latency_ns)};
        int i = csp_select(cases, 3, CSP_FOREVER);
        if (i == 0)
            dispatch(o, r);
        else if (i == 1)
            completed(o, &o->heap.workers[desk]);
        else
            office_log_answer(&o->log, latency_ns);
    }
}

static void run(struct office *o)
{
    struct lines *lines = &o->lines;
    lines->in = CSP_MAKE(request_chan, 0);
    lines->done = CSP_MAKE(number_chan, 0);
    lines->latency = CSP_MAKE(time_chan, 0);
    for (int i = 0; i < WORKERS; i++) {
        // Room for all requests: to hand one over never waits.
        lines->desk[i] = CSP_MAKE(request_chan, REQUESTS);
        worker_heap_add(&o->heap);
    }
    talk_run(balance, o);
    for (int i = 0; i < WORKERS; i++)
        csp_free(lines->desk[i]);
    csp_free(lines->in);
    csp_free(lines->done);
    csp_free(lines->latency);
}

static void tell(void)
{
    struct office turns = {.by_heap = false}, heap = {.by_heap = true};
    run(&turns);
    run(&heap);
    office_log_compare(&turns.log, &heap.log);
}

const struct program talk_heap_balancer = {
    .name = "heap-balancer",
    .summary = "every request to the worker who has least to do",
    .story =
        "Requests come at random and carry the channel for their answer. A balancer\n"
        "gives them to ten workers: in turn, then each to the one with the fewest\n"
        "pending, who stands at the top of a heap. The load is the same.",
    .question = "how long do the one in a hundred wait who have bad luck?",
    .moral =
        "One task owns the heap and hears of all that happens on channels, so nothing\n"
        "needs a lock. The worker answers who asked, directly: a channel is a value,\n"
        "and travels in the request.",
    .tell = tell,
};
