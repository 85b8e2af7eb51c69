// test_csp_select.c -- select: Go's chan_test.go, doubleselect, select2 to select7,
// ken/chan. Over 400 lines, as they are kept together, to be compared with Go's.

#include "csp_testing.h"

#include <stdatomic.h>

struct pair {
    int_chan a, b, done;
};

static struct pair pair_make(size_t cap)
{
    return (struct pair){CSP_MAKE(int_chan, cap), CSP_MAKE(int_chan, cap),
                         CSP_MAKE(int_chan, 0)};
}

static void pair_free(struct pair p)
{
    csp_free(p.a);
    csp_free(p.b);
    csp_free(p.done);
}

static void select_either(void *arg)
{
    struct pair *p = arg;
    struct csp_case cases[] = {CSP_CASE_RECV(p->a, NULL), CSP_CASE_RECV(p->b, NULL)};
    CHECK(csp_select(cases, 2, 0) != CSP_TIMEOUT);
    csp_send(p->done, 0);
}

// TestNonblockSelectRace and 2: one of two is always ready, so a select never finds
// nothing.
static void nonblock_select_race(void *arg)
{
    bool by_close = *(bool *)arg;
    for (int i = 0; i < scaled(1000); i++) {
        struct pair p = pair_make(1);
        csp_send(p.a, 1);
        go(select_either, &p);
        if (by_close)
            csp_close(p.b);
        else
            csp_send(p.b, 1);
        csp_try_recv(p.a, NULL);
        await(p.done, 1);
        pair_free(p);
    }
}

static void nonblock_select_races(void **state)
{
    (void)state;
    static bool by_close[] = {false, true};
    run_everywhere(nonblock_select_race, &by_close[0]);
    run_everywhere(nonblock_select_race, &by_close[1]);
}

struct self_select {
    int_chan c, done;
    int who, rounds;
};

static void self_selecting(void *arg)
{
    struct self_select *s = arg;
    for (int i = 0; i < s->rounds; i++) {
        int mine = s->who, theirs = -1;
        struct csp_case cases[] = {CSP_CASE_SEND(s->c, &mine),
                                   CSP_CASE_RECV(s->c, &theirs)};
        // Both orders of the cases, as the order of locking must not depend on it.
        if (i % 2) {
            struct csp_case swap = cases[0];
            cases[0] = cases[1];
            cases[1] = swap;
        }
        int index = csp_select(cases, 2, CSP_FOREVER);
        if (cases[index].op == CSP_RECV && csp_cap(s->c) == 0)
            CHECK(theirs != s->who);
    }
    csp_send(s->done, 0);
}

static void drain(void *arg)
{
    struct self_select *s = arg;
    while (csp_recv(s->c, NULL))
        csp_yield();
    csp_send(s->done, 0);
}

// TestSelfSelect: send and receive on one channel in one select; nobody meets himself.
static void self_select(void *arg)
{
    (void)arg;
    for (size_t cap = 0; cap <= 10; cap += 10) {
        struct self_select s = {CSP_MAKE(int_chan, cap), CSP_MAKE(int_chan, 0), 0,
                                scaled(1000)};
        for (; s.who < 2; s.who++)
            CHECK(csp_go_copy(self_selecting, &s, sizeof s) == CSP_OK);
        // The partner of the last one may be done: something must go on taking.
        await(s.done, 1);
        go(drain, &s);
        await(s.done, 1);
        csp_close(s.c);
        await(s.done, 1);
        csp_free(s.c);
        csp_free(s.done);
    }
}

enum { STRESS_CHANS = 4 };

struct stress {
    int_chan c[STRESS_CHANS], done;
    int index, n;
};

static void stress_send(void *arg)
{
    struct stress *s = arg;
    for (int i = 0; i < s->n; i++)
        csp_send(s->c[s->index], i);
    csp_send(s->done, 0);
}

