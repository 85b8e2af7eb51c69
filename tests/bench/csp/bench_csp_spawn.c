// bench_csp_spawn.c -- tasks made, run and joined (Go's proc_test.go).

#include "bench_csp.h"

#include <math.h>
#include <stdlib.h>

// What is left of a chain in which each task starts the next one.
struct chain {
    struct csp_chan *done;
    int64_t left, links;
};

static void chain_task(void *arg)
{
    struct chain *c = arg;
    if (c->left == 0) {
        csp_chan_send(c->done, &c->links);
        return;
    }
    struct chain next = {c->done, c->left - 1, c->links + 1};
    bench_go_copy(chain_task, &next, sizeof next);
}

static void create(struct bench *b, int chains)
{
    struct csp_chan *done = bench_chan(sizeof(int64_t), 0);
    struct chain first = {done, b->n / chains, 0};
    for (int i = 0; i < chains; i++)
        bench_go_copy(chain_task, &first, sizeof first);
    for (int i = 0; i < chains; i++) {
        int64_t links = -1;
        csp_chan_recv(done, &links);
        bench_equal(b, "links of a chain of tasks", links, b->n / chains);
    }
    csp_chan_free(done);
}

static void create_goroutines(struct bench *b)
{
    create(b, 1);
}

static void create_parallel(struct bench *b)
{
    create(b, b->procs);
}

struct captured {
    struct bench *b;
    struct wait_group *wg;
    _Atomic int64_t *done;
    int64_t i, n;
};

static void capturing_task(void *arg)
{
    struct captured *c = arg;
    if (c->i >= c->n)
        bench_check(c->b, false, "a task's own copy of its number");
    atomic_fetch_add(c->done, 1);
    wait_group_done(c->wg);
}

static void create_capture(struct bench *b)
{
    enum { TASKS = 4 };
    _Atomic int64_t done = 0;
    struct wait_group wg = wait_group_make(0);
    for (int64_t i = 0; i < b->n; i++) {
        atomic_store(&wg.left, TASKS);
        for (int64_t j = 0; j < TASKS; j++) {
            struct captured c = {b, &wg, &done, j, TASKS};
            bench_go_copy(capturing_task, &c, sizeof c);
        }
        csp_chan_recv(wg.gone, NULL);
    }
    bench_equal(b, "tasks run", atomic_load(&done), b->n * TASKS);
    csp_chan_free(wg.gone);
}

struct warm_up {
    _Atomic int there;
    int wanted;
    struct wait_group wg;
};

static void warm_up_task(void *arg)
{
    struct warm_up *w = arg;
    atomic_fetch_add(&w->there, 1);
    while (atomic_load(&w->there) < w->wanted)
        continue;
    csp_work(1000000);
    wait_group_done(&w->wg);
}

// Gets all workers out of bed: ends when as many tasks as there are workers have run at
// the same time.
static void warm_up(struct bench *b)
{
    struct warm_up w = {.wanted = b->procs, .wg = wait_group_make(b->procs)};
    for (int i = 0; i < b->procs; i++)
        bench_go(warm_up_task, &w);
    wait_group_wait(&w.wg);
}

static void single_task(void *arg)
{
    wait_group_done(arg);
}

static void create_single(struct bench *b)
{
    warm_up(b);
    struct wait_group wg = wait_group_make(b->n);
    bench_reset(b);
    for (int64_t i = 0; i < b->n; i++)
        bench_go(single_task, &wg);
    wait_group_wait(&wg);
    bench_equal(b, "tasks still to end", atomic_load(&wg.left), 0);
}

struct range {
    int from, to;
};

struct product {
    double **a, **b, **c;
    struct range i, j, k;
    struct csp_chan *done;
};

enum { SMALL_ENOUGH = 8 };

static void multiply(struct product p);

static void multiply_task(void *arg)
{
    multiply(*(struct product *)arg);
}

// One half as a task of its own, the other here.
static void fork_join(struct product one, struct product other)
{
    one.done = bench_chan(0, 1);
    other.done = NULL;
    bench_go_copy(multiply_task, &one, sizeof one);
    multiply(other);
    csp_chan_recv(one.done, NULL);
    csp_chan_free(one.done);
}

static int length(struct range r)
{
    return r.to - r.from;
}

static void split(struct range r, struct range *low, struct range *high)
{
    int middle = r.from + length(r) / 2;
    *low = (struct range){r.from, middle};
    *high = (struct range){middle, r.to};
}

static void multiply_here(const struct product *p)
{
    for (int i = p->i.from; i < p->i.to; i++) {
        for (int j = p->j.from; j < p->j.to; j++) {
            for (int k = p->k.from; k < p->k.to; k++)
                p->c[i][j] += p->a[i][k] * p->b[k][j];
        }
    }
}

static void multiply(struct product p)
{
    int di = length(p.i), dj = length(p.j), dk = length(p.k);
    struct product low = p, high = p;
    if (di >= dj && di >= dk && di >= SMALL_ENOUGH) {
        split(p.i, &low.i, &high.i);
        fork_join(low, high);
    } else if (dj >= dk && dj >= SMALL_ENOUGH) {
        split(p.j, &low.j, &high.j);
        fork_join(low, high);
    } else if (dk >= SMALL_ENOUGH) {
        split(p.k, &low.k, &high.k);
        low.done = high.done = NULL;
        multiply(low);
        multiply(high);
    } else {
        multiply_here(&p);
    }
    if (p.done)
        csp_chan_send(p.done, NULL);
}

static double **matrix_make(int n)
{
    double **m = malloc((size_t)n * sizeof(double *));
    for (int i = 0; m && i < n; i++) {
        m[i] = malloc((size_t)n * sizeof(double));
        for (int j = 0; m[i] && j < n; j++)
            m[i][j] = (double)i * n + j;
    }
    return m;
}

static void matrix_free(double **m, int n)
{
    for (int i = 0; i < n; i++)
        free(m[i]);
    free(m);
}

// A row of the product, computed anew: the values are whole numbers that a double holds.
static void check_row(struct bench *b, const struct product *p, int row)
{
    int n = length(p->k), wrong = 0;
    for (int j = 0; j < n; j++) {
        double sum = (double)row * n + j;
        for (int k = 0; k < n; k++)
            sum += p->a[row][k] * p->b[k][j];
        wrong += fabs(sum - p->c[row][j]) > 0;
    }
    bench_equal(b, "wrong elements in a row of the product", wrong, 0);
}

static void matmult(struct bench *b)
{
    bench_stop(b);
    int n = (int)cbrt((double)b->n) + 1;
    struct range all = {0, n};
    struct product p = {
        matrix_make(n), matrix_make(n), matrix_make(n), all, all, all, NULL};
    bench_start(b);
    multiply(p);
    bench_stop(b);
    check_row(b, &p, 0);
    check_row(b, &p, n / 2);
    check_row(b, &p, n - 1);
    matrix_free(p.a, n);
    matrix_free(p.b, n);
    matrix_free(p.c, n);
}

const struct bench_entry bench_spawn_entries[] = {
    {"CreateGoroutines", create_goroutines, 0, 0, 0},
    {"CreateGoroutinesParallel", create_parallel, 0, 0, 0},
    {"CreateGoroutinesCapture", create_capture, 0, 0, 0},
    {"CreateGoroutinesSingle", create_single, 0, 0, 0},
    {"Matmult", matmult, 0, 0, 0},
    {0},
};
