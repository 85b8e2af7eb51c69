// test_csp_handles.c -- handles with a direction do what the two-way one does. What they
// refuse is refusals.sh's.

#include "csp_testing.h"

typedef CSP_SEND_CHAN(int) int_out;
typedef CSP_RECV_CHAN(int) int_in;
typedef CSP_RECV_CHAN(uint64_t) time_in;

enum { COUNT = 20 };

struct stage {
    int_in in;
    int_out out;
};

// A stage of a pipeline: knows where from and where to, and no more.
static void doubles(void *arg)
{
    struct stage *s = arg;
    int n;
    while (csp_recv(s->in, &n))
        csp_send(s->out, 2 * n);
    csp_close(s->out);
}

static void pipeline(void *arg)
{
    (void)arg;
    int_chan first = CSP_MAKE(int_chan, 2), last = CSP_MAKE(int_chan, 0);
    struct stage s = {CSP_RECV_ONLY(int_in, first), CSP_SEND_ONLY(int_out, last)};
    int n = 0, sum = 0, offered = 1;
    go(doubles, &s);
    while (offered <= COUNT || csp_len(s.in) > 0) {
        struct csp_case cases[] = {CSP_CASE_SEND(CSP_SEND_ONLY(int_out, first), &offered),
                                   CSP_CASE_RECV(CSP_RECV_ONLY(int_in, last), &n)};
        // There is nothing more to send.
        if (offered > COUNT)
            cases[0].ch = NULL;
        if (csp_select(cases, 2, CSP_FOREVER) == 0)
            offered++;
        else
            sum += n;
    }
    csp_close(first);
    while (csp_recv(last, &n))
        sum += n;
    CHECK(sum == COUNT * (COUNT + 1));
    CHECK(csp_cap(s.in) == 2 && csp_cap(s.out) == 0);
    CHECK(!csp_recv(s.in, NULL));
    csp_free(first);
    csp_free(last);
}

static void pipelines(void **state)
{
    (void)state;
    run_everywhere(pipeline, NULL);
}

static void without_waiting(void *arg)
{
    (void)arg;
    int_chan c = CSP_MAKE(int_chan, 1);
    int_out out = CSP_SEND_ONLY(int_out, c);
    int_in in = CSP_RECV_ONLY(int_in, c);
    int n = 0;
    CHECK(csp_try_recv(in, &n) == CSP_WOULD_BLOCK);
    CHECK(csp_try_send(out, 7) == CSP_OK && csp_len(out) == 1);
    CHECK(csp_try_send(CSP_SEND_ONLY(int_out, out), 8) == CSP_WOULD_BLOCK);
    CHECK(csp_try_recv(CSP_RECV_ONLY(int_in, in), &n) == CSP_OK && n == 7);
    csp_close(out);
    CHECK(csp_try_recv(in, NULL) == CSP_CLOSED);
    csp_free(c);
}

static void clock_in(void *arg)
{
    (void)arg;
    struct csp_chan *clock = csp_after(MS);
    time_in noon = {clock};
    uint64_t at = 0;
    CHECK(csp_recv(noon, &at) && at >= MS);
    csp_chan_free(clock);
}

static void one_way(void **state)
{
    (void)state;
    run_everywhere(without_waiting, NULL);
    run_everywhere(clock_in, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipelines),
        cmocka_unit_test(one_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
