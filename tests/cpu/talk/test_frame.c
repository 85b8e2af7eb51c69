// test_frame.c -- pictures: what they show is what was recorded, and nothing is lost on
// them, for every design at every instant.
#include "frame.h"

#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gopher_plan plan_of(const char *design, int procs)
{
    struct gopher_plan plan = gopher_plan_default;
    struct fail why;
    assert_int_equal(design_find(design, &plan.design, &why), 0);
    plan.procs = procs;
    plan.loads = 12;
    // Uneven, so that the gophers are out of step.
    plan.trip_ns[LOAD] = 700000;
    plan.trip_ns[CARRY] = 1300000;
    plan.trip_ns[UNLOAD] = 1100000;
    return plan;
}

static struct reel reel_for(const struct gopher_plan *plan)
{
    struct fail why = {EXIT_OK, ""};
    struct reel reel;
    if (reel_make(&reel, plan, &why) != 0)
        fail_msg("%s", why.text);
    return reel;
}

static struct view view_of(const struct reel *reel, uint64_t ns)
{
    return (struct view){.reel = reel,
                         .ns = ns,
                         .one_rate = 250,
                         .pace = "x1",
                         .state = "playing",
                         .status = ""};
}

// The text of a picture; the caller's.
static char *text_of(const struct canvas *canvas)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    canvas_write(canvas, out);
    fclose(out);
    return text;
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

// The number behind the i-th `word` of the text.
static long number_after(const char *text, const char *word, int i)
{
    const char *at = text;
    for (; i >= 0; i--) {
        at = strstr(at, word);
        if (!at)
            fail_msg("no '%s' on the screen:\n%s", word, text);
        at += strlen(word);
    }
    return strtol(at, NULL, 10);
}

// Faces, open- or closed-eyed, in ASCII.
static int count_faces(const char *text, char eyes)
{
    int count = 0;
    for (const char *at = text; (at = strchr(at, '(')); at++)
        count += at[1] == eyes && at[2] != ' ' && at[2] && at[3] == eyes && at[4] == ')';
    return count;
}

// Carts, standing on the ground or had by gophers: those of two rows have wheels.
static long count_carts(const char *text)
{
    long count = count_of(text, "'oo'");
    for (const char *at = text; (at = strchr(at, '[')); at++) {
        if (!at[1] || at[2] != ']')
            continue;
        count += at[3] == 'x' ? strtol(at + 4, NULL, 10) : 1;
    }
    return count;
}

static uint32_t burnt_until(const struct record *record, uint64_t ns)
{
    uint32_t burnt = 0;
    while (burnt < record->burnt && record->burnt_ns[burnt] <= ns)
        burnt++;
    return burnt;
}

static void judge_loads(const struct reel *reel, const char *text, uint64_t ns)
{
    const struct gopher_plan *plan = &reel->record.plan;
    long burnt = 0;
    for (int i = 0; i < 3; i++)  // the head, which speaks of piles, too
        text = strchr(text, '\n') + 1;
    for (int i = 0; i < plan->design.lanes; i++) {
        char lane[32];
        snprintf(lane, sizeof lane, "lane %d: ", i + 1);
        long pile = number_after(text, " pile ", i), carts = number_after(text, lane, 0);
        long dump = plan->design.halves > 1 ? number_after(text, " dump ", i) : 0;
        long ash = number_after(text, " burnt ", i);
        assert_true(pile >= 0 && carts >= 0 && dump >= 0 && ash >= 0);
        assert_true(carts <= (long)plan->carts * plan->design.halves);
        assert_int_equal(pile + carts + dump + ash, plan->loads);
        burnt += ash;
    }
    assert_int_equal(burnt, burnt_until(&reel->record, ns));
}

