// space.h -- memory that is made once, before the timed runs, and freed all at once.
//
// Blocks are aligned to 64 bytes at least, and their pages are touched, so that no run
// pays for a page fault.
#ifndef SPACE_H
#define SPACE_H

#include "fail.h"

#include <stddef.h>

struct space_block;

struct space {
    struct space_block *blocks;
};

// Zeroed memory for count elements of `bytes` each; never NULL for 0. NULL on failure,
// with EXIT_RESOURCE and a sentence that begins with what it was for, as "the packed
// matrix".
void *space_take(struct space *, size_t count, size_t bytes, const char *what,
                 struct fail *why);

void space_free(struct space *);  // a zeroed one is fine, and is what it leaves

#endif
