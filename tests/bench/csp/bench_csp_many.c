// bench_csp_many.c -- very many tasks, and the sieve. The same in Go: versus_go.
//
// What an op leaves in memory (stacks that were touched once) makes the next one faster,
// so figures of Million and DaisyChain are those of a process of their own.

#include "bench_csp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef CSP_CHAN(int64_t) int_chan;

static int_chan make_ints(size_t capacity)
{
    return (int_chan){bench_chan(sizeof(int64_t), capacity)};
}

// From here on, VmHWM is the highest from here on.
static void forget_peak(void)
{
    FILE *f = fopen("/proc/self/clear_refs", "we");
    if (!f)
        return;
    fputs("5", f);
    fclose(f);
}

// A line of /proc/self/status, in bytes; 0 where there is none.
static double memory_bytes(const char *key)
{
    char line[256];
    unsigned long kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f)) {
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtoul(line + strlen(key) + 1, NULL, 10);
    }
    fclose(f);
    return (double)kib * 1024;
}

struct crowd {
    int64_t tasks;
    int_chan gate, all_there, all_gone;
    _Atomic int64_t there, gone, sum;
};

static void crowd_task(void *arg)
{
    struct crowd *c = arg;
    int64_t ticket = 0;
    if (atomic_fetch_add(&c->there, 1) + 1 == c->tasks)
        csp_send(c->all_there, 0);
    csp_recv(c->gate, &ticket);
    atomic_fetch_add(&c->sum, ticket);
    if (atomic_fetch_add(&c->gone, 1) + 1 == c->tasks)
        csp_send(c->all_gone, 0);
}

// ns/op is what it takes until all tasks have come to wait on one channel; drain-ns what
// it takes to send each of them a value, until the last has ended; MB the most memory
// that the process held, B/task its share of a task.
static void million(struct bench *b)
{
    double drain_ns = 0;
    forget_peak();
    for (int64_t i = 0; i < b->n; i++) {
        struct crowd c = {.tasks = b->tasks,
                          .gate = make_ints(0),
                          .all_there = make_ints(1),
                          .all_gone = make_ints(1)};
        for (int64_t j = 0; j < b->tasks; j++)
            bench_go(crowd_task, &c);
        csp_recv(c.all_there, NULL);
        bench_stop(b);
        uint64_t start_ns = csp_now();
        for (int64_t j = 0; j < b->tasks; j++)
            csp_send(c.gate, j);
        csp_recv(c.all_gone, NULL);
        drain_ns += (double)(csp_now() - start_ns);
        bench_equal(b, "sum of the tickets", atomic_load(&c.sum),
                    b->tasks * (b->tasks - 1) / 2);
        csp_free(c.gate);
        csp_free(c.all_there);
        csp_free(c.all_gone);
        bench_start(b);
    }
    double peak = memory_bytes("VmHWM");
    bench_metric(b, "B/task", peak / (double)b->tasks);
    bench_metric(b, "MB", peak / 1e6);
    bench_metric(b, "drain-ns", drain_ns / (double)b->n);
}

struct daisy {
    int_chan left, right;
};

static void daisy_task(void *arg)
{
    struct daisy *d = arg;
    int64_t v = 0;
    csp_recv(d->right, &v);
    csp_free(d->right);
    csp_send(d->left, v + 1);
}

static void daisy_end(void *arg)
{
    struct daisy *d = arg;
    csp_send(d->left, 1);
}

// Each task waits for its right neighbour and tells the left one, a number higher.
static void daisy_chain(struct bench *b)
{
    for (int64_t i = 0; i < b->n; i++) {
        int_chan leftmost = make_ints(0), left = leftmost;
        for (int64_t j = 0; j < b->tasks; j++) {
            struct daisy d = {left, make_ints(0)};
            bench_go_copy(daisy_task, &d, sizeof d);
            left = d.right;
        }
        bench_go_copy(daisy_end, &(struct daisy){.left = left}, sizeof(struct daisy));
        int64_t v = 0;
        csp_recv(leftmost, &v);
        csp_free(leftmost);
        bench_equal(b, "flowers of the chain", v, b->tasks + 1);
    }
}

enum { PRIMES = 1000, LAST_PRIME = 7919, SUM_OF_PRIMES = 3682913 };

struct filter {
    int_chan in, out;
    int64_t prime;
};

static void generate(void *arg)
{
    int_chan out = *(int_chan *)arg;
    for (int64_t i = 2; i <= LAST_PRIME; i++)
        csp_send(out, i);
    csp_close(out);
}

static void filter(void *arg)
{
    struct filter *f = arg;
    int64_t i;
    while (csp_recv(f->in, &i)) {
        if (i % f->prime != 0)
            csp_send(f->out, i);
    }
    csp_free(f->in);
    csp_close(f->out);
}

// The first PRIMES primes: a task for each of them takes its multiples out.
static void sieve(struct bench *b)
{
    for (int64_t i = 0; i < b->n; i++) {
        int64_t sum = 0, prime = 0;
        int_chan c = make_ints(0);
        bench_go_copy(generate, &c, sizeof c);
        for (int j = 0; j < PRIMES; j++) {
            csp_recv(c, &prime);
            sum += prime;
            struct filter f = {c, make_ints(0), prime};
            bench_go_copy(filter, &f, sizeof f);
            c = f.out;
        }
        bench_check(b, !csp_recv(c, &prime), "the sieve ends after the last prime");
        csp_free(c);
        bench_equal(b, "sum of the primes", sum, SUM_OF_PRIMES);
    }
}

const struct bench_entry bench_many_entries[] = {
    {"Million", million, 0, 0, 0},
    {"DaisyChain", daisy_chain, 0, 0, 0},
    {"Sieve", sieve, 0, 0, 0},
    {0},
};
