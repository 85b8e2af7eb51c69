// race_cases_select.c -- select_test.go of the race detector's testdata, and what is
// about select in its chan_test.go.

#include "race_cases.h"

// Go's two-way select: returns the case that was done.
static int either(struct csp_case a, struct csp_case b)
{
    struct csp_case cases[] = {a, b};
    return csp_select(cases, 2, CSP_FOREVER);
}

static void selects_send_x(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    either(CSP_CASE_SEND(s->c1, &s->x), CSP_CASE_SEND(s->c3, &one));
    csp_send(s->done, 1);
}

static void race_select_read_write_async(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    s->done = CSP_MAKE(int_chan, 0);
    s->c1 = CSP_MAKE(int_chan, 10);
    s->c2 = CSP_MAKE(int_chan, 10);
    s->c3 = CSP_MAKE(int_chan, 0);
    csp_send(s->c2, 1);
    go(selects_send_x, s);
    either(CSP_CASE_RECV(s->c2, &s->x), CSP_CASE_SEND(s->c3, &one));
    await(s->done, 1);
}

static void receives_c1(void *arg)
{
    struct scene *s = arg;
    csp_recv(s->c1, NULL);
}

static void sends_c2(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c2, 1);
}

static void race_select_read_write_sync(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    s->done = CSP_MAKE(int_chan, 0);
    s->c1 = CSP_MAKE(int_chan, 0);
    s->c2 = CSP_MAKE(int_chan, 0);
    s->c3 = CSP_MAKE(int_chan, 0);
    go(receives_c1, s);
    go(sends_c2, s);
    go(selects_send_x, s);
    either(CSP_CASE_RECV(s->c2, &s->x), CSP_CASE_SEND(s->c3, &one));
    await(s->done, 1);
}

static void no_race_select_read_write_async(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    s->done = CSP_MAKE(int_chan, 0);
    s->c1 = CSP_MAKE(int_chan, 0);
    s->c3 = CSP_MAKE(int_chan, 0);
    go(selects_send_x, s);
    either(CSP_CASE_RECV(s->c1, &s->x), CSP_CASE_SEND(s->c3, &one));
    await(s->done, 1);
}

static void locks_by_select(struct scene *s, int value)
{
    int one = 1;
    either(CSP_CASE_SEND(s->c, &one), CSP_CASE_RECV(s->c1, NULL));
    s->v = value;
    either(CSP_CASE_RECV(s->c, NULL), CSP_CASE_RECV(s->c1, NULL));
}

static void locks_by_select_done(void *arg)
{
    struct scene *s = arg;
    locks_by_select(s, 42);
    csp_send(s->done, 1);
}

static void no_race_select_mutex(void *arg)
{
    struct scene *s = arg;
    s->done = CSP_MAKE(int_chan, 0);
    s->c = CSP_MAKE(int_chan, 1);
    s->c1 = CSP_MAKE(int_chan, 0);
    go(locks_by_select_done, s);
    locks_by_select(s, 43);
    await(s->done, 1);
}

static void make_three(struct scene *s, size_t cap)
{
    s->c = CSP_MAKE(int_chan, cap);
    s->c1 = CSP_MAKE(int_chan, 0);
    s->done = CSP_MAKE(int_chan, 0);
}

static void sets_x_and_sends_either(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    s->x = 1;
    either(CSP_CASE_SEND(s->c, &one), CSP_CASE_SEND(s->c1, &one));
    csp_send(s->done, 1);
}

static void no_race_select1(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    make_three(s, 0);
    go(sets_x_and_sends_either, s);
    either(CSP_CASE_RECV(s->c, NULL), CSP_CASE_SEND(s->c1, &one));
    s->x = 2;
    await(s->done, 1);
}

static void receives_either_and_sets_x(void *arg)
{
    struct scene *s = arg;
    either(CSP_CASE_RECV(s->c, NULL), CSP_CASE_RECV(s->c1, NULL));
    s->x = 1;
    csp_send(s->done, 1);
}

static void no_race_select2(void *arg)
{
    struct scene *s = arg;
    make_three(s, 0);
    go(receives_either_and_sets_x, s);
    s->x = 2;
    csp_close(s->c);
    csp_yield();
    await(s->done, 1);
}

static void sets_x_and_sends_or_receives(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    s->x = 1;
    either(CSP_CASE_SEND(s->c, &one), CSP_CASE_RECV(s->c1, NULL));
    csp_send(s->done, 1);
}

static void no_race_select3(void *arg)
{
    struct scene *s = arg;
    make_three(s, 10);
    go(sets_x_and_sends_or_receives, s);
    csp_recv(s->c, NULL);
    s->x = 2;
    await(s->done, 1);
}

static void serves_for_ever(void *arg)
{
    struct scene *s = arg;
    for (;;) {
        struct request r = {0};
        struct csp_case only = CSP_CASE_RECV(s->queue, &r);
        csp_select(&only, 1, CSP_FOREVER);
        r.fn(s);
        csp_send(r.done, 1);
    }
}

