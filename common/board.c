// board.c -- see board.h.
#include "board.h"

#include "board_row.h"
#include "ladder.h"
#include "pair_text.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct signs signs_utf8 = {"±", " · ", "…", "─", "✓", "?", "✗", "–"};
const struct signs signs_ascii = {"+-", ", ", "...", "-", "ok", "??", "!!", "--"};

// Whether a bound would be printed as 1 though it is not.
static bool looks_like_one(double bound, int digits)
{
    const double scale = pow(10, digits);
    return bound != 1 && nearbyint(bound * scale) == scale;
}

int board_decimals(const struct pair *pair)
{
    const struct interval ci = pair->ci95;
    int digits = ci.hi < 9.995 ? 2 : ci.hi < 99.95 ? 1 : 0;
    // One round has no width at all, and is not worth five digits.
    const int most = ci.hi < 99.95 ? 3 : 1;
    while (digits < most && (ci.hi - ci.lo) * pow(10, digits) < 2)
        digits++;
    while (digits < 5 && (looks_like_one(ci.lo, digits) || looks_like_one(ci.hi, digits)))
        digits++;
    return digits;
}

const struct board_row *board_find(const struct board *board, const char *engine,
                                   int threads)
{
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *row = &board->rows[i];
        if (result_stands(row->cell) && strcmp(row->cell->engine, engine) == 0 &&
            (threads == 0 || row->cell->facts.threads == threads))
            return row;
    }
    return NULL;
}

// So many that the ratios line up; a row that needs more than three has its own.
static int common_decimals(const struct board *board)
{
    int most = 0;
    for (size_t i = 0; i < board->count; i++) {
        struct pair pair;
        if (board->base &&
            result_pair(board->result, board->base->cell, board->rows[i].cell, &pair) &&
            board_decimals(&pair) > most)
            most = board_decimals(&pair);
    }
    return most > 3 ? 3 : most > 0 ? most : 2;
}

// ---- legend

// What the row's name does not say already.
static const char *kernel_of(const struct cell *cell)
{
    const bool told = cell->rung && strcmp(cell->rung, cell->facts.variant) == 0;
    return told ? "" : cell->facts.variant;
}

static bool same_kernel(const struct cell *a, const struct cell *b)
{
    return strcmp(kernel_of(a), kernel_of(b)) == 0 &&
           strcmp(a->facts.device, b->facts.device) == 0;
}

// "serial, csp, omp: avx512", "ocl:0:1: packed on NVIDIA H200". One line for all rows
// that run the same kernel on the same device.
static void add_legend(struct board *board, size_t first)
{
    const struct cell *cell = board->rows[first].cell;
    const bool on_device = *cell->facts.device;
    if (!result_stands(cell) || (!*kernel_of(cell) && !on_device))
        return;
    for (size_t i = 0; i < first; i++)
        if (result_stands(board->rows[i].cell) && same_kernel(board->rows[i].cell, cell))
            return;
    char *names = lines_format("%s", board->rows[first].text[BOARD_NAME]);
    for (size_t i = first + 1; i < board->count; i++)
        if (result_stands(board->rows[i].cell) &&
            same_kernel(board->rows[i].cell, cell)) {
            char *longer = lines_format("%s, %s", names, board->rows[i].text[BOARD_NAME]);
            free(names);
            names = longer;
        }
    char *variant = lines_escape(kernel_of(cell));
    char *device = lines_escape(cell->facts.device);
    lines_add(&board->legend, "%s: %s%s%s", names, variant,
              *variant && on_device ? " on " : "", device);
    if (cell->facts.input_epsilon > 0)
        lines_add(
            &board->legend,
            "%s: its inputs are rounded by up to %.2g of themselves, and it is judged "
            "by that: not the same job",
            names, cell->facts.input_epsilon);
    if (*cell->facts.remark) {
        char *remark = lines_escape(cell->facts.remark);
        lines_add(&board->legend, "%s: %s", names, remark);
        free(remark);
    }
    free(names);
    free(variant);
    free(device);
}

// ---- the board

// Peers are ranked only where there is nobody else, and so are those that round their
// inputs: a product of rounded inputs is not the same job.
static void rank_rows(struct board *board, bool peers, bool rounded)
{
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *row = &board->rows[i];
        const double s = row->cell->median_s;
        if (!result_stands(row->cell) || row->cell->peer != peers ||
            (row->cell->facts.input_epsilon > 0) != rounded)
            continue;
        if (!board->fastest || s < board->fastest->cell->median_s) {
            board->next = board->fastest;
            board->fastest = row;
        } else if (!board->next || s < board->next->cell->median_s) {
            board->next = row;
        }
    }
}

