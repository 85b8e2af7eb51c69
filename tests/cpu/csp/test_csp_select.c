// test_csp_select.c -- select as Go's chan_test.go asks for it, and timeouts, which
// are ours alone. Rules and evaluation are in
// test_csp_select_rules.c, the queues in test_csp_select_queue.c.

#include "csp_testing.h"

#include <math.h>
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

// One of two is always ready, so a select never finds nothing: it acts at one instant.
static void nonblock_race(bool by_close)
{
    for (int i = 0; i < scaled(2000); i++) {
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

// Go: chan_test.go TestNonblockSelectRace
static void nonblock_select_race(void *arg)
{
    (void)arg;
    nonblock_race(false);
}

// Go: chan_test.go TestNonblockSelectRace2
static void nonblock_select_race_closing(void *arg)
{
    (void)arg;
    nonblock_race(true);
}

enum { PLACES = 30 };

// One token lies in one of many places; `round` is where the mover is, `looked` the
// scanner.
struct token {
    int_chan places[PLACES], done;
    atomic_int round, looked;
    int rounds;
};

static void look_for_token(void *arg)
{
    struct token *t = arg;
    struct csp_case cases[PLACES];
    for (int i = 0; i < PLACES; i++)
        cases[i] = CSP_CASE_RECV(t->places[i], NULL);
    for (int r = 1; r <= t->rounds; r++) {
        while (t->round < r)
            csp_yield();
        CHECK(csp_select(cases, PLACES, 0) != CSP_TIMEOUT);
        t->looked = r;
    }
    csp_send(t->done, 0);
}

// The same with a longer look: the token is put into a second place before it is taken
// from the first, while a select looks through all of them.
// Go: chan_test.go TestNonblockSelectRace
static void one_instant(void *arg)
{
    (void)arg;
    struct token t = {.done = CSP_MAKE(int_chan, 0), .rounds = scaled(3000)};
    for (int i = 0; i < PLACES; i++)
        t.places[i] = CSP_MAKE(int_chan, 1);
    go(look_for_token, &t);
    for (int r = 1; r <= t.rounds; r++) {
        int_chan from = t.places[r * 7 % PLACES], to = t.places[r * 11 % PLACES];
        if (from.ch == to.ch)
            to = t.places[(r * 11 + 1) % PLACES];
        csp_send(from, r);
        t.round = r;
        // Now sooner, now later in the look.
        for (volatile int i = r * 13 % 400; i > 0; i--)
            ;
        csp_send(to, r);
        csp_try_recv(from, NULL);
        while (t.looked < r)
            csp_yield();
        csp_try_recv(from, NULL);
        csp_try_recv(to, NULL);
    }
    await(t.done, 1);
    for (int i = 0; i < PLACES; i++)
        csp_free(t.places[i]);
    csp_free(t.done);
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

// Send and receive on one channel in one select; nobody meets himself.
// Go: chan_test.go TestSelfSelect
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

// Plain and selecting senders and receivers on four channels.
// Go: chan_test.go TestSelectStress
static void select_stress(void *arg)
{
    (void)arg;
    static const size_t caps[STRESS_CHANS] = {0, 0, 2, 3};
    struct stress s = {.done = CSP_MAKE(int_chan, 0), .n = scaled(3000)};
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

struct fair {
    int_chan in[4], out, done;
};

static void fair_select(void *arg)
{
    struct fair *f = arg;
    int v = 0;
    struct csp_case in[] = {CSP_CASE_RECV(f->in[2], &v), CSP_CASE_RECV(f->in[3], &v),
                            CSP_CASE_RECV(f->in[0], &v), CSP_CASE_RECV(f->in[1], &v)};
    struct csp_case out[] = {CSP_CASE_SEND(f->out, &v), CSP_CASE_RECV(f->done, NULL)};
    do {
        csp_select(in, 4, CSP_FOREVER);
    } while (csp_select(out, 2, CSP_FOREVER) == 0);
    csp_close(f->out);
}

// Whether so many of the trials are what a share of them looks like, but for one in a
// million; where there are thousands of schedules the limits are wider.
static bool is_fair(int count, int trials, double share)
{
    double sigmas = schedule.opts.virtual_time ? 9 : 4.891676;
    return fabs(count - trials * share) <= sigmas * sqrt(trials * share * (1 - share));
}

// Of two cases that are always ready, beside two that never are, each gets half.
// Go: chan_test.go TestSelectFairness
static void select_fairness(void *arg)
{
    (void)arg;
    int trials = schedule.opts.virtual_time ? 100 : scaled(10000), counts[2] = {0}, v;
    struct fair f = {.out = CSP_MAKE(int_chan, 0), .done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < 4; i++)
        f.in[i] = CSP_MAKE(int_chan, i < 2 ? (size_t)trials + 1 : 0);
    for (int i = 0; i < 2 * (trials + 1); i++)
        csp_send(f.in[i % 2], i % 2);
    go(fair_select, &f);
    for (int i = 0; i < trials; i++) {
        CHECK(csp_recv(f.out, &v));
        counts[v]++;
    }
    CHECK(is_fair(counts[0], trials, 0.5));
    csp_close(f.done);
    while (csp_recv(f.out, NULL))
        ;
    for (int i = 0; i < 4; i++)
        csp_free(f.in[i]);
    csp_free(f.out);
    csp_free(f.done);
}

// So does each of any number, below and above the cases the stack has room for.
static void fair_among_many(void *arg)
{
    (void)arg;
    int trials = schedule.opts.virtual_time ? 100 : scaled(10000);
    int_chan c = CSP_MAKE(int_chan, 0);
    csp_close(c);
    for (int n = 1; n <= 12; n++) {
        struct csp_case cases[12];
        int counts[12] = {0};
        for (int i = 0; i < n; i++)
            cases[i] = CSP_CASE_RECV(c, NULL);
        for (int i = 0; i < trials; i++)
            counts[csp_select(cases, n, CSP_FOREVER)]++;
        for (int i = 0; i < n; i++)
            CHECK(is_fair(counts[i], trials, 1.0 / n));
    }
    csp_free(c);
}

struct bits {
    int_chan c, ones;
    int n;
};

static void count_ones(void *arg)
{
    struct bits *b = arg;
    int ones = 0, v;
    for (int i = 0; i < b->n; i++) {
        csp_yield();
        CHECK(csp_recv(b->c, &v));
        ones += v;
    }
    csp_send(b->ones, ones);
}

// Two sends of one select on one channel both get their share.
// Go: chan_test.go TestPseudoRandomSend
static void pseudo_random_send(void *arg)
{
    (void)arg;
    for (size_t cap = 0; cap <= 100; cap += 100) {
        struct bits b = {CSP_MAKE(int_chan, cap), CSP_MAKE(int_chan, 0), 100};
        int zero = 0, one = 1, ones;
        struct csp_case cases[] = {CSP_CASE_SEND(b.c, &zero), CSP_CASE_SEND(b.c, &one)};
        go(count_ones, &b);
        for (int i = 0; i < b.n; i++)
            CHECK(csp_select(cases, 2, CSP_FOREVER) >= 0);
        CHECK(csp_recv(b.ones, &ones));
        CHECK(ones > b.n / 10 && ones < b.n - b.n / 10);
        csp_free(b.c);
        csp_free(b.ones);
    }
}

static void sleep_send(void *arg)
{
    struct pair *p = arg;
    for (int i = 0; i < scaled(1000); i++) {
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
    CHECK(next == scaled(1000));
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, nonblock_select_race, NULL),
        TASK_TEST(run_everywhere, nonblock_select_race_closing, NULL),
        TASK_TEST(run_real, one_instant, NULL),
        TASK_TEST(run_everywhere, self_select, NULL),
        TASK_TEST(run_everywhere, select_stress, NULL),
        TASK_TEST(run_everywhere, select_fairness, NULL),
        TASK_TEST(run_everywhere, fair_among_many, NULL),
        TASK_TEST(run_everywhere, pseudo_random_send, NULL),
        TASK_TEST(run_everywhere, timeout_races, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
