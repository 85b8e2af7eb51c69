// test_csp_select_rules.c -- what waits for ever, what never waits, what is never
// written: Go's select3 and select4, a table of rules with one function each.

#include "csp_testing.h"

// The channels of a rule: made before its runs and freed after them, as a task that waits
// for ever is dropped with the run.
struct rule {
    void (*fn)(struct rule *);
    bool waits;
    int_chan closed, idle, done;
};

static const int_chan nil = {NULL};
static int seven = 7;

static void unreachable(void)
{
    CHECK(false);
}

static void select_never(struct csp_case *cases, int n)
{
    csp_select(cases, n, CSP_FOREVER);
    unreachable();
}

static void send_nil(struct rule *r)
{
    (void)r;
    csp_send(nil, 7);
    unreachable();
}

static void recv_nil(struct rule *r)
{
    (void)r;
    csp_recv(nil, NULL);
    unreachable();
}

static void try_nil(struct rule *r)
{
    (void)r;
    int v = 3;
    CHECK(csp_try_send(nil, 7) == CSP_WOULD_BLOCK);
    CHECK(csp_try_recv(nil, &v) == CSP_WOULD_BLOCK && v == 3);
}

static void send_with_room(struct rule *r)
{
    (void)r;
    int_chan c = CSP_MAKE(int_chan, 1);
    csp_send(c, 7);
    csp_free(c);
}

static void recv_closed(struct rule *r)
{
    for (int i = 0; i < 10; i++) {
        int x = 5;
        CHECK(!csp_recv(r->closed, &x) && x == 0);
        CHECK(!csp_recv(r->closed, NULL));
    }
}

static void recv_idle(struct rule *r)
{
    csp_recv(r->idle, NULL);
    unreachable();
}

static void send_idle(struct rule *r)
{
    csp_send(r->idle, 7);
    unreachable();
}

static void select_nothing(struct rule *r)
{
    (void)r;
    select_never(NULL, 0);
}

static void select_recv_nil(struct rule *r)
{
    (void)r;
    select_never((struct csp_case[]){CSP_CASE_RECV(nil, NULL)}, 1);
}

static void select_send_nil(struct rule *r)
{
    (void)r;
    select_never((struct csp_case[]){CSP_CASE_SEND(nil, &seven)}, 1);
}

static void select_both_nil(struct rule *r)
{
    (void)r;
    select_never(
        (struct csp_case[]){CSP_CASE_RECV(nil, NULL), CSP_CASE_SEND(nil, &seven)}, 2);
}

static void select_recv_idle(struct rule *r)
{
    select_never((struct csp_case[]){CSP_CASE_RECV(r->idle, NULL)}, 1);
}

// A select does not meet itself.
static void select_itself(struct rule *r)
{
    select_never(
        (struct csp_case[]){CSP_CASE_SEND(r->idle, &seven), CSP_CASE_RECV(r->idle, NULL)},
        2);
}

static void default_alone(struct rule *r)
{
    (void)r;
    CHECK(csp_select(NULL, 0, 0) == CSP_TIMEOUT);
}

static void default_and_nil(struct rule *r)
{
    int v = 3;
    struct csp_case cases[] = {CSP_CASE_RECV(nil, &v), CSP_CASE_SEND(nil, &v),
                               CSP_CASE_RECV(r->idle, &v), CSP_CASE_SEND(r->idle, &v)};
    for (int from = 0; from < 4; from++) {
        for (int n = 1; from + n <= 4; n++)
            CHECK(csp_select(&cases[from], n, 0) == CSP_TIMEOUT && v == 3);
    }
}

static void timeout_and_nil(struct rule *r)
{
    (void)r;
    CHECK(csp_select(NULL, 0, (int64_t)MS / 10) == CSP_TIMEOUT);
    struct csp_case cases[] = {CSP_CASE_RECV(nil, NULL), CSP_CASE_SEND(nil, &seven)};
    CHECK(csp_select(cases, 2, (int64_t)MS / 10) == CSP_TIMEOUT);
}

static void ready_beats_default(struct rule *r)
{
    int v;
    int_chan c = CSP_MAKE(int_chan, 1);
    struct csp_case send[] = {CSP_CASE_SEND(c, &seven), CSP_CASE_RECV(r->idle, NULL)};
    struct csp_case recv[] = {CSP_CASE_RECV(c, &v), CSP_CASE_RECV(r->idle, NULL)};
    for (int n = 1; n <= 2; n++) {
        CHECK(csp_select(send, n, 0) == 0 && send[0].ok);
        CHECK(csp_select(send, n, 0) == CSP_TIMEOUT);
        CHECK(csp_select(recv, n, 0) == 0 && recv[0].ok && v == 7);
        CHECK(csp_select(recv, n, 0) == CSP_TIMEOUT);
    }
    csp_free(c);
}

static void select_closed(struct rule *r)
{
    int v = 5;
    struct csp_case discard[] = {CSP_CASE_RECV(r->closed, NULL)};
    struct csp_case keep[] = {CSP_CASE_RECV(r->closed, &v), CSP_CASE_RECV(nil, NULL)};
    CHECK(csp_select(discard, 1, CSP_FOREVER) == 0 && !discard[0].ok);
    CHECK(csp_select(discard, 1, 0) == 0 && !discard[0].ok);
    CHECK(csp_select(keep, 1, CSP_FOREVER) == 0 && !keep[0].ok && v == 0);
    v = 5;
    CHECK(csp_select(keep, 2, CSP_FOREVER) == 0 && !keep[0].ok && v == 0);
}