static void rank(struct board *board)
{
    for (int i = 0; i < 4 && !board->fastest; i++)
        rank_rows(board, i / 2 == 1, i % 2 == 1);
    for (size_t i = 0; i < board->count; i++) {
        const struct cell *cell = board->rows[i].cell;
        if (!result_stands(cell))
            continue;
        board->peers = board->peers || cell->peer;
        if (cell->count > board->most_rounds)
            board->most_rounds = cell->count;
        const uint64_t repeats = cell->repeats;
        if (repeats > board->most_repeats)
            board->most_repeats = repeats;
        if (board->fewest_repeats == 0 || repeats < board->fewest_repeats)
            board->fewest_repeats = repeats;
    }
    board->base =
        board_find(board, board->ladder ? board->rows[0].cell->engine : "serial", 0);
    if (!board->base)
        board->base = board->fastest;
}

// " · 95 to 760 runs a sample": a time is the mean of so many; empty where it is that of
// one.
static char *repeats_text(const struct board *board, const struct signs *signs)
{
    const unsigned long long few = board->fewest_repeats, many = board->most_repeats;
    if (many <= 1)
        return lines_format("%s", "");
    if (few == many)
        return lines_format("%s%llu runs a sample", signs->dot, many);
    return lines_format("%s%llu to %llu runs a sample", signs->dot, few, many);
}

static void fill_titles(struct board *board, const struct cell *first,
                        const struct signs *signs)
{
    char *workload = lines_escape(first->workload),
         *name = lines_escape(first->case_name);
    board->title = lines_format("%s %s", workload, name);
    free(workload);
    free(name);
    // The work is a rate without its "/s".
    char work[FIGURE_BYTES], *repeats = repeats_text(board, signs);
    if (board->fastest)
        board->about = lines_format(
            "%.*s%s%zu round%s%s",
            (int)strcspn(text_rate(work, board->fastest->cell->work, first->unit), "/"),
            work, signs->dot, board->most_rounds, board->most_rounds == 1 ? "" : "s",
            repeats);
    else
        board->about = lines_format("%s", "");
    free(repeats);
    static const char *const header[BOARD_COLUMNS] = {
        "", "engine", "threads", "time", NULL, "rate", "limit", "vs first", NULL, "95%"};
    for (int i = 0; i < BOARD_COLUMNS; i++)
        if (header[i])
            board->header[i] = lines_format("%s", header[i]);
    board->header[BOARD_SPREAD] = lines_format("%s95%%", signs->plus_minus);
    board->header[BOARD_RATIO] =
        board->ladder ? lines_format("step")
                      : lines_format("vs %s", board->base ? board->base->text[BOARD_NAME]
                                                          : "serial");
}

static void take_rows(struct board *board, const struct result *result, size_t first)
{
    struct board_row *rows = calloc(result->cell_count - first, sizeof *rows);
    size_t count = 0;
    if (!rows)
        die("no memory for the report");
    for (size_t i = first; i < result->cell_count; i++)
        if (result_same_case(&result->cells[first], &result->cells[i]) &&
            result_grain(&result->cells[i]) == 0)
            rows[count++].cell = &result->cells[i];
    board->rows = rows;
    board->count = count;
}

static void board_make(struct board *board, const struct result *result, size_t first,
                       const struct signs *signs)
{
    *board = (struct board){.result = result};
    take_rows(board, result, first);
    board->ladder = ladder_only(result, &result->cells[first]);
    rank(board);
    board->decimals = common_decimals(board);
    for (size_t i = 0; i < board->count; i++)
        board_row_fill(&board->rows[i], board, signs);
    fill_titles(board, &result->cells[first], signs);
    for (size_t i = 0; i < board->count; i++)
        add_legend(board, i);
    if (board->peers)
        lines_add(&board->legend, "* a peer: somebody else's library");
}

void boards_make(struct boards *boards, const struct result *result,
                 const struct signs *signs)
{
    *boards = (struct boards){0};
    boards->board = calloc(result->cell_count + 1, sizeof *boards->board);
    if (!boards->board)
        die("no memory for the report");
    for (size_t i = 0; i < result->cell_count; i++)
        if (result_opens_case(result, i))
            board_make(&boards->board[boards->count++], result, i, signs);
}

static void board_free(struct board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        for (int j = 0; j < BOARD_COLUMNS; j++)
            free(board->rows[i].text[j]);
        free(board->rows[i].name);
        free(board->rows[i].says);
    }
    for (int j = 0; j < BOARD_COLUMNS; j++)
        free(board->header[j]);
    free(board->rows);
    free(board->title);
    free(board->about);
    lines_free(&board->legend);
}

void boards_free(struct boards *boards)
{
    for (size_t i = 0; i < boards->count; i++)
        board_free(&boards->board[i]);
    free(boards->board);
    *boards = (struct boards){0};
}
