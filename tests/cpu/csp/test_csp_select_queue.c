// test_csp_select_queue.c -- a select stands in several queues at once and leaves all of
// them as one: Go's doubleselect, select2, select6, chanlinear, issue 9110.

#include "csp_testing.h"

#include <malloc.h>
#include <math.h>
#include <time.h>

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

static void select_duplicate(void *arg)
{
    struct pair *p = arg;
    struct csp_case cases[] = {CSP_CASE_RECV(p->a, NULL), CSP_CASE_RECV(p->a, NULL),
                               CSP_CASE_RECV(p->b, NULL)};
    CHECK(csp_select(cases, 3, CSP_FOREVER) == 2);
    csp_send(p->done, 9);
}

static void recv_a(void *arg)
{
    struct pair *p = arg;
    int v;
    CHECK(csp_recv(p->a, &v) && v == 8);
    csp_send(p->done, 0);
}

// A task that is in a queue twice leaves it to the one behind.
// Go: chan_test.go TestSelectDuplicateChannel
static void select_duplicate_channel(void *arg)
{
    (void)arg;
    struct pair p = pair_make(0);
    int v;
    go(select_duplicate, &p);
    csp_sleep(MS);
    go(recv_a, &p);
    csp_sleep(MS);
    csp_send(p.b, 7);
    CHECK(csp_recv(p.done, &v) && v == 9);
    csp_send(p.a, 8);
    await(p.done, 1);
    pair_free(p);
}

struct mux {
    int_chan in[4], out;
    int left, one;
};

static void mux_selecting(void *arg)
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

static void mux_plain(void *arg)
{
    struct mux *m = arg;
    int v;
    while (csp_recv(m->in[m->one], &v))
        csp_send(m->out, v);
    csp_send(m->out, -1);
}

static void double_selects(void (*receiver)(void *))
{
    enum { MUXES = 4 };
    struct mux m = {.out = CSP_MAKE(int_chan, 0), .left = scaled(10000)};
    char *seen = calloc((size_t)m.left, 1);
    CHECK(seen);
    for (int i = 0; i < 4; i++)
        m.in[i] = CSP_MAKE(int_chan, 0);
    struct mux sending = m;
    go(select_senders, &sending);
    for (m.one = 0; m.one < MUXES; m.one++)
        go_copy(receiver, &m);
    int values = 0;
    for (int ended = 0, v; ended < MUXES;) {
        CHECK(csp_recv(m.out, &v));
        if (v < 0)
            ended++;
        else
            CHECK(seen[v]++ == 0 && ++values);
    }
    CHECK(values == m.left);
    free(seen);
    for (int i = 0; i < 4; i++)
        csp_free(m.in[i]);
    csp_free(m.out);
}

// A select commits one case: no number goes out twice.
// Go: doubleselect.go
static void double_select(void *arg)
{
    (void)arg;
    double_selects(mux_plain);
}

// The same where both sides select.
static void double_select_both(void *arg)
{
    (void)arg;
    double_selects(mux_selecting);
}

static void send_ones(void *arg)
{
    struct pair *p = arg;
    for (int i = 0; i < scaled(100000); i++)
        csp_send(p->a, 1);
}

static void recv_beside_quiet(struct pair *p, int cases_n)
{
    struct csp_case cases[10] = {CSP_CASE_RECV(p->a, NULL)};
    for (int i = 1; i < cases_n; i++)
        cases[i] = CSP_CASE_RECV(p->b, NULL);
    for (int i = 0; i < scaled(100000); i++)
        CHECK(csp_select(cases, cases_n, CSP_FOREVER) == 0);
}

// A hundred thousand selects beside a quiet channel cost no memory, whether the stack has
// room for their cases or not.
// Go: select2.go
static void selects_keep_nothing(void *arg)
{
    (void)arg;
    for (int n = 2; n <= 10; n += 8) {
        struct pair p = pair_make(0);
        go(send_ones, &p);
        recv_beside_quiet(&p, n);
        size_t before = mallinfo2().uordblks;
        go(send_ones, &p);
        recv_beside_quiet(&p, n);
        size_t after = mallinfo2().uordblks;
        CHECK(after < before + 110000);
        pair_free(p);
    }
}

static void lose_at_tail(void *arg)
{
    struct pair *p = arg;
    struct csp_case cases[] = {CSP_CASE_RECV(p->a, NULL), CSP_CASE_RECV(p->b, NULL)};
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 1);
    csp_send(p->done, 0);
    csp_recv(p->a, NULL);
    csp_send(p->done, 0);
}

static void recv_first(void *arg)
{
    struct pair *p = arg;
    csp_recv(p->a, NULL);
    csp_send(p->done, 0);
}

