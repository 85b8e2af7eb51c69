// site_testing.h -- what the tests of the gophers share.
#ifndef SITE_TESTING_H
#define SITE_TESTING_H

#include "site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { TAU = 1000000 };

static char said[1 << 16];  // what went to stderr in the last caught run

static inline struct gopher_plan plan_for(const char *name)
{
    struct gopher_plan p = gopher_plan_default;
    struct fail why;
    assert_int_equal(design_find(name, &p.design, &why), 0);
    p.loads = 1000;
    p.procs = 16;
    return p;
}

static inline void print_replay(const struct gopher_plan *p)
{
    const struct design *d = &p->design;
    fprintf(stderr,
            "%s: %d lanes, %d turns, %d roles, %d halves, %u carts, %u loads, work %d; "
            "%d procs, seed %llu, policy %d, %s\n",
            d->name, d->lanes, d->turns, d->roles, d->halves, p->carts, p->loads, p->work,
            p->procs, (unsigned long long)p->seed, p->policy,
            p->virtual_time ? "virtual" : "real");
}

// It can be run, and the caller frees the record.
static inline struct record ran(const struct gopher_plan *p)
{
    struct record r;
    struct fail why = {0};
    if (site_run(p, &r, &why) != 0) {
        print_replay(p);
        fail_msg("%s", why.text);
    }
    return r;
}

// The same with stderr caught in `said`.
static inline struct record ran_caught(const struct gopher_plan *p)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    fflush(stderr);
    const int saved = dup(STDERR_FILENO);
    dup2(fileno(f), STDERR_FILENO);
    struct fail why = {0};
    struct record r;
    const int failed = site_run(p, &r, &why);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(f);
    said[fread(said, 1, sizeof said - 1, f)] = '\0';
    fclose(f);
    assert_int_equal(failed, 0);
    return r;
}

// When load number n, from 0, came to ash; in TAU.
static inline double burnt_at(const struct record *r, uint32_t n)
{
    assert_true(n < r->burnt);
    return (double)r->burnt_ns[n] / TAU;
}

#endif
