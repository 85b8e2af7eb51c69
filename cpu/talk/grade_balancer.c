// grade_balancer.c -- grades the balancer: each call by itself, then against taking
// turns.
#include "exercise.h"
#include "grader.h"

#include <stdlib.h>

enum { REQUESTS = 400, STEPS = 200 };

typedef CSP_CHAN(struct worker *) worker_chan;

// The reader's two functions, or ours.
struct way {
    void (*dispatch)(struct pool *, struct request);
    void (*completed)(struct pool *, struct worker *);
};

static const struct way readers = {pool_dispatch, pool_completed};

static void turn_dispatch(struct pool *pool, struct request request)
{
    struct worker *w = pool->heap[pool->turn];
    pool->turn = (pool->turn + 1) % pool->count;
    w->pending++;
    csp_send(w->requests, request);
}

static void turn_completed(struct pool *pool, struct worker *w)
{
    (void)pool;
    w->pending--;
}

static const struct way turns = {turn_dispatch, turn_completed};

static void pool_open(struct pool *pool, struct worker *workers, int count)
{
    *pool = (struct pool){.count = count};
    for (int i = 0; i < count; i++) {
        workers[i] = (struct worker){CSP_MAKE(request_chan, REQUESTS), 0, i};
        pool->heap[i] = &workers[i];
    }
}

static void pool_close(struct worker *workers, int count)
{
    for (int i = 0; i < count; i++)
        csp_free(workers[i].requests);
}

// Call by call, with nobody at work: what lies in a worker's channel is his.
struct stepping {
    struct rng rng;
    struct pool pool;
    struct worker workers[WORKERS_MAX];
    int dispatched;
};

static int least_pending(const struct stepping *s)
{
    size_t least = REQUESTS;
    for (int i = 0; i < s->pool.count; i++)
        if (csp_len(s->workers[i].requests) < least)
            least = csp_len(s->workers[i].requests);
    return (int)least;
}

static void expect_heap(const struct stepping *s)
{
    const struct pool *pool = &s->pool;
    for (int i = 0; i < pool->count; i++) {
        const struct worker *w = &s->workers[i];
        int has = (int)csp_len(w->requests);
        attempt_expect(
            w->pending == has,
            "worker %d has %d requests that are not completed; his pending is %d", i, has,
            w->pending);
        attempt_expect(
            w->place >= 0 && w->place < pool->count && pool->heap[w->place] == w,
            "worker %d's place is %d; he does not stand there in the heap", i, w->place);
    }
    for (int i = 1; i < pool->count; i++)
        attempt_expect(pool->heap[(i - 1) / 2]->pending <= pool->heap[i]->pending,
                       "heap[%d] has %d pending, and above him heap[%d] has %d: no heap",
                       i, pool->heap[i]->pending, (i - 1) / 2,
                       pool->heap[(i - 1) / 2]->pending);
}

static void expect_dispatch(struct stepping *s)
{
    size_t had[WORKERS_MAX];
    int least = least_pending(s), got = -1, more = 0;
    for (int i = 0; i < s->pool.count; i++)
        had[i] = csp_len(s->workers[i].requests);
    pool_dispatch(&s->pool, (struct request){.number = s->dispatched++});
    for (int i = 0; i < s->pool.count; i++)
        if (csp_len(s->workers[i].requests) > had[i]) {
            got = i;
            more++;
        }
    attempt_expect(more == 1, "dispatch gave a request to %d workers", more);
    if (more == 1)
        attempt_expect(
            (int)had[got] == least,
            "dispatch gave request %d to a worker with %d pending; the lightest "
            "had %d",
            s->dispatched, (int)had[got], least);
}

// A worker completes his oldest request, if he has one.
static void expect_completed(struct stepping *s)
{
    struct worker *w = &s->workers[rng_below(&s->rng, (uint64_t)s->pool.count)];
    if (csp_try_recv(w->requests, NULL) == CSP_OK)
        pool_completed(&s->pool, w);
}

