// test_csp_fifo.c -- buffers and queues in order, their sizes, and what a send waits for:
// Go's fifo, goroutines, chancap, makechan and bug 147.

#include "csp_testing.h"

// Go: fifo.go
static void buffer_is_fifo(void *arg)
{
    (void)arg;
    enum { N = 10 };
    int_chan c = CSP_MAKE(int_chan, N);
    int v;
    // Around the end of the buffer, too.
    for (int i = 0; i < 7; i++)
        csp_send(c, i);
    for (int i = 0; i < 5 * N; i++) {
        csp_send(c, i + 7);
        CHECK(csp_recv(c, &v) && v == i);
    }
    csp_free(c);
}

struct link {
    int_chan shared, in, out;
    int value;
};

static void take_turn(void *arg)
{
    struct link *l = arg;
    int v;
    CHECK(csp_recv(l->in, NULL));
    CHECK(csp_recv(l->shared, &v) && v == l->value);
    csp_send(l->out, 1);
}

// What is sent without a buffer arrives in the order of sending: each of a chain takes
// its turn.
// Go: fifo.go
static void chain_is_fifo(void *arg)
{
    (void)arg;
    enum { N = 10 };
    int_chan shared = CSP_MAKE(int_chan, 0), links[N + 1];
    for (int i = 0; i <= N; i++)
        links[i] = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < N; i++) {
        struct link l = {shared, links[i], links[i + 1], i};
        go_copy(take_turn, &l);
    }
    csp_send(links[0], 0);
    for (int i = 0; i < N; i++)
        csp_send(shared, i);
    CHECK(csp_recv(links[N], NULL));
    csp_free(shared);
    for (int i = 0; i <= N; i++)
        csp_free(links[i]);
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
    CHECK(csp_recv(o->c, NULL));
    csp_send(o->arrived, o->id);
}

// Parked senders, and parked receivers, are served in the order of their coming.
static void waiters_are_fifo(void *arg)
{
    (void)arg;
    struct order o = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 10), 0};
    int v;
    for (o.id = 0; o.id < 10; o.id++) {
        go_copy(send_id, &o);
        csp_sleep(MS);
    }
    for (int i = 0; i < 10; i++)
        CHECK(csp_recv(o.c, &v) && v == i);
    for (o.id = 0; o.id < 10; o.id++) {
        go_copy(recv_ids, &o);
        csp_sleep(MS);
    }
    for (int i = 0; i < 10; i++) {
        csp_send(o.c, 0);
        CHECK(csp_recv(o.arrived, &v) && v == i);
    }
    csp_free(o.c);
    csp_free(o.arrived);
}

static void pass_on(void *arg)
{
    struct link *l = arg;
    int v;
    CHECK(csp_recv(l->in, &v));
    csp_send(l->out, v + 1);
}

// A chain of ten thousand tasks, made, run and torn down.
// Go: goroutines.go
static void daisy_chain(void *arg)
{
    (void)arg;
    int n = scaled(10000), v;
    int_chan *links = calloc((size_t)n + 1, sizeof *links);
    CHECK(links);
    for (int i = 0; i <= n; i++)
        links[i] = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < n; i++) {
        struct link l = {.in = links[i], .out = links[i + 1]};
        go_copy(pass_on, &l);
    }
    csp_send(links[0], 0);
    CHECK(csp_recv(links[n], &v) && v == n);
    for (int i = 0; i <= n; i++)
        csp_free(links[i]);
    free(links);
}

struct counted {
    int_chan c;
    int count;
};

static void recv_slowly(void *arg)
{
    struct counted *k = arg;
    CHECK(csp_recv(k->c, NULL));
    k->count++;
    csp_sleep(MS);
    k->count++;
    CHECK(csp_recv(k->c, NULL));
}

// A send without a buffer returns after the receive, and what the receiver did before.
// Go: fixedbugs/bug147.go
static void send_waits_for_receive(void *arg)
{
    (void)arg;
    struct counted k = {.c = CSP_MAKE(int_chan, 0)};
    go(recv_slowly, &k);
    csp_send(k.c, 1);
    csp_send(k.c, 2);
    CHECK(k.count == 2);
    csp_free(k.c);
}

// Go: chancap.go
static void len_and_cap(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 10);
    CHECK(csp_len(c) == 0 && csp_cap(c) == 10);
    for (int i = 0; i < 3; i++)
        csp_send(c, i);
    CHECK(csp_len(c) == 3 && csp_cap(c) == 10);
    CHECK(csp_recv(c, NULL) && csp_len(c) == 2);
    csp_close(c);
    CHECK(csp_len(c) == 2 && csp_cap(c) == 10);
    csp_free(c);
    c = CSP_MAKE(int_chan, 0);
    CHECK(csp_len(c) == 0 && csp_cap(c) == 0);
    csp_free(c);
    CHECK(csp_chan_len(NULL) == 0 && csp_chan_cap(NULL) == 0);
    csp_chan_free(NULL);
}

// Sizes that no buffer can have, which a negative int becomes as well.
// Go: chancap.go
// Go: makechan.go
static void sizes_that_overflow(void **state)
{
    (void)state;
    int negative = -1;
    assert_null(CSP_MAKE(int_chan, (size_t)negative).ch);
    assert_null(CSP_MAKE(int_chan, (size_t)1 << 61).ch);
    assert_null(CSP_MAKE(int_chan, ((size_t)1 << 62) + 1).ch);
    assert_null(CSP_MAKE(int_chan, (size_t)INT64_MAX).ch);
    assert_null(csp_chan_make(8, SIZE_MAX / 8 + 1));
    assert_null(csp_chan_make(SIZE_MAX, 2));
    assert_null(csp_chan_make(1, SIZE_MAX));
    assert_null(csp_chan_make(1, (size_t)PTRDIFF_MAX));
    struct csp_chan *events = csp_chan_make(0, SIZE_MAX);
    assert_non_null(events);
    assert_true(csp_chan_cap(events) == SIZE_MAX);
    csp_chan_free(events);
}

// Channels work before and after any run, as long as nobody has to wait.
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, buffer_is_fifo, NULL),
        TASK_TEST(run_everywhere, chain_is_fifo, NULL),
        TASK_TEST(run_in_order, waiters_are_fifo, NULL),
        TASK_TEST(run_everywhere, daisy_chain, NULL),
        TASK_TEST(run_everywhere, send_waits_for_receive, NULL),
        TASK_TEST(run_everywhere, len_and_cap, NULL),
        cmocka_unit_test(sizes_that_overflow),
        cmocka_unit_test(outside_of_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
