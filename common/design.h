// design.h -- the talk's gopher designs, as data.
//
// Every design is a product of four numbers: lanes (piles with an incinerator of their
// own), gophers that take turns at both ends of a lane, roles that the trip is split
// into, and halves (a staging dump in the middle makes two). To add a design, add a row
// to design.c; every engine runs it from then on.
#ifndef DESIGN_H
#define DESIGN_H

#include "fail.h"

// Each cart makes these trips, over and over. To unload at the last end is to burn.
enum trip { LOAD, CARRY, UNLOAD, RETURN, TRIPS };

struct design {
    char name[32];
    const char *summary;
    int lanes;   // >= 1: independent piles, each with its own incinerator
    int turns;   // 1, or 2: so many gophers share the lane's two ends by messages
    int roles;   // that the four trips are dealt to, see design_duty
    int halves;  // 1, or 2: a staging dump in the middle
};

enum { ROLES_MAX = TRIPS };

// What a gopher of a role does with each cart that he takes: one stretch of trips, from
// first to last. A role of two stretches takes whatever cart waits for either.
struct duty {
    int stretches;
    struct stretch {
        enum trip first, last;
    } of[2];
};

// 1 role: all in one. 2: one loads and carries, one unloads and returns. 3: one loads,
// one carries and comes back, one unloads. 4: one for each trip. 0 <= role < roles <=
// ROLES_MAX.
const struct duty *design_duty(int roles, int role);

extern const struct design designs[];  // the talk's ten, in the talk's order
extern const int designs_count;

static inline int design_gophers(const struct design *d)
{
    return d->lanes * d->turns * d->roles * d->halves;
}

// Finds a design by name; "four*8" is eight of the design `four` side by side: 8 lanes
// (and "eight*4" has 8 lanes too). Fails with EXIT_USAGE and lists the known names.
int design_find(const char *name, struct design *found, struct fail *why);

#endif
