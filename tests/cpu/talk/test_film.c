// test_film.c -- what the keys do to a film, in whatever state it is.
#include "film.h"

#include "rng.h"
#include "site.h"
#include "watch_show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct film open_film(const char *design, int procs, uint32_t loads)
{
    struct gopher_plan plan = gopher_plan_default;
    struct film film;
    struct fail why = {EXIT_OK, ""};
    assert_int_equal(design_find(design, &plan.design, &why), 0);
    plan.procs = procs;
    plan.loads = loads;
    if (film_open(&film, &plan, &why) != 0)
        fail_msg("%s", why.text);
    return film;
}

static int press(struct film *film, int key)
{
    struct fail why = {EXIT_OK, ""};
    int going = film_key(film, key, &why);
    if (going < 0)
        fail_msg("key %d: %s", key, why.text);
    return going;
}

static bool on_screen(const struct film *film, const char *text)
{
    struct canvas canvas = film_draw(film, 80, 24, false);
    char *all;
    size_t size;
    FILE *out = open_memstream(&all, &size);
    canvas_write(&canvas, out);
    fclose(out);
    bool there = strstr(all, text);
    free(all);
    canvas_free(&canvas);
    return there;
}

static uint32_t burnt(const struct film *film)
{
    const struct record *record = &film->reel.record;
    uint32_t count = 0;
    while (count < record->burnt && record->burnt_ns[count] <= film->ns)
        count++;
    return count;
}

static void is_sound(const struct film *film)
{
    const struct record *record = &film->reel.record;
    assert_true(film->ns <= record->end_ns);
    assert_true(film->rest_ns >= 0 && film->rest_ns < 1);
    assert_in_range(film->speed - FILM_SPEED_MIN, 0, FILM_SPEED_MAX - FILM_SPEED_MIN);
    assert_in_range(film->plan.carts, 1, FILM_CARTS_MAX);
    assert_memory_equal(&film->plan, &record->plan, sizeof film->plan);
    assert_true(film->plan.virtual_time);
    assert_int_equal(record->burnt, film->plan.loads * (uint32_t)film->plan.design.lanes);
    struct canvas canvas = film_draw(film, 80, 24, true);
    canvas_free(&canvas);
}

// Presses one key and puts everything back; returns false if there is a new run.
static bool try_key(struct film *film, int key)
{
    const struct film before = *film;
    is_sound(film);
    assert_int_equal(press(film, key), key != 'q' && key != STROKE_ESCAPE);
    is_sound(film);
    if (film->reel.events != before.reel.events)
        return false;
    *film = before;
    return true;
}

// In every design, at its begin, in the middle and at its end, playing and paused.
static void every_key_in_every_state(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count * 6; i++) {
        int key = STROKE_NONE;
        while (key <= STROKE_END) {
            struct film film = open_film(designs[i / 6].name, 1 + i % 4, 4);
            film.ns = film.reel.record.end_ns / 2 * (uint64_t)(i % 3);
            film.paused = i % 2;
            while (key <= STROKE_END && try_key(&film, key++))
                continue;
            film_close(&film);
        }
    }
}

static void any_keys_one_after_the_other(void **state)
{
    static const int keys[] = {' ', STROKE_LEFT, STROKE_RIGHT, '+', '-', STROKE_END,
                               'r', '1',         '2',          '5', '9', 'd',
                               'D', 'c',         'C',          'w', 'h'};
    struct film film = open_film("four", 1, 6);
    struct rng rng = {7};
    (void)state;
    for (int i = 0; i < 500; i++) {
        press(&film, keys[rng_below(&rng, sizeof keys / sizeof *keys)]);
        film_advance(&film, rng_below(&rng, 2000000000));
        is_sound(&film);
    }
    film_close(&film);
}

static void a_digit_changes_the_processors_alone(void **state)
{
    (void)state;
    for (int from = '1'; from <= '9'; from++) {
        struct film film = open_film("sixteen", from - '0', 8);
        film.ns = film.reel.record.end_ns / 2;
        for (int to = '1'; to <= '9'; to++) {
            struct gopher_plan expected = film.plan;
            uint32_t before = burnt(&film);
            press(&film, to);
            expected.procs = to - '0';
            assert_memory_equal(&film.plan, &expected, sizeof expected);
            // Two lanes may burn at one instant on many processors, and not on few.
            assert_true(burnt(&film) >= before && burnt(&film) <= before + 1);
        }
        film_close(&film);
    }
}

