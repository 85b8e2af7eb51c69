// test_csp_handover.c -- what goes from stack to stack arrives whole: elements of every
// width, what pointers point to, and stacks in use around it. Go's chan_test.go,
// chanbarrier_test.go, nonblock, zerosize and issue 19201.

#include "csp_testing.h"

struct wide {
    double x[5];
    char text[24];
};
typedef CSP_CHAN(struct wide) wide_chan;

static void send_wide(void *arg)
{
    wide_chan *c = arg;
    csp_send(*c, ((struct wide){.x = {1, 2, 3, 4, 5}, .text = "not a word"}));
}

// Elements wider than a word go through rendezvous, buffer and selects whole.
// Go: chan_test.go TestChanSendInterface
static void wide_elements(void *arg)
{
    (void)arg;
    for (size_t cap = 0; cap < 3; cap++) {
        wide_chan c = CSP_MAKE(wide_chan, cap);
        struct wide w;
        go(send_wide, &c);
        CHECK(csp_recv(c, &w) && w.x[4] == 5 && !strcmp(w.text, "not a word"));
        csp_free(c);
    }
    wide_chan c = CSP_MAKE(wide_chan, 1);
    struct wide one = {.text = "one"}, two = {.text = "two"}, got;
    csp_send(c, one);
    CHECK(csp_try_send(c, two) == CSP_WOULD_BLOCK);
    struct csp_case cases[] = {CSP_CASE_SEND(c, &one), CSP_CASE_SEND(c, &two)};
    CHECK(csp_select(cases, 2, 0) == CSP_TIMEOUT);
    CHECK(csp_recv(c, &got) && !strcmp(got.text, "one"));
    int i = csp_select(cases, 2, 0);
    CHECK(csp_recv(c, &got) && !strcmp(got.text, i == 0 ? "one" : "two"));
    csp_free(c);
}

// What a request hands to its one answer, on a task of its own.
struct answer {
    int value, twice;
};
typedef CSP_CHAN(struct answer *) answer_chan;

struct request {
    answer_chan ch;
    int_chan done;
    bool by_select;
    int value;
};

static void answer_request(void *arg)
{
    struct request *r = arg;
    struct answer *a = malloc(sizeof *a);
    CHECK(a);
    *a = (struct answer){r->value, 2 * r->value};
    struct csp_case cases[] = {CSP_CASE_SEND(r->ch, &a), CSP_CASE_RECV(r->done, NULL)};
    if (!r->by_select)
        csp_send(r->ch, a);
    else
        CHECK(csp_select(cases, 2, CSP_FOREVER) == 0);
}

struct requests {
    int_chan finished;
    bool by_select;
};

static void make_requests(void *arg)
{
    struct requests *all = arg;
    struct request r = {CSP_MAKE(answer_chan, 0), CSP_MAKE(int_chan, 0), all->by_select,
                        0};
    for (; r.value < scaled(1000); r.value++) {
        struct request one = r;
        struct answer *a = NULL;
        go_copy(answer_request, &one);
        CHECK(csp_recv(r.ch, &a));
        csp_yield();
        CHECK(a->value == r.value && a->twice == 2 * r.value);
        free(a);
    }
    csp_free(r.ch);
    csp_free(r.done);
    csp_send(all->finished, 0);
}

static void send_barrier(void *arg)
{
    enum { REQUESTERS = 10 };
    struct requests all = {CSP_MAKE(int_chan, 0), *(bool *)arg};
    for (int i = 0; i < REQUESTERS; i++)
        go(make_requests, &all);
    await(all.finished, REQUESTERS);
    csp_free(all.finished);
}

// A pointer given straight to a parked receiver is complete, and what it points to.
// Go: chanbarrier_test.go TestChanSendBarrier
static void chan_send_barrier(void **state)
{
    (void)state;
    run_everywhere(send_barrier, &(bool){false});
}

// Go: chanbarrier_test.go TestChanSendSelectBarrier
static void chan_send_select_barrier(void **state)
{
    (void)state;
    run_everywhere(send_barrier, &(bool){true});
}

struct deep {
    int_chan c, done;
    int rounds;
    bool slow;  // the receiver sleeps, so that the sender always parks
};

// Touches some 24 KiB of the task's stack, for a moment.
static int use_stack(int depth)
{
    volatile char frame[1024];
    frame[0] = (char)depth;
    frame[1023] = (char)depth;
    return depth == 0 ? 0 : use_stack(depth - 1) + frame[0] + frame[1023];
}

static void send_deep(void *arg)
{
    struct deep *d = arg;
    for (int i = 0; i < d->rounds; i++) {
        csp_send(d->c, i);
        CHECK(use_stack(20) == 420);
    }
    csp_send(d->done, 0);
}

static void use_stack_and_end(void *arg)
{
    CHECK(use_stack(*(int *)arg) > 0);
}

// Others come and go on the free stacks meanwhile, so that their pages are given back
// and taken again beside those of the parked sender.
static void churn(void)
{
    for (int depth = 8; depth < 24; depth++)
        go_copy(use_stack_and_end, &depth);
    csp_yield();
}

static void recv_deep(void *arg)
{
    struct deep *d = arg;
    for (int i = 0, v; i < d->rounds; i++) {
        if (d->slow)
            csp_sleep(10000);
        CHECK(csp_recv(d->c, &v) && v == i);
    }
    csp_send(d->done, 0);
}

// The element of a parked sender stays right while it and others use their stacks deeply
// and leave them again.
// Go: chan_test.go TestShrinkStackDuringBlockedSend
static void stacks_during_blocked_send(void *arg)
{
    (void)arg;
    struct deep d = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), 10, false};
    go(send_deep, &d);
    for (int i = 0, v; i < d.rounds; i++) {
        CHECK(csp_recv(d.c, &v) && v == i);
        csp_sleep(MS / 10);
        churn();
    }
    await(d.done, 1);
    csp_free(d.c);
    csp_free(d.done);
}

