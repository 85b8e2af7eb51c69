// scene.c -- see scene.h.
#include "scene.h"

#include <stdlib.h>

// What has become of one cart.
struct cart_state {
    uint64_t since_ns;  // the end of its last trip
    enum trip waits_for;
    bool loaded, held;
};

// A cart is waiting to be handed over, not to be unloaded onto a dump that is full.
static bool hands_over(const struct stint *stint)
{
    return stint->doing == DOING_WAIT_ROOM &&
           !(stint->trip == UNLOAD && stint->load != LOAD_NONE);
}

static double progress(const struct stint *stint, uint64_t ns)
{
    if (stint->doing != DOING_WORK)
        return hands_over(stint) ? 1 : 0;
    if (ns >= stint->to_ns)
        return 1;
    return (double)(ns - stint->from_ns) / (double)(stint->to_ns - stint->from_ns);
}

// How full the cart is that he has. One that is to be loaded has its load's number
// before it has the load.
static double fill(const struct stint *stint, double progress)
{
    if (stint->load == LOAD_NONE)
        return 0;
    if (stint->trip == LOAD)
        return progress;
    return stint->trip == UNLOAD ? 1 - progress : 1;
}

bool scene_doing(const struct record *record, int gopher, uint64_t ns, enum doing *doing)
{
    const struct diary *diary = &record->diaries[gopher];
    const struct stint *stint = record_at(record, gopher, ns);
    *doing = stint ? stint->doing : DOING_WAIT_CPU;
    return stint || !diary->count || ns < diary->stints[0].from_ns;
}

static void see_actor(struct scene *scene, const struct record *record, int gopher)
{
    struct actor *actor = &scene->actors[gopher];
    const struct diary *diary = &record->diaries[gopher];
    const struct stint *stint = record_at(record, gopher, scene->ns);
    *actor = (struct actor){.load = LOAD_NONE};
    actor->gone = !scene_doing(record, gopher, scene->ns, &actor->doing);
    scene->alive += !actor->gone;
    if (!stint) {
        const struct post post = plan_post(&record->plan, gopher);
        const struct duty *duty = design_duty(record->plan.design.roles, post.role);
        actor->trip = duty->of[0].first;
        if (actor->gone)
            actor->trip = diary->stints[diary->count - 1].trip;
        return;
    }
    actor->trip = stint->trip;
    actor->progress = progress(stint, scene->ns);
    actor->has_cart = stint->cart != CART_NONE;
    actor->fill = fill(stint, actor->progress);
    actor->load = stint->load;
    scene->working += stint->doing == DOING_WORK;
}

// A trip that is over: what it did to the lane and to its cart.
static void count_trip(struct lane_state *lane, struct cart_state *cart, int half,
                       int halves, const struct stint *stint)
{
    bool last = half == halves - 1;
    if (stint->trip == LOAD)
        --*(half == 0 ? &lane->pile : &lane->dump);
    if (stint->trip == UNLOAD)
        ++*(last ? &lane->burnt : &lane->dump);
    if (stint->cart == CART_NONE || stint->to_ns < cart->since_ns)
        return;
    cart->since_ns = stint->to_ns;
    cart->waits_for = (enum trip)((stint->trip + 1) % TRIPS);
    cart->loaded = stint->trip == LOAD || stint->trip == CARRY;
}

static struct cart_state *cart_of(struct cart_state *carts, const struct record *record,
                                  struct post post, const struct stint *stint)
{
    size_t half = (size_t)(post.lane * record->plan.design.halves + post.half);
    uint32_t number = stint->cart < record->plan.carts ? stint->cart : 0;
    return &carts[half * record->plan.carts + number];
}

static void follow(struct scene *scene, const struct record *record,
                   struct cart_state *carts, int gopher)
{
    struct post post = plan_post(&record->plan, gopher);
    struct lane_state *lane = &scene->lanes[post.lane];
    int halves = record->plan.design.halves;
    const struct diary *diary = &record->diaries[gopher];
    for (size_t i = 0; i < diary->count; i++) {
        const struct stint *stint = &diary->stints[i];
        if (stint->from_ns > scene->ns)
            break;
        struct cart_state *cart = cart_of(carts, record, post, stint);
        if (stint->to_ns > scene->ns) {
            cart->held |= stint->cart != CART_NONE;
            lane->burning |= stint->doing == DOING_WORK && stint->trip == UNLOAD &&
                             post.half == halves - 1;
        } else if (stint->doing == DOING_WORK) {
            count_trip(lane, cart, post.half, halves, stint);
        }
    }
}

static void count_carts(struct scene *scene, const struct record *record,
                        const struct cart_state *carts)
{
    const struct gopher_plan *plan = &record->plan;
    int halves = plan->design.halves;
    for (int i = 0; i < plan->design.lanes * halves; i++) {
        for (uint32_t k = 0; k < plan->carts; k++) {
            const struct cart_state *cart = &carts[(size_t)i * plan->carts + k];
            scene->lanes[i / halves].carried += cart->loaded;
            if (!cart->held)
                scene->parked[i].for_trip[cart->waits_for]++;
        }
    }
}

struct scene scene_at(const struct record *record, uint64_t ns)
{
    const struct gopher_plan *plan = &record->plan;
    size_t lanes = (size_t)plan->design.lanes;
    size_t roads = lanes * (size_t)plan->design.halves;
    struct scene scene = {.ns = ns,
                          .actors =
                              record_room((size_t)record->gophers, sizeof *scene.actors),
                          .parked = record_room(roads, sizeof *scene.parked),
                          .lanes = record_room(lanes, sizeof *scene.lanes)};
    struct cart_state *carts = record_room(roads * plan->carts, sizeof *carts);
    for (size_t i = 0; i < lanes; i++)
        scene.lanes[i].pile = plan->loads;
    for (int i = 0; i < record->gophers; i++) {
        see_actor(&scene, record, i);
        follow(&scene, record, carts, i);
    }
    count_carts(&scene, record, carts);
    free(carts);
    return scene;
}

void scene_free(struct scene *scene)
{
    free(scene->actors);
    free(scene->parked);
    free(scene->lanes);
    *scene = (struct scene){0};
}
