// terminal.c -- see terminal.h.
#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

static bool is_dumb(void)
{
    const char *term = getenv("TERM");
    return term && strcmp(term, "dumb") == 0;
}

bool terminal_color(const struct options *o)
{
    if (o->color != COLOR_AUTO)
        return o->color == COLOR_ALWAYS;
    return isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && !is_dumb();
}

bool terminal_progress(const struct options *o)
{
    return !o->quiet && isatty(STDERR_FILENO) && !is_dumb();
}

void terminal_progress_end(const struct options *o)
{
    if (terminal_progress(o))
        fputs("\r\033[K", stderr);
}

bool terminal_asks(const struct options *o)
{
    return !o->quiet && !o->talk.no_ask && !is_set("CI") && isatty(STDIN_FILENO) &&
           isatty(STDOUT_FILENO);
}

int terminal_columns(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 80;
}
