// gopher_plan.h -- one run of the gophers as data: a design, how long trips take, and on
// what.
//
// A plan is all that site_run needs, and plan_bound says what no run of it can beat.
//
// A lane is a pile with an incinerator of its own. Its way is one half, from the pile to
// the incinerator, or two, with a dump in the middle; then each half of the way is half
// as long, so carrying and returning take half as long there. At each half of each lane
// work `turns` gophers of each role. They share the half's carts, and its two ends by
// messages: who holds the end's token loads, or unloads, there.
#ifndef GOPHER_PLAN_H
#define GOPHER_PLAN_H

#include "csp.h"
#include "design.h"
#include "fail.h"

// What a trip does with its time.
enum work {
    WORK_WAIT,  // waits: takes time and no processor, as I/O does
    WORK_SPIN,  // computes: holds a processor
    WORK_REAL   // the books have bytes: load copies them into the cart, carry moves them
                // to the incinerator's memory, burn computes their SHA-256, return
                // recycles the cart; as long as that takes, in real time; virtual time
                // takes trip_ns for it
};

struct gopher_plan {
    struct design design;
    uint32_t carts;  // of each half of each lane, >= 1
    uint32_t loads;  // cartloads to burn in each lane, >= 1
    uint64_t trip_ns[TRIPS];
    enum work work;
    bool exponential;     // the times are random, with these means
    bool unbuffered;      // carts are handed over from hand to hand: a place has no room;
                          // as many carts as gophers then lock each other up, and so does
                          // a gopher who should hand a cart to himself
    uint32_t book_bytes;  // of a cartload, where work is real
    int procs;
    bool virtual_time;
    enum csp_policy policy;
    uint64_t seed;
    const char *trace;
};

// The design `four` with 4 carts, 100 loads, 1 ms a trip, spinning, on one processor in
// virtual time, first in first out.
extern const struct gopher_plan gopher_plan_default;

// What a plan may ask for.
enum {
    PLAN_LANES_MAX = 4096,
    PLAN_TURNS_MAX = 64,
    PLAN_GOPHERS_MAX = 65536,
    PLAN_CARTS_MAX = 4096,
    PLAN_LOADS_MAX = 10000000,
    PLAN_BOOK_MAX = 64 << 20
};
#define PLAN_TRIP_MAX_NS UINT64_C(3600000000000)

// Fails with EXIT_USAGE and a sentence when the plan asks for what cannot be.
int plan_check(const struct gopher_plan *, struct fail *why);

// What a speed-up is measured by: the same loads, work and processors, and one gopher
// with one cart.
struct gopher_plan plan_alone(const struct gopher_plan *);

// Cartloads per second in the steady state, at most, and the reason for it.
enum limit { LIMIT_GOPHER, LIMIT_END, LIMIT_CARTS, LIMIT_PROCS };
struct bound {
    double loads_per_s;
    enum limit limit;
    char why[100];  // "the carrier's round trip: 2.000 ms a load"
};
struct bound plan_bound(const struct gopher_plan *);

// What a gopher of that role is called: "gopher", "loader", "carrier", ...; with his
// number where there are several ("loader 2").
const char *plan_role_name(const struct gopher_plan *, int role);
void plan_gopher_name(const struct gopher_plan *, int gopher, char name[static 24]);

// Gophers are numbered by lane, half, role, and turn last.
struct post {
    int lane, half, role, turn;
};
struct post plan_post(const struct gopher_plan *, int gopher);
int plan_gopher(const struct gopher_plan *, struct post);

// How long a trip takes on the plan's way: shorter where there are two halves.
uint64_t plan_trip_ns(const struct gopher_plan *, enum trip);
uint64_t plan_round_ns(const struct gopher_plan *);  // all trips of one half

double plan_ms(uint64_t ns);  // as times are shown

// How many of a lane's loads are a gopher's who has this turn.
uint32_t plan_share(const struct gopher_plan *, int turn);

extern const char *const trip_words[TRIPS];  // "load", "carry", "unload", "return"

#endif
