// watch_show.c -- see watch_show.h.
#include "watch_show.h"

#include "clock.h"
#include "film.h"
#include "outfile.h"

#include <errno.h>

enum { FRAME_MS = 50, CAST_SECONDS = 9, WINDOW_MAX = 1000 };

static int show_film(struct film *film, struct fail *why)
{
    const uint64_t most_ns = 5 * FRAME_MS * UINT64_C(1000000);
    uint64_t last_ns = clock_ns();
    for (int going = 1;;) {
        struct screen_face face = screen_face();
        struct canvas canvas = film_draw(film, face.columns, face.rows, face.utf8);
        screen_show(&canvas);
        canvas_free(&canvas);
        int key = screen_key(FRAME_MS);
        if (key != STROKE_NONE)
            going = film_key(film, key, why);
        if (going <= 0)
            return going;
        uint64_t now_ns = clock_ns(), gone_ns = now_ns - last_ns;
        last_ns = now_ns;
        // A program that was stopped goes on where it was.
        film_advance(film, gone_ns < most_ns ? gone_ns : most_ns);
    }
}

// Until the runs are made there is nothing to draw; long ones leave this to be read.
static void show_working(void)
{
    const struct screen_face face = screen_face();
    struct canvas canvas = canvas_make(face.columns, face.rows, face.utf8);
    canvas_text(&canvas, 1, 0, LOOK_DIM, "working...");
    screen_show(&canvas);
    canvas_free(&canvas);
}

static int show(const struct watch_opts *opts, struct fail *why)
{
    const struct screen_opts screen = {opts->charset, opts->color};
    struct film film;
    if (screen_open(&screen, why) != 0)
        return -1;
    show_working();
    int result = film_open(&film, &opts->plan, why);
    if (result == 0) {
        result = show_film(&film, why);
        film_close(&film);
    }
    screen_close();
    return result;
}

static int frames(const struct watch_opts *opts, int columns, int rows, struct fail *why)
{
    if (film_frames(&opts->plan, opts->frames, columns, rows,
                    opts->charset != CHARSET_ASCII, opts->out, why) != 0)
        return -1;
    errno = 0;
    if (fflush(opts->out) != 0 || ferror(opts->out))
        return fail_output(why, "standard output", errno ? errno : EIO);
    return 0;
}

static int record(const struct watch_opts *opts, int columns, int rows, struct fail *why)
{
    struct outfile file;
    if (outfile_open(&file, opts->record, why) != 0)
        return -1;
    const struct cast_opts cast = {.columns = columns,
                                   .rows = rows,
                                   .utf8 = opts->charset != CHARSET_ASCII,
                                   .color = opts->color,
                                   .seconds = CAST_SECONDS,
                                   .name = file.path ? file.path : "standard output"};
    if (film_record(&opts->plan, &cast, file.stream, why) != 0) {
        outfile_abandon(&file);
        return -1;
    }
    return outfile_commit(&file, why);
}

int watch_run(const struct watch_opts *opts, struct fail *why)
{
    const int columns = opts->columns ? opts->columns : FRAME_COLUMNS;
    const int rows = opts->rows ? opts->rows : FRAME_ROWS;
    if (columns < 1 || rows < 1 || columns > WINDOW_MAX || rows > WINDOW_MAX)
        return fail(why, EXIT_USAGE,
                    "gophers: a picture is 1 to %d columns by 1 to %d rows", WINDOW_MAX,
                    WINDOW_MAX);
    if (opts->record)
        return record(opts, columns, rows, why);
    if (opts->frames > 0)
        return frames(opts, columns, rows, why);
    return show(opts, why);
}
