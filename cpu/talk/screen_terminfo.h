// screen_terminfo.h -- what terminfo says of the terminal; apart from the rest, because
// its header makes macros of ordinary words.
#ifndef SCREEN_TERMINFO_H
#define SCREEN_TERMINFO_H

#include <stddef.h>

// The bytes that bring the terminal on standard output back from a full-screen picture,
// size of them at most. Returns how many, or -1: it is not known, or cannot draw one.
int terminfo_leave(char *bytes, size_t size);

#endif
