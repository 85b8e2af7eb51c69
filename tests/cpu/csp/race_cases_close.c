// race_cases_close.c -- chan_test.go of the race detector's testdata: closing.
//
// A panic ends the run here, so what Go's deferred functions do is done by on_panic, in
// the task that panics.

#include "race_cases.h"

static void sets_and_closes(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    csp_close(s->c);
}

static void close_recv(struct scene *s, size_t cap)
{
    s->c = CSP_MAKE(int_chan, cap);
    go(sets_and_closes, s);
    csp_recv(s->c, NULL);
    s->v = 2;
}

static void close_recv_ok(struct scene *s, size_t cap)
{
    int value = 1;
    s->c = CSP_MAKE(int_chan, cap);
    go(sets_and_closes, s);
    CHECK(!csp_recv(s->c, &value) && value == 0);
    s->v = 2;
}

static void close_recv_all(struct scene *s, size_t cap)
{
    int value;
    s->c = CSP_MAKE(int_chan, cap);
    go(sets_and_closes, s);
    while (csp_recv(s->c, &value))
        CHECK(false);
    s->v = 2;
}

static void no_race_chan_async_close_recv(void *arg)
{
    close_recv(arg, 10);
}

static void no_race_chan_async_close_recv2(void *arg)
{
    close_recv_ok(arg, 10);
}

static void no_race_chan_async_close_recv3(void *arg)
{
    close_recv_all(arg, 10);
}

static void no_race_chan_sync_close_recv(void *arg)
{
    close_recv(arg, 0);
}

static void no_race_chan_sync_close_recv2(void *arg)
{
    close_recv_ok(arg, 0);
}

static void no_race_chan_sync_close_recv3(void *arg)
{
    close_recv_all(arg, 0);
}

static void sets_v(struct scene *s)
{
    s->v = 2;
}

static void close_send(struct scene *s, size_t cap)
{
    s->c = CSP_MAKE(int_chan, cap);
    s->recovered = sets_v;
    go(sets_and_closes, s);
    for (;;)
        csp_send(s->c, 0);
}

static void race_chan_sync_close_send(void *arg)
{
    close_send(arg, 0);
}

static void race_chan_async_close_send(void *arg)
{
    close_send(arg, 10);
}

static void closes_first(void *arg)
{
    struct scene *s = arg;
    s->v1 = 1;
    csp_close(s->c);
    csp_send(s->done, 1);
}

static void closes_second(void *arg)
{
    struct scene *s = arg;
    s->v2 = 1;
    csp_close(s->c);
    csp_send(s->done, 1);
}

static void sets_both(struct scene *s)
{
    s->v1 = 2;
    s->v2 = 2;
}

static void race_chan_close_close(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 0);
    s->done = CSP_MAKE(int_chan, 2);
    s->recovered = sets_both;
    go(closes_first, s);
    go(closes_second, s);
    await(s->done, 2);
}

static void sends_then_done(void *arg)
{
    struct scene *s = arg;
    s->v1 = 1;
    csp_send(s->c, 1);
    csp_send(s->done, 1);
}

static void closes_later(void *arg)
{
    struct scene *s = arg;
    csp_sleep(4 * MS);
    s->v2 = 2;
    csp_close(s->c);
    csp_send(s->done, 1);
}

static void race_chan_wrong_close(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 1);
    s->done = CSP_MAKE(int_chan, 0);
    go(sends_then_done, s);
    go(closes_later, s);
    csp_sleep(8 * MS);
    if (csp_recv(s->c, NULL))
        s->v2 = 2;
    else
        s->v1 = 2;
    await(s->done, 2);
}

static void sends_quietly(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c, 1);
    csp_send(s->done, 1);
}

static void closes_quietly_later(void *arg)
{
    struct scene *s = arg;
    csp_sleep(4 * MS);
    csp_close(s->c);
    csp_send(s->done, 1);
}

static void race_chan_send_close(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 1);
    s->done = CSP_MAKE(int_chan, 2);
    go(sends_quietly, s);
    go(closes_quietly_later, s);
    await(s->done, 2);
}