static void step(void *arg)
{
    struct stepping *s = arg;
    uint64_t calm = 1 + rng_below(&s->rng, 3);  // more is completed than dispatched
    for (int i = 0; i < STEPS; i++) {
        if (rng_below(&s->rng, 1 + calm) == 0 || i < s->pool.count)
            expect_dispatch(s);
        else
            expect_completed(s);
        expect_heap(s);
    }
}

static void call_by_call(struct attempt *t)
{
    static struct stepping s;
    s = (struct stepping){.rng = t->rng};
    pool_open(&s.pool, s.workers, 1 + (int)rng_below(&t->rng, WORKERS_MAX));
    attempt_run(t, step, &s);
    pool_close(s.workers, s.pool.count);
}

// What the balancer saw: a request was given to somebody, or a worker has completed one.
struct event {
    bool given;
    int number;  // of the request; of the worker
};

// The whole system: requests come, workers work, the balancer is between them.
struct office {
    const struct way *way;
    struct pool pool;
    struct worker workers[WORKERS_MAX];
    request_chan incoming;
    worker_chan done;
    uint64_t gap_ns[REQUESTS], takes_ns[REQUESTS];
    uint64_t asked_ns[REQUESTS], answered_ns[REQUESTS];
    int answers[REQUESTS];
    int worker_of[REQUESTS];  // who completed it
    struct event events[2 * REQUESTS];
    int event_count;
};

struct work_place {
    struct office *office;
    int number;
};

static void work(void *arg)
{
    const struct work_place *p = arg;
    struct office *o = p->office;
    struct worker *w = &o->workers[p->number];
    struct request request;
    while (csp_recv(w->requests, &request)) {
        csp_sleep(request.takes_ns);
        o->answers[request.number]++;
        o->worker_of[request.number] = p->number;
        o->answered_ns[request.number] = csp_now();
        csp_send(o->done, w);
    }
}

static void ask(void *arg)
{
    struct office *o = arg;
    for (int i = 0; i < REQUESTS; i++) {
        csp_sleep(o->gap_ns[i]);
        o->asked_ns[i] = csp_now();
        struct request request = {i, o->takes_ns[i]};
        csp_send(o->incoming, request);
    }
}

static void note(struct office *o, bool given, int number)
{
    o->events[o->event_count++] = (struct event){given, number};
}

// Until all are completed, or nothing has happened for far longer than any request takes.
static void balance(void *arg)
{
    struct office *o = arg;
    for (int i = 0; i < o->pool.count; i++) {
        struct work_place p = {o, i};
        csp_go_copy(work, &p, sizeof p);
    }
    csp_go_named("requests", ask, o);
    for (int completed = 0; completed < REQUESTS;) {
        struct request request;
        struct worker *w;
        struct csp_case either[] = {CSP_CASE_RECV(o->incoming, &request),
                                    CSP_CASE_RECV(o->done, &w)};
        int i = csp_select(either, 2, 5000 * GRADER_MS);
        if (i == 0) {
            o->way->dispatch(&o->pool, request);
            note(o, true, request.number);
        } else if (i == 1) {
            o->way->completed(&o->pool, w);
            note(o, false, (int)(w - o->workers));
            completed++;
        } else {
            attempt_expect(false,
                           "expected %d requests completed; seen %d, and no more come",
                           REQUESTS, completed);
            return;
        }
    }
}

// Nine requests in ten are short, one is twenty times as long; they come at random, and
// keep each worker at work for two thirds of the time.
static void office_draw(struct office *o, struct rng *rng, uint64_t unit_ns)
{
    int workers = 4 + (int)rng_below(rng, 9);
    *o = (struct office){.incoming = CSP_MAKE(request_chan, REQUESTS),
                         .done = CSP_MAKE(worker_chan, REQUESTS)};
    pool_open(&o->pool, o->workers, workers);
    double mean = (0.9 * 1 + 0.1 * 20) * (double)unit_ns;
    for (int i = 0; i < REQUESTS; i++) {
        bool is_long = rng_below(rng, 10) == 0;
        o->takes_ns[i] = unit_ns * (is_long ? 20 : 1);
        o->gap_ns[i] = (uint64_t)(2 * rng_unit(rng) * mean / (workers * 0.667));
    }
}

