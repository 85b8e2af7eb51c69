// bench_csp_select.c -- selects (Go's chan_test.go).
//
// A Go select of one case and a default compiles to a try operation there; here it is
// written as one. The cases of the others are built anew each time, as Go builds them.

#include "bench_csp.h"

#include <stdlib.h>

typedef CSP_CHAN(int64_t) int_chan;  // Go's int
typedef CSP_CHAN(uint64_t) time_chan;

enum { CALLS_PER_SCHED = 1000, POPULAR_TASKS = 1000 };

static const uint64_t HOUR_NS = UINT64_C(3600000000000);

static int_chan make_ints(size_t capacity)
{
    return (int_chan){bench_chan(sizeof(int64_t), capacity)};
}

// Takes from either channel and puts into the other, again and again.
static int64_t swap_tokens(struct share *s, int_chan a, int_chan b)
{
    int64_t ops = 0;
    while (share_next(s)) {
        int64_t v;
        struct csp_case cases[] = {CSP_CASE_RECV(a, &v), CSP_CASE_RECV(b, &v)};
        int chosen = csp_select(cases, 2, CSP_FOREVER);
        csp_send(chosen == 0 ? b : a, 0);
        ops += cases[chosen].ok;
    }
    return ops;
}

static int64_t uncontended_body(struct share *s, void *arg)
{
    (void)arg;
    int_chan a = make_ints(1), b = make_ints(1);
    csp_send(a, 0);
    int64_t ops = swap_tokens(s, a, b);
    bench_equal(s->bench, "tokens left", (int64_t)(csp_len(a) + csp_len(b)), 1);
    csp_free(a);
    csp_free(b);
    return ops;
}

static void select_uncontended(struct bench *b)
{
    bench_parallel(b, uncontended_body, NULL);
}

struct token_pair {
    int_chan a, b;
};

static int64_t async_body(struct share *s, void *arg)
{
    struct token_pair *pair = arg;
    csp_send(pair->a, 0);
    return swap_tokens(s, pair->a, pair->b);
}

static void select_async(struct bench *b)
{
    struct token_pair pair = {make_ints((size_t)b->procs), make_ints((size_t)b->procs)};
    bench_parallel(b, async_body, &pair);
    bench_equal(b, "tokens left", (int64_t)(csp_len(pair.a) + csp_len(pair.b)), b->procs);
    csp_free(pair.a);
    csp_free(pair.b);
}

struct meeting {
    struct bench *b;
    int_chan c[3], done;
    _Atomic int64_t sent;
    struct wait_group gone;
};

static void meeting_sender(void *arg)
{
    struct meeting *m = arg;
    int64_t zero = 0, sent = 0;
    for (;; sent++) {
        struct csp_case cases[] = {
            CSP_CASE_SEND(m->c[0], &zero), CSP_CASE_SEND(m->c[1], &zero),
            CSP_CASE_SEND(m->c[2], &zero), CSP_CASE_RECV(m->done, NULL)};
        if (csp_select(cases, 4, CSP_FOREVER) == 3)
            break;
    }
    atomic_fetch_add(&m->sent, sent);
    wait_group_done(&m->gone);
}

static int64_t sync_body(struct share *s, void *arg)
{
    struct meeting *m = arg;
    bench_go(meeting_sender, m);
    int64_t ops = 0;
    while (share_next(s)) {
        int64_t v = 1;
        struct csp_case cases[] = {CSP_CASE_RECV(m->c[0], &v), CSP_CASE_RECV(m->c[1], &v),
                                   CSP_CASE_RECV(m->c[2], &v)};
        ops += cases[csp_select(cases, 3, CSP_FOREVER)].ok && v == 0;
    }
    return ops;
}

static void select_sync(struct bench *b)
{
    struct meeting m = {.b = b,
                        .c = {make_ints(0), make_ints(0), make_ints(0)},
                        .done = make_ints(0),
                        .gone = wait_group_make(b->procs)};
    bench_parallel(b, sync_body, &m);
    csp_close(m.done);
    bench_stop(b);
    wait_group_wait(&m.gone);
    bench_equal(b, "values sent", atomic_load(&m.sent), b->n);
    for (int i = 0; i < 3; i++)
        csp_free(m.c[i]);
    csp_free(m.done);
}

static int64_t nonblock_body(struct share *s, void *arg)
{
    int_chan *c = arg;
    int64_t ops = 0;
    while (share_next(s)) {
        int64_t v;
        bool blocked = csp_try_recv(c[0], &v) == CSP_WOULD_BLOCK;
        blocked &= csp_try_send(c[1], 0) == CSP_WOULD_BLOCK;
        blocked &= csp_try_recv(c[2], &v) == CSP_WOULD_BLOCK;
        csp_try_send(c[3], 0);
        ops += blocked;
    }
    return ops;
}

static void select_nonblock(struct bench *b)
{
    int_chan c[] = {make_ints(0), make_ints(0), make_ints(1), make_ints(1)};
    bench_parallel(b, nonblock_body, c);
    bench_equal(b, "values in the buffer that is written", (int64_t)csp_len(c[3]), 1);
    for (int i = 0; i < 4; i++)
        csp_free(c[i]);
}