static void judge_gophers(const struct reel *reel, const char *text, uint64_t ns)
{
    const struct gopher_plan *plan = &reel->record.plan;
    int running = 0, working = (int)number_after(text, "parallelism ", 0);
    assert_int_equal(count_faces(text, 'o'), working);
    assert_int_equal(count_faces(text, 'o') + count_faces(text, '-'),
                     reel->record.gophers);
    for (int p = 0; p < reel->proc_count; p++)
        running += reel_running(reel, p, ns) >= 0;
    assert_int_equal(running, plan->work == WORK_WAIT ? 0 : working);
    assert_true(plan->work == WORK_WAIT || working <= plan->procs);
}

static void judge_picture(const struct reel *reel, uint64_t ns)
{
    const struct gopher_plan *plan = &reel->record.plan;
    struct view view = view_of(reel, ns);
    struct canvas canvas = frame_draw(&view, FRAME_COLUMNS, FRAME_ROWS, false);
    char *text = text_of(&canvas);
    judge_loads(reel, text, ns);
    judge_gophers(reel, text, ns);
    assert_int_equal(count_carts(text),
                     (long)plan->carts * plan->design.lanes * plan->design.halves);
    free(text);
    canvas_free(&canvas);
}

static void nothing_is_lost_on_the_screen(void **state)
{
    static const int procs[] = {1, 2, 4, 9};
    (void)state;
    for (int d = 0; d < designs_count; d++) {
        for (int p = 0; p < 8; p++) {
            struct gopher_plan plan = plan_of(designs[d].name, procs[p / 2]);
            plan.work = p % 2 ? WORK_WAIT : WORK_SPIN;
            plan.exponential = p >= 6;
            struct reel reel = reel_for(&plan);
            for (size_t i = 0; i < reel.event_count; i++) {
                judge_picture(&reel, reel.events[i]);
                judge_picture(&reel, reel.events[i] + 1);
            }
            assert_true(reel.event_count > 12);
            reel_free(&reel);
        }
    }
}

static void ends_with_everything_burnt(void **state)
{
    (void)state;
    for (int d = 0; d < designs_count; d++) {
        struct gopher_plan plan = plan_of(designs[d].name, 4);
        struct reel reel = reel_for(&plan);
        struct scene scene = scene_at(&reel.record, reel.record.end_ns);
        assert_int_equal(scene.alive, 0);
        for (int i = 0; i < plan.design.lanes; i++)
            assert_int_equal(scene.lanes[i].burnt, plan.loads);
        scene_free(&scene);
        reel_free(&reel);
    }
}

static void judge_cells(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->rows; y++) {
        for (int x = 0; x < canvas->columns; x++) {
            uint32_t point = canvas_at(canvas, x, y)->point;
            assert_true(point >= ' ' && point != 0x7f);
            // A '?' that stands for what ASCII does not have ends no word.
            if (point == '?' && !canvas->utf8)
                assert_true(x > 0 && canvas_at(canvas, x - 1, y)->point >= 'a');
            if (!canvas->utf8)
                assert_true(point < 0x7f);
        }
    }
}

// Where it writes is watched by the sanitizer, and by what stands in the corners.
static void draws_in_every_size(void **state)
{
    static const char *const names[] = {"one", "two-messages", "four", "sixteen",
                                        "eight*9"};
    (void)state;
    for (size_t d = 0; d < sizeof names / sizeof *names; d++) {
        struct gopher_plan plan = plan_of(names[d], 3);
        struct reel reel = reel_for(&plan);
        struct view view = view_of(&reel, reel.record.end_ns / 3);
        for (int columns = 1; columns <= 200; columns += columns < 90 ? 1 : 11) {
            for (int rows = 1; rows <= 60; rows++) {
                view.help = rows % 2;
                struct canvas canvas = frame_draw(&view, columns, rows, columns % 2);
                assert_int_equal(canvas.columns, columns);
                assert_int_equal(canvas.rows, rows);
                judge_cells(&canvas);
                bool enough = columns >= FRAME_COLUMNS && rows >= FRAME_ROWS;
                assert_int_equal(canvas_at(&canvas, 0, 0)->look.style & STYLE_REVERSE,
                                 enough ? STYLE_REVERSE : 0);
                if (enough)
                    assert_int_equal(canvas_at(&canvas, 1, rows - 1)->point, 's');
                canvas_free(&canvas);
            }
        }
        reel_free(&reel);
    }
}

