// csp_village.c -- see csp_village.h.
#include "csp_village.h"

#include <assert.h>

// Lanes ordered as a heap, the one with the fewest bytes on top. The top has just grown.
static void sift_down(struct lane **heap, size_t count)
{
    for (size_t at = 0, child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1]->bytes < heap[child]->bytes)
            child++;
        if (heap[at]->bytes <= heap[child]->bytes)
            return;
        struct lane *const up = heap[child];
        heap[child] = heap[at];
        heap[at] = up;
    }
}

// Every shipment in turn goes to the lane that has the fewest bytes so far. Loads are
// counted first, then laid down, both in the same order.
static int deal_loads(struct village *v, struct space *space, struct fail *why)
{
    const struct gophers *job = v->job;
    struct lane **heap, **owner;
    const struct load **loads;
    heap = space_take(space, v->lane_count, sizeof *heap, "the lanes", why);
    owner = space_take(space, job->shipments, sizeof *owner, "the lanes' shares", why);
    loads = space_take(space, job->loads, sizeof *loads, "the lanes' shares", why);
    if (heap == NULL || owner == NULL || loads == NULL)
        return -1;
    for (size_t i = 0; i < v->lane_count; i++)
        heap[i] = &v->lanes[i];
    for (uint32_t i = 0; i < job->shipments; i++) {
        owner[i] = heap[0];
        owner[i]->bytes += job->shipment[i].bytes;
        owner[i]->load_count += job->shipment[i].loads;
        sift_down(heap, v->lane_count);
    }
    for (size_t i = 0; i < v->lane_count; i++) {
        v->lanes[i].loads = loads;
        loads += v->lanes[i].load_count;
        v->lanes[i].load_count = 0;
    }
    for (uint32_t i = 0; i < job->shipments; i++)
        for (uint32_t l = 0; l < job->shipment[i].loads; l++)
            owner[i]->loads[owner[i]->load_count++] =
                &job->load[job->shipment[i].first_load + l];
    return 0;
}

static int make_carts(struct crew *crew, struct space *space, struct fail *why)
{
    crew->carts =
        space_take(space, crew->cart_count, sizeof *crew->carts, "the carts", why);
    if (crew->carts == NULL)
        return -1;
    for (size_t i = 0; i < crew->cart_count; i++)
        if (cart_make(&crew->carts[i], crew->village->job, space, why) != 0)
            return -1;
    return 0;
}

// Crew number i works half i / turns % halves of lane i / turns / halves.
static int make_crew(struct village *v, size_t i, struct space *space, struct fail *why)
{
    const size_t turns = (size_t)v->job->design.turns,
                 halves = (size_t)v->job->design.halves;
    const size_t carts = (size_t)v->job->carts;
    const size_t turn = i % turns;
    struct crew *crew = &v->crews[i];
    crew->village = v;
    crew->lane = &v->lanes[i / turns / halves];
    crew->half = (int)(i / turns % halves);
    crew->next = &v->crews[i - turn + (turn + 1) % turns];
    crew->loads = (uint32_t)((crew->lane->load_count + turns - 1 - turn) / turns);
    crew->cart_count = carts / v->crew_count + (i < carts % v->crew_count);
    if (crew->cart_count == 0)
        crew->cart_count = 1;
    return make_carts(crew, space, why);
}

// As many places on the dump as the crews before it have carts.
static int make_dump(struct village *v, struct lane *lane, struct space *space,
                     struct fail *why)
{
    const size_t turns = (size_t)v->job->design.turns;
    const struct crew *first = &v->crews[(size_t)(lane - v->lanes) * 2 * turns];
    for (size_t turn = 0; turn < turns; turn++)
        lane->heap_count += first[turn].cart_count;
    lane->heaps =
        space_take(space, lane->heap_count, sizeof *lane->heaps, "the dump", why);
    if (lane->heaps == NULL)
        return -1;
    for (size_t i = 0; i < lane->heap_count; i++)
        if ((lane->heaps[i].books =
                 space_take(space, 1, v->job->cart_bytes, "the dump", why)) == NULL)
            return -1;
    return 0;
}

