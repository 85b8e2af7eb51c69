// watch_show.h -- the gophers watched: on the screen, as pictures in text, or recorded.
#ifndef WATCH_SHOW_H
#define WATCH_SHOW_H

#include "gopher_plan.h"
#include "screen.h"

struct watch_opts {
    // What is run, in virtual time. A few dozen loads are enough: WATCH_LOADS.
    struct gopher_plan plan;
    enum charset charset;
    bool color;  // of the screen and of a recording
    int frames;  // > 0: so many pictures go to `out`, and there is no screen
    FILE *out;
    const char *record;  // a file for an asciicast, and there is no screen; NULL: none
    int columns, rows;   // of pictures and recordings; 0: 80 x 24
};

enum { WATCH_LOADS = 36 };

// Returns 0 when the watcher has seen enough, else -1: EXIT_ABSENT without a screen,
// EXIT_USAGE for what cannot be watched, EXIT_OUTPUT, EXIT_RESOURCE.
int watch_run(const struct watch_opts *, struct fail *why);

#endif
