// grid.c -- see grid.h.
#include "grid.h"

#include "fail.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2 };

struct grid *grids_add(struct grids *grids, char *title, const char *about, size_t rows,
                       size_t columns)
{
    grids->grid = reallocarray(grids->grid, grids->count + 1, sizeof *grids->grid);
    if (!grids->grid)
        die("no memory for a table");
    struct grid *g = &grids->grid[grids->count++];
    *g = (struct grid){
        .title = title, .about = strdup(about), .rows = rows, .columns = columns};
    g->text = calloc(rows * columns, sizeof *g->text);
    if (!g->text || !g->about)
        die("no memory for a table");
    return g;
}

void grids_free(struct grids *grids)
{
    for (size_t i = 0; i < grids->count; i++) {
        struct grid *g = &grids->grid[i];
        for (size_t j = 0; j < g->rows * g->columns; j++)
            free(g->text[j]);
        free(g->text);
        free(g->title);
        free(g->about);
    }
    free(grids->grid);
    *grids = (struct grids){0};
}

void grid_put(struct grid *g, size_t row, size_t column, char *text)
{
    free(g->text[row * g->columns + column]);
    g->text[row * g->columns + column] = text;
}

const char *grid_text(const struct grid *g, size_t row, size_t column)
{
    const char *text = g->text[row * g->columns + column];
    return text ? text : "";
}

static size_t width_of(const struct grid *g, size_t column)
{
    size_t width = 0;
    for (size_t r = 0; r < g->rows; r++)
        if (text_columns(grid_text(g, r, column)) > width)
            width = text_columns(grid_text(g, r, column));
    return width;
}

static void write_row(FILE *out, const struct grid *g, size_t row, size_t from, size_t to)
{
    const char *label = grid_text(g, row, 0);
    size_t owed = width_of(g, 0) - text_columns(label);  // spaces, if anything follows
    fputs(label, out);
    for (size_t c = from; c < to; c++) {
        const char *text = grid_text(g, row, c);
        owed += GAP + width_of(g, c) - text_columns(text);
        if (!*text)
            continue;
        fprintf(out, "%*s%s", (int)owed, "", text);
        owed = 0;
    }
    fputc('\n', out);
}

void grid_write(FILE *out, const struct grid *g, size_t indent, size_t width)
{
    for (size_t from = 1, to; from < g->columns; from = to) {
        size_t used = indent + width_of(g, 0);
        for (to = from; to < g->columns; to++) {
            used += GAP + width_of(g, to);
            if (used > width && to > from)
                break;
        }
        for (size_t r = 0; r < g->rows; r++) {
            fprintf(out, "%*s", (int)indent, "");
            write_row(out, g, r, from, to);
        }
    }
}
