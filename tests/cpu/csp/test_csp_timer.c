// test_csp_timer.c -- sleep, csp_after, csp_tick and timeouts: Go's time tests.

#include "csp_testing.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

struct sleeper {
    int_chan out;
    int ms;
};

static void sleep_and_tell(void *arg)
{
    struct sleeper *s = arg;
    uint64_t start = csp_now();
    csp_sleep((uint64_t)s->ms * MS);
    CHECK(csp_now() - start >= (uint64_t)s->ms * MS);
    csp_send(s->out, s->ms);
}

// Go: sleep_test.go TestAfterQueuing
// Go: sleep_test.go TestSleep
// Sleepers wake in the order of their deadlines, not of their coming.
static void sleep_order(void *arg)
{
    (void)arg;
    static const int order[] = {50, 10, 40, 0, 30, 20};
    struct sleeper s = {.out = CSP_MAKE(int_chan, 0)};
    int last = -1, v;
    for (int i = 0; i < 6; i++) {
        s.ms = order[i];
        CHECK(csp_go_copy(sleep_and_tell, &s, sizeof s) == CSP_OK);
    }
    for (int i = 0; i < 6; i++) {
        CHECK(csp_recv(s.out, &v));
        CHECK(v > last);
        last = v;
    }
    csp_free(s.out);
}

// Go: sleep_test.go TestAfter
static void after_delivers_once(void *arg)
{
    (void)arg;
    typedef CSP_CHAN(uint64_t) time_chan;
    uint64_t start = csp_now(), at;
    time_chan t = {csp_after(2 * MS)};
    CHECK(csp_try_recv(t, &at) == CSP_WOULD_BLOCK);
    CHECK(csp_recv(t, &at));
    CHECK(at - start >= 2 * MS && at <= csp_now());
    csp_sleep(3 * MS);
    CHECK(csp_try_recv(t, &at) == CSP_WOULD_BLOCK);
    csp_free(t);
    // Freed before it is due: it is cancelled.
    t.ch = csp_after(MS);
    csp_free(t);
    csp_sleep(2 * MS);
}

// Go: tick_test.go TestTicker
// Ticks keep their distance, and those that nobody took are dropped.
static void tick_drops(void *arg)
{
    (void)arg;
    typedef CSP_CHAN(uint64_t) time_chan;
    uint64_t start = csp_now(), at = 0, before = 0;
    time_chan t = {csp_tick(2 * MS)};
    for (uint64_t i = 1; i <= 3; i++) {
        CHECK(csp_recv(t, &at));
        CHECK(at - start >= i * 2 * MS);
    }
    csp_sleep(20 * MS);
    before = csp_now();
    CHECK(csp_recv(t, &at) && at < before);
    CHECK(csp_recv(t, &at) && at >= before);
    csp_free(t);
}

static void send_later(void *arg)
{
    int_chan *c = arg;
    csp_sleep(20 * MS);
    csp_send(*c, 1);
}

static void select_times_out(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 0);
    struct csp_case receive = CSP_CASE_RECV(c, NULL);
    uint64_t start = csp_now();
    go(send_later, &c);
    CHECK(csp_select(&receive, 1, 2 * (int64_t)MS) == CSP_TIMEOUT);
    CHECK(csp_now() - start >= 2 * MS);
    CHECK(csp_select(&receive, 1, 60000 * (int64_t)MS) == 0 && receive.ok);
    csp_free(c);
}

// Go: sleep_test.go TestOverflowSleep
// Go: sleep_test.go TestSleepZeroDeadlock
// The ends of the range.
static void extreme_delays(void *arg)
{
    (void)arg;
    struct csp_chan *never = csp_after(UINT64_MAX), *now = csp_after(0);
    struct csp_case both[] = {{CSP_RECV, never, NULL, false},
                              {CSP_RECV, now, NULL, false}};
    csp_sleep(0);
    CHECK(csp_select(both, 2, INT64_MAX) == 1);
    csp_chan_free(never);
    csp_chan_free(now);
}

