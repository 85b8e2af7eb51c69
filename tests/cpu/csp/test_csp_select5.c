// test_csp_select5.c -- every phrasing of a receive, of a send and of what is never
// ready, as select5.py writes them, in every way in which a channel can be ready.

#include "csp_testing.h"

// What a phrasing works on, and what it got.
struct env {
    int_chan c, dummy;
    int64_t timeout_ns;
    int n;      // the number that is sent; each try has its own
    int calls;  // of the two functions below
    int got;
    bool got_ok;
};

static const int_chan nil = {NULL};

// An address that nobody may write to.
#define BAD ((int *)(uintptr_t)8)

static int_chan chan_of(struct env *e, int_chan c)
{
    e->calls++;
    return c;
}

static int *place(struct env *e, int *p)
{
    e->calls++;
    return p;
}

#include "select5_cases.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const int64_t waits[] = {CSP_FOREVER, (int64_t)(3600 * 1000 * MS), 0};
enum { WAITS = sizeof waits / sizeof *waits };

static void begin(struct env *e, size_t i)
{
    e->timeout_ns = waits[i % WAITS];
    e->n++;
    e->calls = 0;
    e->got = -4;
    e->got_ok = false;
}

static struct env env_make(size_t capacity)
{
    return (struct env){.c = CSP_MAKE(int_chan, capacity),
                        .dummy = CSP_MAKE(int_chan, 0)};
}

static void env_free(struct env e)
{
    csp_free(e.c);
    csp_free(e.dummy);
}

static void through_buffer(void *arg)
{
    (void)arg;
    struct env e = env_make(1);
    for (size_t i = 0; i < WAITS * COUNT(all_recv); i++) {
        begin(&e, i);
        csp_send(e.c, e.n);
        all_recv[i / WAITS](&e);
        CHECK(e.got_ok && e.got == e.n && csp_len(e.c) == 0);
    }
    for (size_t i = 0; i < WAITS * COUNT(all_send); i++) {
        begin(&e, i);
        all_send[i / WAITS](&e);
        CHECK(e.got_ok && csp_len(e.c) == 1 && csp_recv(e.c, &e.got) && e.got == e.n);
    }
    env_free(e);
}

static void from_closed(void *arg)
{
    (void)arg;
    struct env e = env_make(1);
    csp_close(e.c);
    for (size_t i = 0; i < WAITS * COUNT(all_recv); i++) {
        begin(&e, i);
        all_recv[i / WAITS](&e);
        CHECK(!e.got_ok && e.got == 0);
    }
    env_free(e);
}

static void send_numbers(void *arg)
{
    struct env *e = arg;
    for (int n = 1; n <= (int)(WAITS * COUNT(all_recv)); n++)
        csp_send(e->c, n);
}

static void recv_numbers(void *arg)
{
    struct env *e = arg;
    for (size_t i = 0; i < WAITS * COUNT(all_send); i++) {
        int n;
        CHECK(csp_recv(e->c, &n) && n == (int)i + 1);
    }
    csp_close(e->c);
}

// The partner waits already, as a sleep under virtual time lets everybody else go first.
static void with_partner(void *arg)
{
    (void)arg;
    struct env e = env_make(0), f = env_make(0);
    go(send_numbers, &e);
    for (size_t i = 0; i < WAITS * COUNT(all_recv); i++) {
        csp_sleep(1);
        begin(&e, i);
        all_recv[i / WAITS](&e);
        CHECK(e.got_ok && e.got == e.n);
    }
    go(recv_numbers, &f);
    for (size_t i = 0; i < WAITS * COUNT(all_send); i++) {
        csp_sleep(1);
        begin(&f, i);
        all_send[i / WAITS](&f);
        CHECK(f.got_ok);
    }
    CHECK(!csp_recv(f.c, NULL));
    env_free(e);
    env_free(f);
}

static void never_ready(void *arg)
{
    (void)arg;
    struct env e = env_make(0);
    for (size_t i = 0; i < COUNT(all_never); i++) {
        begin(&e, i);
        e.timeout_ns = 0;
        all_never[i](&e);
        e.timeout_ns = 1000;
        all_never[i](&e);
    }
    env_free(e);
}

// Go: select5.go
int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, through_buffer, NULL),
        TASK_TEST(run_everywhere, from_closed, NULL),
        TASK_TEST(run_virtual, with_partner, NULL),
        TASK_TEST(run_everywhere, never_ready, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
