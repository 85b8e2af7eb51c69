// ladder.c -- see ladder.h.
#include "ladder.h"

#include "pair_text.h"

#include <stdlib.h>
#include <string.h>

// "ocl:0:1" of "ocl:0:1 tiled": its length.
static size_t stem(const struct cell *cell)
{
    const size_t whole = strlen(cell->column), rung = strlen(cell->rung);
    return whole > rung ? whole - rung : 0;
}

static bool same_ladder(const struct cell *a, const struct cell *b)
{
    return a->rung && b->rung && result_same_case(a, b) && stem(a) == stem(b) &&
           strncmp(a->column, b->column, stem(a)) == 0;
}

// A rung that others are compared with: one of rounded inputs is another job's.
static bool carries(const struct cell *cell)
{
    return result_stands(cell) && cell->facts.input_epsilon == 0;
}

const struct cell *ladder_below(const struct result *result, const struct cell *cell)
{
    const struct cell *below = NULL;
    for (const struct cell *c = result->cells; c < cell; c++)
        if (same_ladder(c, cell) && carries(c))
            below = c;
    return below;
}

const struct cell *ladder_foot(const struct result *result, const struct cell *cell)
{
    for (const struct cell *c = result->cells; c < cell; c++)
        if (same_ladder(c, cell) && carries(c))
            return c;
    return NULL;
}

bool ladder_only(const struct result *result, const struct cell *first)
{
    size_t rungs = 0;
    for (size_t i = 0; i < result->cell_count; i++) {
        if (!result_same_case(first, &result->cells[i]))
            continue;
        if (!same_ladder(first, &result->cells[i]))
            return false;
        rungs++;
    }
    return rungs > 1;
}

// "tiled 1.71x, registers 4.2x": every step up to this rung. Malloced; NULL: none.
static char *steps(const struct result *result, const struct cell *top)
{
    const struct cell *below = ladder_below(result, top);
    struct pair pair;
    if (!below)
        return NULL;
    char *before = steps(result, below);
    if (!result_pair(result, below, top, &pair))
        return before;
    char *ratio = pair_ratio(&pair);
    char *text =
        lines_format("%s%s%s %sx%s", before ? before : "", before ? ", " : "", top->rung,
                     ratio, pair_told(&pair) ? "" : " (not separated)");
    free(ratio);
    free(before);
    return text;
}

static void add_ladder(struct lines *lines, const struct result *result,
                       const struct cell *top)
{
    const struct cell *foot = ladder_foot(result, top);
    struct pair pair;
    if (!foot || !result_pair(result, foot, top, &pair))
        return;
    char *top_name = lines_escape(top->column), *foot_name = lines_escape(foot->column);
    char *gain = pair_gain(&pair, top_name, foot_name), *each = steps(result, top);
    free(top_name);
    free(foot_name);
    if (ladder_below(result, top) == foot)
        lines_add(lines, "The ladder: %s.", gain);
    else
        lines_add(lines, "The ladder: %s. Step by step: %s.", gain, each);
    free(gain);
    free(each);
}

void ladder_verdict(struct lines *lines, const struct board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        const struct cell *cell = board->rows[i].cell;
        bool top = cell->rung && carries(cell);
        for (size_t j = i + 1; j < board->count && top; j++)
            top =
                !same_ladder(cell, board->rows[j].cell) || !carries(board->rows[j].cell);
        if (top)
            add_ladder(lines, board->result, cell);
    }
}
