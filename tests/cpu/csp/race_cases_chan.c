// race_cases_chan.c -- chan_test.go of the race detector's testdata: sending, receiving,
// looking at the length, and the variable that holds the channel.
//
// Over 400 lines, as each case is a function and its tasks, to be compared with Go's.

#include "race_cases.h"

// Sets v, then sends.
static void sets_and_sends(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    csp_send(s->c, 0);
}

static void sends_and_sets(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c, 0);
    s->v = 2;
}

static void no_race_chan_sync(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 0);
    go(sets_and_sends, s);
    csp_recv(s->c, NULL);
    s->v = 2;
}

static void no_race_chan_sync_rev(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 0);
    go(sends_and_sets, s);
    s->v = 1;
    csp_recv(s->c, NULL);
}

static void no_race_chan_async(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    go(sets_and_sends, s);
    csp_recv(s->c, NULL);
    s->v = 2;
}

static void race_chan_async_rev(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    go(sends_and_sets, s);
    s->v = 1;
    csp_recv(s->c, NULL);
    // The task must get as far as its assignment.
    csp_sleep(2 * MS);
}

static void race_chan_send_len(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    go(sets_and_sends, s);
    while (csp_len(s->c) == 0)
        csp_yield();
    s->v = 2;
}

static void sets_and_receives(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    csp_recv(s->c, NULL);
}

static void race_chan_recv_len(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    csp_send(s->c, 1);
    go(sets_and_receives, s);
    while (csp_len(s->c) != 0)
        csp_yield();
    s->v = 2;
}

static void tries_first(void *arg)
{
    struct scene *s = arg;
    s->v1 = 1;
    if (csp_try_send(s->c, 1) == CSP_WOULD_BLOCK)
        s->v2 = 2;
    csp_send(s->done, 1);
}

static void tries_second(void *arg)
{
    struct scene *s = arg;
    s->v2 = 1;
    if (csp_try_send(s->c, 1) == CSP_WOULD_BLOCK)
        s->v1 = 2;
    csp_send(s->done, 1);
}

static void race_chan_send_send(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 1);
    s->done = CSP_MAKE(int_chan, 2);
    go(tries_first, s);
    go(tries_second, s);
    await(s->done, 2);
}

static void sends_pointer(void *arg)
{
    struct scene *s = arg;
    s->x = 1;
    csp_send(s->p, &s->x);
}

static void no_race_chan_ptr(void *arg)
{
    struct scene *s = arg;
    s->p = CSP_MAKE(ptr_chan, 0);
    go(sends_pointer, s);
    int *x = NULL;
    csp_recv(s->p, &x);
    *x = 2;
}

static void sends_one(void *arg)
{
    struct scene *s = arg;
    s->v1 = 1;
    csp_send(s->c, 1);
}

static void sends_two(void *arg)
{
    struct scene *s = arg;
    s->v2 = 2;
    csp_send(s->c, 2);
}

static void race_chan_wrong_send(void *arg)
{
    struct scene *s = arg;
    int who = 0;
    s->c = CSP_MAKE(int_chan, 2);
    go(sends_one, s);
    go(sends_two, s);
    csp_sleep(4 * MS);
    csp_recv(s->c, &who);
    if (who == 1)
        s->v2 = 3;
    else
        s->v1 = 3;
}

static void sends_x(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c1, s->x);
    csp_send(s->done, 1);
}

