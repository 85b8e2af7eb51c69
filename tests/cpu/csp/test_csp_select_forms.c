// test_csp_select_forms.c -- the ways a program may write sends, receives and selects:
// Go's select, select7, select8, sendstmt, issue 4313 and range, as far as C has the same
// forms. Every phrasing that can be generated is in select5.py.

#include "csp_testing.h"

struct meeting {
    int_chan c, done;
    int cases;  // 0: a plain operation
};

static void meet(const struct meeting *m, enum csp_op op)
{
    int_chan quiet = CSP_MAKE(int_chan, 0);
    int v = 1;
    void *elem = op == CSP_SEND ? &v : NULL;
    struct csp_case cases[] = {{op, m->c.ch, elem, false}, {op, quiet.ch, elem, false}};
    if (m->cases > 0)
        CHECK(csp_select(cases, m->cases, CSP_FOREVER) == 0 && cases[0].ok);
    else if (op == CSP_SEND)
        csp_send(m->c, v);
    else
        CHECK(csp_recv(m->c, NULL));
    csp_free(quiet);
}

static void meet_receiving(void *arg)
{
    struct meeting *m = arg;
    meet(m, CSP_RECV);
    csp_send(m->done, 0);
}

static void meet_sending(void *arg)
{
    struct meeting *m = arg;
    meet(m, CSP_SEND);
    csp_send(m->done, 0);
}

static void meet_pair(void (*first)(void *), int first_cases, enum csp_op second,
                      int second_cases)
{
    struct meeting m = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), first_cases};
    go_copy(first, &m);
    csp_yield();
    m.cases = second_cases;
    meet(&m, second);
    await(m.done, 1);
    csp_free(m.c);
    csp_free(m.done);
}

// Every form of a receiver that discards meets every form of a sender, whoever is first.
// Go: select7.go
static void forms_meet(void *arg)
{
    (void)arg;
    for (int r = 0; r <= 2; r++) {
        for (int s = 0; s <= 2; s++) {
            meet_pair(meet_receiving, r, CSP_SEND, s);
            meet_pair(meet_sending, s, CSP_RECV, r);
        }
    }
}

struct passes {
    unsigned counter, shift;
};

static unsigned next_value(struct passes *p)
{
    p->counter++;
    return 1u << p->shift;
}

typedef CSP_CHAN(unsigned) unsigned_chan;

// Sends to each of two channels once, evaluating both values in every pass.
static int send_both(struct passes *p, unsigned_chan a, unsigned_chan b)
{
    for (int sent = 0;; sent++, p->shift++) {
        unsigned to_a = next_value(p), to_b = next_value(p);
        struct csp_case cases[] = {CSP_CASE_SEND(a, &to_a), CSP_CASE_SEND(b, &to_b)};
        switch (csp_select(cases, 2, 0)) {
        case 0:
            a.ch = NULL;
            break;
        case 1:
            b.ch = NULL;
            break;
        default:
            return sent;
        }
    }
}

// A case on a NULL channel is skipped; what it would send is evaluated all the same.
// Go: select.go
static void nil_case_skipped(void *arg)
{
    (void)arg;
    struct passes p = {0};
    unsigned_chan a = CSP_MAKE(unsigned_chan, 1), b = CSP_MAKE(unsigned_chan, 1);
    unsigned_chan none = {NULL};
    unsigned from_a, from_b;
    CHECK(send_both(&p, a, b) == 2);
    CHECK(csp_recv(a, &from_a) && csp_recv(b, &from_b) && (from_a | from_b) == 3);
    CHECK(send_both(&p, a, none) == 1);
    CHECK(p.counter == 10);
    csp_free(a);
    csp_free(b);
}

static void send_fives(void *arg)
{
    for (;;)
        csp_send(*(int_chan *)arg, 5);
}

static int_chan fives;  // outlives its sender, which is left behind

// One, two and three cases, and the break that leaves each.
// Go: select8.go
static void breaks(void *arg)
{
    (void)arg;
    int ten = 10, v = 0;
    csp_free(fives);
    fives = CSP_MAKE(int_chan, 0);
    go(send_fives, &fives);
    struct csp_case cases[] = {CSP_CASE_RECV(fives, &v), CSP_CASE_SEND(fives, &ten)};
    for (int n = 0; n <= 2; n++) {
        for (int64_t timeout_ns = CSP_FOREVER; timeout_ns <= 0; timeout_ns++) {
            if (n == 0 && timeout_ns == CSP_FOREVER)
                continue;
            switch (csp_select(cases, n, timeout_ns)) {
            case 0:
                CHECK(v == 5);
                break;
            case CSP_TIMEOUT:
                CHECK(timeout_ns == 0);
                break;
            default:
                CHECK(false);
            }
        }
    }
}

