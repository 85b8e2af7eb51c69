// grade_deadlock.c -- grades the repaired ring: no cart and no gopher was left out for
// it.
#include "grade_carts.h"

static void ends(struct attempt *t)
{
    struct yard y;
    yard_make(&y, 4, 20, GRADER_MS);
    if (yard_run(&y, t, exercise_deadlock))
        yard_expect_burnt(&y, t);
}

static void more_carts(struct attempt *t)
{
    struct yard y;
    yard_draw(&y, t);
    y.spins = rng_below(&t->rng, 2);
    if (yard_run(&y, t, exercise_deadlock))
        yard_expect_burnt(&y, t);
}

static void four_at_once(struct attempt *t)
{
    struct yard y;
    int carts = 4 + (int)rng_below(&t->rng, CARTS_MOST - 4 + 1);
    yard_make(&y, carts, 10 * carts, GRADER_MS);
    if (!yard_run(&y, t, exercise_deadlock))
        return;
    attempt_expect(t->stats.spawned == 5, "expected four gophers; seen %d tasks",
                   (int)t->stats.spawned - 1);
    attempt_expect(
        y.most_under_way == 4,
        "expected four gophers under way at once at some time; seen %d at most, "
        "with %d carts",
        y.most_under_way, y.count);
}

void grade_deadlock(void)
{
    check_virtual("four carts: it ends, every load burns once", ends);
    check_virtual("so do five, six, seven and eight carts", more_carts);
    check_virtual("there are four gophers still, and all four work", four_at_once);
    check_real("all the same on real threads", more_carts);
}