static int make_lane(struct village *v, struct lane *lane, struct space *space,
                     struct fail *why)
{
    const int halves = v->job->design.halves;
    for (int h = 0; h < halves; h++) {
        lane->from[h] = (struct end){.e = v->e, .job = v->job, .lane = lane};
        lane->to[h] = lane->from[h];
    }
    lane->from[0].cursor = LIBRARY_CURSOR;
    struct end *incinerator = &lane->to[halves - 1];
    incinerator->scratch =
        space_take(space, v->job->longest_load_segments, sizeof *incinerator->scratch,
                   "the titles of a cart's books", why);
    if (incinerator->scratch == NULL)
        return -1;
    return halves == 2 ? make_dump(v, lane, space, why) : 0;
}

struct village *village_make(const struct cpu_engine *e, const struct gophers *job,
                             struct space *space, struct fail *why)
{
    const struct design *d = &job->design;
    struct village *v = space_take(space, 1, sizeof *v, "the village", why);
    assert(d->lanes >= 1 && d->turns >= 1 && d->halves >= 1 && d->halves <= 2);
    if (v == NULL)
        return NULL;
    *v = (struct village){.e = e, .job = job, .lane_count = (size_t)d->lanes};
    v->crew_count = v->lane_count * (size_t)d->halves * (size_t)d->turns;
    v->lanes = space_take(space, v->lane_count, sizeof *v->lanes, "the lanes", why);
    v->crews = space_take(space, v->crew_count, sizeof *v->crews, "the crews", why);
    if (v->lanes == NULL || v->crews == NULL || deal_loads(v, space, why) != 0)
        return NULL;
    for (size_t i = 0; i < v->crew_count; i++)
        if (make_crew(v, i, space, why) != 0)
            return NULL;
    for (size_t i = 0; i < v->lane_count; i++)
        if (make_lane(v, &v->lanes[i], space, why) != 0)
            return NULL;
    return v;
}

// Every channel has room for all that can ever be sent on it, so no gopher waits to hand
// over: four carts on four gophers cannot lock each other up.
static bool open_crew(struct crew *crew)
{
    bool made = true;
    for (int t = 0; t < TRIPS; t++) {
        crew->at[t] = CSP_MAKE(cart_chan, crew->cart_count);
        made = made && crew->at[t].ch != NULL;
    }
    crew->from = CSP_MAKE(end_chan, 1);
    crew->to = CSP_MAKE(end_chan, 1);
    return made && crew->from.ch != NULL && crew->to.ch != NULL;
}

static bool open_dump(struct lane *lane)
{
    lane->bare = CSP_MAKE(heap_chan, lane->heap_count);
    lane->heaped = CSP_MAKE(heap_chan, lane->heap_count);
    return lane->bare.ch != NULL && lane->heaped.ch != NULL;
}

// The first crew of each half has the first turn.
static void set_out(struct village *v)
{
    for (size_t i = 0; i < v->crew_count; i++) {
        struct crew *crew = &v->crews[i];
        for (size_t c = 0; c < crew->cart_count; c++)
            csp_try_send(crew->at[LOAD], &crew->carts[c]);
        if (i % (size_t)v->job->design.turns == 0) {
            csp_try_send(crew->from, &crew->lane->from[crew->half]);
            csp_try_send(crew->to, &crew->lane->to[crew->half]);
        }
    }
    for (size_t i = 0; i < v->lane_count; i++) {
        struct lane *lane = &v->lanes[i];
        for (int h = 0; h < 2; h++)
            lane->from[h].passed = lane->to[h].passed = 0;
        for (size_t p = 0; p < lane->heap_count; p++)
            csp_try_send(lane->bare, &lane->heaps[p]);
    }
}

int village_open(struct village *v, struct fail *why)
{
    bool made = true;
    v->starved = false;
    v->done = CSP_MAKE(done_chan, 0);
    for (size_t i = 0; i < v->crew_count; i++)
        made = open_crew(&v->crews[i]) && made;
    for (size_t i = 0; i < v->lane_count; i++)
        made = open_dump(&v->lanes[i]) && made;
    if (made && v->done.ch != NULL) {
        set_out(v);
        return 0;
    }
    village_close(v);
    return fail(why, EXIT_RESOURCE, "out of memory for channels");
}

void village_close(struct village *v)
{
    for (size_t i = 0; i < v->crew_count; i++) {
        for (int t = 0; t < TRIPS; t++)
            csp_free(v->crews[i].at[t]);
        csp_free(v->crews[i].from);
        csp_free(v->crews[i].to);
    }
    for (size_t i = 0; i < v->lane_count; i++) {
        csp_free(v->lanes[i].bare);
        csp_free(v->lanes[i].heaped);
        library_cursor_close(&v->lanes[i].from[0].cursor);
    }
    csp_free(v->done);
}
