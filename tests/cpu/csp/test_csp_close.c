// test_csp_close.c -- closed and nil channels, by plain operations, selects of one case
// and selects of two: Go's closedchan, and what panics.

#include "csp_testing.h"

enum form { PLAIN, SELECT, SELECT_TWO, FORMS };

struct phrasing {
    enum form form;
    int_chan c, dummy;  // nothing ever happens on dummy
};

// What a receive gave.
struct got {
    bool done;  // false: it would have waited
    bool ok;
    int value;
};

static int select_form(const struct phrasing *p, struct csp_case c, int64_t timeout_ns,
                       bool *ok)
{
    struct csp_case two[] = {CSP_CASE_RECV(p->dummy, NULL), c};
    struct csp_case *cases = p->form == SELECT ? &two[1] : two;
    int n = p->form == SELECT ? 1 : 2;
    int index = csp_select(cases, n, timeout_ns);
    CHECK(index == n - 1 || (index == CSP_TIMEOUT && timeout_ns == 0));
    *ok = two[1].ok;
    return index;
}

static void send_by(const struct phrasing *p, int value)
{
    bool ok;
    if (p->form == PLAIN)
        csp_send(p->c, value);
    else
        select_form(p, CSP_CASE_SEND(p->c, &value), CSP_FOREVER, &ok);
}

static bool try_send_by(const struct phrasing *p, int value)
{
    bool ok;
    if (p->form == PLAIN)
        return csp_try_send(p->c, value) == CSP_OK;
    return select_form(p, CSP_CASE_SEND(p->c, &value), 0, &ok) >= 0;
}

static struct got recv_by(const struct phrasing *p)
{
    struct got g = {.done = true, .value = -1};
    if (p->form == PLAIN)
        g.ok = csp_recv(p->c, &g.value);
    else
        select_form(p, CSP_CASE_RECV(p->c, &g.value), CSP_FOREVER, &g.ok);
    return g;
}

static struct got try_recv_by(const struct phrasing *p)
{
    struct got g = {.value = -1};
    if (p->form == PLAIN) {
        int result = csp_try_recv(p->c, &g.value);
        g.done = result != CSP_WOULD_BLOCK;
        g.ok = result == CSP_OK;
    } else {
        g.done = select_form(p, CSP_CASE_RECV(p->c, &g.value), 0, &g.ok) >= 0;
    }
    return g;
}

static void check_got(struct got g, bool ok, int value)
{
    CHECK(g.done && g.ok == ok && g.value == value);
}

static struct phrasing phrase(enum form form, size_t cap)
{
    return (struct phrasing){form, CSP_MAKE(int_chan, cap), CSP_MAKE(int_chan, 0)};
}

static void phrasing_free(struct phrasing p)
{
    csp_free(p.c);
    csp_free(p.dummy);
}

static void closed_gives_zero(const struct phrasing *p)
{
    for (int i = 0; i < 3; i++) {
        check_got(recv_by(p), false, 0);
        check_got(try_recv_by(p), false, 0);
    }
}

// What was sent before the close arrives, then nothing; and nothing but that is ready.
// Go: closedchan.go
static void closed_receives(void *arg)
{
    (void)arg;
    for (enum form form = PLAIN; form < FORMS; form++) {
        struct phrasing sync = phrase(form, 0);
        CHECK(!try_recv_by(&sync).done && !try_send_by(&sync, 1));
        csp_close(sync.c);
        closed_gives_zero(&sync);
        phrasing_free(sync);
        for (int trying = 0; trying < 2; trying++) {
            struct phrasing async = phrase(form, 2);
            send_by(&async, 1);
            CHECK(try_send_by(&async, 2) && !try_send_by(&async, 3));
            csp_close(async.c);
            check_got(trying ? try_recv_by(&async) : recv_by(&async), true, 1);
            check_got(trying ? try_recv_by(&async) : recv_by(&async), true, 2);
            closed_gives_zero(&async);
            phrasing_free(async);
        }
    }
}

static void send_panics(void *arg)
{
    send_by(arg, 2);
    CHECK(false);
}

static void try_send_panics(void *arg)
{
    try_send_by(arg, 2);
    CHECK(false);
}

