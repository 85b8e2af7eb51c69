// test_csp_powser.c -- power series as tasks: Go's powser1 and powser2, after McIlroy,
// "Squinting at Power Series" (Software: Practice and Experience 20, 1990).
//
// A series is a demand channel (csp_demand.h). The algebra builds networks of thousands
// of short-lived tasks, most of which never end; they are left behind with the run. One
// file of over 400 lines, as the operations are defined by each other.

#include "csp_demand.h"

// The algebra. Every operation is a task that makes z from u, v, c and n.

struct op {
    struct series *z, *u, *v;
    struct rat c;
    int n;
};

static struct series *start(void (*fn)(void *), struct op op)
{
    op.z = series_make();
    go_copy(fn, &op);
    return op.z;
}

static void do_rep(void *arg)
{
    struct op *o = arg;
    for (;;)
        put(o->c, o->z);
}

static struct series *rep(struct rat c)
{
    return start(do_rep, (struct op){.c = c});
}

static void do_add(void *arg)
{
    struct op *o = arg;
    for (;;) {
        asked(o->z);
        struct pair p = get_both(o->u, o->v);
        if (is_end(p.u) && is_end(p.v)) {
            give(finis, o->z);
        } else if (is_end(p.u)) {
            give(p.v, o->z);
            copy(o->v, o->z);
        } else if (is_end(p.v)) {
            give(p.u, o->z);
            copy(o->u, o->z);
        } else {
            give(rat_add(p.u, p.v), o->z);
        }
    }
}

static struct series *add(struct series *u, struct series *v)
{
    return start(do_add, (struct op){.u = u, .v = v});
}

static void do_cmul(void *arg)
{
    struct op *o = arg;
    for (;;) {
        asked(o->z);
        struct rat u = get(o->u);
        give(is_end(u) ? finis : rat_mul(o->c, u), o->z);
        if (is_end(u))
            return;
    }
}

static struct series *cmul(struct rat c, struct series *u)
{
    return start(do_cmul, (struct op){.u = u, .c = c});
}

static struct series *sub(struct series *u, struct series *v)
{
    return add(u, cmul(rat_neg(one), v));
}

static void do_monmul(void *arg)
{
    struct op *o = arg;
    for (int i = 0; i < o->n; i++)
        put(zero, o->z);
    copy(o->u, o->z);
}

// u * x^n.
static struct series *monmul(struct series *u, int n)
{
    return start(do_monmul, (struct op){.u = u, .n = n});
}

static void do_mon(void *arg)
{
    struct op *o = arg;
    for (int i = 0; i < o->n && o->c.num != 0; i++)
        put(zero, o->z);
    if (o->c.num != 0)
        put(o->c, o->z);
    put(finis, o->z);
}

// c * x^n.
static struct series *mon(struct rat c, int n)
{
    return start(do_mon, (struct op){.c = c, .n = n});
}

static void do_shift(void *arg)
{
    struct op *o = arg;
    put(o->c, o->z);
    copy(o->u, o->z);
}

// c + x * u.
static struct series *shift(struct rat c, struct series *u)
{
    return start(do_shift, (struct op){.u = u, .c = c});
}

static struct series *mul(struct series *u, struct series *v);

// (u + x U) (v + x V) = u v + x (u V + v U) + x^2 U V.
static void do_mul(void *arg)
{
    struct op *o = arg;
    asked(o->z);
    struct pair p = get_both(o->u, o->v);
    if (is_end(p.u) || is_end(p.v)) {
        give(finis, o->z);
        return;
    }
    give(rat_mul(p.u, p.v), o->z);
    struct series *u[2], *v[2];
    split_new(o->u, u);
    split_new(o->v, v);
    struct series *w = add(cmul(p.u, v[0]), cmul(p.v, u[0]));
    asked(o->z);
    give(get(w), o->z);
    copy(add(w, mul(u[1], v[1])), o->z);
}

static struct series *mul(struct series *u, struct series *v)
{
    return start(do_mul, (struct op){.u = u, .v = v});
}

static void do_diff(void *arg)
{
    struct op *o = arg;
    asked(o->z);
    struct rat u = get(o->u);
    for (int64_t i = 1; !is_end(u) && !is_end(u = get(o->u)); i++) {
        give(rat_mul((struct rat){i, 1}, u), o->z);
        asked(o->z);
    }
    give(finis, o->z);
}

static struct series *diff(struct series *u)
{
    return start(do_diff, (struct op){.u = u});
}

