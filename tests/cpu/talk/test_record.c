// test_record.c -- what is computed of a run, from records written by hand.
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 16 };

// A record whose diaries and burnt loads stand in the test; nothing of it is freed.
struct written {
    struct record record;
    struct diary diaries[MOST];
    uint64_t burnt_ns[MOST];
    struct stint stints[MOST][MOST];
};

static struct written written;

static struct record *begin(int lanes, int turns, int roles, int halves)
{
    struct record *r = &written.record;
    memset(&written, 0, sizeof written);
    r->plan = gopher_plan_default;
    r->plan.design = (struct design){"own", "", lanes, turns, roles, halves};
    r->gophers = design_gophers(&r->plan.design);
    r->diaries = written.diaries;
    r->burnt_ns = written.burnt_ns;
    for (int i = 0; i < MOST; i++)
        written.diaries[i] = (struct diary){written.stints[i], 0, MOST};
    return r;
}

static void did(int gopher, uint64_t from_ns, uint64_t to_ns, enum doing doing,
                enum trip trip, uint16_t cart, uint32_t load)
{
    const struct stint s = {from_ns, to_ns, (uint8_t)doing, (uint8_t)trip, cart, load};
    diary_note(&written.diaries[gopher], s);
}

static void burnt(uint64_t ns)
{
    written.burnt_ns[written.record.burnt++] = ns;
}

static void what_takes_no_time_is_not_noted(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 1, 1);
    did(0, 5, 5, DOING_WORK, LOAD, 0, 0);
    assert_int_equal(r->diaries[0].count, 0);
    diary_end(&r->diaries[0], (struct stint){.from_ns = 5, .to_ns = 5});
    assert_int_equal(r->diaries[0].count, 1);
}

static void time_up_to_the_last_burnt_load(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 1, 1);
    did(0, 0, 10, DOING_WAIT_CART, LOAD, CART_NONE, LOAD_NONE);
    did(0, 10, 30, DOING_WORK, LOAD, 0, 0);
    did(0, 30, 34, DOING_WAIT_CPU, UNLOAD, 0, 0);
    did(0, 34, 40, DOING_WORK, UNLOAD, 0, 0);
    did(0, 40, 90, DOING_WORK, RETURN, 0, LOAD_NONE);
    burnt(40);
    struct share s = record_share(r, 0);
    assert_int_equal(s.ns[DOING_WORK], 26);
    assert_int_equal(s.ns[DOING_WAIT_CART], 10);
    assert_int_equal(s.ns[DOING_WAIT_CPU], 4);
    assert_int_equal(s.ns[DOING_WAIT_TURN], 0);
    burnt(50);  // and a part of what goes beyond it
    s = record_share(r, 0);
    assert_int_equal(s.ns[DOING_WORK], 36);
    assert_int_equal(record_last_burnt(r), 50);
    assert_true(record_working(r) == 36. / 50);
    assert_true(record_alive(r) == 1);
}

// Four with a role each: who waits for a cart waits for who made the trip before.
static void waits_for_the_role_before(void **state)
{
    (void)state;
    static const int before[] = {3, 0, 1, 2};
    struct record *r = begin(2, 1, 4, 1);
    for (int lane = 0; lane < 2; lane++)
        for (int role = 0; role < 4; role++) {
            const int gopher = 4 * lane + role;
            did(gopher, 0, 7, DOING_WAIT_CART, (enum trip)role, CART_NONE, LOAD_NONE);
            did(gopher, 7, 9, DOING_WORK, (enum trip)role, 0, 0);
        }
    burnt(8);
    for (int gopher = 0; gopher < 8; gopher++) {
        const struct share s = record_share(r, gopher);
        assert_int_equal(s.waits_for, gopher / 4 * 4 + before[gopher % 4]);
        assert_int_equal(s.waits_for_ns, 7);
        assert_int_equal(record_waits_for(r, gopher, 0), s.waits_for);
        assert_int_equal(record_waits_for(r, gopher, 1), -1);
    }
}

// The carrier of three waits for the one or the other; for whom he waited most is told.
static void waits_most_for(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 3, 1);
    did(1, 0, 5, DOING_WAIT_CART, CARRY, CART_NONE, LOAD_NONE);
    did(1, 5, 6, DOING_WORK, CARRY, 0, 0);
    did(1, 6, 10, DOING_WAIT_CART, RETURN, CART_NONE, LOAD_NONE);
    did(1, 10, 11, DOING_WORK, RETURN, 0, LOAD_NONE);
    did(1, 11, 13, DOING_WAIT_CART, RETURN, CART_NONE, LOAD_NONE);
    did(1, 13, 14, DOING_WORK, RETURN, 1, LOAD_NONE);
    burnt(12);  // 4 + 1 for the unloader, 5 for the loader: the first of equals
    assert_int_equal(record_share(r, 1).waits_for, 0);
    burnt(13);
    assert_int_equal(record_share(r, 1).waits_for, 2);
    assert_int_equal(record_share(r, 1).waits_for_ns, 6);
    assert_int_equal(record_share(r, 0).waits_for, -1);
}

