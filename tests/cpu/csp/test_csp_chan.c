// test_csp_chan.c -- channels: blocking, order, closing, crowds, from Go's chan_test.go.
// Its tests of select are in test_csp_select.c, those of what is handed over in
// test_csp_handover.c.

#include "csp_testing.h"

#include <stdatomic.h>

struct flag_chan {
    int_chan ch;
    atomic_int state;
};

static void recv_then_flag(void *arg)
{
    struct flag_chan *f = arg;
    csp_recv(f->ch, NULL);
    f->state = 1;
}

static void recv_ok_then_flag(void *arg)
{
    struct flag_chan *f = arg;
    int v;
    CHECK(csp_recv(f->ch, &v));
    f->state = 1;
}

static void recv_until_closed(void *arg)
{
    struct flag_chan *f = arg;
    int v = 7;
    CHECK(!csp_recv(f->ch, &v));
    CHECK(v == 0);
    f->state = 1;
}

static void send_then_flag(void *arg)
{
    struct flag_chan *f = arg;
    csp_send(f->ch, 0);
    f->state = 1;
}

static void wait_flag(struct flag_chan *f)
{
    while (!f->state)
        csp_yield();
}

// Receives from an empty channel and sends to a full one wait; those that do not wait
// find nothing.
static void empty_and_full_block(void *arg)
{
    size_t cap = (size_t) * (int *)arg;
    struct flag_chan a = {.ch = CSP_MAKE(int_chan, cap)}, b = a;
    int v = 5;
    go(recv_then_flag, &a);
    go(recv_ok_then_flag, &b);
    csp_sleep(MS / 2);
    CHECK(!a.state && !b.state);
    CHECK(csp_try_recv(a.ch, NULL) == CSP_WOULD_BLOCK);
    CHECK(csp_try_recv(a.ch, &v) == CSP_WOULD_BLOCK && v == 5);
    csp_send(a.ch, 0);
    csp_send(a.ch, 0);
    wait_flag(&a);
    wait_flag(&b);

    struct flag_chan full = {.ch = a.ch};
    for (size_t i = 0; i < cap; i++)
        csp_send(full.ch, (int)i);
    go(send_then_flag, &full);
    csp_sleep(MS / 2);
    CHECK(!full.state);
    CHECK(csp_try_send(full.ch, 0) == CSP_WOULD_BLOCK);
    csp_recv(full.ch, NULL);
    wait_flag(&full);
    for (size_t i = 0; i < cap; i++)
        csp_recv(full.ch, NULL);
    csp_free(full.ch);
}

// What was buffered drains after close; a waiting receiver is released.
static void close_drains(void *arg)
{
    int cap = *(int *)arg, v;
    int_chan c = CSP_MAKE(int_chan, (size_t)cap);
    for (int i = 0; i < cap; i++)
        csp_send(c, i);
    csp_close(c);
    for (int i = 0; i < cap; i++)
        CHECK(csp_recv(c, &v) && v == i);
    v = 9;
    CHECK(!csp_recv(c, &v) && v == 0);
    v = 9;
    CHECK(csp_try_recv(c, &v) == CSP_CLOSED && v == 0);
    CHECK(!csp_recv(c, NULL));
    csp_free(c);

    struct flag_chan f = {.ch = CSP_MAKE(int_chan, (size_t)cap)};
    go(recv_until_closed, &f);
    csp_sleep(MS / 2);
    csp_close(f.ch);
    wait_flag(&f);
    csp_free(f.ch);
}

static void send_hundred(void *arg)
{
    int_chan *c = arg;
    for (int i = 0; i < 100; i++)
        csp_send(*c, i);
}

// A hundred values, in order.
static void hundred_in_order(void *arg)
{
    int_chan c = CSP_MAKE(int_chan, (size_t) * (int *)arg);
    int v;
    go(send_hundred, &c);
    for (int i = 0; i < 100; i++)
        CHECK(csp_recv(c, &v) && v == i);
    csp_free(c);
}

enum { PEERS = 4 };

struct crowd {
    int_chan c, done;
    int length;
    atomic_int seen[1000];
};

static void crowd_send(void *arg)
{
    struct crowd *w = arg;
    for (int i = 0; i < w->length; i++)
        csp_send(w->c, i);
    csp_send(w->done, 0);
}

static void crowd_recv(void *arg)
{
    struct crowd *w = arg;
    for (int i = 0, v; i < w->length; i++) {
        CHECK(csp_recv(w->c, &v));
        w->seen[v]++;
    }
    csp_send(w->done, 0);
}

// Four senders, four receivers; every value arrives exactly four times.
static void crowd(void *arg)
{
    struct crowd w = {.c = CSP_MAKE(int_chan, (size_t) * (int *)arg),
                      .done = CSP_MAKE(int_chan, 0),
                      .length = scaled(1000)};
    for (int i = 0; i < PEERS; i++) {
        go(crowd_send, &w);
        go(crowd_recv, &w);
    }
    await(w.done, 2 * PEERS);
    for (int i = 0; i < w.length; i++)
        CHECK(w.seen[i] == PEERS);
    csp_free(w.c);
    csp_free(w.done);
}

