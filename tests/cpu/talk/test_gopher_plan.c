// test_gopher_plan.c -- plans as data: who is who, how long trips take, what no run can
// beat, and what cannot be asked for.
#include "gopher_plan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MS = 1000000 };

static struct gopher_plan plan(int lanes, int turns, int roles, int halves)
{
    struct gopher_plan p = gopher_plan_default;
    p.design = (struct design){"own", "", lanes, turns, roles, halves};
    return p;
}

static void the_default_can_be(void **state)
{
    (void)state;
    struct fail why;
    const struct gopher_plan *p = &gopher_plan_default;
    assert_int_equal(plan_check(p, &why), 0);
    assert_string_equal(p->design.name, "four");
    assert_int_equal(p->carts, 4);
    assert_int_equal(p->loads, 100);
    assert_true(p->work == WORK_SPIN && p->virtual_time && p->procs == 1);
    for (enum trip t = LOAD; t < TRIPS; t++)
        assert_int_equal(plan_trip_ns(p, t), MS);
}

// Lane, half, role, turn last; and back.
static void gophers_are_numbered_by_their_posts(void **state)
{
    (void)state;
    const struct gopher_plan p = plan(3, 5, 4, 2);
    int gopher = 0;
    struct post at;
    for (at.lane = 0; at.lane < 3; at.lane++)
        for (at.half = 0; at.half < 2; at.half++)
            for (at.role = 0; at.role < 4; at.role++)
                for (at.turn = 0; at.turn < 5; at.turn++, gopher++) {
                    const struct post found = plan_post(&p, gopher);
                    assert_int_equal(plan_gopher(&p, at), gopher);
                    assert_memory_equal(&found, &at, sizeof at);
                }
    assert_int_equal(gopher, design_gophers(&p.design));
}