static void select_breaks(void **state)
{
    (void)state;
    run_everywhere(breaks, NULL);
    csp_free(fives);
    fives.ch = NULL;
}

typedef CSP_CHAN(int_chan) chan_chan;

static int_chan recv_chan(chan_chan cc)
{
    int_chan c = {NULL};
    CHECK(csp_recv(cc, &c));
    return c;
}

// A case may send on a channel that it first receives from a channel.
// Go: sendstmt.go
static void chan_of_chan(void *arg)
{
    (void)arg;
    chan_chan cc = CSP_MAKE(chan_chan, 1);
    int_chan c = CSP_MAKE(int_chan, 1);
    int two = 2, v;
    csp_send(cc, c);
    struct csp_case cases[] = {CSP_CASE_SEND(recv_chan(cc), &two)};
    CHECK(csp_select(cases, 1, 0) == 0);
    CHECK(csp_recv(c, &v) && v == 2);
    csp_send(c, 0 || 1);
    CHECK(csp_recv(c, &v) && v == 1);
    csp_send(cc, c);
    csp_send(recv_chan(cc), 3);
    CHECK(csp_recv(c, &v) && v == 3);
    csp_free(c);
    csp_free(cc);
}

static int_chan counted(int_chan c, int *count)
{
    ++*count;
    return c;
}

// The macros evaluate each argument once.
static void evaluated_once(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 4);
    int chans = 0, value = 10, got[2] = {0}, *to = got;
    csp_send(counted(c, &chans), value++);
    CHECK(csp_try_send(counted(c, &chans), value++) == CSP_OK);
    CHECK(chans == 2 && value == 12 && csp_len(counted(c, &chans)) == 2);
    CHECK(csp_recv(counted(c, &chans), to++) && to == got + 1 && chans == 4);
    CHECK(csp_try_recv(counted(c, &chans), to++) == CSP_OK && to == got + 2);
    CHECK(got[0] == 10 && got[1] == 11 && chans == 5);
    to = got;
    struct csp_case send = CSP_CASE_SEND(counted(c, &chans), to++);
    struct csp_case recv = CSP_CASE_RECV(counted(c, &chans), to++);
    CHECK(chans == 7 && send.ch == c.ch && recv.ch == c.ch);
    CHECK(send.elem == got && recv.elem == got + 1 && to == got + 2);
    if (csp_cap(c) == 4)
        csp_send(c, 7);
    else
        csp_send(c, 8);
    CHECK(csp_recv(c, got) && got[0] == 7);
    csp_free(counted(c, &chans));
    CHECK(chans == 8);
}

// A case holds an address: it sends what is there when the select is called. Go's holds
// the value.
// Go: issue4313.go
static void case_holds_address(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 1);
    int x = 0, y = -1;
    struct csp_case cases[] = {CSP_CASE_SEND(c, &x)};
    x = 42;
    CHECK(csp_select(cases, 1, CSP_FOREVER) == 0 && cases[0].ok);
    x = 0;
    CHECK(csp_recv(c, &y) && y == 42);
    csp_send(c, x);
    x = 1;
    CHECK(csp_recv(c, &y) && y == 0);
    csp_free(c);
}

static void send_alphabet(void *arg)
{
    int_chan c = *(int_chan *)arg;
    for (int letter = 'a'; letter <= 'z'; letter++)
        csp_send(c, letter);
    csp_close(c);
}

// Go: range.go
static void range_over_chan(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 0), d = CSP_MAKE(int_chan, 0);
    int expected = 'a', n = 0, letter;
    go(send_alphabet, &c);
    while (csp_recv(c, &letter))
        CHECK(letter == expected++);
    CHECK(expected == 'z' + 1);
    go(send_alphabet, &d);
    while (csp_recv(d, NULL))
        n++;
    CHECK(n == 26);
    csp_free(c);
    csp_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, forms_meet, NULL),
        TASK_TEST(run_everywhere, nil_case_skipped, NULL),
        cmocka_unit_test(select_breaks),
        TASK_TEST(run_everywhere, chan_of_chan, NULL),
        TASK_TEST(run_everywhere, evaluated_once, NULL),
        TASK_TEST(run_everywhere, case_holds_address, NULL),
        TASK_TEST(run_everywhere, range_over_chan, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