static void small_windows_are_told_what_is_needed(void **state)
{
    struct gopher_plan plan = plan_of("four", 1);
    struct reel reel = reel_for(&plan);
    struct view view = view_of(&reel, 0);
    struct canvas canvas = frame_draw(&view, 79, 24, true);
    (void)state;
    char *text = text_of(&canvas);
    assert_non_null(strstr(text, "gophers need 80x24"));
    assert_non_null(strstr(text, "q quits"));
    free(text);
    canvas_free(&canvas);
    reel_free(&reel);
}

static void lanes_that_do_not_fit_are_summed_up(void **state)
{
    struct gopher_plan plan = plan_of("four*5", 20);
    struct reel reel = reel_for(&plan);
    struct view view = view_of(&reel, reel.record.end_ns / 2);
    struct canvas canvas = frame_draw(&view, 80, 24, false);
    (void)state;
    char *text = text_of(&canvas);
    int shown = count_of(text, "in carts");
    assert_in_range(shown, 1, 4);
    assert_int_equal(number_after(text, "\n and ", 0), 5 - shown);
    assert_non_null(strstr(text, "more lane"));
    free(text);
    canvas_free(&canvas);
    reel_free(&reel);
}

static void one_gopher_at_a_time_on_a_processor(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 9; procs++) {
        struct gopher_plan plan = plan_of("sixteen", procs);
        struct reel reel = reel_for(&plan);
        assert_int_equal(reel.turn_count, 4 * 2 * 2 * plan.loads);
        assert_int_equal(reel.first[procs], reel.turn_count);
        for (size_t i = 1; i < reel.turn_count; i++)
            if (reel.turns[i].proc == reel.turns[i - 1].proc)
                assert_true(reel.turns[i].from_ns >= reel.turns[i - 1].to_ns);
        reel_free(&reel);
    }
}

// The column where the one gopher's face begins.
static int column_of_face(const struct reel *reel, uint64_t ns)
{
    struct view view = view_of(reel, ns);
    struct canvas canvas = frame_draw(&view, 80, 24, false);
    int column = -1;
    for (int y = 0; y < canvas.rows; y++)
        for (int x = 0; x + 2 < canvas.columns; x++)
            if (canvas_at(&canvas, x, y)->point == '(' &&
                canvas_at(&canvas, x + 2, y)->point == 'a')
                column = x;
    canvas_free(&canvas);
    return column;
}

// A gopher on his way stands where the time says.
static void walks_as_time_goes(void **state)
{
    enum { PARTS = 8, WAY = 50 };  // columns: the road without himself and his cart
    struct gopher_plan plan = plan_of("one", 1);
    struct reel reel = reel_for(&plan);
    const uint64_t begin = plan.trip_ns[LOAD], takes = plan.trip_ns[CARRY];
    const int first = column_of_face(&reel, begin);
    (void)state;
    assert_true(first > 0);
    for (int part = 0; part < PARTS; part++) {
        uint64_t ns = begin + takes * (uint64_t)part / PARTS;
        int walked = column_of_face(&reel, ns) - first, expected = part * WAY / PARTS;
        assert_in_range(walked + 1, expected, expected + 2);
    }
    reel_free(&reel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_on_the_screen),
        cmocka_unit_test(ends_with_everything_burnt),
        cmocka_unit_test(draws_in_every_size),
        cmocka_unit_test(small_windows_are_told_what_is_needed),
        cmocka_unit_test(lanes_that_do_not_fit_are_summed_up),
        cmocka_unit_test(one_gopher_at_a_time_on_a_processor),
        cmocka_unit_test(walks_as_time_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
