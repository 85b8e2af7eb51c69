// burst.c -- see burst.h.
#include "burst.h"

#include "clock.h"

#include <assert.h>
#include <math.h>

static const double FULL_S = 0.002;
enum {
    REPEATS_MAX = 1000000,
    CLEARLY_FULL =
        100,  // so many bursts long, a first run is no cold start of a short job
    TRIES_MIN = 2,
    TRIES = 8,
    GROWTH = 8  // a try is at most so many times as long as was the one before
};

struct repetition {
    const struct burst *burst;
    uint64_t repeats;
    struct phases sum;
    uint64_t took_ns;
    struct fail *why;
};

static int repeat(void *arg)
{
    struct repetition *r = arg;
    const struct burst *b = r->burst;
    const uint64_t start_ns = clock_ns();
    for (uint64_t i = 0; i < r->repeats; i++) {
        struct phases one = {0};
        if (b->workload->run(b->engine, b->ctx, b->job, &one, r->why))
            return -1;
        r->sum.upload_ns += one.upload_ns;
        r->sum.run_ns += one.run_ns;
        r->sum.download_ns += one.download_ns;
    }
    r->took_ns = clock_ns() - start_ns;
    return 0;
}

int burst_run(const struct burst *b, uint64_t repeats, struct burst_times *times,
              struct fail *why)
{
    assert(repeats >= 1);
    struct repetition r = {.burst = b, .repeats = repeats, .why = why};
    const uint64_t start_ns = clock_ns();
    if (b->engine->within ? b->engine->within(b->ctx, repeat, &r, why) : repeat(&r))
        return -1;
    const uint64_t all_ns = clock_ns() - start_ns;
    const double each = 1e-9 / (double)repeats;
    *times = (struct burst_times){
        .total_s = (double)r.took_ns * each,
        .upload_s = (double)r.sum.upload_ns * each,
        .run_s = (double)r.sum.run_ns * each,
        .download_s = (double)r.sum.download_ns * each,
        .outside_s = b->engine->within ? (double)(all_ns - r.took_ns) * 1e-9 : 0};
    return 0;
}

uint64_t burst_fill(double shortest_s)
{
    if (!(shortest_s > 0))
        return 1;
    const double fit = ceil(FULL_S / shortest_s);
    return fit > REPEATS_MAX ? REPEATS_MAX : (uint64_t)fit;
}

// By the shortest of all tries: a thread that was kept from its processor for a while
// makes a job seem long, and nothing makes it seem short.
int burst_choose(const struct burst *b, double first_s, uint64_t *repeats,
                 struct fail *why)
{
    *repeats = 1;
    if (first_s > CLEARLY_FULL * FULL_S)
        return 0;
    double shortest_s = first_s, spent_s = 0;
    uint64_t next = 1;
    for (int i = 0; i < TRIES && (i < TRIES_MIN || spent_s < 4 * FULL_S); i++) {
        struct burst_times t;
        if (burst_run(b, next, &t, why))
            return -1;
        spent_s += t.total_s * (double)next;
        if (t.total_s < shortest_s)
            shortest_s = t.total_s;
        const uint64_t full = burst_fill(shortest_s);
        next = full < next * GROWTH ? full : next * GROWTH;
    }
    *repeats = burst_fill(shortest_s);
    return 0;
}
