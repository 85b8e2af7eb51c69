// board.c -- see board.h.
#include "board.h"

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
    while (digits < 3 && (ci.hi - ci.lo) * pow(10, digits) < 2)
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

// ---- rows

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

static void fill_row(struct board_row *row, const struct board *board,
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
        fill_row(&board->rows[i], board, signs);
    fill_titles(board, &result->cells[first], signs);
    for (size_t i = 0; i < board->count; i++)
        add_legend(board, i);
    if (board->peers)
        lines_add(&board->legend, "* a peer: somebody else's library");
}

static bool opens_case(const struct result *result, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (result_same_case(&result->cells[i], &result->cells[at]))
            return false;
    return true;
}

void boards_make(struct boards *boards, const struct result *result,
                 const struct signs *signs)
{
    *boards = (struct boards){0};
    boards->board = calloc(result->cell_count + 1, sizeof *boards->board);
    if (!boards->board)
        die("no memory for the report");
    for (size_t i = 0; i < result->cell_count; i++)
        if (opens_case(result, i))
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
