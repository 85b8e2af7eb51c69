// test_film_cast.c -- a recording, played by a terminal of the test's own: what it shows
// at the end is the picture itself. It knows no more than recordings may use.
#include "film.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 80, ROWS = 24, README_BYTES = 300000 };

struct tube {
    struct canvas canvas;
    struct look look;
    int x, y;
};

static struct gopher_plan plan_of(const char *design, int procs)
{
    struct gopher_plan plan = gopher_plan_default;
    struct fail why;
    assert_int_equal(design_find(design, &plan.design, &why), 0);
    plan.procs = procs;
    plan.loads = 8;
    return plan;
}

static char *record(const struct gopher_plan *plan, const struct cast_opts *opts)
{
    struct fail why = {EXIT_OK, ""};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (film_record(plan, opts, out, &why) != 0)
        fail_msg("%s", why.text);
    fclose(out);
    return text;
}

static void set_look(struct tube *tube, long sgr)
{
    if (sgr == 0)
        tube->look = LOOK_PLAIN;
    else if (sgr == 1 || sgr == 2)
        tube->look.style |= (uint8_t)sgr;
    else if (sgr == 7)
        tube->look.style |= STYLE_REVERSE;
    else if (sgr >= 31 && sgr <= 36)
        tube->look.tint = (uint8_t)(sgr - 30);
    else
        fail_msg("SGR %ld", sgr);
}

// What follows ESC [; returns the byte behind it.
static const char *obey(struct tube *tube, const char *at)
{
    long numbers[8] = {0};
    int count = 0;
    if (*at == '?')
        at++;
    for (;; at++) {
        char *end;
        assert_true(count < 8);
        numbers[count++] = strtol(at, &end, 10);
        at = end;
        if (*at != ';')
            break;
    }
    if (*at == 'H') {
        assert_in_range(numbers[0], 1, tube->canvas.rows);
        assert_in_range(numbers[1], 1, tube->canvas.columns);
        tube->y = (int)numbers[0] - 1;
        tube->x = (int)numbers[1] - 1;
    } else if (*at == 'm') {
        for (int i = 0; i < count; i++)
            set_look(tube, numbers[i]);
    } else {
        assert_true((*at == 'l' || *at == 'h') ? numbers[0] == 25
                                               : *at == 'J' && numbers[0] == 2);
    }
    return at + 1;
}

static void play(struct tube *tube, const char *at)
{
    while (*at) {
        if (at[0] == '\33') {
            assert_int_equal(at[1], '[');
            at = obey(tube, at + 2);
            continue;
        }
        int length = 1;
        while ((at[length] & 0xc0) == 0x80)
            length++;
        char one[5] = {0};
        memcpy(one, at, (size_t)length);
        assert_true(tube->x < tube->canvas.columns);
        canvas_text(&tube->canvas, tube->x++, tube->y, tube->look, one);
        at += length;
    }
}

// Plays all of it; returns the time of the last event.
static double play_all(struct tube *tube, const char *cast)
{
    double last = 0;
    int lines = 0;
    for (const char *line = cast; *line; line = strchr(line, '\n') + 1, lines++) {
        json_error_t error;
        json_t *json = json_loads(line, JSON_DISABLE_EOF_CHECK, &error);
        assert_non_null(json);
        if (lines == 0) {
            assert_int_equal(json_integer_value(json_object_get(json, "version")), 2);
            assert_int_equal(json_integer_value(json_object_get(json, "width")),
                             tube->canvas.columns);
            assert_int_equal(json_integer_value(json_object_get(json, "height")),
                             tube->canvas.rows);
        } else {
            double time = json_number_value(json_array_get(json, 0));
            assert_int_equal(json_array_size(json), 3);
            assert_true(time >= last);
            last = time;
            assert_string_equal(json_string_value(json_array_get(json, 1)), "o");
            play(tube, json_string_value(json_array_get(json, 2)));
        }
        json_decref(json);
    }
    assert_true(lines > 20);
    return last;
}

static void same_picture(const struct canvas *a, const struct canvas *b, bool color)
{
    for (int y = 0; y < a->rows; y++) {
        for (int x = 0; x < a->columns; x++) {
            const struct glyph *p = canvas_at(a, x, y), *q = canvas_at(b, x, y);
            assert_int_equal(p->point, q->point);
            assert_int_equal(p->look.style, q->look.style);
            assert_int_equal(p->look.tint, color ? q->look.tint : TINT_PLAIN);
        }
    }
}

// The run on one processor for a second, then on the plan's for another: a trip takes
// half a second in a recording.
static void ends_with_the_picture_itself(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count * 4; i++) {
        const struct cast_opts opts = {COLUMNS, ROWS, i & 1, i & 2, 2, "-"};
        struct gopher_plan plan = plan_of(designs[i / 4].name, 4);
        struct tube tube = {.canvas = canvas_make(COLUMNS, ROWS, true)};
        char *cast = record(&plan, &opts);
        assert_true(play_all(&tube, cast) > 3.5);
        struct film film;
        struct fail why;
        plan.procs = 1;
        assert_int_equal(film_open(&film, &plan, &why), 0);
        film.speed = 1;
        film_advance(&film, UINT64_C(2000000000));
        assert_int_equal(film_procs(&film, 4, &why), 1);
        film_advance(&film, UINT64_C(2000000000));
        struct canvas picture = film_draw(&film, COLUMNS, ROWS, opts.utf8);
        same_picture(&tube.canvas, &picture, opts.color);
        canvas_free(&picture);
        canvas_free(&tube.canvas);
        film_close(&film);
        free(cast);
    }
}

static void the_same_plan_gives_the_same_bytes(void **state)
{
    const struct cast_opts opts = {100, 30, true, true, 2, "-"};
    struct gopher_plan plan = plan_of("sixteen", 3);
    char *one = record(&plan, &opts), *two = record(&plan, &opts);
    (void)state;
    assert_string_equal(one, two);
    free(one);
    free(two);
}

static void fits_into_a_readme(void **state)
{
    const struct cast_opts opts = {COLUMNS, ROWS, true, true, 9, "-"};
    (void)state;
    for (int i = 0; i < designs_count; i++) {
        struct gopher_plan plan = plan_of(designs[i].name, 4);
        plan.loads = 36;
        struct tube tube = {.canvas = canvas_make(COLUMNS, ROWS, true)};
        char *cast = record(&plan, &opts);
        assert_in_range(strlen(cast), 10000, README_BYTES);
        assert_true(play_all(&tube, cast) <= 2 * opts.seconds);
        canvas_free(&tube.canvas);
        free(cast);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_with_the_picture_itself),
        cmocka_unit_test(the_same_plan_gives_the_same_bytes),
        cmocka_unit_test(fits_into_a_readme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
