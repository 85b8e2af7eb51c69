// talk_heap_balancer.c -- every request goes to the worker who has least to do.
#include "chance.h"
#include "office_log.h"
#include "talk.h"
#include "worker_heap.h"

enum { WORKERS = 10, REQUESTS = 1000 };

typedef CSP_CHAN(int) reply_chan;
struct request {
    uint64_t asked_ns, takes_ns;
    int desk;          // of the worker who has it
    reply_chan reply;  // the way back to who asked
};
typedef CSP_CHAN(struct request) request_chan;

struct desk {
    request_chan in, done;
};

static void worker(void *arg)
{
    const struct desk *desk = arg;
    for (struct request r; csp_recv(desk->in, &r);) {
        csp_sleep(r.takes_ns);
        csp_send(r.reply, 0);
        csp_send(desk->done, r);
    }
    csp_free(desk->in);
}

struct customer {
    request_chan office;
    struct request request;
};

static void customer(void *arg)
{
    const struct customer *c = arg;
    struct request r = c->request;
    csp_sleep(r.asked_ns);
    r.asked_ns = csp_now();
    r.reply = CSP_MAKE(reply_chan, 0);
    csp_send(c->office, r);
    csp_recv(r.reply, NULL);
    csp_free(r.reply);
}

struct office {
    bool by_heap;
    struct worker_heap heap;
    struct desk desks[WORKERS];
    struct office_log log;
};

static void dispatch(struct office *o, struct request r)
{
    struct worker_load *w = o->by_heap ? worker_heap_lightest(&o->heap)
                                       : &o->heap.workers[o->log.dispatches % WORKERS];
    w->pending++;
    worker_heap_update(&o->heap, w);
    office_log_loads(&o->log, &o->heap);
    r.desk = w->number;
    csp_send(o->desks[r.desk].in, r);
}

static void completed(struct office *o, struct request r)
{
    o->heap.workers[r.desk].pending--;
    worker_heap_update(&o->heap, &o->heap.workers[r.desk]);
    office_log_answer(&o->log, csp_now() - r.asked_ns);
}

static void balance(void *arg)
{
    struct office *o = arg;
    request_chan in = CSP_MAKE(request_chan, 0), done = CSP_MAKE(request_chan, 0);
    for (int i = 0; i < WORKERS; i++) {
        // With room for all requests: to hand one over never waits.
        o->desks[i] = (struct desk){CSP_MAKE(request_chan, REQUESTS), done};
        worker_heap_add(&o->heap);
        csp_go(worker, &o->desks[i]);
    }
    struct rng rng = talk_rng(0);
    struct customer c = {.office = in};
    for (int i = 0; i < REQUESTS; i++) {
        c.request.asked_ns += chance_exponential_ns(&rng, 1250 * MICROSECONDS);
        c.request.takes_ns = chance_exponential_ns(&rng, 10 * MILLISECONDS);
        csp_go_copy(customer, &c, sizeof c);
    }
    struct request r;
    struct csp_case cases[] = {CSP_CASE_RECV(in, &r), CSP_CASE_RECV(done, &r)};
    while (o->log.answers < REQUESTS)
        (csp_select(cases, 2, CSP_FOREVER) == 0 ? dispatch : completed)(o, r);
    for (int i = 0; i < WORKERS; i++)
        csp_close(o->desks[i].in);
    csp_free(in);
    csp_free(done);
}

static void tell(void)
{
    struct office turns = {0}, heap = {.by_heap = true};
    talk_run_whole(balance, &turns);
    talk_run_whole(balance, &heap);
    office_log_compare(&turns.log, &heap.log);
}

const struct program talk_heap_balancer = {
    .name = "heap-balancer",
    .summary = "every request to the worker who has least to do",
    .story =
        "Random requests carry the channel for their answer. A balancer gives each\n"
        "to one of ten workers: in turn; then to the one with the fewest pending, who\n"
        "stands at the top of a heap. The requests are the same.",
    .question = "How long does the one in a hundred wait who has bad luck?",
    .moral = "One task owns the heap and hears of all that happens on channels. Workers\n"
             "answer who asked directly: a channel is a value, and travels in a request.",
    .tell = tell,
};