static void race_chan_read_write_async(void *arg)
{
    struct scene *s = arg;
    s->done = CSP_MAKE(int_chan, 0);
    s->c1 = CSP_MAKE(int_chan, 10);
    s->c2 = CSP_MAKE(int_chan, 10);
    csp_send(s->c2, 10);
    go(sends_x, s);
    csp_recv(s->c2, &s->x);
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

static void race_chan_read_write_sync(void *arg)
{
    struct scene *s = arg;
    s->done = CSP_MAKE(int_chan, 0);
    s->c1 = CSP_MAKE(int_chan, 0);
    s->c2 = CSP_MAKE(int_chan, 0);
    go(receives_c1, s);
    go(sends_c2, s);
    go(sends_x, s);
    csp_recv(s->c2, &s->x);
    await(s->done, 1);
}

static void no_race_chan_read_write_async(void *arg)
{
    struct scene *s = arg;
    s->done = CSP_MAKE(int_chan, 0);
    s->c1 = CSP_MAKE(int_chan, 10);
    go(sends_x, s);
    csp_recv(s->c1, &s->x);
    await(s->done, 1);
}

static void serves(void *arg)
{
    struct scene *s = arg;
    struct request r;
    csp_recv(s->queue, &r);
    r.fn(s);
    csp_send(r.done, 1);
}

static void sets_x(struct scene *s)
{
    s->x = 1;
}

static void no_race_producer_consumer_unbuffered(void *arg)
{
    struct scene *s = arg;
    s->queue = CSP_MAKE(request_chan, 0);
    s->done = CSP_MAKE(int_chan, 1);
    go(serves, s);
    struct request r = {sets_x, s->done};
    csp_send(s->queue, r);
    await(s->done, 1);
    CHECK(s->x == 1);
}

static void sends_done(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c, 0);
    csp_send(s->done, 1);
}

// Another channel in the variable, while a task looks the channel up there.
static void replace(struct scene *s, size_t cap)
{
    int_chan next = CSP_MAKE(int_chan, cap);
    s->old.ch = s->c.ch;
    s->c = next;
}

static void race_chan_itself_send(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    s->done = CSP_MAKE(int_chan, 1);
    go(sends_done, s);
    replace(s, 20);
    await(s->done, 1);
}

static void receives_done(void *arg)
{
    struct scene *s = arg;
    csp_recv(s->c, NULL);
    csp_send(s->done, 1);
}

static void race_chan_itself_recv(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    s->done = CSP_MAKE(int_chan, 1);
    csp_send(s->c, 1);
    go(receives_done, s);
    csp_sleep(4 * MS);
    replace(s, 20);
    await(s->done, 1);
}

static void sends_only(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c, 0);
}

static void race_chan_itself_nil(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 10);
    go(sends_only, s);
    csp_sleep(4 * MS);
    s->old.ch = s->c.ch;
    s->c.ch = NULL;
}

static void looks_at_len(void *arg)
{
    struct scene *s = arg;
    CHECK(csp_len(s->c) == 0);
    csp_send(s->done, 1);
}

static void looks_at_cap(void *arg)
{
    struct scene *s = arg;
    CHECK(csp_cap(s->c) == 0);
    csp_send(s->done, 1);
}

static void chan_itself_seen(struct scene *s, void (*looks)(void *))
{
    s->c = CSP_MAKE(int_chan, 0);
    s->done = CSP_MAKE(int_chan, 1);
    go(looks, s);
    replace(s, 0);
    await(s->done, 1);
}

static void race_chan_itself_len(void *arg)
{
    chan_itself_seen(arg, looks_at_len);
}

static void race_chan_itself_cap(void *arg)
{
    chan_itself_seen(arg, looks_at_cap);
}

// One critical section between a send and a receive.
static void locks(struct scene *s, int value)
{
    csp_send(s->c, 1);
    s->v = value;
    csp_recv(s->c, NULL);
}

static void locks_done(void *arg)
{
    struct scene *s = arg;
    locks(s, 42);
    csp_send(s->done, 1);
}

static void chan_mutex(struct scene *s, size_t cap)
{
    s->c = CSP_MAKE(int_chan, cap);
    s->done = CSP_MAKE(int_chan, 0);
    go(locks_done, s);
    locks(s, 43);
    await(s->done, 1);
}

static void no_race_chan_mutex(void *arg)
{
    chan_mutex(arg, 1);
}

static void race_chan_sem(void *arg)
{
    chan_mutex(arg, 2);
}

static void fills_cell(void *arg)
{
    struct cell *cell = arg;
    cell->scene->data[cell->index] = 42;
    csp_recv(cell->scene->c, NULL);
}