// The same calls in real time, where a busy machine may be late, but never early.
static void real_clock(void *arg)
{
    (void)arg;
    uint64_t start = csp_now(), at;
    struct csp_chan *after = csp_after(2 * MS);
    csp_sleep(MS);
    CHECK(csp_now() - start >= MS);
    CHECK(csp_chan_recv(after, &at) && at - start >= 2 * MS);
    CHECK(csp_select(NULL, 0, (int64_t)MS) == CSP_TIMEOUT && csp_now() - start >= 3 * MS);
    csp_chan_free(after);
    after = csp_after(1000 * MS);
    csp_chan_free(after);
}

static void nap(void *arg)
{
    atomic_int *left = arg;
    for (int i = 0; i < 20; i++)
        csp_sleep((uint64_t)(i * 37 % 11) * 10000);
    --*left;
}

// Go: sleep_test.go TestAfterStress
// The part that asks whether any sleeper is forgotten.
static void many_sleepers(void *arg)
{
    (void)arg;
    int n = scaled(1000);
    atomic_int left = n;
    for (int i = 0; i < n; i++)
        go(nap, &left);
    while (left > 0)
        csp_sleep(100000);
}

static struct csp_chan *outlives_run;

static void start_tick(void *arg)
{
    (void)arg;
    outlives_run = csp_tick(1000);
    csp_sleep(100000);
}

// The end of the run stops its clocks; the channel is still the program's to free.
static void clocks_end_with_the_run(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct csp_opts opts = {.procs = 1 + i % 3};
        assert_int_equal(csp_run(start_tick, NULL, &opts, NULL), CSP_OK);
        csp_chan_free(outlives_run);
    }
}

static void take_after(void *arg)
{
    (void)arg;
    outlives_run = csp_after(1000);
    CHECK(csp_chan_recv(outlives_run, NULL));
}

static void *run_after(void *arg)
{
    return csp_run(take_after, NULL, arg, NULL) == CSP_OK ? NULL : arg;
}

// One that has fired has forgotten the run: the stack that held it is gone by now.
static void fired_clocks_forget_the_run(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 3; procs++) {
        struct csp_opts opts = {.procs = procs};
        size_t size = 1 << 20;
        void *stack =
            mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        void *failed;
        pthread_attr_t attr;
        pthread_t thread;
        assert_true(stack != MAP_FAILED);
        pthread_attr_init(&attr);
        assert_int_equal(pthread_attr_setstack(&attr, stack, size), 0);
        assert_int_equal(pthread_create(&thread, &attr, run_after, &opts), 0);
        pthread_attr_destroy(&attr);
        pthread_join(thread, &failed);
        assert_null(failed);
        munmap(stack, size);
        csp_chan_free(outlives_run);
    }
}

static void work_takes_time(void *arg)
{
    (void)arg;
    uint64_t start = csp_now();
    csp_work(MS);
    CHECK(csp_now() - start >= MS);
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

static void virtually(void **state)
{
    run_virtual((void (*)(void *))(uintptr_t)*state, NULL);
}

#define VIRTUALLY(fn)                                                                    \
    {                                                                                    \
#fn, virtually, NULL, NULL, (void *)(uintptr_t)(fn)                              \
    }
#define EVERYWHERE(fn)                                                                   \
    {                                                                                    \
#fn, everywhere, NULL, NULL, (void *)(uintptr_t)(fn)                             \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIRTUALLY(sleep_order),
        VIRTUALLY(after_delivers_once),
        VIRTUALLY(select_times_out),
        EVERYWHERE(tick_drops),
        EVERYWHERE(real_clock),
        EVERYWHERE(extreme_delays),
        EVERYWHERE(many_sleepers),
        EVERYWHERE(work_takes_time),
        cmocka_unit_test(clocks_end_with_the_run),
        cmocka_unit_test(fired_clocks_forget_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
