// screen_restore.h -- gives the terminal back, whatever ends the program.
//
// For the signals that end it there is a handler that does only what a handler may: it
// writes the bytes and the settings that were noted at the beginning, copies out what
// stderr was told, and lets the signal have its way. Where the process ends by exit, as
// in die, the same is done then.
#ifndef SCREEN_RESTORE_H
#define SCREEN_RESTORE_H

#include <stddef.h>

// Notes how the terminal is, and the bytes that leave the screen; from now on signals
// are handled and stderr is kept.
void screen_restore_arm(const char *bytes, size_t length);

// Signals and stderr are as before; what was kept is written.
void screen_restore_disarm(void);

#endif