static void send_b(void *arg)
{
    struct pair *p = arg;
    csp_send(p->b, 1);
}

// A loser that leaves the tail of a queue orphans nobody who comes behind (issue 2075).
// Go: select6.go
static void loser_at_tail(void *arg)
{
    (void)arg;
    struct pair p = pair_make(0);
    go(recv_first, &p);
    csp_sleep(MS / 10);
    go(lose_at_tail, &p);
    csp_sleep(MS / 10);
    go(send_b, &p);
    await(p.done, 1);
    csp_send(p.a, 1);
    csp_send(p.a, 1);
    await(p.done, 2);
    pair_free(p);
}

struct repeated {
    int_chan c, done;
    int n;
};

static void select_repeated(void *arg)
{
    struct repeated *r = arg;
    struct csp_case cases[9];
    for (int i = 0; i < r->n; i++)
        cases[i] = CSP_CASE_RECV(r->c, NULL);
    CHECK(csp_select(cases, r->n, CSP_FOREVER) >= 0);
    csp_send(r->done, 0);
}

static void close_round(int cases)
{
    enum { SELECTING = 10 };
    struct repeated r = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), cases};
    for (int i = 0; i < SELECTING; i++)
        go(select_repeated, &r);
    csp_sleep(MS / 10);
    csp_close(r.c);
    await(r.done, SELECTING);
    csp_free(r.c);
    csp_free(r.done);
}

// Selects that stand several times in the queue of a channel that is closed leave nothing
// behind.
// Go: issue9110.go
static void close_wakes_repeated(void *arg)
{
    (void)arg;
    size_t before = 0;
    for (int i = 0; i < 20; i++) {
        if (i == 10)
            before = mallinfo2().uordblks;
        close_round(i % 2 ? 3 : 9);
    }
    CHECK(mallinfo2().uordblks < before + 10000);
}

enum { MESSAGES = 10, STANDING = TEST_SANITIZED ? 800 : 4000 };

struct queued {
    int_chan line, own;
};

static void stand_in_line(void *arg)
{
    struct queued *q = arg;
    struct csp_case cases[] = {CSP_CASE_RECV(q->line, NULL), CSP_CASE_RECV(q->own, NULL)};
    for (int i = 0; i < MESSAGES; i++)
        CHECK(csp_select(cases, 2, CSP_FOREVER) == 1);
}

// Tasks stand in lines, spread evenly; each in turn leaves its line, from wherever it
// stands, and joins it again.
static void leave_and_join(void *arg)
{
    int lines_n = *(int *)arg;
    int_chan *own = calloc(STANDING, sizeof *own), *line = calloc(STANDING, sizeof *line);
    CHECK(own && line);
    for (int i = 0; i < lines_n; i++)
        line[i] = CSP_MAKE(int_chan, 0);
    for (int i = 0; i < STANDING; i++) {
        own[i] = CSP_MAKE(int_chan, 0);
        struct queued q = {line[i % lines_n], own[i]};
        go_copy(stand_in_line, &q);
    }
    // A stride that has no factor in common with their number visits everyone once.
    for (int k = 0; k < MESSAGES * STANDING; k++)
        csp_send(own[k * 1237 % STANDING], 0);
    for (int i = 0; i < STANDING; i++)
        csp_free(own[i]);
    for (int i = 0; i < lines_n; i++)
        csp_free(line[i]);
    free(own);
    free(line);
}

// The least processor time of a few runs, which does not depend on who else computes.
static double cpu_s(int lines_n)
{
    double least = INFINITY;
    for (int i = 0; i < 5; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
        assert_int_equal(
            run_with((struct csp_opts){.procs = 1}, leave_and_join, &lines_n), CSP_OK);
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
        least = fmin(least, (double)(to.tv_sec - from.tv_sec) +
                                (double)(to.tv_nsec - from.tv_nsec) * 1e-9);
    }
    return least;
}

// A loser leaves its queue without looking for itself there: it matters little whether
// thousands stand in one line or each alone in his. A search would take twenty times
// as long.
// Go: chanlinear.go
static void losers_leave_at_once(void **state)
{
    (void)state;
    double ratio = cpu_s(1) / cpu_s(STANDING);
    print_message("one line instead of %d: %.2f times the time\n", STANDING, ratio);
    assert_true(ratio < 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, select_duplicate_channel, NULL),
        TASK_TEST(run_everywhere, double_select, NULL),
        TASK_TEST(run_everywhere, double_select_both, NULL),
        TASK_TEST(run_real, selects_keep_nothing, NULL),
        TASK_TEST(run_everywhere, loser_at_tail, NULL),
        TASK_TEST(run_everywhere, close_wakes_repeated, NULL),
        cmocka_unit_test(losers_leave_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
