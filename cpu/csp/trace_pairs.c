// trace_pairs.c -- finds, for the one end of an element's way through a buffer, the
// other.
//
// A hash table with linear probing of the ends that have yet to meet theirs. The two may
// come in any order: they were noted by two workers, whose clocks may differ by a tick.

#include "csp_trace.h"

#include <stdlib.h>

static uint64_t home(const struct trace_pairs *p, const struct trace_event *e)
{
    return ((e->index ^ (uint64_t)e->chan << 40) * 0x9e3779b97f4a7c15 >> 20) &
           (p->n_places - 1);
}

// The place of the same element's end, or the free one for it.
static uint64_t find(const struct trace_pairs *p, const struct trace_event *e)
{
    uint64_t i = home(p, e);
    while (p->places[i] &&
           (p->places[i]->chan != e->chan || p->places[i]->index != e->index))
        i = (i + 1) & (p->n_places - 1);
    return i;
}

// Keeps the table at most half full.
static bool reserve(struct trace_pairs *p)
{
    if (2 * (p->n + 1) <= p->n_places)
        return true;
    struct trace_pairs more = {.n = p->n,
                               .n_places = p->n_places ? 2 * p->n_places : 1024};
    more.places = calloc(more.n_places, sizeof *more.places);
    if (!more.places)
        return false;
    for (uint64_t i = 0; i < p->n_places; i++) {
        if (p->places[i])
            more.places[find(&more, p->places[i])] = p->places[i];
    }
    free(p->places);
    *p = more;
    return true;
}

// Frees a place; those that were put behind it for want of it move up.
static void forget(struct trace_pairs *p, uint64_t hole)
{
    uint64_t mask = p->n_places - 1;
    for (uint64_t i = (hole + 1) & mask; p->places[i]; i = (i + 1) & mask) {
        if (((i - home(p, p->places[i])) & mask) >= ((i - hole) & mask)) {
            p->places[hole] = p->places[i];
            hole = i;
        }
    }
    p->places[hole] = NULL;
    p->n--;
}

bool trace_pair(struct trace_pairs *p, const struct trace_event *e,
                const struct trace_event **other)
{
    *other = NULL;
    if (!reserve(p))
        return false;
    uint64_t i = find(p, e);
    if (!p->places[i]) {
        p->places[i] = e;
        p->n++;
    } else if (p->places[i]->kind != e->kind) {
        *other = p->places[i];
        forget(p, i);
    }
    return true;
}