static void rule_task(void *arg)
{
    struct rule *r = arg;
    r->fn(r);
    csp_send(r->done, 0);
}

// A rule that waits must still do so after an hour, or after a moment in real time; one
// that does not must end.
static void apply(void *arg)
{
    struct rule *r = arg;
    go(rule_task, r);
    if (!r->waits) {
        await(r->done, 1);
        return;
    }
    csp_sleep(schedule.opts.virtual_time ? 3600 * 1000 * MS : 2 * MS);
    CHECK(csp_try_recv(r->done, NULL) == CSP_WOULD_BLOCK);
}

// Sends on closed channels are in test_csp_close.c.
// Go: select3.go
static void rules(void **state)
{
    (void)state;
    static const struct rule all[] = {
        {.fn = send_nil, .waits = true},
        {.fn = recv_nil, .waits = true},
        {.fn = try_nil},
        {.fn = send_with_room},
        {.fn = recv_closed},
        {.fn = recv_idle, .waits = true},
        {.fn = send_idle, .waits = true},
        {.fn = select_nothing, .waits = true},
        {.fn = select_recv_nil, .waits = true},
        {.fn = select_send_nil, .waits = true},
        {.fn = select_both_nil, .waits = true},
        {.fn = select_recv_idle, .waits = true},
        {.fn = select_itself, .waits = true},
        {.fn = default_alone},
        {.fn = default_and_nil},
        {.fn = timeout_and_nil},
        {.fn = ready_beats_default},
        {.fn = select_closed},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct rule r = all[i];
        r.closed = CSP_MAKE(int_chan, 0);
        r.idle = CSP_MAKE(int_chan, 0);
        r.done = CSP_MAKE(int_chan, 0);
        csp_close(r.closed);
        run_everywhere(apply, &r);
        csp_free(r.closed);
        csp_free(r.idle);
        csp_free(r.done);
    }
}

// Only the chosen case's target and flag are written.
// Go: select4.go
static void losers_untouched(void *arg)
{
    (void)arg;
    int_chan a = CSP_MAKE(int_chan, 1), b = CSP_MAKE(int_chan, 1);
    int won = 1, lost = 2;
    csp_send(a, 42);
    struct csp_case cases[] = {CSP_CASE_RECV(b, &lost), CSP_CASE_RECV(a, &won)};
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 1 && cases[1].ok && !cases[0].ok);
    CHECK(won == 42 && lost == 2);
    // Nobody may write here.
    cases[0].elem = (void *)(uintptr_t)8;
    csp_send(a, 43);
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 1 && won == 43);
    CHECK(csp_select(cases, 2, 0) == CSP_TIMEOUT && won == 43);
    CHECK(csp_select(cases, 2, (int64_t)MS / 10) == CSP_TIMEOUT && won == 43);
    cases[0].elem = &lost;
    csp_close(b);
    cases[0].ok = true;
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 0 && !cases[0].ok && lost == 0);
    csp_free(a);
    csp_free(b);
}

struct slots {
    int_chan c, d, ready;
    bool twice;
};

// The stack on which losing slots lie is in use around them.
static void select_with_slots(void *arg)
{
    struct slots *s = arg;
    int_chan c2 = s->twice ? s->c : (int_chan){NULL};
    int_chan d2 = s->twice ? s->d : (int_chan){NULL};
    volatile char deep[10 << 10];
    int before = 42, slot = 43, after = 44;
    deep[0] = 0;
    csp_send(s->ready, 0);
    struct csp_case cases[] = {CSP_CASE_RECV(s->c, &slot), CSP_CASE_RECV(c2, NULL),
                               CSP_CASE_RECV(s->d, NULL), CSP_CASE_RECV(d2, NULL)};
    int i = csp_select(cases, 4, CSP_FOREVER);
    CHECK((i == 2 || (i == 3 && s->twice)) && !cases[i].ok);
    CHECK(before == 42 && slot == 43 && after == 44 && deep[0] == 0);
    csp_send(s->ready, 0);
}

// The receive slots of losing cases are never written.
// Go: chan_test.go TestSelectStackAdjust
static void select_slots(void *arg)
{
    (void)arg;
    struct slots s[2] = {
        {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), false}};
    s[1] = s[0];
    s[1].twice = true;
    go(select_with_slots, &s[0]);
    go(select_with_slots, &s[1]);
    await(s[0].ready, 2);
    csp_sleep(MS);
    csp_close(s[0].d);
    await(s[0].ready, 2);
    csp_free(s[0].c);
    csp_free(s[0].d);
    csp_free(s[0].ready);
}

enum { MANY = 300 };

static void send_last(void *arg)
{
    int_chan *c = arg;
    csp_send(c[MANY - 1], 42);
}

// A select of more cases than the stack has room for.
static void many_cases(void *arg)
{
    (void)arg;
    int_chan c[MANY];
    struct csp_case cases[MANY];
    int v = 0;
    for (int i = 0; i < MANY; i++) {
        c[i] = CSP_MAKE(int_chan, 0);
        cases[i] = CSP_CASE_RECV(c[i], &v);
    }
    CHECK(csp_select(cases, MANY, 0) == CSP_TIMEOUT);
    CHECK(csp_select(cases, MANY, (int64_t)MS) == CSP_TIMEOUT);
    go(send_last, c);
    CHECK(csp_select(cases, MANY, CSP_FOREVER) == MANY - 1 && v == 42);
    for (int i = 0; i < MANY; i++)
        csp_free(c[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules),
        TASK_TEST(run_everywhere, losers_untouched, NULL),
        TASK_TEST(run_everywhere, select_slots, NULL),
        TASK_TEST(run_everywhere, many_cases, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
