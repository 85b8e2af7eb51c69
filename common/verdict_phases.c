// verdict_phases.c -- see verdict_phases.h.
#include "verdict_phases.h"

#include "text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The median of one field over the samples, by its offset in struct sample.
static double phase_median(const struct cell *cell, size_t offset)
{
    double *values = calloc(cell->count, sizeof *values);
    if (!values)
        die("no memory for the report");
    for (size_t i = 0; i < cell->count; i++)
        memcpy(&values[i], (const char *)&cell->samples[i] + offset, sizeof *values);
    const double median = stats_median(values, cell->count);
    free(values);
    return median;
}

static void add_phases(struct lines *lines, const struct board_row *row)
{
    const struct cell *cell = row->cell;
    const double upload_s = phase_median(cell, offsetof(struct sample, upload_s));
    const double run_s = phase_median(cell, offsetof(struct sample, run_s));
    const double download_s = phase_median(cell, offsetof(struct sample, download_s));
    if (!(cell->median_s > 0) || !(upload_s + run_s + download_s > 0))
        return;
    char kernels[64] = "", open[FIGURE_BYTES], rate[FIGURE_BYTES];
    if (run_s > 0)
        snprintf(kernels, sizeof kernels, "; its kernels alone ran at %s",
                 text_rate(rate, cell->work / run_s, cell->unit));
    const double share = 100 / cell->median_s;
    lines_add(lines,
              "%s spent %.0f %% of its time on upload, %.0f %% on running and %.0f %% on "
              "download%s%s. Opening it, builds included, took %s, apart.",
              row->name, share * upload_s, share * run_s, share * download_s,
              share * (upload_s + run_s + download_s) > 105 ? " (they overlap)" : "",
              kernels, text_seconds(open, cell->open_s));
}

// What a sample does not hold: an engine's world around it.
static void add_outside(struct lines *lines, const struct board_row *row)
{
    const double outside_s = phase_median(row->cell, offsetof(struct sample, outside_s));
    char figure[FIGURE_BYTES];
    if (outside_s > 0)
        lines_add(lines,
                  "Starting %s's run and ending it took %s around a sample, apart.",
                  row->name, text_seconds(figure, outside_s));
}

// ---- the whole

void verdict_phases(struct lines *lines, const struct board *board)
{
    for (size_t i = 0; i < board->count; i++)
        if (result_stands(board->rows[i].cell) && *board->rows[i].cell->facts.device &&
            (!board->ladder || &board->rows[i] == board->fastest))
            add_phases(lines, &board->rows[i]);
    for (size_t i = 0; i < board->count; i++)
        if (result_stands(board->rows[i].cell))
            add_outside(lines, &board->rows[i]);
}