static void do_integ(void *arg)
{
    struct op *o = arg;
    struct rat u;
    put(o->c, o->z);
    asked(o->z);
    for (int64_t i = 1; !is_end(u = get(o->u)); i++) {
        give(rat_mul((struct rat){1, i}, u), o->z);
        asked(o->z);
    }
    give(finis, o->z);
}

// The integral with constant c.
static struct series *integ(struct rat c, struct series *u)
{
    return start(do_integ, (struct op){.u = u, .c = c});
}

static void do_binom(void *arg)
{
    struct op *o = arg;
    struct rat t = one;
    for (int64_t n = 1; o->c.num != 0; n++) {
        put(t, o->z);
        t = rat_mul(rat_mul(t, o->c), (struct rat){1, n});
        o->c = rat_add(o->c, rat_neg(one));
    }
    put(t, o->z);
    put(finis, o->z);
}

// (1 + x)^c.
static struct series *binom(struct rat c)
{
    return start(do_binom, (struct op){.c = c});
}

// z = 1/u - z U x / u, a loop through itself.
static void do_recip(void *arg)
{
    struct op *o = arg;
    asked(o->z);
    struct rat z = rat_inv(get(o->u));
    give(z, o->z);
    struct series *loop[2] = {series_make(), series_make()};
    split(mul(cmul(rat_neg(z), o->u), shift(z, loop[0])), loop);
    copy(loop[1], o->z);
}

static struct series *recip(struct series *u)
{
    return start(do_recip, (struct op){.u = u});
}

// e^u for u with constant 0: the integral of its own product with u'.
static struct series *exponential(struct series *u)
{
    struct series *loop[2] = {series_make(), series_make()};
    split(integ(one, mul(loop[0], diff(u))), loop);
    return loop[1];
}

static struct series *subst(struct series *u, struct series *v);

static void do_subst(void *arg)
{
    struct op *o = arg;
    struct series *v[2];
    split_new(o->v, v);
    asked(o->z);
    struct rat u = get(o->u);
    give(u, o->z);
    if (is_end(u))
        return;
    if (is_end(get(v[0])))
        put(finis, o->z);
    else
        copy(mul(v[0], subst(o->u, v[1])), o->z);
}

// u(v(x)) for v with constant 0.
static struct series *subst(struct series *u, struct series *v)
{
    return start(do_subst, (struct op){.u = u, .v = v});
}

static void do_monsubst(void *arg)
{
    struct op *o = arg;
    struct rat c = one, u;
    asked(o->z);
    while (!is_end(u = get(o->u))) {
        give(rat_mul(u, c), o->z);
        c = rat_mul(c, o->c);
        for (int i = 1; i < o->n; i++)
            put(zero, o->z);
        asked(o->z);
    }
    give(finis, o->z);
}

// u(c x^n).
static struct series *monsubst(struct series *u, struct rat c, int n)
{
    return start(do_monsubst, (struct op){.u = u, .c = c, .n = n});
}

static struct rat eval(struct rat c, struct series *u, int n)
{
    struct rat y;
    if (n == 0 || is_end(y = get(u)))
        return zero;
    return rat_add(y, rat_mul(c, eval(c, u, n - 1)));
}

enum { TERMS = 10 };

// A series that is known: these terms, or one term again and again.
struct known {
    const char *name;
    struct series *(*make)(void);
    struct rat terms[TERMS];
};

static struct series *ones, *twos;

static struct series *make_ones(void)
{
    return ones;
}

static struct series *make_add(void)
{
    return add(ones, twos);
}

static struct series *make_add_short(void)
{
    return add(add(mon(one, 2), ones), add(twos, mon(one, 1)));
}

static struct series *make_diff(void)
{
    return diff(ones);
}

static struct series *make_integ(void)
{
    return integ(zero, ones);
}

static struct series *make_cmul(void)
{
    return cmul(rat_neg(one), twos);
}

static struct series *make_sub(void)
{
    return sub(ones, twos);
}

static struct series *make_mul(void)
{
    return mul(ones, ones);
}

static struct series *make_exp(void)
{
    return exponential(ones);
}

static struct series *make_atan(void)
{
    return integ(zero, monsubst(ones, rat_neg(one), 2));
}

static struct series *make_shifted(void)
{
    return shift((struct rat){7, 1}, monmul(mon((struct rat){5, 1}, 1), 2));
}

