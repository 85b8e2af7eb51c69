// screen_terminfo.c -- see screen_terminfo.h.
#include "screen_terminfo.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

static char *put_at, *put_end;

static int put(int byte)
{
    if (put_at < put_end)
        *put_at++ = (char)byte;
    return byte;
}

static int note_bytes(char *bytes, size_t size)
{
    const char *const parts[] = {
        exit_attribute_mode, orig_pair, cursor_normal, keypad_local,
        // Without a second screen to leave, the picture is wiped.
        exit_ca_mode ? exit_ca_mode : clear_screen};
    if (!cursor_address)
        return -1;
    put_at = bytes;
    put_end = bytes + size;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            tputs(parts[i], 1, put);
    return (int)(put_at - bytes);
}

int terminfo_leave(char *bytes, size_t size)
{
    int found, length = -1;
    if (setupterm(NULL, STDOUT_FILENO, &found) == OK)
        length = note_bytes(bytes, size);
    if (cur_term)
        del_curterm(cur_term);
    return length;
}
