// grade_fourth.c -- grades the fourth gopher, by what the carts saw.
#include "grade_carts.h"

static void all_burn(struct attempt *t)
{
    struct yard y;
    yard_draw(&y, t);
    y.spins = rng_below(&t->rng, 2);
    if (yard_run(&y, t, exercise_fourth))
        yard_expect_burnt(&y, t);
}

static void four_are_started(struct attempt *t)
{
    struct yard y;
    int carts = 4 + (int)rng_below(&t->rng, CARTS_MOST - 4 + 1);
    yard_make(&y, carts, 10 * carts, GRADER_MS);
    if (!yard_run(&y, t, exercise_fourth))
        return;
    // The exercise's own task may be one of them.
    int started = (int)t->stats.spawned - 1;
    attempt_expect(started == 4 || started == 3, "expected four gophers; seen %d tasks",
                   started);
    attempt_expect(
        y.most_under_way == 4,
        "expected four gophers under way at once at some time; seen %d at most",
        y.most_under_way);
}

static void expect_fast(struct yard *y, struct attempt *t)
{
    if (!yard_run(y, t, exercise_fourth))
        return;
    uint64_t one_ns = 0;
    for (int i = 0; i < TRIPS; i++)
        one_ns += y->trip_ns[i] * (uint64_t)y->loads;
    attempt_expect(
        y->last_burnt_ns <= yard_best_ns(y),
        "with %d carts and trips of %.0f, %.0f, %.0f and %.0f ms: expected "
        "%d loads burnt within %.0f ms, as four gophers can; seen %.0f ms. One "
        "gopher needs %.0f",
        y->count, (double)y->trip_ns[LOAD] / 1e6, (double)y->trip_ns[CARRY] / 1e6,
        (double)y->trip_ns[UNLOAD] / 1e6, (double)y->trip_ns[RETURN] / 1e6, y->loads,
        (double)yard_best_ns(y) / 1e6, (double)y->last_burnt_ns / 1e6,
        (double)one_ns / 1e6);
}

static void four_times(struct attempt *t)
{
    struct yard y;
    yard_make(&y, 4, 100, GRADER_MS);
    expect_fast(&y, t);
}

static void as_fast_as_can_be(struct attempt *t)
{
    struct yard y;
    yard_draw(&y, t);
    expect_fast(&y, t);
}

static double speed_up(int procs)
{
    struct yard y;
    yard_make(&y, 4, 100, GRADER_MS);
    y.spins = true;
    struct attempt t = {.opts = {.procs = procs, .seed = 1, .virtual_time = true}};
    if (!yard_run(&y, &t, exercise_fourth) || y.burnt < y.loads)
        return 0;
    return 400.0 * (double)GRADER_MS / (double)y.last_burnt_ns;
}

void grade_fourth(void)
{
    check_virtual("every load burns once, and everybody goes home", all_burn);
    check_virtual("four gophers, each with a trip of his own", four_are_started);
    check_once("equal trips: a load for every trip's time, 4x one gopher", 4, four_times);
    check_virtual("other trips, more carts: nobody waits without need",
                  as_fast_as_can_be);
    check_real("all the same on real threads", all_burn);
    grader_show("the same structure, trips that wait: 3.9x. Trips that compute, on 1, 2 "
                "and 4 processors: %.1fx, %.1fx, %.1fx",
                speed_up(1), speed_up(2), speed_up(4));
}
