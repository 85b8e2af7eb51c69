// csp_demand.h -- demand channels of exact rationals, for test_csp_powser.c: who asks on
// req gets the next coefficient on dat. Coefficients travel by value, or as pointers to
// items on the heap (`boxed`). All that is made is freed by free_all, after the run.

#ifndef CSP_DEMAND_H
#define CSP_DEMAND_H

#include "csp_testing.h"

#include <stdatomic.h>

struct rat {
    int64_t num, den;  // den 0: the end of a series
};

struct item {
    struct rat rat;
    struct item *next;
};

struct series {
    int_chan req;
    struct csp_chan *dat;
    struct series *next;
};

// What the present run has made.
static bool boxed;
static _Atomic(struct series *) all_series;
static _Atomic(struct item *) all_items;

static const struct rat zero = {0, 1}, one = {1, 1}, finis = {0, 0};

static struct series *series_make(void)
{
    struct series *s = malloc(sizeof *s);
    CHECK(s);
    s->req = CSP_MAKE(int_chan, 0);
    s->dat = csp_chan_make(boxed ? sizeof(struct item *) : sizeof(struct rat), 0);
    CHECK(s->req.ch && s->dat);
    s->next = atomic_load(&all_series);
    while (!atomic_compare_exchange_weak(&all_series, &s->next, s))
        ;
    return s;
}

static struct item *item_make(struct rat r)
{
    struct item *item = malloc(sizeof *item);
    CHECK(item);
    *item = (struct item){r, atomic_load(&all_items)};
    while (!atomic_compare_exchange_weak(&all_items, &item->next, item))
        ;
    return item;
}

static void free_all(void)
{
    for (struct series *s = atomic_exchange(&all_series, NULL), *next; s; s = next) {
        next = s->next;
        csp_free(s->req);
        csp_chan_free(s->dat);
        free(s);
    }
    for (struct item *item = atomic_exchange(&all_items, NULL), *next; item;
         item = next) {
        next = item->next;
        free(item);
    }
}

// Exact rationals.

static int64_t gcd(int64_t u, int64_t v)
{
    u = u < 0 ? -u : u;
    while (u != 0) {
        int64_t rest = v % u;
        v = u;
        u = rest;
    }
    return v < 0 ? -v : v;
}

static struct rat ratio(int64_t u, int64_t v)
{
    int64_t g = gcd(u, v);
    return v > 0 ? (struct rat){u / g, v / g} : (struct rat){-u / g, -v / g};
}

static bool is_end(struct rat u)
{
    return u.den == 0;
}

static struct rat rat_add(struct rat u, struct rat v)
{
    int64_t g = gcd(u.den, v.den);
    return ratio(u.num * (v.den / g) + v.num * (u.den / g), u.den * (v.den / g));
}

static struct rat rat_mul(struct rat u, struct rat v)
{
    int64_t g1 = gcd(u.num, v.den), g2 = gcd(u.den, v.num);
    return (struct rat){(u.num / g1) * (v.num / g2), (u.den / g2) * (v.den / g1)};
}

static struct rat rat_neg(struct rat u)
{
    return (struct rat){-u.num, u.den};
}

static struct rat rat_inv(struct rat u)
{
    CHECK(u.num != 0);
    return ratio(u.den, u.num);
}

// Demand channels.

// What a coefficient is while it travels.
union parcel {
    struct rat rat;
    struct item *item;
};

static struct rat unpack(const union parcel *p)
{
    return boxed ? p->item->rat : p->rat;
}

static void give(struct rat r, struct series *out)
{
    union parcel p = {.rat = r};
    if (boxed)
        p.item = item_make(r);
    csp_chan_send(out->dat, &p);
}

static struct rat take(struct series *in)
{
    union parcel p;
    CHECK(csp_chan_recv(in->dat, &p));
    return unpack(&p);
}

static void asked(struct series *out)
{
    CHECK(csp_recv(out->req, NULL));
}

static void put(struct rat r, struct series *out)
{
    asked(out);
    give(r, out);
}

static struct rat get(struct series *in)
{
    csp_send(in->req, 0);
    return take(in);
}

struct pair {
    struct rat u, v;
};

// One coefficient of each, asked for and received in whatever order they come.
static struct pair get_both(struct series *u, struct series *v)
{
    union parcel from_u, from_v;
    int ask = 0;
    struct csp_case cases[] = {CSP_CASE_SEND(u->req, &ask),
                               CSP_CASE_SEND(v->req, &ask),
                               {CSP_RECV, NULL, &from_u, false},
                               {CSP_RECV, NULL, &from_v, false}};
    for (int left = 4; left > 0; left--) {
        int i = csp_select(cases, 4, CSP_FOREVER);
        cases[i].ch = NULL;
        if (i < 2)
            cases[i + 2].ch = i == 0 ? u->dat : v->dat;
    }
    return (struct pair){unpack(&from_u), unpack(&from_v)};
}

struct split {
    struct series *in, *out[2];
    int_chan wait;
};

// One coefficient of a series for two readers. A task is made when the first asks for it
// and ends when the second has it; the next one waits until then before it serves both.
static void do_split(void *arg)
{
    struct split s = *(struct split *)arg;
    struct csp_case first[] = {CSP_CASE_RECV(s.out[0]->req, NULL),
                               CSP_CASE_RECV(s.wait, NULL)};
    struct csp_case any[] = {CSP_CASE_RECV(s.out[0]->req, NULL),
                             CSP_CASE_RECV(s.out[1]->req, NULL)};
    bool both = csp_select(first, 2, CSP_FOREVER) == 1;
    if (both && csp_select(any, 2, CSP_FOREVER) == 1) {
        struct series *swap = s.out[0];
        s.out[0] = s.out[1];
        s.out[1] = swap;
    }
    csp_send(s.in->req, 0);
    struct split next = {s.in, {s.out[0], s.out[1]}, series_make()->req};
    go_copy(do_split, &next);
    struct rat r = take(s.in);
    give(r, s.out[0]);
    if (!both)
        CHECK(csp_recv(s.wait, NULL));
    put(r, s.out[1]);
    csp_send(next.wait, 0);
}

static void split(struct series *in, struct series *out[2])
{
    struct split s = {in, {out[0], out[1]}, series_make()->req};
    go_copy(do_split, &s);
    csp_send(s.wait, 0);
}

static void split_new(struct series *in, struct series *out[2])
{
    out[0] = series_make();
    out[1] = series_make();
    split(in, out);
}

static _Noreturn void copy(struct series *in, struct series *out)
{
    for (;;) {
        asked(out);
        give(get(in), out);
    }
}

#endif