static void stress_recv(void *arg)
{
    struct stress *s = arg;
    for (int i = 0; i < s->n; i++)
        CHECK(csp_recv(s->c[s->index], NULL));
    csp_send(s->done, 0);
}

static void stress_select(void *arg)
{
    struct stress *s = arg;
    enum csp_op op = s->index ? CSP_SEND : CSP_RECV;
    int counts[STRESS_CHANS] = {0}, value = 1;
    struct csp_case cases[STRESS_CHANS];
    for (int i = 0; i < STRESS_CHANS; i++)
        cases[i] = (struct csp_case){op, s->c[i].ch, &value, false};
    for (int i = 0; i < STRESS_CHANS * s->n; i++) {
        int index = csp_select(cases, STRESS_CHANS, CSP_FOREVER);
        if (++counts[index] == s->n)
            cases[index].ch = NULL;
    }
    csp_send(s->done, 0);
}

// TestSelectStress: plain and selecting senders and receivers on four channels.
static void select_stress(void *arg)
{
    (void)arg;
    static const size_t caps[STRESS_CHANS] = {0, 0, 2, 3};
    struct stress s = {.done = CSP_MAKE(int_chan, 0), .n = scaled(2000)};
    for (int i = 0; i < STRESS_CHANS; i++)
        s.c[i] = CSP_MAKE(int_chan, caps[i]);
    for (s.index = 0; s.index < STRESS_CHANS; s.index++) {
        CHECK(csp_go_copy(stress_send, &s, sizeof s) == CSP_OK);
        CHECK(csp_go_copy(stress_recv, &s, sizeof s) == CSP_OK);
    }
    for (s.index = 0; s.index < 2; s.index++)
        CHECK(csp_go_copy(stress_select, &s, sizeof s) == CSP_OK);
    await(s.done, 2 * STRESS_CHANS + 2);
    for (int i = 0; i < STRESS_CHANS; i++)
        csp_free(s.c[i]);
    csp_free(s.done);
}

// TestSelectFairness: of two ready cases each gets half, within six nines.
static void fairness(void *arg)
{
    (void)arg;
    enum { TRIALS = 10000 };
    int counts[3] = {0};
    int_chan c = CSP_MAKE(int_chan, 1);
    csp_close(c);
    for (int i = 0; i < TRIALS; i++) {
        struct csp_case cases[] = {CSP_CASE_RECV(c, NULL), CSP_CASE_RECV(c, NULL),
                                   CSP_CASE_RECV(c, NULL)};
        counts[csp_select(cases, 3, CSP_FOREVER)]++;
    }
    for (int i = 0; i < 3; i++)
        CHECK(counts[i] > TRIALS / 3 - 240 && counts[i] < TRIALS / 3 + 240);
    csp_free(c);
}

struct bits {
    int_chan c;
    int n;
};

static void send_bits(void *arg)
{
    struct bits *b = arg;
    int zero = 0, one = 1;
    for (int i = 0; i < b->n; i++) {
        struct csp_case cases[] = {CSP_CASE_SEND(b->c, &zero), CSP_CASE_SEND(b->c, &one)};
        CHECK(csp_select(cases, 2, CSP_FOREVER) >= 0);
    }
}

// TestPseudoRandomSend: two sends of one select on one channel both get their share.
static void pseudo_random_send(void *arg)
{
    (void)arg;
    for (size_t cap = 0; cap <= 100; cap += 100) {
        struct bits b = {CSP_MAKE(int_chan, cap), 1000};
        int ones = 0, v;
        go(send_bits, &b);
        for (int i = 0; i < b.n; i++) {
            csp_recv(b.c, &v);
            ones += v;
        }
        CHECK(ones > b.n / 10 && ones < b.n - b.n / 10);
        csp_free(b.c);
    }
}

