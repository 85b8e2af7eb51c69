// scene.h -- what is where at one instant of a recorded run.
//
// All of it is read off the record: nothing moves here that did not move in the run. A
// place is named by the trip that begins there: LOAD and CARRY at the pile's end of a
// half, UNLOAD and RETURN at its other end.
//
// A load leaves the pile, or the dump, when the loading of its cart ends, and the cart
// when the unloading ends. So pile + carried + dump + burnt is the lane's loads at every
// instant; `carried` is counted cart by cart, the others from the trips made.
#ifndef SCENE_H
#define SCENE_H

#include "record.h"

struct actor {  // a gopher
    bool gone;  // has made his last trip
    enum doing doing;
    enum trip trip;   // the one made, or waited to make
    double progress;  // of the trip, 0 to 1; 0 while he waits to begin it
    bool has_cart;
    double fill;    // of his cart, 0 to 1
    uint32_t load;  // in his cart, or being loaded; LOAD_NONE
};

// Carts that nobody has, by the trip that they wait for.
struct parked {
    uint32_t for_trip[TRIPS];
};

struct lane_state {
    uint32_t pile, carried, dump, burnt;
    bool burning;  // a load is being unloaded into the incinerator
};

struct scene {
    uint64_t ns;
    int alive, working;
    struct actor *actors;   // by gopher
    struct parked *parked;  // by lane and half
    struct lane_state *lanes;
};

// What a gopher does at an instant; false: he has gone. One who has written nothing yet
// was started with the others, and waits for a processor.
bool scene_doing(const struct record *, int gopher, uint64_t ns, enum doing *);

struct scene scene_at(const struct record *, uint64_t ns);  // dies when out of memory
void scene_free(struct scene *);

static inline const struct parked *scene_parked(const struct scene *scene,
                                                const struct record *record, int lane,
                                                int half)
{
    return &scene->parked[lane * record->plan.design.halves + half];
}

#endif
