// bench_csp_chan.c -- sends, receives and making of channels (Go's chan_test.go).

#include "bench_csp.h"

#include <stdlib.h>

typedef CSP_CHAN(int64_t) int_chan;  // Go's int
typedef CSP_CHAN(bool) bool_chan;

enum { CALLS_PER_SCHED = 1000, BURST = 100 };

static int_chan make_ints(size_t capacity)
{
    return (int_chan){bench_chan(sizeof(int64_t), capacity)};
}

static bool_chan make_bools(size_t capacity)
{
    return (bool_chan){bench_chan(sizeof(bool), capacity)};
}

static void make_chan(struct bench *b)
{
    struct csp_chan *x = NULL;
    int64_t made = 0;
    for (int64_t i = 0; i < b->n; i++) {
        csp_chan_free(x);
        x = csp_chan_make((size_t)b->arg, 8);
        made += x != NULL;
    }
    csp_chan_close(x);
    bench_check(b, csp_chan_cap(x) == 8, "the channel holds eight");
    csp_chan_free(x);
    bench_equal(b, "channels made", made, b->n);
}

static int64_t nonblocking_body(struct share *s, void *arg)
{
    struct csp_chan *ch = arg;
    int64_t blocked = 0;
    while (share_next(s)) {
        int64_t v;
        blocked += csp_chan_try_recv(ch, &v) == CSP_WOULD_BLOCK;
    }
    return blocked;
}

static void chan_nonblocking(struct bench *b)
{
    int_chan c = make_ints(0);
    bench_parallel(b, nonblocking_body, c.ch);
    csp_free(c);
}

static int64_t closed_body(struct share *s, void *arg)
{
    struct csp_chan *ch = arg;
    int64_t closed = 0;
    while (share_next(s))
        closed += csp_chan_try_recv(ch, NULL) == CSP_CLOSED;
    return closed;
}

static void chan_closed(struct bench *b)
{
    struct csp_chan *ch = bench_chan(0, 0);
    csp_chan_close(ch);
    bench_parallel(b, closed_body, ch);
    csp_chan_free(ch);
}

static int64_t send_and_receive(struct share *s, int_chan c)
{
    int64_t ops = 0, received = 0;
    for (; share_next(s); ops++) {
        int64_t v;
        for (int i = 0; i < BURST; i++)
            csp_send(c, 0);
        for (int i = 0; i < BURST; i++)
            received += csp_recv(c, &v);
    }
    bench_equal(s->bench, "values received", received, ops * BURST);
    return ops;
}

static int64_t uncontended_body(struct share *s, void *arg)
{
    (void)arg;
    int_chan c = make_ints(BURST);
    int64_t ops = send_and_receive(s, c);
    csp_free(c);
    return ops;
}

static void chan_uncontended(struct bench *b)
{
    bench_parallel(b, uncontended_body, NULL);
}

static int64_t contended_body(struct share *s, void *arg)
{
    return send_and_receive(s, *(int_chan *)arg);
}

static void chan_contended(struct bench *b)
{
    int_chan c = make_ints((size_t)(BURST * b->procs));
    bench_parallel(b, contended_body, &c);
    bench_equal(b, "values left over", (int64_t)csp_len(c), 0);
    csp_free(c);
}

static int64_t creation_body(struct share *s, void *arg)
{
    (void)arg;
    int64_t ops = 0;
    while (share_next(s)) {
        int64_t v = 1;
        int_chan c = CSP_MAKE(int_chan, 1);
        if (!c.ch)
            break;
        csp_send(c, 0);
        ops += csp_recv(c, &v) && v == 0;
        csp_free(c);
    }
    return ops;
}

static void chan_creation(struct bench *b)
{
    bench_parallel(b, creation_body, NULL);
}

static int64_t sem_body(struct share *s, void *arg)
{
    struct csp_chan *ch = arg;
    int64_t ops = 0;
    while (share_next(s)) {
        csp_chan_send(ch, NULL);
        ops += csp_chan_recv(ch, NULL);
    }
    return ops;
}

static void chan_sem(struct bench *b)
{
    struct csp_chan *ch = bench_chan(0, (size_t)b->procs);
    bench_parallel(b, sem_body, ch);
    bench_equal(b, "tokens left over", (int64_t)csp_chan_len(ch), 0);
    csp_chan_free(ch);
}

// A division a round, whose result nobody knows beforehand: Go divides, too.
static void local_work(int64_t rounds)
{
    int64_t foo = 0;
    for (int64_t i = 0; i < rounds; i++) {
        HIDE(foo);
        foo /= foo + 1;
    }
    HIDE(foo);
}

struct sync_pair {
    struct bench *b;
    _Atomic int32_t n;
    int_chan c;
    bool_chan done;
    _Atomic int64_t received;
};

static void sync_task(void *arg)
{
    struct sync_pair *p = arg;
    int_chan c = p->c;
    int64_t work = p->b->arg, v, received = 0;
    for (int32_t i; (i = atomic_fetch_sub(&p->n, 1) - 1) >= 0;) {
        for (int g = 0; g < CALLS_PER_SCHED; g++) {
            if (i % 2 == 0) {
                received += csp_recv(c, &v);
                local_work(work);
                csp_send(c, 0);
                local_work(work);
            } else {
                csp_send(c, 0);
                local_work(work);
                received += csp_recv(c, &v);
                local_work(work);
            }
        }
    }
    atomic_fetch_add(&p->received, received);
    csp_send(p->done, true);
}

