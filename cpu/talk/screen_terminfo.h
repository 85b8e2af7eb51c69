// screen_terminfo.h -- what terminfo says of the terminal; apart from the rest, because
// its header makes macros of ordinary words.
#ifndef SCREEN_TERMINFO_H
#define SCREEN_TERMINFO_H

#include <stdbool.h>
#include <stddef.h>

bool terminfo_can_draw(void);  // known, and its cursor can be put anywhere

// The bytes that bring the terminal back from a full-screen picture. After
// terminfo_can_draw; returns how many.
size_t terminfo_leave(char *bytes, size_t size);

#endif
