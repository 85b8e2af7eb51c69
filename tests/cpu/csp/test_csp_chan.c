// test_csp_chan.c -- channels: Go's chan_test.go, closedchan, chancap, fifo and zerosize.
// Over 400 lines, as Go's tests of channels are kept together, to be compared with them.

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

// TestChan a, b: receives from an empty channel and sends to a full one wait.
static void empty_and_full_block(void *arg)
{
    int cap = *(int *)arg;
    struct flag_chan a = {.ch = CSP_MAKE(int_chan, (size_t)cap)};
    int v = 5;
    go(recv_then_flag, &a);
    csp_sleep(MS / 2);
    CHECK(!a.state);
    csp_send(a.ch, 0);
    wait_flag(&a);
    CHECK(csp_try_recv(a.ch, &v) == CSP_WOULD_BLOCK);
    CHECK(v == 5);

    struct flag_chan b = {.ch = a.ch};
    for (int i = 0; i < cap; i++)
        csp_send(b.ch, i);
    CHECK(csp_try_send(b.ch, 0) == CSP_WOULD_BLOCK);
    go(send_then_flag, &b);
    csp_sleep(MS / 2);
    CHECK(!b.state);
    csp_recv(b.ch, NULL);
    wait_flag(&b);
    for (int i = 0; i < cap; i++)
        csp_recv(b.ch, NULL);
    csp_free(b.ch);
}

// TestChan c, d: what was buffered drains after close; a waiting receiver is released.
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
    csp_yield();
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

// TestChan e, f: a hundred values, in order.
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

// TestChan g: four senders, four receivers; every value arrives exactly four times.
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

// TestChan h and chancap: len and cap.
static void len_and_cap(void *arg)
{
    size_t cap = (size_t) * (int *)arg;
    int_chan c = CSP_MAKE(int_chan, cap);
    CHECK(csp_len(c) == 0 && csp_cap(c) == cap);
    for (size_t i = 0; i < cap; i++)
        csp_send(c, (int)i);
    CHECK(csp_len(c) == cap && csp_cap(c) == cap);
    csp_free(c);
    CHECK(csp_chan_len(NULL) == 0 && csp_chan_cap(NULL) == 0);
}

