// worker_heap.c -- see worker_heap.h. No place holds more than the two that follow from
// it: 2i + 1 and 2i + 2.
#include "worker_heap.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

static void put(struct worker_heap *h, int place, struct worker_load *w)
{
    h->places[place] = w;
    w->place = place;
}

static void rise(struct worker_heap *h, struct worker_load *w)
{
    int place = w->place;
    for (; place > 0; place = (place - 1) / 2) {
        struct worker_load *above = h->places[(place - 1) / 2];
        if (above->pending <= w->pending)
            break;
        put(h, place, above);
    }
    put(h, place, w);
}

static void sink(struct worker_heap *h, struct worker_load *w)
{
    int place = w->place;
    for (int below; (below = 2 * place + 1) < h->count; place = below) {
        if (below + 1 < h->count &&
            h->places[below + 1]->pending < h->places[below]->pending)
            below++;
        if (h->places[below]->pending >= w->pending)
            break;
        put(h, place, h->places[below]);
    }
    put(h, place, w);
}

void worker_heap_add(struct worker_heap *h)
{
    assert(h->count < WORKERS_MOST);
    struct worker_load *w = &h->workers[h->count];
    *w = (struct worker_load){.number = h->count, .place = h->count};
    h->count++;
    rise(h, w);
}

struct worker_load *worker_heap_lightest(const struct worker_heap *h)
{
    return h->count ? h->places[0] : NULL;
}

void worker_heap_update(struct worker_heap *h, struct worker_load *w)
{
    rise(h, w);
    sink(h, w);
}

struct unevenness worker_heap_unevenness(const struct worker_heap *h)
{
    double least = INFINITY, most = 0, sum = 0, squares = 0;
    for (int i = 0; i < h->count; i++) {
        double load = h->places[i]->pending;
        least = fmin(least, load);
        most = fmax(most, load);
        sum += load;
        squares += load * load;
    }
    double mean = sum / h->count;
    return (struct unevenness){most - least, sqrt(squares / h->count - mean * mean)};
}