static void recv_duplicate(void *arg)
{
    struct pair *p = arg;
    int x = 7, y = 7;
    struct csp_case cases[] = {CSP_CASE_RECV(p->a, &x), CSP_CASE_RECV(p->a, &y),
                               CSP_CASE_RECV(p->b, NULL), CSP_CASE_RECV(p->a, NULL)};
    csp_select(cases, 4, CSP_FOREVER);
    csp_send(p->done, x + y);
}

// TestSelectDuplicateChannel, issue 9110: one task several times in one queue, between
// others.
static void duplicate_channel(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        struct pair p = pair_make(0);
        for (int k = 0; k < 3; k++)
            go(recv_duplicate, &p);
        csp_sleep(MS);
        csp_send(p.b, 1);
        await(p.done, 1);
        csp_send(p.b, 1);
        await(p.done, 1);
        csp_close(p.a);
        await(p.done, 1);
        pair_free(p);
    }
}

// select4, TestSelectStackAdjust: losing targets and flags are never written.
static void losers_untouched(void *arg)
{
    (void)arg;
    struct pair p = pair_make(1);
    int won = 1, lost = 2;
    csp_send(p.a, 5);
    struct csp_case cases[] = {CSP_CASE_RECV(p.a, &won), CSP_CASE_RECV(p.b, &lost)};
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 0 && cases[0].ok && !cases[1].ok);
    CHECK(won == 5 && lost == 2);
    CHECK(csp_select(cases, 2, 0) == CSP_TIMEOUT && won == 5 && lost == 2);
    CHECK(csp_select(cases, 2, (int64_t)MS) == CSP_TIMEOUT && won == 5 && lost == 2);
    csp_close(p.b);
    cases[1].ok = true;
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 1 && !cases[1].ok && lost == 0);
    pair_free(p);
}

// select3: what is never ready, and what always is.
static void readiness(void *arg)
{
    (void)arg;
    int v = 1;
    int_chan room = CSP_MAKE(int_chan, 1), closed = CSP_MAKE(int_chan, 1), none = {NULL};
    csp_close(closed);
    struct csp_case nil[] = {CSP_CASE_RECV(none, &v), CSP_CASE_SEND(none, &v)};
    CHECK(csp_select(nil, 2, 0) == CSP_TIMEOUT);
    CHECK(csp_select(nil, 2, (int64_t)MS) == CSP_TIMEOUT);
    CHECK(csp_select(NULL, 0, 0) == CSP_TIMEOUT);
    CHECK(csp_select(NULL, 0, (int64_t)MS) == CSP_TIMEOUT);
    struct csp_case send[] = {CSP_CASE_RECV(none, &v), CSP_CASE_SEND(room, &v)};
    CHECK(csp_select(send, 2, CSP_FOREVER) == 1 && send[1].ok);
    CHECK(csp_select(send, 2, 0) == CSP_TIMEOUT);
    CHECK(csp_select(&send[1], 1, 0) == CSP_TIMEOUT);
    struct csp_case recv[] = {CSP_CASE_RECV(none, &v), CSP_CASE_RECV(closed, &v)};
    CHECK(csp_select(recv, 2, CSP_FOREVER) == 1 && !recv[1].ok && v == 0);
    CHECK(csp_select(&recv[1], 1, 0) == 0);
    csp_free(room);
    csp_free(closed);
}

struct mux {
    int_chan in[4], out;
    int left;
    atomic_int *seen;
};

static void mux(void *arg)
{
    struct mux *m = arg;
    int v, open = 4;
    struct csp_case cases[4];
    for (int i = 0; i < 4; i++)
        cases[i] = CSP_CASE_RECV(m->in[i], &v);
    while (open > 0) {
        int i = csp_select(cases, 4, CSP_FOREVER);
        if (cases[i].ok) {
            csp_send(m->out, v);
        } else {
            cases[i].ch = NULL;
            open--;
        }
    }
    csp_send(m->out, -1);
}