static void chan_of_every_capacity(void **state)
{
    (void)state;
    static void (*const parts[])(void *) = {empty_and_full_block, close_drains,
                                            hundred_in_order, crowd, len_and_cap};
    static int caps[] = {0, 1, 2, 3, 10, 199};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
            run_everywhere(parts[p], &caps[i]);
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

// TestNonblockRecvRace: with a value in the buffer, close or not, a try never finds
// nothing.
static void nonblock_recv_race(void *arg)
{
    (void)arg;
    for (int i = 0; i < scaled(1000); i++) {
        struct nonblock n = {CSP_MAKE(int_chan, 1), CSP_MAKE(int_chan, 0)};
        csp_send(n.c, 1);
        go(try_recv_value, &n);
        csp_close(n.c);
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

// TestMultiConsumer: nothing is lost or doubled between a feeder and 23 consumers.
static void multi_consumer(void *arg)
{
    (void)arg;
    struct consumers c = {.q = CSP_MAKE(int_chan, CONSUMERS * 3),
                          .r = CSP_MAKE(int_chan, CONSUMERS * 3),
                          .items = scaled(30000),
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

struct order {
    int_chan c, arrived;
    int id;
};

static void send_id(void *arg)
{
    struct order *o = arg;
    csp_send(o->c, o->id);
}

static void recv_ids(void *arg)
{
    struct order *o = arg;
    csp_recv(o->c, NULL);
    csp_send(o->arrived, o->id);
}

// fifo: parked senders, and parked receivers, are served in the order of their coming.
static void waiters_are_fifo(void *arg)
{
    (void)arg;
    struct order o = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 10), 0};
    int v;
    for (o.id = 0; o.id < 10; o.id++) {
        csp_go_copy(send_id, &o, sizeof o);
        csp_sleep(MS);
    }
    for (int i = 0; i < 10; i++)
        CHECK(csp_recv(o.c, &v) && v == i);
    for (o.id = 0; o.id < 10; o.id++) {
        csp_go_copy(recv_ids, &o, sizeof o);
        csp_sleep(MS);
    }
    for (int i = 0; i < 10; i++) {
        csp_send(o.c, 0);
        CHECK(csp_recv(o.arrived, &v) && v == i);
    }
    csp_free(o.c);
    csp_free(o.arrived);
}

struct wide {
    double x[5];
    char text[24];
};
typedef CSP_CHAN(struct wide) wide_chan;
typedef CSP_CHAN(char) byte_chan;

static void send_wide(void *arg)
{
    wide_chan *c = arg;
    csp_send(*c, ((struct wide){.x = {1, 2, 3, 4, 5}, .text = "not a word"}));
}

// TestChanSendInterface, nonblock, zerosize: elements of every width, or of none.
static void every_width(void *arg)
{
    (void)arg;
    for (size_t cap = 0; cap < 3; cap++) {
        wide_chan c = CSP_MAKE(wide_chan, cap);
        struct wide w;
        go(send_wide, &c);
        CHECK(csp_recv(c, &w) && w.x[4] == 5 && !strcmp(w.text, "not a word"));
        csp_free(c);
    }
    byte_chan b = CSP_MAKE(byte_chan, 3);
    char k;
    for (int i = 0; i < 10; i++) {
        CHECK(csp_try_send(b, (char)i) == CSP_OK);
        CHECK(csp_try_recv(b, &k) == CSP_OK && k == i);
    }
    csp_free(b);
    struct csp_chan *none = csp_chan_make(0, 2);
    csp_chan_send(none, NULL);
    csp_chan_send(none, NULL);
    CHECK(csp_chan_try_send(none, NULL) == CSP_WOULD_BLOCK && csp_chan_len(none) == 2);
    CHECK(csp_chan_recv(none, NULL) && csp_chan_recv(none, NULL));
    csp_chan_close(none);
    CHECK(!csp_chan_recv(none, NULL));
    csp_chan_free(none);
}

static void nil_never_ready(void *arg)
{
    (void)arg;
    int v = 3;
    CHECK(csp_chan_try_send(NULL, &v) == CSP_WOULD_BLOCK);
    CHECK(csp_chan_try_recv(NULL, &v) == CSP_WOULD_BLOCK && v == 3);
    csp_chan_free(NULL);
}

static int_chan barrier_done;

static void barrier_pair(void *arg)
{
    typedef CSP_CHAN(int *) ptr_chan;
    ptr_chan c = *(ptr_chan *)arg;
    int *p, sum = 0;
    while (csp_recv(c, &p))
        sum += *p;
    csp_send(barrier_done, sum);
}

// TestChanSendBarrier: what a sent pointer points to is complete when it arrives.
static void send_barrier(void *arg)
{
    (void)arg;
    typedef CSP_CHAN(int *) ptr_chan;
    ptr_chan c = CSP_MAKE(ptr_chan, 0);
    int n = scaled(20000), sum = 0;
    int *cells = calloc((size_t)n, sizeof *cells);
    barrier_done = CSP_MAKE(int_chan, 0);
    go(barrier_pair, &c);
    for (int i = 0; i < n; i++) {
        cells[i] = i % 100;
        csp_send(c, &cells[i]);
    }
    csp_close(c);
    csp_recv(barrier_done, &sum);
    for (int i = 0; i < n; i++)
        sum -= i % 100;
    CHECK(sum == 0);
    csp_free(c);
    csp_free(barrier_done);
    free(cells);
}

struct link {
    int_chan left, right;
};

static void pass_on(void *arg)
{
    struct link *l = arg;
    int v;
    csp_recv(l->right, &v);
    csp_send(l->left, v + 1);
}

// goroutines.go: a daisy chain, made, run and torn down.
static void daisy_chain(void *arg)
{
    (void)arg;
    int n = scaled(10000), v;
    int_chan *links = calloc((size_t)n + 1, sizeof *links);
    for (int i = 0; i <= n; i++)
        links[i] = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < n; i++) {
        struct link l = {links[i], links[i + 1]};
        CHECK(csp_go_copy(pass_on, &l, sizeof l) == CSP_OK);
    }
    csp_send(links[n], 0);
    CHECK(csp_recv(links[0], &v) && v == n);
    csp_yield();
    for (int i = 0; i <= n; i++)
        csp_free(links[i]);
    free(links);
}

static void sieve_generate(void *arg)
{
    int_chan *c = arg;
    for (int i = 2;; i++)
        csp_send(*c, i);
}

struct filter {
    int_chan in, out;
    int prime;
};

static void sieve_filter(void *arg)
{
    struct filter *f = arg;
    for (int v;;) {
        csp_recv(f->in, &v);
        if (v % f->prime)
            csp_send(f->out, v);
    }
}

enum { PRIMES = 50 };
static int_chan sieve_links[PRIMES + 1];

// sieve1.go: the tasks are leaked when the first one returns, and the channels outlive
// them.
static void sieve(void *arg)
{
    (void)arg;
    int prime = 0;
    for (int i = 0; i <= PRIMES; i++)
        sieve_links[i] = CSP_MAKE(int_chan, 0);
    csp_go_copy(sieve_generate, &sieve_links[0], sizeof sieve_links[0]);
    for (int i = 0; i < PRIMES; i++) {
        csp_recv(sieve_links[i], &prime);
        struct filter f = {sieve_links[i], sieve_links[i + 1], prime};
        csp_go_copy(sieve_filter, &f, sizeof f);
    }
    CHECK(prime == 229);
}

static void prime_sieve(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs++) {
        struct csp_stats stats;
        struct csp_opts opts = {.procs = procs};
        assert_int_equal(csp_run(sieve, NULL, &opts, &stats), CSP_OK);
        assert_int_equal(stats.leaked, PRIMES + 1);
        for (int i = 0; i <= PRIMES; i++)
            csp_free(sieve_links[i]);
    }
}

static void make_overflows(void **state)
{
    (void)state;
    assert_null(csp_chan_make(8, SIZE_MAX / 8 + 1));
    assert_null(csp_chan_make(SIZE_MAX, 2));
    assert_null(csp_chan_make(1, SIZE_MAX));
    assert_null(csp_chan_make(1, (size_t)PTRDIFF_MAX));
    struct csp_chan *events = csp_chan_make(0, SIZE_MAX);
    assert_non_null(events);
    assert_true(csp_chan_cap(events) == SIZE_MAX);
    csp_chan_free(events);
}

static void outside_of_tasks(void **state)
{
    (void)state;
    int_chan c = CSP_MAKE(int_chan, 1);
    int v;
    assert_int_equal(csp_try_recv(c, &v), CSP_WOULD_BLOCK);
    assert_int_equal(csp_try_send(c, 4), CSP_OK);
    assert_int_equal(csp_try_send(c, 5), CSP_WOULD_BLOCK);
    assert_int_equal(csp_try_recv(c, &v), CSP_OK);
    assert_int_equal(v, 4);
    csp_close(c);
    assert_int_equal(csp_try_recv(c, &v), CSP_CLOSED);
    csp_free(c);
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

static void in_order(void **state)
{
    run_in_order((void (*)(void *))(uintptr_t)*state, NULL);
}

#define IN_ORDER(fn)                                                                     \
    {                                                                                    \
#fn, in_order, NULL, NULL, (void *)(uintptr_t)(fn)                               \
    }
#define EVERYWHERE(fn)                                                                   \
    {                                                                                    \
#fn, everywhere, NULL, NULL, (void *)(uintptr_t)(fn)                             \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chan_of_every_capacity),
        EVERYWHERE(nonblock_recv_race),
        EVERYWHERE(multi_consumer),
        IN_ORDER(waiters_are_fifo),
        EVERYWHERE(every_width),
        EVERYWHERE(nil_never_ready),
        EVERYWHERE(send_barrier),
        EVERYWHERE(daisy_chain),
        cmocka_unit_test(prime_sieve),
        cmocka_unit_test(make_overflows),
        cmocka_unit_test(outside_of_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
