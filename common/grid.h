// grid.h -- a small table of texts: a title and what its figures are, a row of headers,
// rows that begin with a label.
#ifndef GRID_H
#define GRID_H

#include <stddef.h>
#include <stdio.h>

struct grid {
    char *title, *about;
    size_t rows, columns;  // with the headers' row and the labels' column
    char **text;           // row by row; NULL: nothing to show
};

struct grids {
    struct grid *grid;
    size_t count;
};

// Adds an empty one and takes over the title; `about` is copied. Dies when memory ends.
struct grid *grids_add(struct grids *, char *title, const char *about, size_t rows,
                       size_t columns);
void grids_free(struct grids *);  // a zeroed one is fine

// Takes over a malloced text; what was there goes.
void grid_put(struct grid *, size_t row, size_t column, char *text);
const char *grid_text(const struct grid *, size_t row, size_t column);  // never NULL

// Without the title. Columns that do not fit beside each other go below, with the labels
// again.
void grid_write(FILE *, const struct grid *, size_t indent, size_t width);

#endif
