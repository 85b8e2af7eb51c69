// test_csp_patterns.c -- what programs build from channels: Go's typeparam/chans
// (ReadAll, Merge, Filter, Sink, Exclusive, Ranger), each with a channel that tells it to
// give up.

#include "csp_testing.h"

// Receives all that c gives until it is closed or the caller is told to stop; the count.
static int read_all(int_chan stop, int_chan c, int *values, int most)
{
    int v;
    for (int n = 0;; values[n++] = v) {
        struct csp_case cases[] = {CSP_CASE_RECV(stop, NULL), CSP_CASE_RECV(c, &v)};
        if (csp_select(cases, 2, CSP_FOREVER) == 0 || !cases[1].ok)
            return n;
        CHECK(n < most);
    }
}

struct plumbing {
    int_chan stop, in[2], out;
    bool (*keep)(int);
};

static void merge(void *arg)
{
    struct plumbing *p = arg;
    int v;
    while (p->in[0].ch || p->in[1].ch) {
        struct csp_case cases[] = {CSP_CASE_RECV(p->in[0], &v),
                                   CSP_CASE_RECV(p->in[1], &v),
                                   CSP_CASE_RECV(p->stop, NULL)};
        int i = csp_select(cases, 3, CSP_FOREVER);
        if (i == 2)
            break;
        if (cases[i].ok)
            csp_send(p->out, v);
        else
            p->in[i].ch = NULL;
    }
    csp_close(p->out);
}

static void filter(void *arg)
{
    struct plumbing *p = arg;
    int v;
    for (;;) {
        struct csp_case cases[] = {CSP_CASE_RECV(p->stop, NULL),
                                   CSP_CASE_RECV(p->in[0], &v)};
        if (csp_select(cases, 2, CSP_FOREVER) == 0 || !cases[1].ok)
            break;
        if (p->keep(v))
            csp_send(p->out, v);
    }
    csp_close(p->out);
}

struct source {
    int_chan c;
    int values[3];
};

static void send_three(void *arg)
{
    struct source *s = arg;
    for (int i = 0; i < 3; i++)
        csp_send(s->c, s->values[i]);
    csp_close(s->c);
}

static int_chan source(int a, int b, int c)
{
    struct source s = {CSP_MAKE(int_chan, 0), {a, b, c}};
    go_copy(send_three, &s);
    return s.c;
}

// Go: typeparam/chans.go TestReadAll
static void reads_all(void *arg)
{
    (void)arg;
    int_chan stop = CSP_MAKE(int_chan, 0), c = source(4, 2, 5);
    int got[3];
    CHECK(read_all(stop, c, got, 3) == 3 && got[0] == 4 && got[1] == 2 && got[2] == 5);
    csp_free(c);
    c = CSP_MAKE(int_chan, 0);
    csp_close(stop);
    CHECK(read_all(stop, c, got, 3) == 0);
    csp_free(c);
    csp_free(stop);
}

// All values of both, each side's in its own order.
// Go: typeparam/chans.go TestMerge
static void merges(void *arg)
{
    (void)arg;
    struct plumbing p = {CSP_MAKE(int_chan, 0),
                         {source(1, 3, 5), source(2, 4, 6)},
                         CSP_MAKE(int_chan, 0),
                         NULL};
    struct plumbing mine = p;
    int got[6], last[2] = {0}, sum = 0;
    go(merge, &mine);
    CHECK(read_all(p.stop, p.out, got, 6) == 6);
    for (int i = 0; i < 6; i++) {
        CHECK(got[i] > last[got[i] % 2]);
        last[got[i] % 2] = got[i];
        sum += got[i];
    }
    CHECK(sum == 21);
    for (int i = 0; i < 2; i++)
        csp_free(p.in[i]);
    csp_free(p.stop);
    csp_free(p.out);
}

static bool is_even(int v)
{
    return v % 2 == 0;
}

// Go: typeparam/chans.go TestFilter
static void filters(void *arg)
{
    (void)arg;
    struct plumbing p = {
        CSP_MAKE(int_chan, 0), {source(1, 2, 3)}, CSP_MAKE(int_chan, 0), is_even};
    int got[3];
    go(filter, &p);
    CHECK(read_all(p.stop, p.out, got, 3) == 1 && got[0] == 2);
    csp_free(p.in[0]);
    csp_free(p.stop);
    csp_free(p.out);
}

// Told to stop while it waits, a stage ends and closes what it feeds.
static void stages_stop(void *arg)
{
    (void)arg;
    void (*const stages[])(void *) = {merge, filter};
    for (int i = 0; i < 2; i++) {
        struct plumbing p = {CSP_MAKE(int_chan, 0),
                             {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0)},
                             CSP_MAKE(int_chan, 0),
                             is_even};
        go(stages[i], &p);
        csp_yield();
        csp_close(p.stop);
        CHECK(!csp_recv(p.out, NULL));
        csp_free(p.in[0]);
        csp_free(p.in[1]);
        csp_free(p.stop);
        csp_free(p.out);
    }
}