static void office_close(struct office *o)
{
    pool_close(o->workers, o->pool.count);
    csp_free(o->incoming);
    csp_free(o->done);
}

static void expect_answers(const struct office *o)
{
    for (int i = 0; i < REQUESTS; i++)
        attempt_expect(o->answers[i] == 1, "request %d was answered %d times", i + 1,
                       o->answers[i]);
}

static void nothing_lost(struct attempt *t)
{
    static struct office o;
    office_draw(&o, &t->rng, t->real ? 5 * GRADER_US : GRADER_MS);
    o.way = &readers;
    if (attempt_run(t, balance, &o))
        expect_answers(&o);
    office_close(&o);
}

// What the heaviest worker has more than the lightest, after each request on average.
// Counted here, after the run: when a request is given, only the reader's code knows to
// whom, and what that counts is what is graded.
static double spread(const struct office *o)
{
    int has[WORKERS_MAX] = {0}, sum = 0;
    for (int i = 0; i < o->event_count; i++) {
        const struct event *e = &o->events[i];
        has[e->given ? o->worker_of[e->number] : e->number] += e->given ? 1 : -1;
        int least = REQUESTS, most = 0;
        for (int w = 0; w < o->pool.count && e->given; w++) {
            least = has[w] < least ? has[w] : least;
            most = has[w] > most ? has[w] : most;
        }
        sum += e->given ? most - least : 0;
    }
    return (double)sum / REQUESTS;
}

// Of all attempts with one way.
struct sums {
    uint64_t wait_ns[REQUESTS * 20];
    int waits;
    double spread;
};

static int by_time(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// False: it did not end well.
static bool add_up(struct sums *sums, struct attempt t, const struct way *way)
{
    static struct office o;
    office_draw(&o, &t.rng, GRADER_MS);
    o.way = way;
    bool ran = attempt_run(&t, balance, &o);
    for (int i = 0; i < REQUESTS; i++) {
        ran = ran && o.answers[i] == 1;
        sums->wait_ns[sums->waits++] = o.answered_ns[i] - o.asked_ns[i];
    }
    sums->spread += spread(&o) / 20;
    office_close(&o);
    return ran;
}

static double p99_ms(struct sums *sums)
{
    qsort(sums->wait_ns, (size_t)sums->waits, sizeof sums->wait_ns[0], by_time);
    return (double)sums->wait_ns[sums->waits * 99 / 100] / 1e6;
}

// Twenty loads, each the same for both.
static void against_turns(struct attempt *t)
{
    static struct sums ours, theirs;
    theirs = ours = (struct sums){0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        t->rng.state = seed;
        if (!add_up(&ours, *t, &readers) || !add_up(&theirs, *t, &turns))
            return;
    }
    double ours_ms = p99_ms(&ours), theirs_ms = p99_ms(&theirs);
    attempt_expect(
        ours.spread <= theirs.spread / 2,
        "expected half of the spread of taking turns, %.2f requests between the "
        "lightest and the heaviest worker, at most; seen %.2f",
        theirs.spread, ours.spread);
    attempt_expect(
        ours_ms <= 0.8 * theirs_ms,
        "taking turns, 99 of 100 are answered within %.1f ms; expected 0.8 of that "
        "at most; seen %.1f ms",
        theirs_ms, ours_ms);
    grader_show("99 of 100 are answered within %.1f ms; taking turns, %.1f. Spread: %.2f "
                "requests against %.2f",
                ours_ms, theirs_ms, ours.spread, theirs.spread);
}

void grade_balancer(void)
{
    check_virtual("the lightest worker gets the request; the heap is one", call_by_call);
    check_virtual("nothing is lost, nothing answered twice", nothing_lost);
    check_once("less spread and less waiting than taking turns", 4, against_turns);
    check_real("all the same on real threads", nothing_lost);
}
