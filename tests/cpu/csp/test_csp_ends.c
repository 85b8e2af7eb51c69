// test_csp_ends.c -- runs whose tasks never wait end all the same, and panics that come
// with little stack left are still told.

#include "csp_catching.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>

// A task that calls and calls and never parks.
struct busy {
    void (*call)(struct busy *);
    struct csp_chan *c;
    int fd;
    atomic_int calls;
};

static void try_in_vain(struct busy *b)
{
    CHECK(csp_chan_try_recv(b->c, NULL) == CSP_WOULD_BLOCK);
}

static void send_and_receive(struct busy *b)
{
    csp_chan_send(b->c, NULL);
    csp_chan_recv(b->c, NULL);
}

static void select_nothing(struct busy *b)
{
    struct csp_case cases[2] = {{CSP_RECV, b->c, NULL, false},
                                {CSP_RECV, NULL, NULL, false}};
    CHECK(csp_select(cases, 2, 0) == CSP_TIMEOUT);
}

static void read_zeros(struct busy *b)
{
    char zeros[16];
    CHECK(csp_read(b->fd, zeros, sizeof zeros) == (ssize_t)sizeof zeros);
}

static void look_at_zeros(struct busy *b)
{
    CHECK(csp_wait_fd(b->fd, POLLIN, 0) == POLLIN);
}

static void work_a_little(struct busy *b)
{
    (void)b;
    csp_work(1000);
}

static void (*const calls[])(struct busy *) = {
    try_in_vain, send_and_receive, select_nothing,
    read_zeros,  look_at_zeros,    work_a_little,
};

static void call_for_ever(void *arg)
{
    struct busy *b = arg;
    for (;; atomic_fetch_add(&b->calls, 1))
        b->call(b);
}

static void leave_it_busy(void *arg)
{
    struct busy *b = arg;
    go(call_for_ever, b);
    while (atomic_load(&b->calls) < 10)
        csp_yield();
}

static void runs_end_beside_the_busy(void **state)
{
    (void)state;
    struct busy b = {.c = csp_chan_make(0, 1), .fd = open("/dev/zero", O_RDONLY)};
    assert_true(b.fd >= 0);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (int procs = 1; procs <= 2; procs++) {
            struct csp_stats stats;
            b.call = calls[i];
            atomic_store(&b.calls, 0);
            alarm(100);
            assert_int_equal(
                csp_run(leave_it_busy, &b, &(struct csp_opts){.procs = procs}, &stats),
                CSP_OK);
            alarm(0);
            assert_int_equal(stats.leaked, 1);
            while (csp_chan_try_recv(b.c, NULL) == CSP_OK)
                continue;
        }
    }
    close(b.fd);
    csp_chan_free(b.c);
}

static void tick_late(void *arg)
{
    struct csp_chan *tick = csp_tick(*(uint64_t *)arg);
    CHECK(csp_chan_recv(tick, NULL));
    csp_chan_free(tick);
}

// The simulated clock gets to the end of its numbers; there is no tick after that.
static void the_last_tick(void **state)
{
    (void)state;
    uint64_t period_ns = UINT64_C(1) << 63;
    alarm(100);
    assert_int_equal(csp_run(tick_late, &period_ns,
                             &(struct csp_opts){.procs = 1, .virtual_time = true}, NULL),
                     CSP_OK);
    alarm(0);
}

static void panic_deep_down(void *arg)
{
    volatile char frame[4096];
    frame[0] = 1;
    csp_chan_close(arg);
    CHECK(frame[0] == 1);
}

static void panic_on_a_small_stack(void *arg)
{
    CHECK(csp_go_stack(16384, panic_deep_down, arg) == CSP_OK);
    csp_chan_recv(NULL, NULL);
}

static int panic_small(void *arg)
{
    return run_with((struct csp_opts){.procs = 1}, panic_on_a_small_stack, arg);
}

static void small_stacks_panic_too(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    assert_killed(in_child(panic_small, NULL), SIGABRT);
    assert_non_null(strstr(said, "panic: close of nil channel"));
    assert_null(strstr(said, "stack overflow"));
    assert_non_null(strstr(said, "\"main\" [chan receive (nil chan),"));
}

static void nothing(void *arg)
{
    (void)arg;
}

static void too_many_processors(void **state)
{
    (void)state;
    static const int procs[] = {4097, 1 << 30, INT32_MAX};
    for (size_t i = 0; i < sizeof procs / sizeof *procs; i++)
        assert_int_equal(
            csp_run(nothing, NULL, &(struct csp_opts){.procs = procs[i]}, NULL),
            CSP_ETHREAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_end_beside_the_busy),
        cmocka_unit_test(the_last_tick),
        cmocka_unit_test(small_stacks_panic_too),
        cmocka_unit_test(too_many_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
