// talk_sieve.c -- a chain of filters finds primes, on one processor and on more.
#include "talk.h"

#include <string.h>

typedef CSP_CHAN(int) int_chan;

enum { FEW = 30, MANY = 5000 };

struct primes {
    int limit;  // what is looked for: all below
    int found[MANY / 2], count;
    int steps;  // how often a number met a prime, or became one
    uint64_t ns;
};

struct filter {
    int prime;
    int_chan in, out, seen;
};

static void filter(void *arg)
{
    const struct filter *f = arg;
    int seen = 0;
    for (int n; csp_recv(f->in, &n); seen++) {
        if (n % f->prime != 0)
            csp_send(f->out, n);
    }
    csp_free(f->in);
    csp_close(f->out);
    csp_send(f->seen, seen);
}

struct source {
    int limit;
    int_chan out;
};

static void numbers(void *arg)
{
    const struct source *s = arg;
    for (int n = 2; n < s->limit; n++)
        csp_send(s->out, n);
    csp_close(s->out);
}

// What comes out of the last filter is prime, and gets a filter of its own.
static void chain(void *arg)
{
    struct primes *p = arg;
    uint64_t begin_ns = csp_now();
    struct filter last = {.out = CSP_MAKE(int_chan, 0), .seen = CSP_MAKE(int_chan, 0)};
    csp_go_copy(numbers, &(struct source){p->limit, last.out}, sizeof(struct source));
    while (csp_recv(last.out, &last.prime)) {
        if (p->limit == FEW)
            say("%d", last.prime);
        p->found[p->count++] = last.prime;
        last.in = last.out;
        last.out = CSP_MAKE(int_chan, 0);
        csp_go_copy(filter, &last, sizeof last);
    }
    p->steps = p->count;
    for (int i = 0; i < p->count; i++) {
        int seen;
        csp_recv(last.seen, &seen);
        p->steps += seen;
    }
    p->ns = csp_now() - begin_ns;
    csp_free(last.out);
    csp_free(last.seen);
}

static void loop(struct primes *p)
{
    uint64_t begin_ns = csp_now();
    for (int n = 2; n < p->limit; n++) {
        int i = 0;
        while (i < p->count && n % p->found[i] != 0)
            i++;
        p->steps += i + 1;
        if (i == p->count)
            p->found[p->count++] = n;
    }
    p->ns = csp_now() - begin_ns;
}

static void find(int procs, int limit)
{
    struct primes in_loop = {.limit = limit}, in_chain = {.limit = limit};
    loop(&in_loop);
    talk_run_on(procs, chain, &in_chain, NULL);
    say("primes below %d, on %d processor%s", limit, procs, procs == 1 ? "" : "s");
    if (!talk_virtual())
        say("a chain takes %.2f ms, one loop %.2f", (double)in_chain.ns / 1e6,
            (double)in_loop.ns / 1e6);
    holds(in_chain.count == in_loop.count && in_chain.steps == in_loop.steps &&
              memcmp(in_chain.found, in_loop.found, sizeof in_loop.found) == 0,
          "%d primes by %d messages (%.0f a prime): a loop's divisions", in_chain.count,
          in_chain.steps, (double)in_chain.steps / in_chain.count);
}

static void tell(void)
{
    talk_run_whole(chain, &(struct primes){.limit = FEW});
    for (int procs = 1; procs <= talk_procs() || procs <= 2; procs *= 2)
        find(procs, MANY);
}

const struct program talk_sieve = {
    .name = "sieve",
    .summary = "a chain of filters finds primes; more processors can slow it",
    .story =
        "Numbers flow through a chain of filters. Each lets pass what its prime does\n"
        "not divide; what passes them all is prime, and gets a filter of its own.",
    .question = "Every filter can work at the same time. What do more processors gain?",
    .moral = "A beautiful structure, and correct on any number of processors. But each\n"
             "message carries one division: who wants primes fast takes the loop.",
    .tell = tell,
};