static void len_and_cap(void *arg)
{
    size_t cap = (size_t) * (int *)arg;
    int_chan c = CSP_MAKE(int_chan, cap);
    CHECK(csp_len(c) == 0 && csp_cap(c) == cap);
    for (size_t i = 0; i < cap; i++)
        csp_send(c, (int)i);
    CHECK(csp_len(c) == cap && csp_cap(c) == cap);
    csp_free(c);
}

static void (*const chan_parts[])(void *) = {empty_and_full_block, close_drains,
                                             hundred_in_order, crowd, len_and_cap};
enum { CHAN_PARTS = sizeof chan_parts / sizeof *chan_parts };

// Go: chan_test.go TestChan
static void chan_of_every_capacity(void **state)
{
    (void)state;
    for (int cap = 0; cap < 200; cap += TEST_SANITIZED ? 20 : 1) {
        for (int p = 0; p < CHAN_PARTS; p++)
            run_well((struct csp_opts){.procs = 4}, chan_parts[p], &cap);
    }
}

// Go: chan_test.go TestChan
static void chan_schedules(void **state)
{
    (void)state;
    static int caps[] = {0, 1, 2, 3, 10};
    for (int p = 0; p < CHAN_PARTS; p++) {
        for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
            run_everywhere(chan_parts[p], &caps[i]);
    }
}

struct nonblock {
    int_chan c, done;
};

static void try_recv_value(void *arg)
{
    struct nonblock *n = arg;
    CHECK(csp_try_recv(n->c, NULL) != CSP_WOULD_BLOCK);
    csp_send(n->done, 0);
}

// With a value in the buffer, closed or not, a try never finds nothing.
// Go: chan_test.go TestNonblockRecvRace
static void nonblock_recv_race(void *arg)
{
    (void)arg;
    for (int i = 0; i < scaled(1000); i++) {
        struct nonblock n = {CSP_MAKE(int_chan, 1), CSP_MAKE(int_chan, 0)};
        csp_send(n.c, 1);
        go(try_recv_value, &n);
        csp_close(n.c);
        csp_recv(n.c, NULL);
        await(n.done, 1);
        csp_free(n.c);
        csp_free(n.done);
    }
}

enum { CONSUMERS = 23 };

struct consumers {
    int_chan q, r;
    int items;
    atomic_int running;
};

static void consumer(void *arg)
{
    static const int primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31};
    struct consumers *c = arg;
    int v;
    while (csp_recv(c->q, &v)) {
        // Some lateness, so that they overtake each other.
        if (primes[v % 11] == v % 32)
            csp_yield();
        csp_send(c->r, v);
    }
    if (--c->running == 0)
        csp_close(c->r);
}

static void feeder(void *arg)
{
    struct consumers *c = arg;
    for (int i = 0; i < c->items; i++)
        csp_send(c->q, i % 1000);
    csp_close(c->q);
}

// Nothing is lost or doubled between a feeder and 23 consumers.
// Go: chan_test.go TestMultiConsumer
static void multi_consumer(void *arg)
{
    (void)arg;
    struct consumers c = {.q = CSP_MAKE(int_chan, CONSUMERS * 3),
                          .r = CSP_MAKE(int_chan, CONSUMERS * 3),
                          .items = scaled(271828) / (schedule.opts.virtual_time ? 20 : 1),
                          .running = CONSUMERS};
    long expected = 0, sum = 0;
    int n = 0, v;
    for (int i = 0; i < CONSUMERS; i++)
        go(consumer, &c);
    go(feeder, &c);
    for (int i = 0; i < c.items; i++)
        expected += i % 1000;
    for (; csp_recv(c.r, &v); n++)
        sum += v;
    CHECK(n == c.items && sum == expected);
    csp_free(c.q);
    csp_free(c.r);
}

struct letter {
    int_chan ch;
    bool close, select;
};

static void send_the_last(void *arg)
{
    struct letter *l = arg;
    int v = 7;
    if (l->close)
        csp_close(l->ch);
    else if (l->select)
        CHECK(csp_select(&CSP_CASE_SEND(l->ch, &v), 1, CSP_FOREVER) == 0);
    else
        csp_send(l->ch, v);
}

// Go has a collector for it: who receives the last element, or the close, frees the
// channel, however slowly its sender returns.
static void receiver_frees(void *arg)
{
    (void)arg;
    for (int i = 0; i < scaled(20000); i++) {
        struct letter l = {CSP_MAKE(int_chan, i % 2 ? 1 : 0), i / 2 % 3 == 0,
                           i / 2 % 3 == 1};
        go_copy(send_the_last, &l);
        if (i % 5 == 0)
            csp_yield();
        CHECK(csp_recv(l.ch, NULL) != l.close);
        csp_free(l.ch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chan_of_every_capacity),
        cmocka_unit_test(chan_schedules),
        TASK_TEST(run_everywhere, nonblock_recv_race, NULL),
        TASK_TEST(run_everywhere, multi_consumer, NULL),
        TASK_TEST(run_real, receiver_frees, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
