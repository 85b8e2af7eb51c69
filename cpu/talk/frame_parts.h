// frame_parts.h -- what a picture is put together from. Only the frame*.c include it.
#ifndef FRAME_PARTS_H
#define FRAME_PARTS_H

#include "frame.h"
#include "gopher_art.h"
#include "scene.h"

// A lane of gophers so many rows high takes a row of figures, and twice a row of what
// the gophers think, the gophers, and the ground.
static inline int lane_rows(int gopher_rows)
{
    return 2 * gopher_rows + 5;
}

struct lane_place {
    int lane, y, gopher_rows;
};
void frame_lane(struct canvas *, const struct view *, const struct scene *,
                struct lane_place);

// A bar for each processor: who has been running on it. In one column or in two.
void frame_procs(struct canvas *, const struct view *, struct box);

// A line for each gopher: what he does, and has done. In one column or in two.
void frame_gophers(struct canvas *, const struct view *, const struct scene *,
                   struct box);

void frame_help(struct canvas *);

#endif
