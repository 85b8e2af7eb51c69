// race_cases_own.c -- what else orders two tasks, or does not: starting one, blocking
// calls, sleeping, clocks, and the finer points of a buffer. None of it is among Go's
// cases.

#include "race_cases.h"

static void adds_one(void *arg)
{
    struct scene *s = arg;
    s->v += 1;
}

static void no_race_go(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    go(adds_one, s);
    // The task ends before the run does, or is dropped: the run's owner may look then.
    csp_sleep(2 * MS);
}

static void race_end(void *arg)
{
    struct scene *s = arg;
    go(adds_one, s);
    csp_sleep(4 * MS);
    s->v += 1;
}

static void fills_cell(void *arg)
{
    struct cell *cell = arg;
    cell->scene->data[cell->index] = 1;
    cell->index = -1;
}

static void no_race_go_copy(void *arg)
{
    struct scene *s = arg;
    for (int i = 0; i < CELLS; i++) {
        struct cell cell = {s, i};
        CHECK(csp_go_copy(fills_cell, &cell, sizeof cell) == CSP_OK);
        cell.index = -1;
    }
}

static int adds_one_blocking(void *arg)
{
    struct scene *s = arg;
    s->v += 1;
    return s->v;
}

static void no_race_blocking(void *arg)
{
    struct scene *s = arg;
    for (int i = 0; i < 5; i++) {
        s->v = i;
        CHECK(csp_blocking(adds_one_blocking, s) == i + 1);
        CHECK(s->v == i + 1);
    }
}

static void blocks(void *arg)
{
    csp_blocking(adds_one_blocking, arg);
}

static void race_blocking(void *arg)
{
    struct scene *s = arg;
    go(blocks, s);
    csp_sleep(4 * MS);
    s->v += 1;
}

static void sets_and_sends_p(void *arg)
{
    struct scene *s = arg;
    s->x = 1;
    csp_send(s->p, &s->x);
}

// The second element is in flight when the first is received: that orders nothing.
static void race_first_of_two(void *arg)
{
    struct scene *s = arg;
    s->p = CSP_MAKE(ptr_chan, 1);
    csp_send(s->p, NULL);
    go(sets_and_sends_p, s);
    csp_sleep(4 * MS);
    csp_recv(s->p, NULL);
    s->x = 2;
}

// A task that begins on the stack of one that has ended comes after it, so these stay.
static void stays(struct scene *s)
{
    csp_recv(s->c3, NULL);
}

static void sets_v_and_sends(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    csp_send(s->c, 1);
    stays(s);
}

static void receives_only(void *arg)
{
    struct scene *s = arg;
    csp_recv(s->c, NULL);
    stays(s);
}

static void sends_only(void *arg)
{
    struct scene *s = arg;
    csp_send(s->c, 2);
}

// Another element went through the slot before, from another task to another.
static void race_slot_before(void *arg)
{
    struct scene *s = arg;
    s->c = CSP_MAKE(int_chan, 1);
    go(sets_v_and_sends, s);
    csp_sleep(2 * MS);
    go(receives_only, s);
    csp_sleep(2 * MS);
    go(sends_only, s);
    csp_sleep(2 * MS);
    csp_recv(s->c, NULL);
    s->v = 2;
}

static void sends_data(void *arg)
{
    struct scene *s = arg;
    csp_chan_send(s->old.ch, s->data);
}

static void receives_data(void *arg)
{
    struct scene *s = arg;
    csp_chan_recv(s->old.ch, s->data);
}

// The runtime reads and writes elements in the tasks' name, large ones, too.
static void race_elem_read(void *arg)
{
    struct scene *s = arg;
    s->old.ch = csp_chan_make(sizeof s->data, 1);
    go(sends_data, s);
    csp_sleep(4 * MS);
    s->data[CELLS - 1] = 1;
}

static void race_elem_write(void *arg)
{
    struct scene *s = arg;
    int data[CELLS] = {0};
    s->old.ch = csp_chan_make(sizeof s->data, 0);
    go(receives_data, s);
    csp_sleep(2 * MS);
    csp_chan_send(s->old.ch, data);
    csp_sleep(2 * MS);
    CHECK(s->data[CELLS - 1] == 0);
}

static void no_race_elem(void *arg)
{
    struct scene *s = arg;
    s->old.ch = csp_chan_make(sizeof s->data, 0);
    go(sends_data, s);
    csp_chan_recv(s->old.ch, s->data);
    s->data[CELLS - 1] = 1;
}

static void sets_v_later(void *arg)
{
    struct scene *s = arg;
    csp_sleep(MS);
    s->v = 1;
    csp_sleep(MS);
}

// A clock brings what its maker did, and nothing of whose turn it was to look at it.
static void race_clock(void *arg)
{
    struct scene *s = arg;
    struct csp_chan *noon = csp_after(4 * MS);
    go(sets_v_later, s);
    csp_chan_recv(noon, NULL);
    s->v = 2;
    csp_chan_free(noon);
}

static void waits_for_clock(void *arg)
{
    struct scene *s = arg;
    csp_chan_recv(s->old.ch, NULL);
    s->v = 2;
}

static void no_race_clock(void *arg)
{
    struct scene *s = arg;
    s->v = 1;
    s->old.ch = csp_after(MS);
    go(waits_for_clock, s);
    csp_sleep(2 * MS);
}

static void no_race_clock_freed(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++) {
        struct csp_chan *tick = csp_tick(MS / 4);
        csp_chan_recv(tick, NULL);
        csp_sleep(MS);
        csp_chan_free(tick);
    }
}

const struct race_case race_cases_own[] = {
    {"no_race_go", no_race_go, false},
    {"race_end", race_end, true},
    {"no_race_go_copy", no_race_go_copy, false},
    {"no_race_blocking", no_race_blocking, false},
    {"race_blocking", race_blocking, true},
    {"race_first_of_two", race_first_of_two, true},
    {"race_slot_before", race_slot_before, true},
    {"race_elem_read", race_elem_read, true},
    {"race_elem_write", race_elem_write, true},
    {"no_race_elem", no_race_elem, false},
    {"race_clock", race_clock, true},
    {"no_race_clock", no_race_clock, false},
    {"no_race_clock_freed", no_race_clock_freed, false},
};
const size_t n_race_cases_own = sizeof race_cases_own / sizeof *race_cases_own;