static void select_closed_send(void *arg)
{
    int value = 3;
    struct phrasing *p = arg;
    struct csp_case cases[] = {CSP_CASE_SEND(p->c, &value)};
    csp_select(cases, 1, (int64_t)MS);
    CHECK(false);
}

// A send on a closed channel panics, and its value is dropped.
// Go: closedchan.go
// Go: select3.go
static void closed_sends(void **state)
{
    (void)state;
    for (enum form form = PLAIN; form < FORMS; form++) {
        for (size_t cap = 0; cap <= 2; cap += 2) {
            struct phrasing p = phrase(form, cap);
            int value = -1;
            csp_close(p.c);
            run_panicking("send on closed channel", send_panics, &p);
            run_panicking("send on closed channel", try_send_panics, &p);
            run_panicking("send on closed channel", select_closed_send, &p);
            assert_int_equal(csp_try_recv(p.c, &value), CSP_CLOSED);
            assert_int_equal(value, 0);
            phrasing_free(p);
        }
    }
}

// The channels of a run that panics or leaves tasks behind: freed by the next run, or by
// the test.
static struct phrasing left;

static void parked_send(void *arg)
{
    send_by(arg, 1);
    CHECK(false);
}

static void close_under_sender(void *arg)
{
    phrasing_free(left);
    left = phrase(*(enum form *)arg, 0);
    go(parked_send, &left);
    csp_sleep(MS / 10);
    csp_close(left.c);
    csp_chan_recv(NULL, NULL);
}

// A sender that waits already panics, too, when the channel is closed.
static void close_panics_senders(void **state)
{
    (void)state;
    for (enum form form = PLAIN; form < FORMS; form++)
        run_panicking("send on closed channel", close_under_sender, &form);
    phrasing_free(left);
    left = (struct phrasing){0};
}

static void close_null(void *arg)
{
    (void)arg;
    csp_chan_close(NULL);
}

static void close_again(void *arg)
{
    csp_close(*(int_chan *)arg);
}

// Go: closedchan.go
static void close_panics(void **state)
{
    (void)state;
    int_chan c = CSP_MAKE(int_chan, 1);
    csp_close(c);
    run_panicking("close of nil channel", close_null, NULL);
    run_panicking("close of closed channel", close_again, &c);
    csp_free(c);
}

struct waiting {
    struct phrasing p;
    int_chan done;
};

static void wait_for_close(void *arg)
{
    struct waiting *w = arg;
    check_got(recv_by(&w->p), false, 0);
    csp_send(w->done, 0);
}

// A close releases all who wait to receive, in whatever form.
// Go: chan_test.go TestChan
static void close_releases_all(void *arg)
{
    (void)arg;
    enum { EACH = 3 };
    struct waiting w = {phrase(PLAIN, 0), CSP_MAKE(int_chan, 0)};
    for (w.p.form = PLAIN; w.p.form < FORMS; w.p.form++) {
        for (int i = 0; i < EACH; i++)
            go_copy(wait_for_close, &w);
    }
    csp_sleep(MS / 10);
    csp_close(w.p.c);
    await(w.done, EACH * FORMS);
    phrasing_free(w.p);
    csp_free(w.done);
}

// Go: fixedbugs/bug225.go
static void try_recv_on_buffer(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 1);
    CHECK(csp_try_recv(c, NULL) == CSP_WOULD_BLOCK);
    csp_send(c, 1);
    CHECK(csp_try_recv(c, NULL) == CSP_OK);
    CHECK(csp_try_recv(c, NULL) == CSP_WOULD_BLOCK);
    csp_free(c);
}

// Go: fixedbugs/bug234.go
static void recv_says_ok(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 1);
    int x = 1;
    csp_send(c, 100);
    CHECK(csp_recv(c, &x) && x == 100);
    csp_close(c);
    CHECK(!csp_recv(c, &x) && x == 0);
    csp_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, closed_receives, NULL),
        cmocka_unit_test(closed_sends),
        cmocka_unit_test(close_panics_senders),
        cmocka_unit_test(close_panics),
        TASK_TEST(run_everywhere, close_releases_all, NULL),
        TASK_TEST(run_everywhere, try_recv_on_buffer, NULL),
        TASK_TEST(run_everywhere, recv_says_ok, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