static struct series *make_binom(void)
{
    return binom((struct rat){4, 1});
}

static struct series *make_recip(void)
{
    return recip(ones);
}

static struct series *make_sqrt_twice(void)
{
    return mul(binom((struct rat){1, 2}), binom((struct rat){1, 2}));
}

static struct series *make_subst(void)
{
    return subst(ones, monmul(ones, 1));
}

#define ALL(n)                                                                           \
    {                                                                                    \
        {n, 1}, {n, 1}, {n, 1}, {n, 1}, {n, 1}, {n, 1}, {n, 1}, {n, 1}, {n, 1},          \
        {                                                                                \
            n, 1                                                                         \
        }                                                                                \
    }
#define UPWARD                                                                           \
    {                                                                                    \
        {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}, {7, 1}, {8, 1}, {9, 1},          \
        {                                                                                \
            10, 1                                                                        \
        }                                                                                \
    }

// A term {0, 0} is the end. The first nine are Go's own checks.
static const struct known all_known[] = {
    {"ones", make_ones, ALL(1)},
    {"add", make_add, ALL(3)},
    {"diff", make_diff, UPWARD},
    {"integ",
     make_integ,
     {{0, 1}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 6}, {1, 7}, {1, 8}, {1, 9}}},
    {"cmul", make_cmul, ALL(-2)},
    {"sub", make_sub, ALL(-1)},
    {"mul", make_mul, UPWARD},
    {"exp",
     make_exp,
     {{1, 1},
      {1, 1},
      {3, 2},
      {13, 6},
      {73, 24},
      {167, 40},
      {4051, 720},
      {37633, 5040},
      {43817, 4480},
      {4596553, 362880}}},
    {"atan",
     make_atan,
     {{0, 1}, {1, 1}, {0, 1}, {-1, 3}, {0, 1}, {1, 5}, {0, 1}, {-1, 7}, {0, 1}, {1, 9}}},
    {"add of shorter ones",
     make_add_short,
     {{3, 1}, {4, 1}, {4, 1}, {3, 1}, {3, 1}, {3, 1}, {3, 1}, {3, 1}, {3, 1}, {3, 1}}},
    {"shift, monmul, mon", make_shifted, {{7, 1}, {0, 1}, {0, 1}, {0, 1}, {5, 1}}},
    {"binom", make_binom, {{1, 1}, {4, 1}, {6, 1}, {4, 1}, {1, 1}}},
    {"recip",
     make_recip,
     {{1, 1}, {-1, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}}},
    {"mul of roots",
     make_sqrt_twice,
     {{1, 1}, {1, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}}},
    {"subst",
     make_subst,
     {{1, 1},
      {1, 1},
      {2, 1},
      {4, 1},
      {8, 1},
      {16, 1},
      {32, 1},
      {64, 1},
      {128, 1},
      {256, 1}}},
};

static void check_series(const struct known *k, int terms)
{
    struct series *s = k->make();
    for (int i = 0; i < terms; i++) {
        struct rat r = get(s);
        if (r.num != k->terms[i].num || r.den != k->terms[i].den)
            fprintf(stderr, "%s: term %d is %lld/%lld\n", k->name, i, (long long)r.num,
                    (long long)r.den);
        CHECK(r.num == k->terms[i].num && r.den == k->terms[i].den);
        if (is_end(r))
            return;
    }
}

static void power_series(void *arg)
{
    int terms = *(int *)arg;
    free_all();
    ones = rep(one);
    twos = rep((struct rat){2, 1});
    for (size_t i = 0; i < sizeof all_known / sizeof *all_known; i++)
        check_series(&all_known[i], terms);
    // 1 + 1/2 + ... + 1/512.
    struct rat sum = eval((struct rat){1, 2}, ones, TERMS);
    CHECK(sum.num == 1023 && sum.den == 512);
}

static void run_series(bool in_boxes)
{
    // Some 1500 tasks a run are much for sanitizers.
    int terms = TEST_SANITIZED ? 7 : TERMS;
    boxed = in_boxes;
    run_real(power_series, &terms);
    run_seeds(TEST_SANITIZED ? 4 : VIRTUAL_SEEDS, power_series, &terms);
    free_all();
}

// Go: powser1.go
static void series_by_value(void **state)
{
    (void)state;
    run_series(false);
}

// Go: powser2.go
static void series_of_boxes(void **state)
{
    (void)state;
    run_series(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_by_value),
        cmocka_unit_test(series_of_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
