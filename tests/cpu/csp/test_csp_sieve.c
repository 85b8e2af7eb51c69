// test_csp_sieve.c -- pipelines that never end: Go's sieve1, sieve2 and 235. Their tasks
// are left behind when the first one returns; the channels outlive them, and are freed
// after the run.

#include "csp_testing.h"

enum { MOST_CHANS = 400 };
static int_chan chans[MOST_CHANS];
static int chans_n;

static int_chan keep(size_t capacity)
{
    CHECK(chans_n < MOST_CHANS);
    return chans[chans_n++] = CSP_MAKE(int_chan, capacity);
}

static void free_chans(void)
{
    while (chans_n > 0)
        csp_free(chans[--chans_n]);
}

// Every run frees what the one before left; the test's end what the last one left.
static void run_leaving(void (*fn)(void *))
{
    run_everywhere(fn, NULL);
    free_chans();
}

static int next(int_chan c)
{
    int v;
    CHECK(csp_recv(c, &v));
    return v;
}

static const int primes[] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37, 41,
                             43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97};
enum { PRIMES = sizeof primes / sizeof *primes };

struct filter {
    int_chan in, out;
    int prime;
};

static void count_up(void *arg)
{
    int_chan out = *(int_chan *)arg;
    for (int i = 2;; i++)
        csp_send(out, i);
}

static void filter(void *arg)
{
    struct filter f = *(struct filter *)arg;
    for (;;) {
        int v = next(f.in);
        if (v % f.prime)
            csp_send(f.out, v);
    }
}

// Go: sieve1.go
static void filter_chain(void *arg)
{
    (void)arg;
    free_chans();
    int_chan in = keep(0);
    go_copy(count_up, &in);
    for (int i = 0; i < PRIMES; i++) {
        struct filter f = {in, keep(0), next(in)};
        CHECK(f.prime == primes[i]);
        go_copy(filter, &f);
        in = f.out;
    }
}

struct generator {
    int_chan out;
    int from, step;
};

static void generate(void *arg)
{
    struct generator g = *(struct generator *)arg;
    for (int n = g.from;; n += g.step)
        csp_send(g.out, n);
}

static int_chan generator(size_t capacity, int from, int step)
{
    struct generator g = {keep(capacity), from, step};
    go_copy(generate, &g);
    return g.out;
}

// Channels that have been asked for their next value, the one with the least on top.
struct peeked {
    int head;
    int_chan ch;
};

struct merge {
    struct peeked top[PRIMES];
    int n;
    int_chan primes, composites;
};

static void sift_down(struct merge *m)
{
    for (int i = 0, child; (child = 2 * i + 1) < m->n; i = child) {
        if (child + 1 < m->n && m->top[child + 1].head < m->top[child].head)
            child++;
        if (m->top[i].head <= m->top[child].head)
            return;
        struct peeked swap = m->top[i];
        m->top[i] = m->top[child];
        m->top[child] = swap;
    }
}

static void add_peeked(struct merge *m, struct peeked p)
{
    CHECK(m->n < PRIMES);
    int i = m->n++;
    for (; i > 0 && m->top[(i - 1) / 2].head > p.head; i = (i - 1) / 2)
        m->top[i] = m->top[(i - 1) / 2];
    m->top[i] = p;
}

// The least composite; the channel it came from is asked for its next.
static int take_least(struct merge *m)
{
    int least = m->top[0].head;
    m->top[0].head = next(m->top[0].ch);
    sift_down(m);
    return least;
}

// All odd composites in order, from the multiples of the primes that come back in.
static void merge_composites(void *arg)
{
    struct merge *m = arg;
    for (;;) {
        int p = next(m->primes);
        int_chan multiples = generator(10, p * p, 2 * p);
        int head = next(multiples);
        while (m->n > 0 && m->top[0].head < head)
            csp_send(m->composites, take_least(m));
        while (m->n > 0 && m->top[0].head == head)
            take_least(m);
        csp_send(m->composites, head);
        add_peeked(m, (struct peeked){next(multiples), multiples});
    }
}

enum { QUEUE = 4096 };

struct proxy {
    int_chan in, out;
};

