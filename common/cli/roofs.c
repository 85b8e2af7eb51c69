// roofs.c -- see roofs.h.
#include "roofs.h"

#include "clock.h"
#include "csp.h"

#include <stddef.h>
#include <stdint.h>

enum { HOPS = 20000 };

typedef CSP_CHAN(int) token_chan;

struct table {
    token_chan there, back;
    uint64_t took_ns;
};

static void returns_it(void *arg)
{
    struct table *t = arg;
    for (int token; csp_recv(t->there, &token);)
        csp_send(t->back, token);
}

static void plays(void *arg)
{
    struct table *t = arg;
    t->there = CSP_MAKE(token_chan, 0);
    t->back = CSP_MAKE(token_chan, 0);
    csp_go(returns_it, t);
    uint64_t start_ns = csp_now();
    for (int i = 0; i < HOPS / 2; i++) {
        int token = i;
        csp_send(t->there, token);
        csp_recv(t->back, &token);
    }
    t->took_ns = csp_now() - start_ns;
    csp_close(t->there);
}

double roofs_channel_hop_s(void)
{
    struct table t = {.took_ns = 0};
    struct csp_opts opts = {.procs = 1};
    int end = csp_run(plays, &t, &opts, NULL);
    csp_free(t.there);
    csp_free(t.back);
    if (end != CSP_OK)
        return 0;
    return (double)t.took_ns * 1e-9 / HOPS;
}