// The same while the sender is just about to park.
// Go: chan_test.go TestNoShrinkStackWhileParking
static void stacks_while_parking(void *arg)
{
    (void)arg;
    for (int i = 0; i < scaled(100) / 10; i++) {
        struct deep d = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), 10, true};
        go(recv_deep, &d);
        go(send_deep, &d);
        csp_sleep(50000);
        churn();
        await(d.done, 2);
        csp_free(d.c);
        csp_free(d.done);
    }
}

// Elements of one size; two values of a byte pattern each.
struct width {
    size_t size;
    struct csp_chan *ch;
    int_chan strobe;
};

enum { WIDEST = 5000 };

static void fill(unsigned char *elem, size_t size, int which)
{
    for (size_t i = 0; i < size; i++)
        elem[i] = (unsigned char)(i * 7 + (size_t)which);
}

static bool is_filled(const unsigned char *elem, size_t size, int which)
{
    for (size_t i = 0; i < size; i++) {
        if (elem[i] != (unsigned char)(i * 7 + (size_t)which))
            return false;
    }
    return true;
}

static void width_receiver(void *arg)
{
    struct width *w = arg;
    unsigned char elem[WIDEST];
    CHECK(csp_chan_recv(w->ch, elem) && is_filled(elem, w->size, 1));
    csp_send(w->strobe, 0);
}

static void width_sender(void *arg)
{
    struct width *w = arg;
    unsigned char elem[WIDEST];
    fill(elem, w->size, 2);
    csp_chan_send(w->ch, elem);
    csp_send(w->strobe, 0);
}

static void nonblocking_width(size_t size, size_t cap)
{
    struct width w = {size, csp_chan_make(size, cap), CSP_MAKE(int_chan, 0)};
    unsigned char elem[WIDEST + 1] = {0};
    elem[size] = 99;
    CHECK(csp_chan_try_recv(w.ch, elem) == CSP_WOULD_BLOCK && elem[0] == (size ? 0 : 99));
    fill(elem, size, 1);
    go(width_receiver, &w);
    while (csp_chan_try_send(w.ch, elem) != CSP_OK)
        csp_yield();
    await(w.strobe, 1);
    go(width_sender, &w);
    if (cap > 0)
        await(w.strobe, 1);
    while (csp_chan_try_recv(w.ch, elem) != CSP_OK)
        csp_yield();
    CHECK(is_filled(elem, size, 2) && elem[size] == 99);
    if (cap == 0)
        await(w.strobe, 1);
    csp_chan_free(w.ch);
    csp_free(w.strobe);
}

// Tries against a peer that is about to wait, with elements of bytes, words and more.
// Go: nonblock.go
static void nonblocking_widths(void *arg)
{
    (void)arg;
    static const size_t sizes[] = {1, 2, 3, 4, 8, 12, 16, 24, 64, 257, WIDEST};
    for (size_t cap = 0; cap < 2; cap++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            nonblocking_width(sizes[i], cap);
    }
}

static void send_event(void *arg)
{
    csp_chan_send(arg, NULL);
}

// Elements of no size carry events, met and counted like all others.
// Go: zerosize.go
static void zero_size(void *arg)
{
    (void)arg;
    for (size_t cap = 0; cap < 3; cap++) {
        struct csp_chan *events = csp_chan_make(0, cap);
        char untouched = 7;
        CHECK(csp_chan_try_recv(events, &untouched) == CSP_WOULD_BLOCK);
        for (size_t i = 0; i < cap; i++)
            CHECK(csp_chan_try_send(events, NULL) == CSP_OK);
        CHECK(csp_chan_try_send(events, NULL) == CSP_WOULD_BLOCK);
        CHECK(csp_chan_len(events) == cap && csp_chan_cap(events) == cap);
        go(send_event, events);
        for (size_t i = 0; i < cap + 1; i++)
            CHECK(csp_chan_recv(events, &untouched));
        csp_chan_close(events);
        CHECK(!csp_chan_recv(events, &untouched) && untouched == 7);
        csp_chan_free(events);
    }
    nonblocking_width(0, 0);
    nonblocking_width(0, 1);
}

// A local that is not part of a select survives it, whatever the compiler keeps it in.
// Go: issue19201.go
static void locals_survive_select(void *arg)
{
    (void)arg;
    unsigned char bytes[] = {'a', 0, 0, 1};
    int_chan closed = CSP_MAKE(int_chan, 0), open = CSP_MAKE(int_chan, 0);
    csp_close(closed);
    uint32_t code = (uint32_t)bytes[0] << 24 | bytes[3];
    struct csp_case cases[] = {CSP_CASE_RECV(closed, NULL), CSP_CASE_RECV(open, NULL)};
    CHECK(csp_select(cases, 2, CSP_FOREVER) == 0);
    CHECK(code == 0x61000001);
    csp_free(closed);
    csp_free(open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TASK_TEST(run_everywhere, wide_elements, NULL),
        cmocka_unit_test(chan_send_barrier),
        cmocka_unit_test(chan_send_select_barrier),
        TASK_TEST(run_everywhere, stacks_during_blocked_send, NULL),
        TASK_TEST(run_everywhere, stacks_while_parking, NULL),
        TASK_TEST(run_everywhere, nonblocking_widths, NULL),
        TASK_TEST(run_everywhere, zero_size, NULL),
        TASK_TEST(run_everywhere, locals_survive_select, NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
