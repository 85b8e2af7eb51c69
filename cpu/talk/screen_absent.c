// screen_absent.c -- a build without ncursesw has no screen, and says so.
#include "screen.h"

#include "film.h"

int screen_open(const struct screen_opts *opts, struct fail *why)
{
    (void)opts;
    return fail(why, EXIT_ABSENT,
                "gophers --watch: this build has no ncursesw (libncurses-dev); --frames "
                "and --record work without");
}

void screen_close(void)
{
}

struct screen_face screen_face(void)
{
    return (struct screen_face){0};
}

void screen_show(const struct canvas *canvas)
{
    (void)canvas;
}

int screen_key(int timeout_ms)
{
    (void)timeout_ms;
    return STROKE_NONE;
}
