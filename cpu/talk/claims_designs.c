// claims_designs.c -- claims 1 to 4 and 6: what one design is worth beside another.
//
// All of it is integer arithmetic on virtual time, and so are the demands; figures are
// only printed as fractions.
#include "judges.h"
#include "trial.h"

enum { LOADS = 1000 };

void judge_one(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    static const int trips[][TRIPS] = {{3, 1, 4, 2}, {1, 9, 1, 9}, {1, 1, 1, 1}};
    const struct gopher_plan equal = trial_plan("one", 1);
    uint64_t last = 0;
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        const int *now = trips[i];
        const struct gopher_plan p = trial_trips(equal, now[0], now[1], now[2], now[3]);
        const uint64_t round_ns = plan_round_ns(&p);
        e->value = 1 / trial_pace(&t, &p, 1, round_ns);
        last = trial_last(&t, &p);
        trial_demand(&t, last == LOADS * round_ns - p.trip_ns[RETURN]);
    }
    e->expected = 4;
    SAY(e->figure, "a load every %.3f trips; the last of %d after %.3f", e->value, LOADS,
        (double)last / TRIP_NS);
    SAY(e->formula, "L+M+U+R = 4 trips a load; the last of N after 4N-1 = %d",
        4 * LOADS - 1);
    SAY(e->bound, "exact; so it is with trips of 3, 1, 4, 2 and of 1, 9, 1, 9");
    trial_end(&t, &equal);
}

void judge_two(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    struct gopher_plan p = trial_plan("two-messages", 4);
    const struct gopher_plan one = trial_plan("one", 4),
                             doubled = trial_plan("two-doubled", 4);
    const double alone = trial_pace(&t, &one, 1, 4 * TRIP_NS);
    p.carts = 1;
    const double one_cart = trial_pace(&t, &p, 1, 4 * TRIP_NS) / alone;
    p.carts = 2;
    const double equal = trial_pace(&t, &p, 2, 4 * TRIP_NS) / alone;
    const uint64_t one_ns = trial_last(&t, &one), two_ns = trial_last(&t, &p);
    trial_demand(&t, two_ns < one_ns && 2 * two_ns > one_ns);
    const struct gopher_plan slow = trial_trips(p, 4, 1, 1, 1);
    e->value = 7 * trial_pace(&t, &slow, 1, 4 * TRIP_NS);
    e->expected = 7.0 / 4;
    const double both = trial_pace(&t, &doubled, 2, 4 * TRIP_NS) / alone;
    SAY(e->figure,
        "1 cart: %.3fx; 2 carts: %.3fx in the steady state, %.4fx in all; where loading "
        "takes 4: %.3fx; all doubled: %.3fx",
        one_cart, equal, (double)one_ns / (double)two_ns, e->value, both);
    SAY(e->formula, "min(2, C, (L+M+U+R) / max(L, U)) = 7/4; below 2 in the steady state "
                    "only if an end takes over half");
    SAY(e->bound, "exact");
    trial_end(&t, &p);
}

static double share_of_wait(const struct record *r, int gopher)
{
    const struct share s = record_share(r, gopher);
    return 100.0 * (double)s.ns[DOING_WAIT_CART] / (double)record_last_burnt(r);
}

void judge_three(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    enum { LOADER, CARRIER, UNLOADER };
    const struct gopher_plan p = trial_plan("three", 4), one = trial_plan("one", 4);
    const struct gopher_plan uneven = trial_trips(p, 1, 3, 2, 4);
    struct record r;
    trial_pace(&t, &uneven, 1, 7 * TRIP_NS);
    const double rate = trial_pace(&t, &p, 1, 2 * TRIP_NS);
    e->value = rate / trial_pace(&t, &one, 1, 4 * TRIP_NS);
    e->expected = 2;
    if (!trial_run(&t, &p, &r)) {
        trial_end(&t, NULL);
        return;
    }
    // He waits for the first load to be loaded, and never again.
    trial_demand(&t, record_share(&r, CARRIER).ns[DOING_WAIT_CART] == TRIP_NS);
    trial_demand(&t, record_bottleneck(&r) == CARRIER);
    SAY(e->figure,
        "%.3fx one; a load every %.3f trips; waiting: loader %.1f %%, carrier %.1f %%, "
        "unloader %.1f %% of the time",
        e->value, 1 / rate, share_of_wait(&r, LOADER), share_of_wait(&r, CARRIER),
        share_of_wait(&r, UNLOADER));
    SAY(e->formula, "(L+M+U+R) / max(L, M+R, U) = 2");
    SAY(e->bound, "exact; so it is with trips of 1, 3, 2, 4: a load every 7");
    record_free(&r);
    trial_end(&t, &p);
}

