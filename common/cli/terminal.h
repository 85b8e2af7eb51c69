// terminal.h -- how what is shown meets who looks at it.
#ifndef TERMINAL_H
#define TERMINAL_H

#include "options.h"

#include <stdbool.h>
#include <stdio.h>

// Colour on standard output: --color decides; else a terminal that is not dumb, and no
// NO_COLOR.
bool terminal_color(const struct options *);

// Progress on standard error: only on a terminal that can take it back.
bool terminal_progress(const struct options *);

// Takes it back: to be called when what was under way has ended, however it ended.
void terminal_progress_end(const struct options *);

// A question is asked of a person: standard input and output are terminals, and neither
// -q, --no-ask nor CI says that nobody answers.
bool terminal_asks(const struct options *);

int terminal_columns(FILE *);  // 80 where nobody knows

#endif