static void chan_sync(struct bench *b)
{
    enum { TASKS = 2 };
    int32_t n = (int32_t)(b->n / CALLS_PER_SCHED / TASKS * TASKS);
    struct sync_pair p = {.b = b, .n = n, .c = make_ints(0), .done = make_bools(TASKS)};
    for (int i = 0; i < TASKS; i++)
        bench_go(sync_task, &p);
    for (int i = 0; i < TASKS; i++)
        csp_recv(p.done, NULL);
    bench_equal(b, "values received", atomic_load(&p.received),
                (int64_t)n * CALLS_PER_SCHED);
    csp_free(p.c);
    csp_free(p.done);
}

struct prod_cons {
    struct bench *b;
    int64_t work;
    _Atomic int32_t n;
    int_chan c;
    bool_chan done;
    _Atomic int64_t received;
};

// Doubles and halves, a few dependent instructions a round.
static void some_work(int64_t *foo, int64_t rounds)
{
    for (int64_t i = 0; i < rounds; i++) {
        *foo = (int64_t)((uint64_t)*foo * 2);
        HIDE(*foo);
        *foo /= 2;
        HIDE(*foo);
    }
}

static void producer(void *arg)
{
    struct prod_cons *p = arg;
    int_chan c = p->c;
    int64_t foo = 0;
    while (atomic_fetch_sub(&p->n, 1) > 0) {
        for (int g = 0; g < CALLS_PER_SCHED; g++) {
            some_work(&foo, p->work);
            csp_send(c, 1);
        }
    }
    csp_send(c, 0);
    csp_send(p->done, foo == 42);
}

static void consumer(void *arg)
{
    struct prod_cons *p = arg;
    int_chan c = p->c;
    int64_t foo = 0, received = 0, v;
    for (; csp_recv(c, &v) && v != 0; received++)
        some_work(&foo, p->work);
    atomic_fetch_add(&p->received, received);
    csp_send(p->done, foo == 42);
}

// arg: the capacity, and 1000 more if there is work between the operations.
static void chan_prod_cons(struct bench *b)
{
    int32_t n = (int32_t)(b->n / CALLS_PER_SCHED);
    struct prod_cons p = {.b = b,
                          .work = b->arg >= 1000 ? 100 : 0,
                          .n = n,
                          .c = make_ints((size_t)(b->arg % 1000)),
                          .done = make_bools(2 * (size_t)b->procs)};
    for (int i = 0; i < b->procs; i++) {
        bench_go(producer, &p);
        bench_go(consumer, &p);
    }
    for (int i = 0; i < 2 * b->procs; i++)
        csp_recv(p.done, NULL);
    bench_equal(b, "values received", atomic_load(&p.received),
                (int64_t)n * CALLS_PER_SCHED);
    csp_free(p.c);
    csp_free(p.done);
}

static void receive_closed(struct bench *b)
{
    struct csp_chan *ch = bench_chan(0, (size_t)b->n);
    for (int64_t i = 0; i < b->n; i++)
        csp_chan_send(ch, NULL);
    csp_chan_close(ch);
    bench_reset(b);
    int64_t received = 0;
    while (csp_chan_recv(ch, NULL))
        received++;
    bench_equal(b, "values received", received, b->n);
    bench_stop(b);
    csp_chan_free(ch);
}

const struct bench_entry bench_chan_entries[] = {
    {"MakeChan/Byte", make_chan, 1, 0, 0},
    {"MakeChan/Int", make_chan, sizeof(int64_t), 0, 0},
    {"MakeChan/Ptr", make_chan, sizeof(void *), 0, 0},
    {"MakeChan/Struct/0", make_chan, 0, 0, 0},
    {"MakeChan/Struct/32", make_chan, 32, 0, 0},
    {"MakeChan/Struct/40", make_chan, 40, 0, 0},
    {"ChanNonblocking", chan_nonblocking, 0, 0, 0},
    {"ChanUncontended", chan_uncontended, 0, 0, 0},
    {"ChanContended", chan_contended, 0, 0, 0},
    {"ChanSync", chan_sync, 0, 0, 0},
    {"ChanSyncWork", chan_sync, 1000, 0, 0},
    {"ChanProdCons0", chan_prod_cons, 0, 0, 0},
    {"ChanProdCons10", chan_prod_cons, 10, 0, 0},
    {"ChanProdCons100", chan_prod_cons, 100, 0, 0},
    {"ChanProdConsWork0", chan_prod_cons, 1000, 0, 0},
    {"ChanProdConsWork10", chan_prod_cons, 1010, 0, 0},
    {"ChanProdConsWork100", chan_prod_cons, 1100, 0, 0},
    {"ReceiveDataFromClosedChan", receive_closed, 0, 0, 0},
    {"ChanCreation", chan_creation, 0, 0, 0},
    {"ChanSem", chan_sem, 0, 0, 0},
    {"ChanClosed", chan_closed, 0, 0, 0},
    {0},
};