static void selects_send_later(void *arg)
{
    struct scene *s = arg;
    int one = 1;
    csp_sleep(4 * MS);
    struct csp_case cases[] = {CSP_CASE_SEND(s->c, &one), CSP_CASE_RECV(s->c1, NULL)};
    csp_select(cases, 2, CSP_FOREVER);
    csp_send(s->done, 1);
}

static void closes_quietly(void *arg)
{
    struct scene *s = arg;
    csp_close(s->c);
    csp_send(s->done, 1);
}

static void race_chan_send_select_close(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 1);
    s->c1 = CSP_MAKE(int_chan, 0);
    s->done = CSP_MAKE(int_chan, 2);
    go(selects_send_later, s);
    go(closes_quietly, s);
    await(s->done, 2);
}

static void race_chan_close_send(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    s->done = CSP_MAKE(int_chan, 1);
    go(closes_quietly, s);
    csp_send(s->c, 0);
    await(s->done, 1);
}

static void race_chan_itself_close(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 0);
    s->done = CSP_MAKE(int_chan, 1);
    go(closes_quietly, s);
    int_chan next = CSP_MAKE(int_chan, 0);
    s->old.ch = s->c.ch;
    s->c = next;
    await(s->done, 1);
}

static void sends_len(void *arg)
{
    struct scene *s = arg;
    csp_send(s->done, (int)csp_len(s->c));
}

static void sends_cap(void *arg)
{
    struct scene *s = arg;
    csp_send(s->done, (int)csp_cap(s->c));
}

static void close_seen(struct scene *s, void (*looks)(void *))
{
    s->c = CSP_MAKE(int_chan, 10);
    s->done = CSP_MAKE(int_chan, 10);
    go(looks, s);
    go(closes_quietly, s);
    await(s->done, 2);
}

static void no_race_chan_close_len(void *arg)
{
    close_seen(arg, sends_len);
}

static void no_race_chan_close_cap(void *arg)
{
    close_seen(arg, sends_cap);
}

static void reads_if_closed(void *arg)
{
    struct scene *s = arg;
    if (csp_try_recv(s->c1, NULL) == CSP_CLOSED)
        CHECK(s->v == 1);
    csp_close(s->c2);
}

static void sets_and_closes_c1(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    csp_close(s->c1);
}

static void no_race_close_happens_before_read(void *arg)
{
    // More scenes in one: the channels are the tasks' own as long as both live.
    static struct scene scenes[100];
    (void)arg;
    for (int i = 0; i < 100; i++) {
        struct scene *s = &scenes[i];
        s->v = 0;
        s->c1 = CSP_MAKE(int_chan, 0);
        s->c2 = CSP_MAKE(int_chan, 0);
        go(reads_if_closed, s);
        go(sets_and_closes_c1, s);
        csp_recv(s->c2, NULL);
        csp_recv(s->c1, NULL);
        csp_free(s->c1);
        csp_free(s->c2);
    }
}

const struct race_case race_cases_close[] = {
    {"no_race_chan_async_close_recv", no_race_chan_async_close_recv, false},
    {"no_race_chan_async_close_recv2", no_race_chan_async_close_recv2, false},
    {"no_race_chan_async_close_recv3", no_race_chan_async_close_recv3, false},
    {"no_race_chan_sync_close_recv", no_race_chan_sync_close_recv, false},
    {"no_race_chan_sync_close_recv2", no_race_chan_sync_close_recv2, false},
    {"no_race_chan_sync_close_recv3", no_race_chan_sync_close_recv3, false},
    {"race_chan_sync_close_send", race_chan_sync_close_send, true},
    {"race_chan_async_close_send", race_chan_async_close_send, true},
    {"race_chan_close_close", race_chan_close_close, true},
    {"race_chan_wrong_close", race_chan_wrong_close, true},
    {"race_chan_send_close", race_chan_send_close, true},
    {"race_chan_send_select_close", race_chan_send_select_close, true},
    {"race_chan_close_send", race_chan_close_send, true},
    {"race_chan_itself_close", race_chan_itself_close, true},
    {"no_race_chan_close_len", no_race_chan_close_len, false},
    {"no_race_chan_close_cap", no_race_chan_close_cap, false},
    {"no_race_close_happens_before_read", no_race_close_happens_before_read, false},
};
const size_t n_race_cases_close = sizeof race_cases_close / sizeof *race_cases_close;