static void the_speed_up_stands_on_the_screen(void **state)
{
    static const struct {
        const char *design;
        int procs;
        const char *says;
    } facts[] = {
        {"one", 1, "one gopher 1.00x"},     {"one", 9, "one gopher 1.00x"},
        {"four", 1, "one gopher 1.00x"},    {"four", 2, "one gopher 2.00x"},
        {"four", 3, "one gopher 3.00x"},    {"four", 4, "one gopher 4.00x"},
        {"four", 8, "one gopher 4.00x"},    {"three", 8, "one gopher 2.00x"},
        {"eight", 4, "one gopher 4.00x"},   {"eight", 8, "one gopher 8.00x"},
        {"two-doubled", 2, "gopher 2.00x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct film film = open_film(facts[i].design, facts[i].procs, WATCH_LOADS);
        assert_true(on_screen(&film, facts[i].says));
        film_close(&film);
    }
    struct film film = open_film("four", 1, WATCH_LOADS);
    press(&film, '4');
    assert_true(on_screen(&film, "one gopher 4.00x"));
    assert_true(on_screen(&film, "4 processors: 1.00x -> 4.00x"));
    press(&film, '1');
    press(&film, 'w');
    assert_true(on_screen(&film, "one gopher 4.00x"));
    film_close(&film);
}

static void steps_go_from_event_to_event(void **state)
{
    struct film film = open_film("three", 2, 5);
    const struct reel *reel = &film.reel;
    (void)state;
    press(&film, STROKE_LEFT);
    assert_int_equal(film.ns, 0);
    for (size_t i = 1; i < reel->event_count; i++) {
        press(&film, i % 2 ? '.' : STROKE_RIGHT);
        assert_int_equal(film.ns, reel->events[i]);
        assert_true(film.paused);
    }
    assert_int_equal(film.ns, reel->record.end_ns);
    press(&film, '.');
    assert_int_equal(film.ns, reel->record.end_ns);
    for (size_t i = reel->event_count - 1; i > 0; i--) {
        press(&film, i % 2 ? ',' : STROKE_LEFT);
        assert_int_equal(film.ns, reel->events[i - 1]);
    }
    film.ns = reel->events[3] + 1;
    press(&film, ',');
    assert_int_equal(film.ns, reel->events[3]);
    film_close(&film);
}

static void time_goes_as_fast_as_it_says(void **state)
{
    struct film film = open_film("four", 1, 20);
    (void)state;
    film_advance(&film, 1000000000);
    assert_int_equal(film.ns, film.reel.pace_ns);
    press(&film, '+');
    film_advance(&film, 1000000000);
    assert_int_equal(film.ns, 3 * film.reel.pace_ns);
    press(&film, ' ');
    film_advance(&film, 1000000000);
    assert_int_equal(film.ns, 3 * film.reel.pace_ns);
    press(&film, ' ');
    for (int i = 0; i < 20; i++)
        press(&film, '-');
    assert_true(on_screen(&film, "x1/8"));
    for (int i = 0; i < 3000; i++)  // in pieces that are no whole nanoseconds
        film_advance(&film, 2666667);
    assert_in_range(film.ns - 4 * film.reel.pace_ns, 0, 1);
    film_advance(&film, UINT64_C(1000000000000));
    assert_int_equal(film.ns, film.reel.record.end_ns);
    assert_true(on_screen(&film, "the end"));
    press(&film, ' ');
    assert_int_equal(film.ns, 0);
    assert_false(film.paused);
    film_close(&film);
}

static void d_goes_round_and_back_to_ones_own(void **state)
{
    struct film film = open_film("four*3", 4, 4);
    (void)state;
    for (int i = 0; i < designs_count; i++) {
        press(&film, 'd');
        assert_string_equal(film.plan.design.name, designs[i].name);
        assert_int_equal(film.ns, 0);
    }
    press(&film, 'd');
    assert_string_equal(film.plan.design.name, "four*3");
    press(&film, 'D');
    assert_string_equal(film.plan.design.name, designs[designs_count - 1].name);
    film_close(&film);
    film = open_film("sixteen", 4, 4);
    press(&film, 'd');
    assert_string_equal(film.plan.design.name, "one");
    film_close(&film);
}

static void refuses_what_cannot_be_watched(void **state)
{
    struct film film;
    struct fail why = {EXIT_OK, ""};
    struct gopher_plan plan = gopher_plan_default;
    (void)state;
    plan.trip_ns[CARRY] = 0;
    assert_int_equal(film_open(&film, &plan, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    film_close(&film);
    plan = gopher_plan_default;
    plan.design.lanes = 300;
    assert_int_equal(film_open(&film, &plan, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    film_close(&film);
    plan = gopher_plan_default;
    plan.design.lanes = 2;
    plan.loads = FILM_LOADS_MAX / 2 + 1;
    assert_int_equal(film_open(&film, &plan, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    film_close(&film);
    plan = gopher_plan_default;
    plan.carts = 0;
    assert_int_equal(film_open(&film, &plan, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    film_close(&film);
}

// The film and the report measure a speed-up by the same run.
static void one_gopher_is_the_reports(void **state)
{
    struct gopher_plan plan = gopher_plan_default;
    struct film film;
    struct record one;
    struct fail why = {EXIT_OK, ""};
    (void)state;
    assert_int_equal(design_find("sixteen", &plan.design, &why), 0);
    plan.loads = WATCH_LOADS;
    plan.exponential = true;
    const struct gopher_plan alone = plan_alone(&plan);
    assert_int_equal(film_open(&film, &plan, &why), 0);
    assert_int_equal(site_run(&alone, &one, &why), 0);
    assert_int_equal(film.one.burnt, one.burnt);
    assert_memory_equal(film.one.burnt_ns, one.burnt_ns,
                        one.burnt * sizeof *one.burnt_ns);
    record_free(&one);
    film_close(&film);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_in_every_state),
        cmocka_unit_test(any_keys_one_after_the_other),
        cmocka_unit_test(a_digit_changes_the_processors_alone),
        cmocka_unit_test(the_speed_up_stands_on_the_screen),
        cmocka_unit_test(steps_go_from_event_to_event),
        cmocka_unit_test(time_goes_as_fast_as_it_says),
        cmocka_unit_test(d_goes_round_and_back_to_ones_own),
        cmocka_unit_test(one_gopher_is_the_reports),
        cmocka_unit_test(refuses_what_cannot_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
