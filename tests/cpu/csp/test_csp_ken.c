// test_csp_ken.c -- many channels at once, every sender and receiver checking sequence
// numbers: Go's ken/chan and ken/chan1.

#include "csp_testing.h"

#include <stdatomic.h>

enum { LAST = 75, SIDES = 4 };  // the number, modulo 100, with which a sequence ends

// A channel and what its one sender and its one receiver think comes next. A side that is
// through sets its handle to NULL.
struct line {
    int_chan send, recv;
    int sent, received;
};

static atomic_int total_sent, total_received;
static int sequences;

static struct line line_make(size_t capacity)
{
    sequences += 100;
    int_chan c = CSP_MAKE(int_chan, capacity);
    return (struct line){c, c, sequences, sequences};
}

// Both return whether the sequence has ended.

static bool after_send(struct line *l)
{
    total_sent++;
    bool ended = l->sent++ % 100 == LAST;
    if (ended)
        l->send.ch = NULL;
    return ended;
}

static bool after_recv(struct line *l, int v)
{
    total_received++;
    CHECK(v == l->received);
    bool ended = l->received++ % 100 == LAST;
    if (ended)
        l->recv.ch = NULL;
    return ended;
}

// Some lateness, different every time.
static void dawdle(unsigned *random, unsigned most)
{
    *random += 10007;
    for (unsigned i = *random % most + 1; i > 0; i--)
        csp_yield();
}

struct job {
    struct line *lines[2 * SIDES];  // received from; then sent on; NULL: none
    int_chan done;
};

static void send_line(void *arg)
{
    struct job *j = arg;
    struct line *l = j->lines[SIDES];
    unsigned random = (unsigned)l->sent;
    do {
        dawdle(&random, 10);
        csp_send(l->send, l->sent);
    } while (!after_send(l));
    csp_send(j->done, 0);
}

static void recv_line(void *arg)
{
    struct job *j = arg;
    struct line *l = j->lines[0];
    unsigned random = (unsigned)l->received;
    int v;
    do {
        dawdle(&random, 10);
        CHECK(csp_recv(l->recv, &v));
    } while (!after_recv(l, v));
    csp_send(j->done, 0);
}

static void select_lines(void *arg)
{
    struct job *j = arg;
    unsigned random = 17;
    int v, running = 0;
    for (int i = 0; i < 2 * SIDES; i++)
        running += j->lines[i] ? 1 : 0;
    while (running > 0) {
        struct csp_case cases[2 * SIDES] = {{.op = CSP_RECV}};
        for (int i = 0; i < 2 * SIDES; i++) {
            struct line *l = j->lines[i];
            if (l)
                cases[i] = i < SIDES ? CSP_CASE_RECV(l->recv, &v)
                                     : CSP_CASE_SEND(l->send, &l->sent);
        }
        dawdle(&random, 5);
        int i = csp_select(cases, 2 * SIDES, CSP_FOREVER);
        bool ended = i < SIDES ? after_recv(j->lines[i], v) : after_send(j->lines[i]);
        running -= ended ? 1 : 0;
    }
    csp_send(j->done, 0);
}

// Starts a task that receives from four lines, or none, and sends on four, or none.
static void select_on(struct line *from, struct line *to, int_chan done)
{
    struct job j = {.done = done};
    for (int i = 0; i < SIDES; i++) {
        j.lines[i] = from ? &from[i] : NULL;
        j.lines[SIDES + i] = to ? &to[i] : NULL;
    }
    go_copy(select_lines, &j);
}

static void send_on(struct line *l, int n, int_chan done)
{
    for (int i = 0; i < n; i++)
        go_copy(send_line, (&(struct job){.lines = {[SIDES] = &l[i]}, .done = done}));
}

static void recv_from(struct line *l, int n, int_chan done)
{
    for (int i = 0; i < n; i++)
        go_copy(recv_line, (&(struct job){.lines = {&l[i]}, .done = done}));
}

