// screen.h -- the terminal as a whole: pictures out, keys in.
//
// Whatever ends the program while the screen is open -- a signal, an abort, a crash --
// leaves the terminal as it was. What is written to stderr meanwhile, as a deadlock's
// list of tasks, is kept and comes out when the screen has been closed. screen_curses.c
// does it with ncursesw; where that was missing at the build, screen_absent.c says so.
#ifndef SCREEN_H
#define SCREEN_H

#include "canvas.h"
#include "fail.h"

enum charset { CHARSET_AUTO, CHARSET_UTF8, CHARSET_ASCII };

struct screen_opts {
    enum charset charset;  // auto: UTF-8 if the locale says so
    bool color;            // if the terminal has any
};

// Takes standard input and output. EXIT_ABSENT: they are no terminal, or one that cannot
// draw a picture.
int screen_open(const struct screen_opts *, struct fail *why);
void screen_close(void);

struct screen_face {
    int columns, rows;
    bool utf8;
};
struct screen_face screen_face(void);  // now: it changes with the window

void screen_show(const struct canvas *);

// Waits for a key, at most so long: a character, a stroke of film.h, or STROKE_NONE for
// none that means anything, for a window that has changed, and for time that is up.
// timeout_ms < 0: without end.
int screen_key(int timeout_ms);

#endif