void judge_four(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    struct gopher_plan four = trial_plan("four", 4);
    const struct gopher_plan one = trial_plan("one", 4), three = trial_plan("three", 4);
    const double alone = trial_pace(&t, &one, 1, 4 * TRIP_NS);
    const double by_three = trial_pace(&t, &three, 1, 2 * TRIP_NS) / alone;
    const uint64_t one_ns = trial_last(&t, &one), four_ns = trial_last(&t, &four);
    trial_demand(&t, one_ns == (4 * LOADS - 1) * TRIP_NS);
    trial_demand(&t, four_ns == (LOADS + 2) * TRIP_NS);
    for (four.carts = 8; four.carts >= 4; four.carts--)
        e->value = trial_pace(&t, &four, 1, TRIP_NS) / alone;
    e->expected = 4;
    four.carts = 4;
    SAY(e->figure,
        "%.3fx one in the steady state, three are %.3fx; a load every %.3f trips, by one "
        "every %.3f; %d loads in all: %.3fx",
        e->value, by_three, 1 / (e->value * alone), 1 / alone, LOADS,
        (double)one_ns / (double)four_ns);
    SAY(e->formula, "4 in the steady state; whole run (4N-1)/(N+2) = %.3f",
        (4.0 * LOADS - 1) / (LOADS + 2));
    SAY(e->bound, "exact, with 4 to 8 carts; three make as many trips as four do");
    trial_end(&t, &four);
}

void judge_doubling(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    const struct gopher_plan four = trial_plan("four", 4), eight = trial_plan("eight", 8);
    const struct gopher_plan sixteen = trial_plan("sixteen", 16);
    const struct gopher_plan one = trial_plan("one", 4), dump = trial_plan("staging", 4);
    const double by_four = trial_pace(&t, &four, 1, TRIP_NS);
    const double by_eight = trial_pace(&t, &eight, 2, TRIP_NS);
    const double flat = trial_pace(&t, &sixteen, 2, TRIP_NS) / by_eight;
    // The way takes twice as long as either end.
    const struct gopher_plan far_8 = trial_trips(eight, 1, 2, 1, 2);
    const struct gopher_plan far_16 = trial_trips(sixteen, 1, 2, 1, 2);
    e->value =
        trial_pace(&t, &far_16, 2, TRIP_NS) / trial_pace(&t, &far_8, 2, 2 * TRIP_NS);
    e->expected = 2;
    const double near =
        trial_pace(&t, &dump, 1, 3 * TRIP_NS) / trial_pace(&t, &one, 1, 4 * TRIP_NS);
    const struct gopher_plan far_1 = trial_trips(one, 1, 10, 1, 10);
    const struct gopher_plan far_2 = trial_trips(dump, 1, 10, 1, 10);
    const double far =
        trial_pace(&t, &far_2, 1, 12 * TRIP_NS) / trial_pace(&t, &far_1, 1, 22 * TRIP_NS);
    SAY(e->figure,
        "eight: %.3fx four; sixteen: %.3fx eight on a way of 2, but %.3fx with equal "
        "trips; a dump: %.3fx one, on a way of 10: %.3fx",
        by_eight / by_four, e->value, flat, near, far);
    SAY(e->formula,
        "eight/four 2; sixteen/eight max(L,M,U,R) / max(L,M/2,U,R/2) = 2; a dump "
        "(L+M+U+R) / (L+U+(M+R)/2) < 2");
    SAY(e->bound, "exact, with twice the carts and the processors each time");
    trial_end(&t, &far_16);
}
