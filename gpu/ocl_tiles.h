// ocl_tiles.h -- counting tiles, for the rungs' plans.
#ifndef OCL_TILES_H
#define OCL_TILES_H

#include <stddef.h>

static inline size_t ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

static inline size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