struct shift {
    _Atomic int32_t n;
    int_chan goods, closing;
    struct csp_chan *done;
    _Atomic int64_t received;
};

static void some_work(int64_t *foo)
{
    for (int i = 0; i < 100; i++) {
        *foo = (int64_t)((uint64_t)*foo * 2);
        HIDE(*foo);
        *foo /= 2;
        HIDE(*foo);
    }
}

static time_chan after_an_hour(void)
{
    return (time_chan){csp_after(HOUR_NS)};
}

static void tell_done(struct shift *s, bool lucky)
{
    csp_chan_send(s->done, &lucky);
}

static void producer(void *arg)
{
    struct shift *s = arg;
    time_chan timer = after_an_hour();
    int64_t foo = 0, one = 1;
    while (atomic_fetch_sub(&s->n, 1) > 0) {
        for (int g = 0; g < CALLS_PER_SCHED; g++) {
            some_work(&foo);
            struct csp_case cases[] = {CSP_CASE_SEND(s->goods, &one),
                                       CSP_CASE_RECV(timer, NULL),
                                       CSP_CASE_RECV(s->closing, NULL)};
            csp_select(cases, 3, CSP_FOREVER);
        }
    }
    csp_send(s->goods, 0);
    csp_free(timer);
    tell_done(s, foo == 42);
}

static void consumer(void *arg)
{
    struct shift *s = arg;
    time_chan timer = after_an_hour();
    int64_t foo = 0, received = 0;
    for (;;) {
        int64_t v = 0;
        struct csp_case cases[] = {CSP_CASE_RECV(s->goods, &v),
                                   CSP_CASE_RECV(timer, NULL),
                                   CSP_CASE_RECV(s->closing, NULL)};
        csp_select(cases, 3, CSP_FOREVER);
        if (v == 0)
            break;
        received++;
        some_work(&foo);
    }
    csp_free(timer);
    atomic_fetch_add(&s->received, received);
    tell_done(s, foo == 42);
}

static void select_prod_cons(struct bench *b)
{
    int32_t n = (int32_t)(b->n / CALLS_PER_SCHED);
    struct shift s = {.n = n,
                      .goods = make_ints(128),
                      .closing = make_ints(0),
                      .done = bench_chan(sizeof(bool), 2 * (size_t)b->procs)};
    for (int i = 0; i < b->procs; i++) {
        bench_go(producer, &s);
        bench_go(consumer, &s);
    }
    for (int i = 0; i < 2 * b->procs; i++)
        csp_chan_recv(s.done, NULL);
    bench_equal(b, "values received", atomic_load(&s.received),
                (int64_t)n * CALLS_PER_SCHED);
    csp_free(s.goods);
    csp_free(s.closing);
    csp_chan_free(s.done);
}

struct crowd {
    int64_t n;
    struct csp_chan *popular;
    _Atomic int64_t received;
    struct wait_group gone;
};

struct admirer {
    struct crowd *crowd;
    struct csp_chan *own;
};

static void admirer_task(void *arg)
{
    struct admirer *a = arg;
    int64_t received = 0;
    for (int64_t i = 0; i < a->crowd->n; i++) {
        bool v = false;
        struct csp_case cases[] = {{.op = CSP_RECV, .ch = a->crowd->popular, .elem = &v},
                                   {.op = CSP_RECV, .ch = a->own, .elem = &v}};
        received += csp_select(cases, 2, CSP_FOREVER) == 1 && v;
    }
    atomic_fetch_add(&a->crowd->received, received);
    wait_group_done(&a->crowd->gone);
}

static void chan_popular(struct bench *b)
{
    struct crowd crowd = {.n = b->n,
                          .popular = bench_chan(sizeof(bool), 0),
                          .gone = wait_group_make(POPULAR_TASKS)};
    struct csp_chan **own = calloc(POPULAR_TASKS, sizeof(struct csp_chan *));
    bench_check(b, own, "memory for the channels");
    if (!own)
        return;
    for (int i = 0; i < POPULAR_TASKS; i++) {
        own[i] = bench_chan(sizeof(bool), 0);
        bench_go_copy(admirer_task, &(struct admirer){&crowd, own[i]},
                      sizeof(struct admirer));
    }
    for (int64_t i = 0; i < b->n; i++) {
        for (int j = 0; j < POPULAR_TASKS; j++)
            csp_chan_send(own[j], &(bool){true});
    }
    wait_group_wait(&crowd.gone);
    bench_stop(b);
    bench_equal(b, "values received", atomic_load(&crowd.received), b->n * POPULAR_TASKS);
    for (int i = 0; i < POPULAR_TASKS; i++)
        csp_chan_free(own[i]);
    free(own);
    csp_chan_free(crowd.popular);
}

const struct bench_entry bench_select_entries[] = {
    {"SelectUncontended", select_uncontended, 0, 0, 0},
    {"SelectSyncContended", select_sync, 0, 0, 0},
    {"SelectAsyncContended", select_async, 0, 0, 0},
    {"SelectNonblock", select_nonblock, 0, 0, 0},
    {"SelectProdCons", select_prod_cons, 0, 0, 0},
    {"ChanPopular", chan_popular, 0, 0, 0},
    {0},
};