static void no_race_chan_wait_group(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, CELLS / 2);
    for (int i = 0; i < CELLS; i++) {
        csp_send(s->c, 1);
        s->cells[i] = (struct cell){s, i};
        go(fills_cell, &s->cells[i]);
    }
    for (size_t i = 0; i < csp_cap(s->c); i++)
        csp_send(s->c, 1);
    for (int i = 0; i < CELLS; i++)
        CHECK(s->data[i] == 42);
}

static void sends_42(void *arg)
{
    struct scene *s = arg;
    s->x = 42;
    csp_send(s->p, &s->x);
}

// The sender waits for room, so that its element goes through the buffer by the
// receiver's hand.
static int *blocked_sender(struct scene *s)
{
    int *first = &s->y;
    s->p = CSP_MAKE(ptr_chan, 1);
    csp_send(s->p, NULL);
    go(sends_42, s);
    csp_sleep(4 * MS);
    csp_recv(s->p, &first);
    return first;
}

static void no_race_blocked_send_sync(void *arg)
{
    struct scene *s = arg;
    int *p = blocked_sender(s);
    CHECK(p == NULL);
    csp_recv(s->p, &p);
    CHECK(*p == 42);
}

static void no_race_blocked_select_send_sync(void *arg)
{
    struct scene *s = arg;
    int *p = blocked_sender(s);
    s->c1 = CSP_MAKE(int_chan, 0);
    struct csp_case cases[] = {CSP_CASE_RECV(s->p, &p), CSP_CASE_RECV(s->c1, NULL)};
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 0);
    CHECK(*p == 42);
}

static void adds_to_x(void *arg)
{
    struct scene *s = arg;
    s->x += 1;
    csp_chan_recv(s->c.ch, NULL);
}

static void adds_to_y(void *arg)
{
    struct scene *s = arg;
    s->y += 1;
    csp_chan_recv(s->c.ch, NULL);
}

static void no_race_elem_size_0(void *arg)
{
    struct scene *s = arg;
    s->c.ch = csp_chan_make(0, 2);
    csp_chan_send(s->c.ch, NULL);
    csp_chan_send(s->c.ch, NULL);
    go(adds_to_x, s);
    go(adds_to_y, s);
    csp_sleep(4 * MS);
    csp_chan_send(s->c.ch, NULL);
    csp_chan_send(s->c.ch, NULL);
    s->x += 1;
    s->y += 1;
}

const struct race_case race_cases_chan[] = {
    {"no_race_chan_sync", no_race_chan_sync, false},
    {"no_race_chan_sync_rev", no_race_chan_sync_rev, false},
    {"no_race_chan_async", no_race_chan_async, false},
    {"race_chan_async_rev", race_chan_async_rev, true},
    {"race_chan_send_len", race_chan_send_len, true},
    {"race_chan_recv_len", race_chan_recv_len, true},
    {"race_chan_send_send", race_chan_send_send, true},
    {"no_race_chan_ptr", no_race_chan_ptr, false},
    {"race_chan_wrong_send", race_chan_wrong_send, true},
    {"race_chan_read_write_async", race_chan_read_write_async, true},
    {"race_chan_read_write_sync", race_chan_read_write_sync, true},
    {"no_race_chan_read_write_async", no_race_chan_read_write_async, false},
    {"no_race_producer_consumer_unbuffered", no_race_producer_consumer_unbuffered, false},
    {"race_chan_itself_send", race_chan_itself_send, true},
    {"race_chan_itself_recv", race_chan_itself_recv, true},
    {"race_chan_itself_nil", race_chan_itself_nil, true},
    {"race_chan_itself_len", race_chan_itself_len, true},
    {"race_chan_itself_cap", race_chan_itself_cap, true},
    {"no_race_chan_mutex", no_race_chan_mutex, false},
    {"race_chan_sem", race_chan_sem, true},
    {"no_race_chan_wait_group", no_race_chan_wait_group, false},
    {"no_race_blocked_send_sync", no_race_blocked_send_sync, false},
    {"no_race_blocked_select_send_sync", no_race_blocked_select_send_sync, false},
    {"no_race_elem_size_0", no_race_elem_size_0, false},
};
const size_t n_race_cases_chan = sizeof race_cases_chan / sizeof *race_cases_chan;