static void select_senders(void *arg)
{
    struct mux *m = arg;
    for (int i = 0; i < m->left; i++) {
        struct csp_case cases[4];
        for (int k = 0; k < 4; k++)
            cases[k] = CSP_CASE_SEND(m->in[k], &i);
        CHECK(csp_select(cases, 4, CSP_FOREVER) >= 0);
    }
    for (int k = 0; k < 4; k++)
        csp_close(m->in[k]);
}

// doubleselect: a select commits one case, so no number arrives twice.
static void double_select(void *arg)
{
    (void)arg;
    enum { MUXES = 4 };
    struct mux m = {.out = CSP_MAKE(int_chan, 0), .left = scaled(2000)};
    char *seen = calloc((size_t)m.left, 1);
    for (int i = 0; i < 4; i++)
        m.in[i] = CSP_MAKE(int_chan, 0);
    go(select_senders, &m);
    for (int i = 0; i < MUXES; i++)
        go(mux, &m);
    for (int ended = 0, v; ended < MUXES;) {
        csp_recv(m.out, &v);
        if (v < 0)
            ended++;
        else
            CHECK(seen[v]++ == 0);
    }
    for (int i = 0; i < m.left; i++)
        CHECK(seen[i]);
    free(seen);
    for (int i = 0; i < 4; i++)
        csp_free(m.in[i]);
    csp_free(m.out);
}

static void lose_at_tail(void *arg)
{
    struct pair *p = arg;
    struct csp_case cases[] = {CSP_CASE_RECV(p->a, NULL), CSP_CASE_RECV(p->b, NULL)};
    csp_select(cases, 2, CSP_FOREVER);
    csp_send(p->done, 0);
}

static void recv_a(void *arg)
{
    struct pair *p = arg;
    csp_recv(p->a, NULL);
    csp_send(p->done, 0);
}

// select6 (issue 2075): a loser that leaves the tail of a queue orphans nobody.
static void loser_at_tail(void *arg)
{
    (void)arg;
    struct pair p = pair_make(0);
    go(recv_a, &p);
    csp_sleep(MS);
    go(lose_at_tail, &p);
    csp_sleep(MS);
    csp_send(p.b, 1);
    await(p.done, 1);
    go(recv_a, &p);
    csp_sleep(MS);
    csp_send(p.a, 1);
    csp_send(p.a, 1);
    await(p.done, 2);
    pair_free(p);
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

static void sleep_send(void *arg)
{
    struct pair *p = arg;
    for (int i = 0; i < scaled(400); i++) {
        csp_sleep((uint64_t)(i % 7) * 10000);
        csp_send(p->a, i);
    }
    csp_close(p->a);
}

// A timeout and a send that race: never both, never neither, nothing lost.
static void timeout_races(void *arg)
{
    (void)arg;
    struct pair p = pair_make(0);
    int v, next = 0;
    go(sleep_send, &p);
    for (;;) {
        struct csp_case c = CSP_CASE_RECV(p.a, &v);
        int index = csp_select(&c, 1, 30000);
        if (index == CSP_TIMEOUT)
            continue;
        if (!c.ok)
            break;
        CHECK(v == next++);
    }
    CHECK(next == scaled(400));
    pair_free(p);
}

static void everywhere(void **state)
{
    run_everywhere((void (*)(void *))(uintptr_t)*state, NULL);
}

#define EVERYWHERE(fn)                                                                   \
    {                                                                                    \
#fn, everywhere, NULL, NULL, (void *)(uintptr_t)(fn)                             \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nonblock_select_races),
        EVERYWHERE(self_select),
        EVERYWHERE(select_stress),
        EVERYWHERE(fairness),
        EVERYWHERE(pseudo_random_send),
        EVERYWHERE(duplicate_channel),
        EVERYWHERE(losers_untouched),
        EVERYWHERE(readiness),
        EVERYWHERE(double_select),
        EVERYWHERE(loser_at_tail),
        EVERYWHERE(many_cases),
        EVERYWHERE(timeout_races),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
