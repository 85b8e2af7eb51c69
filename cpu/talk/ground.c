// ground.c -- see ground.h.
#include "ground.h"

#include <stdlib.h>

static bool open_half(struct half *half, const struct gopher_plan *p)
{
    const size_t turns = (size_t)p->design.turns;
    bool made = true;
    half->carts = calloc(p->carts, sizeof *half->carts);
    for (int t = 0; t < TRIPS; t++) {
        half->at[t] = CSP_MAKE(cart_chan, p->unbuffered ? 0 : p->carts);
        made = made && half->at[t].ch;
    }
    half->from = CSP_MAKE(end_chan, 1);
    half->to = CSP_MAKE(end_chan, 1);
    half->all_out = CSP_MAKE(done_chan, turns);
    if (!made || !half->carts || !half->from.ch || !half->to.ch || !half->all_out.ch)
        return false;
    for (uint32_t c = 0; c < p->carts; c++)
        half->carts[c] = (struct cart){.number = (uint16_t)c, .load = LOAD_NONE};
    csp_try_send(half->from, &half->ends[0]);
    csp_try_send(half->to, &half->ends[1]);
    return true;
}

static bool open_dump(struct lane *lane, const struct gopher_plan *p)
{
    lane->heaps = calloc(p->carts, sizeof *lane->heaps);
    lane->bare = CSP_MAKE(heap_chan, p->carts);
    lane->heaped = CSP_MAKE(heap_chan, p->carts);
    if (!lane->heaps || !lane->bare.ch || !lane->heaped.ch)
        return false;
    for (uint32_t i = 0; i < p->carts; i++)
        csp_try_send(lane->bare, &lane->heaps[i]);
    return true;
}

static bool open_lane(struct ground *g, int number)
{
    const struct gopher_plan *p = &g->plan;
    const int halves = p->design.halves;
    struct lane *lane = &g->lanes[number];
    lane->ground = g;
    lane->number = (uint64_t)number;
    lane->burnt = calloc(p->loads, sizeof *lane->burnt);
    if (!lane->burnt)
        return false;
    for (int h = 0; h < halves; h++) {
        lane->half[h].lane = lane;
        lane->half[h].first = h == 0;
        lane->half[h].last = h == halves - 1;
        if (!open_half(&lane->half[h], p))
            return false;
    }
    return halves == 1 || open_dump(lane, p);
}

// Memory for the books: two places for each cart, one for each heap.
static bool make_books(struct ground *g)
{
    const struct gopher_plan *p = &g->plan;
    const size_t halves = (size_t)p->design.halves, lanes = (size_t)p->design.lanes;
    if (p->work != WORK_REAL)
        return true;
    const size_t places = lanes * p->carts * (2 * halves + (halves - 1));
    uint8_t *at = g->bytes = calloc(places, p->book_bytes);
    if (!at)
        return false;
    for (size_t l = 0; l < lanes; l++) {
        struct lane *lane = &g->lanes[l];
        for (uint32_t c = 0; c < p->carts; c++) {
            for (size_t h = 0; h < halves; h++) {
                lane->half[h].carts[c].bed = at;
                lane->half[h].carts[c].away = at + p->book_bytes;
                at += 2 * (size_t)p->book_bytes;
            }
            if (halves == 2) {
                lane->heaps[c].books = at;
                at += p->book_bytes;
            }
        }
    }
    return true;
}

// How many stints a gopher can write down with one cart: the waits for it, for his turn,
// for books or room there, each of them perhaps for a processor, too; the trips; and the
// wait for hands that take it. Two more are for the begin and the end of the run.
static size_t stints_of_stretch(struct stretch s)
{
    size_t stints = 3;
    for (enum trip t = s.first; t <= s.last; t++)
        stints += t == LOAD || t == UNLOAD ? 6 : 2;
    return stints;
}

static bool make_gopher(struct ground *g, int number, struct diary *diary)
{
    const struct gopher_plan *p = &g->plan;
    const struct post at = plan_post(p, number);
    struct gopher *one = &g->gophers[number];
    one->ground = g;
    one->half = &g->lanes[at.lane].half[at.half];
    one->duty = design_duty(p->design.roles, at.role);
    one->share = plan_share(p, at.turn);
    one->rng.state = p->seed ^ ((uint64_t)number + 1) * UINT64_C(0x9e3779b97f4a7c15);
    one->rng.state = rng_next(&one->rng);
    one->diary = diary;
    plan_gopher_name(p, number, one->name);
    size_t stints = 0;
    for (int i = 0; i < one->duty->stretches; i++)
        stints += stints_of_stretch(one->duty->of[i]);
    *diary = (struct diary){.room = stints * one->share + 2};
    diary->stints = malloc(diary->room * sizeof *diary->stints);
    return diary->stints;
}

struct ground *ground_make(const struct gopher_plan *p, struct diary *diaries)
{
    struct ground *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->plan = *p;
    g->gopher_count = design_gophers(&p->design);
    g->lanes = calloc((size_t)p->design.lanes, sizeof *g->lanes);
    g->gophers = calloc((size_t)g->gopher_count, sizeof *g->gophers);
    g->done = CSP_MAKE(done_chan, 0);
    bool made = g->lanes && g->gophers && g->done.ch;
    for (int i = 0; i < p->design.lanes && made; i++)
        made = open_lane(g, i);
    for (int i = 0; i < g->gopher_count && made; i++)
        made = make_gopher(g, i, &diaries[i]);
    if (made && make_books(g))
        return g;
    ground_free(g);
    return NULL;
}

static void close_half(struct half *half)
{
    for (int t = 0; t < TRIPS; t++)
        csp_free(half->at[t]);
    csp_free(half->from);
    csp_free(half->to);
    csp_free(half->all_out);
    free(half->carts);
}

void ground_free(struct ground *g)
{
    if (!g)
        return;
    for (int i = 0; g->lanes && i < g->plan.design.lanes; i++) {
        struct lane *lane = &g->lanes[i];
        close_half(&lane->half[0]);
        close_half(&lane->half[1]);
        csp_free(lane->bare);
        csp_free(lane->heaped);
        free(lane->heaps);
        free(lane->burnt);
    }
    csp_free(g->done);
    free(g->bytes);
    free(g->gophers);
    free(g->lanes);
    free(g);
}