static void senders_and_receivers(struct line *l, int_chan done)
{
    send_on(l, 4, done);
    recv_from(l, 4, done);
    await(done, 8);
}

static void senders_to_select(struct line *l, int_chan done)
{
    send_on(l, 4, done);
    select_on(l, NULL, done);
    await(done, 5);
}

static void select_to_receivers(struct line *l, int_chan done)
{
    recv_from(l, 4, done);
    select_on(NULL, l, done);
    await(done, 5);
}

static void select_to_select(struct line *l, int_chan done)
{
    select_on(NULL, l, done);
    select_on(l, NULL, done);
    await(done, 2);
}

static void selects_both_ways(struct line *l, int_chan done)
{
    select_on(l + 4, l, done);
    select_on(l, l + 4, done);
    await(done, 2);
}

static void all_at_once(struct line *l, int_chan done)
{
    send_on(l + 4, 4, done);
    recv_from(l + 8, 4, done);
    select_on(l + 4, l, done);
    select_on(l, l + 8, done);
    await(done, 10);
}

static const struct {
    void (*fn)(struct line *, int_chan done);
    int lines;
} parts[] = {{senders_and_receivers, 4}, {senders_to_select, 4}, {select_to_receivers, 4},
             {select_to_select, 4},      {selects_both_ways, 8}, {all_at_once, 12}};

static void lines_of(void *arg)
{
    size_t capacity = *(const size_t *)arg;
    int_chan done = CSP_MAKE(int_chan, 0);
    int expected = 0;
    total_sent = total_received = sequences = 0;
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        struct line l[12];
        struct csp_chan *made[12];
        for (int i = 0; i < parts[p].lines; i++) {
            l[i] = line_make(capacity);
            made[i] = l[i].send.ch;
        }
        parts[p].fn(l, done);
        for (int i = 0; i < parts[p].lines; i++)
            csp_chan_free(made[i]);
        expected += parts[p].lines * (LAST + 1);
    }
    CHECK(total_sent == expected && total_received == expected);
    csp_free(done);
}

// The seeds are shared by the four capacities, as a run takes half a millisecond.
// Go: ken/chan.go
static void many_lines(void **state)
{
    (void)state;
    static size_t capacities[] = {0, 1, 10, 100};
    for (size_t c = 0; c < sizeof capacities / sizeof *capacities; c++) {
        run_real(lines_of, &capacities[c]);
        run_seeds(VIRTUAL_SEEDS / 4, lines_of, &capacities[c]);
    }
}

enum { MOST = 1000, RECEIVERS = 10 };

// Each value is marked before it is sent, and again, once, by who receives it.
struct marks {
    int_chan c, done;
    atomic_int mark[MOST];
};

static void recv_marks(void *arg)
{
    struct marks *m = arg;
    int v;
    struct csp_case one[] = {CSP_CASE_RECV(m->c, &v)};
    while (csp_select(one, 1, CSP_FOREVER) == 0 && one[0].ok)
        CHECK(atomic_exchange(&m->mark[v], 2) == 1);
    csp_send(m->done, 0);
}

// Go: ken/chan1.go
static void each_value_once(void *arg)
{
    (void)arg;
    int n = scaled(MOST);
    struct marks m = {.c = CSP_MAKE(int_chan, 2), .done = CSP_MAKE(int_chan, 0)};
    for (int i = 0; i < RECEIVERS; i++) {
        go(recv_marks, &m);
        csp_yield();
    }
    for (int i = 0; i < n; i++) {
        CHECK(atomic_exchange(&m.mark[i], 1) == 0);
        csp_send(m.c, i);
    }
    csp_close(m.c);
    await(m.done, RECEIVERS);
    for (int i = 0; i < n; i++)
        CHECK(m.mark[i] == 2);
    csp_free(m.c);
    csp_free(m.done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_lines),
        TASK_TEST(run_everywhere, each_value_once, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
