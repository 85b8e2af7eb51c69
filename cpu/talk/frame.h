// frame.h -- one picture of a recorded run at one instant: a pure function, without any
// input or output.
//
// It is drawn from the record alone. It needs FRAME_COLUMNS x FRAME_ROWS and uses more
// where there is more; with less it says so.
#ifndef FRAME_H
#define FRAME_H

#include "canvas.h"
#include "reel.h"

enum { FRAME_COLUMNS = 80, FRAME_ROWS = 24 };

struct view {
    const struct reel *reel;
    uint64_t ns;
    double one_rate;     // loads/s of one gopher who makes the same trips; 0: not known
    const char *pace;    // "x1", "x1/2"
    const char *state;   // "playing", "paused", "the end"
    const char *status;  // what the last key did; ""
    bool help;           // the keys, explained, lie over the picture
};

struct canvas frame_draw(const struct view *, int columns, int rows, bool utf8);

#endif
