// board_row.c -- see board_row.h.
#include "board_row.h"

#include "ladder.h"
#include "lines.h"
#include "pair_text.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>

static char *percent(double fraction)
{
    const double value = 100 * fraction;
    return lines_format("%.*f%%", value < 9.95 ? 1 : 0, value);
}

// The larger half of the interval, relative to the median.
static char *spread(const struct cell *cell, const struct signs *signs)
{
    const double half =
        fmax(cell->ci95_s.hi - cell->median_s, cell->median_s - cell->ci95_s.lo);
    if (!(cell->median_s > 0))
        return lines_format("%s", "");
    char *share = percent(half / cell->median_s);
    char *text = lines_format("%s%s", signs->plus_minus, share);
    free(share);
    return text;
}

static const char *failure_word(enum exit_code code)
{
    switch (code) {
    case EXIT_WRONG:
        return "wrong answer";
    case EXIT_ABSENT:
        return "not here";
    case EXIT_INPUT:
        return "bad input";
    case EXIT_RESOURCE:
        return "out of resources";
    case EXIT_DIED:
        return "died";
    case EXIT_DEADLOCK:
        return "deadlock";
    default:
        return "failed";
    }
}

static char *what_it_says(const struct cell *cell, const struct result *result)
{
    if (cell->failed == EXIT_OK)
        return lines_format("%s", result->interrupted
                                      ? "interrupted before its first round"
                                      : "has no times");
    char *error = lines_escape(cell->error ? cell->error : "");
    char *text = lines_format("%s: %s", failure_word(cell->failed), error);
    free(error);
    return text;
}

static const char *mark_of(const struct cell *cell, const struct signs *signs)
{
    if (result_stands(cell))
        return cell->verified ? signs->verified : signs->unverified;
    return cell->failed == EXIT_ABSENT || cell->failed == EXIT_OK ? signs->absent
                                                                  : signs->failed;
}

static void fill_ratio(struct board_row *row, const struct board *board)
{
    struct pair pair;
    if (row == board->base) {
        row->text[BOARD_RATIO] = lines_format("%.*fx", board->decimals, 1.0);
    } else if (board->base &&
               result_pair(board->result, board->base->cell, row->cell, &pair)) {
        const bool told = pair_told(&pair);
        const int own = board_decimals(&pair);
        const int digits = own > board->decimals ? own : board->decimals;
        row->text[BOARD_RATIO] =
            told ? lines_format("%.*fx", digits, pair.ratio) : lines_format("~");
        row->text[BOARD_RANGE] =
            lines_format("%.*f..%.*f", digits, pair.ci95.lo, digits, pair.ci95.hi);
    }
}

// "omp", "blas (OpenBLAS 0.3.21, SkylakeX)". Takes the name over.
static char *sentence_name(const struct cell *cell, char *name)
{
    if (!cell->peer || !*cell->facts.variant)
        return name;
    char *variant = lines_escape(cell->facts.variant);
    char *text = lines_format("%s (%s)", name, variant);
    free(variant);
    free(name);
    return text;
}

// What the step to this rung brought, and all steps so far.
static void fill_step(struct board_row *row, const struct board *board)
{
    const struct result *result = board->result;
    const struct cell *below = ladder_below(result, row->cell);
    const struct cell *foot = ladder_foot(result, row->cell);
    struct pair pair;
    if (foot && result_pair(result, foot, row->cell, &pair))
        row->text[BOARD_FIRST] = lines_format("%.*fx", board_decimals(&pair), pair.ratio);
    if (!below || !result_pair(result, below, row->cell, &pair))
        return;
    const int digits = board_decimals(&pair);
    row->text[BOARD_RATIO] =
        pair_told(&pair) ? lines_format("%.*fx", digits, pair.ratio) : lines_format("~");
    row->text[BOARD_RANGE] =
        lines_format("%.*f..%.*f", digits, pair.ci95.lo, digits, pair.ci95.hi);
}

void board_row_fill(struct board_row *row, const struct board *board,
                    const struct signs *signs)
{
    const struct cell *cell = row->cell;
    char figure[FIGURE_BYTES];
    row->text[BOARD_MARK] = lines_format("%s", mark_of(cell, signs));
    char *name = lines_escape(*cell->column ? cell->column : cell->engine);
    row->text[BOARD_NAME] = lines_format("%s%s", name, cell->peer ? "*" : "");
    row->name = sentence_name(cell, name);
    if (result_stands(cell)) {
        row->text[BOARD_THREADS] = cell->facts.threads > 0
                                       ? lines_format("%d", cell->facts.threads)
                                       : lines_format("-");
        row->text[BOARD_TIME] = lines_format("%s", text_seconds(figure, cell->median_s));
        row->text[BOARD_SPREAD] = spread(cell, signs);
        row->text[BOARD_RATE] =
            lines_format("%s", text_rate(figure, cell->rate, cell->unit));
        if (cell->limit_fraction > 0)
            row->text[BOARD_LIMIT] =
                cell->limit_fraction < 0.01
                    ? percent(cell->limit_fraction)
                    : lines_format("%.0f%%", 100 * cell->limit_fraction);
        if (board->ladder)
            fill_step(row, board);
        else
            fill_ratio(row, board);
    } else {
        row->says = what_it_says(cell, board->result);
    }
    for (int i = 0; i < BOARD_COLUMNS; i++)
        if (!row->text[i])
            row->text[i] = lines_format("%s", "");
}
