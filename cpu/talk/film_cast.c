// film_cast.c -- the animation as an asciicast: lines of JSON, each with the bytes that a
// terminal gets at a time. After the first picture only what has changed is drawn.
//
// The format: https://docs.asciinema.org/manual/asciicast/v2/
#include "film.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES_PER_S = 10, REAL_NS = 1000000000 / FRAMES_PER_S };

struct cast {
    const struct cast_opts *opts;
    FILE *out;
    int error;           // errno's, once it could not be written
    int frame;           // written so far
    struct canvas last;  // on the screen
    struct look look;    // in force
    char *bytes;         // for the terminal
    size_t length;
    FILE *pen;  // writes to bytes
};

static bool same_look(struct look a, struct look b)
{
    return a.tint == b.tint && a.style == b.style;
}

static bool same_glyph(const struct glyph *a, const struct glyph *b)
{
    return a->point == b->point && same_look(a->look, b->look);
}

static void put_look(struct cast *cast, struct look look)
{
    if (!cast->opts->color)
        look.tint = TINT_PLAIN;
    if (same_look(look, cast->look))
        return;
    cast->look = look;
    fputs("\33[0", cast->pen);
    if (look.style & STYLE_BOLD)
        fputs(";1", cast->pen);
    if (look.style & STYLE_DIM)
        fputs(";2", cast->pen);
    if (look.style & STYLE_REVERSE)
        fputs(";7", cast->pen);
    if (look.tint != TINT_PLAIN)
        fprintf(cast->pen, ";%d", 30 + look.tint);
    fputc('m', cast->pen);
}

// Glyphs that have changed; a gap of a few that have not is cheaper drawn than jumped
// over.
static void draw_row(struct cast *cast, const struct canvas *canvas, int y)
{
    enum { JUMP_COSTS = 6 };
    int pen = -JUMP_COSTS;  // the column where the cursor is
    for (int x = 0; x < canvas->columns; x++) {
        if (same_glyph(canvas_at(canvas, x, y), canvas_at(&cast->last, x, y)))
            continue;
        if (x - pen >= JUMP_COSTS) {
            fprintf(cast->pen, "\33[%d;%dH", y + 1, x + 1);
            pen = x;
        }
        for (; pen <= x; pen++) {
            const struct glyph *glyph = canvas_at(canvas, pen, y);
            char bytes[4];
            put_look(cast, glyph->look);
            fwrite(bytes, 1, (size_t)canvas_encode(glyph->point, bytes), cast->pen);
        }
    }
}

static int put_line(struct cast *cast, json_t *line)
{
    errno = 0;
    int failed =
        line ? json_dumpf(line, cast->out, JSON_COMPACT | JSON_REAL_PRECISION(6)) : -1;
    json_decref(line);
    if (failed && !ferror(cast->out))
        die("no memory for the recording");
    if (!failed)
        fputc('\n', cast->out);
    if (!ferror(cast->out))
        return 0;
    cast->error = errno ? errno : EIO;
    return -1;
}

static int put_head(struct cast *cast, const struct gopher_plan *plan)
{
    char title[80];
    snprintf(title, sizeof title, "gophers: %s", plan->design.name);
    return put_line(cast,
                    json_pack("{s:i, s:i, s:i, s:s, s:{s:s}}", "version", 2, "width",
                              cast->opts->columns, "height", cast->opts->rows, "title",
                              title, "env", "TERM", "xterm-256color"));
}

// Draws the film as it is now, and lets a frame's time go by.
static int put_frame(struct cast *cast, struct film *film)
{
    struct canvas canvas =
        film_draw(film, cast->opts->columns, cast->opts->rows, cast->opts->utf8);
    cast->bytes = NULL;
    cast->pen = open_memstream(&cast->bytes, &cast->length);
    if (!cast->pen)
        die("out of memory");
    if (cast->frame == 0)
        fputs("\33[?25l\33[0m\33[2J", cast->pen);
    for (int y = 0; y < canvas.rows; y++)
        draw_row(cast, &canvas, y);
    fclose(cast->pen);
    const double time = (double)cast->frame / FRAMES_PER_S;
    int failed =
        cast->length == 0
            ? 0
            : put_line(cast, json_pack("[f,s,s%]", time, "o", cast->bytes, cast->length));
    free(cast->bytes);
    canvas_free(&cast->last);
    cast->last = canvas;
    cast->frame++;
    film_advance(film, REAL_NS);
    return failed;
}

// The cursor is there again when it has been played.
static int put_tail(struct cast *cast)
{
    const double time = (double)(cast->frame - 1) / FRAMES_PER_S;
    return put_line(cast, json_pack("[f,s,s]", time, "o", "\33[0m\33[?25h"));
}

static int put_film(struct cast *cast, struct film *film)
{
    const int frames = cast->opts->seconds * FRAMES_PER_S;
    int failed = 0;
    for (int i = 0; i < frames && film->ns < film->reel.record.end_ns && !failed; i++)
        failed = put_frame(cast, film);
    return failed;
}

int film_record(const struct gopher_plan *plan, const struct cast_opts *opts, FILE *out,
                struct fail *why)
{
    *why = (struct fail){0};
    struct film film;
    struct gopher_plan first = *plan;
    struct cast cast = {
        .opts = opts, .out = out, .last = canvas_make(opts->columns, opts->rows, true)};
    first.procs = 1;
    if (film_open(&film, &first, why) != 0) {
        canvas_free(&cast.last);
        return -1;
    }
    film.speed = 1;
    int failed = put_head(&cast, plan);
    if (!failed)
        failed = put_film(&cast, &film);
    if (!failed && plan->procs > 1) {
        failed = film_procs(&film, plan->procs, why) < 0;
        if (!failed)
            failed = put_film(&cast, &film);
    }
    if (!failed)
        failed = put_frame(&cast, &film);
    if (!failed)
        failed = put_tail(&cast);
    film_close(&film);
    canvas_free(&cast.last);
    if (cast.error)
        return fail_output(why, opts->name, cast.error);
    return failed ? -1 : 0;
}