static void names(void **state)
{
    (void)state;
    static const struct {
        int lanes, turns, roles, halves, gopher;
        const char *name;
    } table[] = {
        {1, 1, 1, 1, 0, "gopher"},     {1, 1, 4, 1, 3, "returner"},
        {1, 1, 3, 1, 1, "carrier"},    {1, 1, 2, 1, 1, "unloader"},
        {1, 2, 1, 1, 1, "gopher 2"},   {2, 1, 4, 1, 4, "loader 2"},
        {1, 1, 4, 2, 6, "unloader 2"}, {2, 1, 4, 2, 15, "returner 4"},
        {2, 2, 3, 1, 8, "carrier 3"},  {4096, 1, 4, 1, 16383, "returner 4096"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct gopher_plan p =
            plan(table[i].lanes, table[i].turns, table[i].roles, table[i].halves);
        char name[24];
        plan_gopher_name(&p, table[i].gopher, name);
        assert_string_equal(name, table[i].name);
    }
}

// No two gophers of a plan have the same name.
static void names_are_unique(void **state)
{
    (void)state;
    const struct gopher_plan p = plan(2, 3, 4, 2);
    for (int i = 0; i < design_gophers(&p.design); i++)
        for (int j = 0; j < i; j++) {
            char one[24], other[24];
            plan_gopher_name(&p, i, one);
            plan_gopher_name(&p, j, other);
            assert_string_not_equal(one, other);
        }
}

static void loads_are_shared_out(void **state)
{
    (void)state;
    struct gopher_plan p = plan(1, 7, 1, 1);
    for (p.loads = 1; p.loads < 50; p.loads++) {
        uint32_t sum = 0;
        for (int turn = 0; turn < 7; turn++) {
            sum += plan_share(&p, turn);
            assert_true(plan_share(&p, turn) - p.loads / 7 <= 1);
        }
        assert_int_equal(sum, p.loads);
    }
}

static void a_half_of_the_way_is_half_as_long(void **state)
{
    (void)state;
    struct gopher_plan p = plan(1, 1, 4, 2);
    p.trip_ns[CARRY] = 7 * MS;
    p.trip_ns[RETURN] = 3 * MS;
    assert_int_equal(plan_trip_ns(&p, LOAD), MS);
    assert_int_equal(plan_trip_ns(&p, CARRY), 7 * MS / 2);
    assert_int_equal(plan_trip_ns(&p, UNLOAD), MS);
    assert_int_equal(plan_trip_ns(&p, RETURN), 3 * MS / 2);
    assert_int_equal(plan_round_ns(&p), 7 * MS);
    p.design.halves = 1;
    assert_int_equal(plan_round_ns(&p), 12 * MS);
}

// Loads per millisecond, and why.
static void bounds(void **state)
{
    (void)state;
    static const struct {
        int lanes, turns, roles, halves, procs;
        uint32_t carts;
        enum work work;
        int trips[TRIPS];
        double bound;
        enum limit limit;
        const char *why;
    } table[] = {
        {1,
         1,
         1,
         1,
         9,
         9,
         WORK_SPIN,
         {1, 2, 3, 4},
         1. / 10,
         LIMIT_GOPHER,
         "the gopher's round trip: 10.000 ms a load"},
        {1,
         1,
         3,
         1,
         9,
         9,
         WORK_SPIN,
         {1, 2, 3, 4},
         1. / 6,
         LIMIT_GOPHER,
         "the carrier's round trip: 6.000 ms a load"},
        {1,
         1,
         4,
         1,
         9,
         9,
         WORK_SPIN,
         {1, 2, 3, 2},
         1. / 3,
         LIMIT_GOPHER,
         "the unloader: 3.000 ms a load"},
        {1,
         1,
         2,
         1,
         9,
         9,
         WORK_SPIN,
         {1, 2, 3, 2},
         1. / 5,
         LIMIT_GOPHER,
         "the unloader's round trip: 5.000 ms a load"},
        {1,
         3,
         1,
         1,
         9,
         9,
         WORK_SPIN,
         {1, 1, 1, 1},
         3. / 4,
         LIMIT_GOPHER,
         "3 gophers' round trips: 4.000 ms a load each"},
        {1,
         9,
         1,
         1,
         9,
         9,
         WORK_SPIN,
         {1, 1, 1, 1},
         1,
         LIMIT_END,
         "one at a time at the pile: 1.000 ms a load"},
        {1,
         9,
         1,
         1,
         99,
         99,
         WORK_SPIN,
         {1, 1, 2, 1},
         1. / 2,
         LIMIT_END,
         "one at a time at the incinerator: 2.000 ms a load"},
        {3,
         9,
         1,
         1,
         99,
         99,
         WORK_SPIN,
         {1, 1, 2, 1},
         3. / 2,
         LIMIT_END,
         "one at a time at the incinerator: 2.000 ms a load"},
        {1,
         1,
         4,
         1,
         9,
         3,
         WORK_SPIN,
         {1, 1, 1, 1},
         3. / 4,
         LIMIT_CARTS,
         "3 carts, 4.000 ms a round each"},
        {2,
         1,
         4,
         1,
         9,
         1,
         WORK_SPIN,
         {1, 1, 1, 1},
         2. / 4,
         LIMIT_CARTS,
         "1 cart, 4.000 ms a round each"},
        {1,
         1,
         4,
         1,
         3,
         4,
         WORK_REAL,
         {1, 1, 1, 1},
         3. / 4,
         LIMIT_PROCS,
         "3 processors, 4.000 ms of work a load"},
        {9,
         1,
         4,
         1,
         1,
         4,
         WORK_SPIN,
         {1, 1, 1, 1},
         1. / 4,
         LIMIT_PROCS,
         "1 processor, 4.000 ms of work a load"},
        {9,
         1,
         4,
         1,
         1,
         4,
         WORK_WAIT,
         {1, 1, 1, 1},
         9,
         LIMIT_GOPHER,
         "the loader: 1.000 ms a load"},
        {1,
         1,
         4,
         2,
         4,
         4,
         WORK_SPIN,
         {1, 1, 1, 1},
         4. / 6,
         LIMIT_PROCS,
         "4 processors, 6.000 ms of work a load"},
        {2,
         1,
         4,
         2,
         16,
         4,
         WORK_SPIN,
         {1, 4, 1, 4},
         2. / 2,
         LIMIT_GOPHER,
         "the carrier: 2.000 ms a load"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct gopher_plan p =
            plan(table[i].lanes, table[i].turns, table[i].roles, table[i].halves);
        p.procs = table[i].procs;
        p.carts = table[i].carts;
        p.work = table[i].work;
        for (int t = 0; t < TRIPS; t++)
            p.trip_ns[t] = (uint64_t)table[i].trips[t] * MS;
        const struct bound b = plan_bound(&p);
        assert_true(fabs(b.loads_per_s / 1000 / table[i].bound - 1) < 1e-12);
        assert_int_equal(b.limit, table[i].limit);
        assert_string_equal(b.why, table[i].why);
    }
}

static void trips_that_take_no_time_have_no_bound(void **state)
{
    (void)state;
    struct gopher_plan p = gopher_plan_default;
    memset(p.trip_ns, 0, sizeof p.trip_ns);
    assert_true(isinf(plan_bound(&p).loads_per_s));
}

static void refused(struct gopher_plan p, const char *expected)
{
    struct fail why = {0};
    assert_int_equal(plan_check(&p, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    if (!strstr(why.text, expected))
        fail_msg("'%s' does not say '%s'", why.text, expected);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct gopher_plan p;
    refused(plan(0, 1, 1, 1), "lanes must be 1 to 4096");
    refused(plan(-1, 1, 1, 1), "lanes must be");
    refused(plan(4097, 1, 1, 1), "lanes must be");
    refused(plan(1, 65, 1, 1), "take turns must be 1 to 64");
    refused(plan(1, 1, 5, 1), "roles must be 1 to 4");
    refused(plan(1, 1, 1, 3), "halves of the way must be 1 to 2");
    refused(plan(4096, 64, 1, 1), "gophers in all must be 1 to 65536");
    p = plan(1, 1, 1, 1), p.carts = 0, refused(p, "carts must be 1");
    p = plan(1, 1, 1, 1), p.carts = 4097, refused(p, "carts must be 1 to 4096");
    p = plan(1, 1, 1, 1), p.loads = 0, refused(p, "loads in a lane must be 1");
    p = plan(4, 1, 1, 1), p.loads = 5000000, refused(p, "loads in all must be 1");
    p = plan(1, 1, 1, 1), p.procs = 0, refused(p, "processors must be 1 to 4096");
    p = plan(1, 1, 1, 1), p.work = WORK_REAL, p.book_bytes = 0;
    refused(p, "bytes of a cartload must be 1");
    p = plan(1, 1, 1, 1), p.trip_ns[UNLOAD] = PLAN_TRIP_MAX_NS + 1;
    refused(p, "to unload must take an hour at most");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_can_be),
        cmocka_unit_test(gophers_are_numbered_by_their_posts),
        cmocka_unit_test(names),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(loads_are_shared_out),
        cmocka_unit_test(a_half_of_the_way_is_half_as_long),
        cmocka_unit_test(bounds),
        cmocka_unit_test(trips_that_take_no_time_have_no_bound),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
