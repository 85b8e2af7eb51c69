// screen_terminfo.c -- see screen_terminfo.h.
#include "screen_terminfo.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

bool terminfo_can_draw(void)
{
    int found;
    return setupterm(NULL, STDOUT_FILENO, &found) == OK && cursor_address;
}

static char *put_at, *put_end;

static int put(int byte)
{
    if (put_at < put_end)
        *put_at++ = (char)byte;
    return byte;
}

size_t terminfo_leave(char *bytes, size_t size)
{
    const char *const parts[] = {
        exit_attribute_mode, orig_pair, cursor_normal, keypad_local,
        // Without a second screen to leave, the picture is wiped.
        exit_ca_mode ? exit_ca_mode : clear_screen};
    put_at = bytes;
    put_end = bytes + size;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            tputs(parts[i], 1, put);
    return (size_t)(put_at - bytes);
}