// Where several take turns, it is he who had the cart, or the end, last.
static void waits_for_him_who_had_it(void **state)
{
    (void)state;
    struct record *r = begin(1, 3, 2, 1);  // loaders 0, 1, 2; unloaders 3, 4, 5
    did(0, 0, 10, DOING_WORK, CARRY, 7, 0);
    did(1, 0, 12, DOING_WORK, CARRY, 8, 1);
    did(2, 0, 11, DOING_WORK, CARRY, 9, 2);
    did(3, 0, 14, DOING_WAIT_CART, UNLOAD, CART_NONE, LOAD_NONE);
    did(3, 14, 16, DOING_WORK, UNLOAD, 9, 2);
    did(4, 11, 16, DOING_WAIT_TURN, UNLOAD, 8, 1);
    did(4, 16, 18, DOING_WORK, UNLOAD, 8, 1);
    did(5, 12, 18, DOING_WAIT_TURN, UNLOAD, 7, 0);
    did(5, 18, 20, DOING_WORK, UNLOAD, 7, 0);
    burnt(20);
    assert_int_equal(record_waits_for(r, 3, 0), 2);
    assert_int_equal(record_waits_for(r, 4, 0), 3);
    assert_int_equal(record_waits_for(r, 5, 0), 4);
}

// At the dump each half waits for the other; from hand to hand, for who takes the cart.
static void waits_at_the_dump_and_for_hands(void **state)
{
    (void)state;
    enum { LOADER_1, CARRIER_1, UNLOADER_1, RETURNER_1, LOADER_2, CARRIER_2, UNLOADER_2 };
    struct record *r = begin(1, 1, 4, 2);
    did(LOADER_2, 0, 5, DOING_WAIT_BOOKS, LOAD, 0, LOAD_NONE);
    did(UNLOADER_1, 0, 5, DOING_WAIT_ROOM, UNLOAD, 0, 3);
    did(UNLOADER_1, 6, 9, DOING_WAIT_ROOM, UNLOAD, 0, LOAD_NONE);
    did(CARRIER_2, 0, 5, DOING_WAIT_ROOM, CARRY, 0, 3);
    burnt(9);
    assert_int_equal(record_waits_for(r, LOADER_2, 0), UNLOADER_1);
    assert_int_equal(record_waits_for(r, UNLOADER_1, 0), LOADER_2);
    assert_int_equal(record_waits_for(r, UNLOADER_1, 1), RETURNER_1);
    assert_int_equal(record_waits_for(r, CARRIER_2, 0), UNLOADER_2);
}

static void nobody_waits_for_himself(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 1, 1);
    did(0, 0, 5, DOING_WAIT_ROOM, RETURN, 0, LOAD_NONE);
    burnt(5);
    assert_int_equal(record_waits_for(r, 0, 0), -1);
    assert_int_equal(record_share(r, 0).waits_for, -1);
}

static void at_an_instant(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 1, 1);
    did(0, 10, 20, DOING_WORK, LOAD, 0, 0);
    did(0, 20, 30, DOING_WORK, CARRY, 0, 0);
    did(0, 32, 40, DOING_WORK, UNLOAD, 0, 0);
    const struct stint *s = written.stints[0];
    assert_null(record_at(r, 0, 9));
    assert_ptr_equal(record_at(r, 0, 10), &s[0]);
    assert_ptr_equal(record_at(r, 0, 19), &s[0]);
    assert_ptr_equal(record_at(r, 0, 20), &s[1]);
    assert_ptr_equal(record_at(r, 0, 31), &s[1]);
    assert_ptr_equal(record_at(r, 0, 32), &s[2]);
    assert_ptr_equal(record_at(r, 0, 39), &s[2]);
    assert_null(record_at(r, 0, 40));
}

static void intervals_and_rates(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 1, 1);
    uint64_t ns, loads;
    assert_true(record_rate(r) == 0);
    assert_int_equal(record_last_burnt(r), 0);
    burnt(1000);
    assert_true(record_rate(r) == 1e6);
    // Slow at first and at last; in between two a microsecond.
    static const uint64_t later[] = {3000, 3500, 4000, 4500, 5000, 5500, 9000};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        burnt(later[i]);
    record_interval(r, 2, 5, &ns, &loads);
    assert_int_equal(ns, 1500);
    assert_int_equal(loads, 3);
    assert_true(record_rate(r) == 2e6);
}

static void the_busiest_is_the_bottleneck(void **state)
{
    (void)state;
    struct record *r = begin(1, 1, 4, 1);
    did(0, 0, 5, DOING_WORK, LOAD, 0, 0);
    did(1, 0, 6, DOING_WORK, CARRY, 0, 0);
    did(2, 2, 9, DOING_WORK, UNLOAD, 0, 0);
    did(3, 0, 6, DOING_WAIT_CART, RETURN, CART_NONE, LOAD_NONE);
    did(3, 6, 90, DOING_WORK, RETURN, 0, LOAD_NONE);  // mostly after the last load
    burnt(10);
    assert_int_equal(record_bottleneck(r), 2);
    assert_true(record_working(r) == (5 + 6 + 7 + 4) / 10.);
    assert_true(record_alive(r) == (5 + 6 + 9 + 10) / 10.);
}

static void nothing_can_be_freed(void **state)
{
    (void)state;
    struct record r = {0};
    record_free(&r);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_takes_no_time_is_not_noted),
        cmocka_unit_test(time_up_to_the_last_burnt_load),
        cmocka_unit_test(waits_for_the_role_before),
        cmocka_unit_test(waits_most_for),
        cmocka_unit_test(waits_for_him_who_had_it),
        cmocka_unit_test(waits_at_the_dump_and_for_hands),
        cmocka_unit_test(nobody_waits_for_himself),
        cmocka_unit_test(at_an_instant),
        cmocka_unit_test(intervals_and_rates),
        cmocka_unit_test(the_busiest_is_the_bottleneck),
        cmocka_unit_test(nothing_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