// A buffer without a limit: the sending case is NULL while there is nothing to send.
static void send_proxy(void *arg)
{
    struct proxy p = *(struct proxy *)arg;
    static int queue[QUEUE];
    int first = 0, last = 0, in = 0;
    for (;;) {
        struct csp_case cases[] = {CSP_CASE_RECV(p.in, &in),
                                   CSP_CASE_SEND(p.out, &queue[first % QUEUE])};
        if (first == last)
            cases[1].ch = NULL;
        if (csp_select(cases, 2, CSP_FOREVER) == 0)
            queue[last++ % QUEUE] = in;
        else
            first++;
        CHECK(last - first < QUEUE);
    }
}

struct sift {
    int_chan candidates, composites, primes, out;
};

static void sift_candidates(void *arg)
{
    struct sift s = *(struct sift *)arg;
    int p = next(s.candidates);
    for (;;) {
        int c = next(s.composites);
        for (; p < c; p = next(s.candidates)) {
            csp_send(s.primes, p);
            csp_send(s.out, p);
        }
        if (p == c)
            p = next(s.candidates);
    }
}

// The primes feed back through a buffer without a limit, as whoever needs only those up
// to the root of the last would else hold up all others.
// Go: sieve2.go
static void merging_sieve(void *arg)
{
    (void)arg;
    free_chans();
    struct merge m = {.primes = keep(10), .composites = keep(50)};
    struct proxy p = {keep(10), m.primes};
    struct sift s = {generator(50, 5, 2), m.composites, p.in, keep(10)};
    csp_send(s.out, 2);
    csp_send(s.out, 3);
    csp_send(m.primes, 3);
    go_copy(merge_composites, &m);
    go_copy(send_proxy, &p);
    go_copy(sift_candidates, &s);
    for (int i = 0; i < PRIMES; i++)
        CHECK(next(s.out) == primes[i]);
}

struct multiplier {
    int_chan in, out;
    int factor;
};

static void multiply(void *arg)
{
    struct multiplier m = *(struct multiplier *)arg;
    for (;;)
        csp_send(m.out, m.factor * next(m.in));
}

static bool only_235(int n)
{
    static const int factors[] = {2, 3, 5};
    for (int i = 0; i < 3; i++) {
        while (n % factors[i] == 0)
            n /= factors[i];
    }
    return n == 1;
}

// All numbers without other factors than 2, 3 and 5, in order: what comes out goes back
// into three multipliers, whose results are merged.
// Go: 235.go
static void hamming_numbers(void *arg)
{
    (void)arg;
    free_chans();
    struct multiplier m[3] = {{.factor = 2}, {.factor = 3}, {.factor = 5}};
    int heads[3] = {1, 1, 1}, expected = 1;
    for (int i = 0; i < 3; i++) {
        m[i].in = keep(100);
        m[i].out = keep(100);
        go_copy(multiply, &m[i]);
    }
    for (int x = 1; x < 1600;) {
        for (int i = 0; i < 3; i++)
            csp_send(m[i].in, x);
        for (int i = 0; i < 3; i++) {
            if (heads[i] == x)
                heads[i] = next(m[i].out);
        }
        x = heads[0] < heads[1] ? heads[0] : heads[1];
        x = heads[2] < x ? heads[2] : x;
        do {
            expected++;
        } while (!only_235(expected));
        CHECK(x == expected);
    }
}

static void sieve_of_filters(void **state)
{
    (void)state;
    run_leaving(filter_chain);
}

static void sieve_of_composites(void **state)
{
    (void)state;
    run_leaving(merging_sieve);
}

static void two_three_five(void **state)
{
    (void)state;
    run_leaving(hamming_numbers);
}

static void leftovers_are_counted(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 4; procs++) {
        struct csp_stats stats;
        struct csp_opts opts = {.procs = procs, .seed = 1};
        assert_int_equal(csp_run(filter_chain, NULL, &opts, &stats), CSP_OK);
        assert_int_equal(stats.leaked, PRIMES + 1);
    }
    free_chans();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sieve_of_filters),
        cmocka_unit_test(sieve_of_composites),
        cmocka_unit_test(two_three_five),
        cmocka_unit_test(leftovers_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