static void sink(void *arg)
{
    struct plumbing *p = arg;
    struct csp_case cases[] = {CSP_CASE_RECV(p->stop, NULL),
                               CSP_CASE_RECV(p->in[0], NULL)};
    while (csp_select(cases, 2, CSP_FOREVER) == 1 && cases[1].ok)
        ;
    csp_send(p->out, 0);
}

// Go: typeparam/chans.go TestSink
static void sinks(void *arg)
{
    (void)arg;
    struct plumbing p = {
        CSP_MAKE(int_chan, 0), {CSP_MAKE(int_chan, 0)}, CSP_MAKE(int_chan, 0), NULL};
    struct csp_chan *minute = csp_after(60 * 1000 * MS);
    go(sink, &p);
    for (int v = 1; v <= 3; v++) {
        struct csp_case cases[] = {CSP_CASE_SEND(p.in[0], &v),
                                   {CSP_RECV, minute, NULL, false}};
        CHECK(csp_select(cases, 2, CSP_FOREVER) == 0);
    }
    csp_close(p.in[0]);
    await(p.out, 1);
    csp_chan_free(minute);
    csp_free(p.in[0]);
    csp_free(p.stop);
    csp_free(p.out);
}

// A channel of one element as a lock that carries what it guards.
typedef CSP_CHAN(int *) lock_chan;

struct locked {
    lock_chan lock;
    int_chan done;
};

static void add_ten(void *arg)
{
    struct locked *l = arg;
    for (int i = 0; i < 10; i++) {
        int *value;
        CHECK(csp_recv(l->lock, &value));
        int before = *value;
        csp_yield();
        *value = before + 1;
        CHECK(csp_try_send(l->lock, value) == CSP_OK);
    }
    csp_send(l->done, 0);
}

// Go: typeparam/chans.go TestExclusive
static void excludes(void *arg)
{
    (void)arg;
    struct locked l = {CSP_MAKE(lock_chan, 1), CSP_MAKE(int_chan, 0)};
    int value = 0;
    csp_send(l.lock, &value);
    go(add_ten, &l);
    go(add_ten, &l);
    await(l.done, 2);
    CHECK(value == 20);
    csp_free(l.lock);
    csp_free(l.done);
}

static void try_lock(void *arg)
{
    struct locked *l = arg;
    CHECK(csp_try_recv(l->lock, NULL) == CSP_WOULD_BLOCK);
    csp_send(l->done, 0);
}

// Go: typeparam/chans.go TestExclusiveTry
static void excludes_trying(void *arg)
{
    (void)arg;
    struct locked l = {CSP_MAKE(lock_chan, 1), CSP_MAKE(int_chan, 0)};
    int value = 0, *mine;
    csp_send(l.lock, &value);
    CHECK(csp_try_recv(l.lock, &mine) == CSP_OK && mine == &value);
    go(try_lock, &l);
    await(l.done, 1);
    CHECK(csp_try_send(l.lock, mine) == CSP_OK);
    CHECK(csp_try_recv(l.lock, &mine) == CSP_OK);
    csp_free(l.lock);
    csp_free(l.done);
}

// A sender that learns that its receiver has gone. Go tells it by a finalizer; in C the
// receiver closes `gone` itself.
struct ranger {
    int_chan values, gone, sent;
};

static void take_one(void *arg)
{
    struct ranger *r = arg;
    int v;
    CHECK(csp_recv(r->values, &v) && v == 1);
    csp_close(r->gone);
}

static bool send_unless_gone(struct ranger *r, int v)
{
    struct csp_case cases[] = {CSP_CASE_SEND(r->values, &v),
                               CSP_CASE_RECV(r->gone, NULL)};
    return csp_select(cases, 2, CSP_FOREVER) == 0;
}

static void send_two(void *arg)
{
    struct ranger *r = arg;
    CHECK(send_unless_gone(r, 1));
    csp_send(r->sent, 1);
    CHECK(!send_unless_gone(r, 2));
    csp_close(r->sent);
}

// Go: typeparam/chans.go TestRanger
static void ranges(void *arg)
{
    (void)arg;
    struct ranger r = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0),
                       CSP_MAKE(int_chan, 0)};
    go(take_one, &r);
    go(send_two, &r);
    CHECK(csp_recv(r.sent, NULL));
    CHECK(!csp_recv(r.sent, NULL));
    csp_free(r.values);
    csp_free(r.gone);
    csp_free(r.sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, reads_all, NULL),
        TASK_TEST(run_everywhere, merges, NULL),
        TASK_TEST(run_everywhere, filters, NULL),
        TASK_TEST(run_everywhere, stages_stop, NULL),
        TASK_TEST(run_everywhere, sinks, NULL),
        TASK_TEST(run_everywhere, excludes, NULL),
        TASK_TEST(run_everywhere, excludes_trying, NULL),
        TASK_TEST(run_everywhere, ranges, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