static void sets_x(struct scene *s)
{
    s->x = 1;
}

static void no_race_select4(void *arg)
{
    struct scene *s = arg;
    make_three(s, 0);
    s->queue = CSP_MAKE(request_chan, 0);
    go(serves_for_ever, s);
    struct request r = {sets_x, s->done};
    either(CSP_CASE_SEND(s->queue, &r), CSP_CASE_RECV(s->c1, NULL));
    either(CSP_CASE_RECV(s->done, NULL), CSP_CASE_RECV(s->c1, NULL));
    CHECK(s->x == 1);
}

static void fifth_sends(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    if (s->yields)
        csp_yield();
    s->x = 1;
    if (s->selects)
        either(CSP_CASE_SEND(s->c, &one), CSP_CASE_RECV(s->c1, NULL));
    else
        csp_send(s->c, 1);
    csp_send(s->done, 1);
}

static void fifth_receives(void *arg)
{
    struct scene *s = arg;
    if (s->selects)
        either(CSP_CASE_RECV(s->c, NULL), CSP_CASE_RECV(s->c1, NULL));
    else
        csp_recv(s->c, NULL);
    s->x = 1;
    csp_send(s->done, 1);
}

static void no_race_select5(void *arg)
{
    struct scene *s = arg;
    make_three(s, 0);
    for (int i = 0; i < 4; i++) {
        s->selects = i < 2;
        s->yields = i % 2 == 0;
        go(fifth_sends, s);
        go(fifth_receives, s);
        await(s->done, 2);
    }
}

static void receives_twice(void *arg)
{
    struct scene *s = arg;
    csp_recv(s->c, NULL);
    csp_recv(s->c, NULL);
}

static void sends_either_and_sets_x(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    either(CSP_CASE_SEND(s->c, &one), CSP_CASE_SEND(s->c1, &one));
    s->x = 1;
    csp_send(s->done, 1);
}

static void race_select1(void *arg)
{
    struct scene *s = arg;
    make_three(s, 0);
    go(receives_twice, s);
    go(sends_either_and_sets_x, s);
    go(sends_either_and_sets_x, s);
    await(s->done, 2);
}

static void sets_x_and_receives_either(void *arg)
{
    struct scene *s = arg;
    s->x = 1;
    either(CSP_CASE_RECV(s->c, NULL), CSP_CASE_RECV(s->c1, NULL));
    csp_send(s->done, 1);
}

static void race_select2(void *arg)
{
    struct scene *s = arg;
    make_three(s, 0);
    go(sets_x_and_receives_either, s);
    csp_close(s->c);
    s->x = 2;
    await(s->done, 1);
}

static void race_select3(void *arg)
{
    struct scene *s = arg;
    make_three(s, 0);
    go(sets_x_and_sends_either, s);
    s->x = 2;
    struct csp_case only = CSP_CASE_RECV(s->c, NULL);
    csp_select(&only, 1, CSP_FOREVER);
    await(s->done, 1);
}

static void sets_x_by_default(void *arg)
{
    struct scene *s = arg;
    if (csp_select(NULL, 0, 0) == CSP_TIMEOUT)
        s->x = 2;
    csp_send(s->done, 1);
}

static void race_select4(void *arg)
{
    struct scene *s = arg;
    s->done = CSP_MAKE(int_chan, 1);
    go(sets_x_by_default, s);
    CHECK(s->x == 0 || s->x == 2);
    await(s->done, 1);
}

static void sets_x_or_y(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    if (either(CSP_CASE_SEND(s->c1, &one), CSP_CASE_SEND(s->c2, &one)) == 0)
        s->x = 1;
    else
        s->y = 1;
    csp_send(s->done, 1);
}

static void race_select5(void *arg)
{
    struct scene *s = arg;
    s->done = CSP_MAKE(int_chan, 1);
    s->c1 = CSP_MAKE(int_chan, 1);
    s->c2 = CSP_MAKE(int_chan, 0);
    go(sets_x_or_y, s);
    CHECK(s->x + s->y <= 1);
    await(s->done, 1);
}

const struct race_case race_cases_select[] = {
    {"race_select_read_write_async", race_select_read_write_async, true},
    {"race_select_read_write_sync", race_select_read_write_sync, true},
    {"no_race_select_read_write_async", no_race_select_read_write_async, false},
    {"no_race_select_mutex", no_race_select_mutex, false},
    {"no_race_select1", no_race_select1, false},
    {"no_race_select2", no_race_select2, false},
    {"no_race_select3", no_race_select3, false},
    {"no_race_select4", no_race_select4, false},
    {"no_race_select5", no_race_select5, false},
    {"race_select1", race_select1, true},
    {"race_select2", race_select2, true},
    {"race_select3", race_select3, true},
    {"race_select4", race_select4, true},
    {"race_select5", race_select5, true},
};
const size_t n_race_cases_select = sizeof race_cases_select / sizeof *race_cases_select;
