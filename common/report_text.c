// report_text.c -- the tables and sentences for people at a terminal.
//
// All tables of a run share their columns' widths, so that the eye can run down. Where
// the terminal is too narrow, long names are cut first and explained below; then whole
// columns go, the least important first.
#include "report.h"

#include "board.h"
#include "grain_table.h"
#include "scaling_text.h"
#include "text.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MIN = 12, NAME_LEAST = 6, BRIEF_FROM_CASES = 4 };

struct layout {
    FILE *out;
    const struct signs *signs;
    size_t columns;
    bool color;
    size_t width[BOARD_COLUMNS];  // 0: not shown
    struct lines cut;   // names that did not fit, "ocl:NVI... is ocl:NVIDIA H200"
    struct lines told;  // legends that were printed
};

enum emphasis { PLAIN, BOLD, DIM, GREEN, RED };

static void emphasise(const struct layout *l, enum emphasis e, const char *text)
{
    static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[1;32m",
                                        "\033[1;31m"};
    if (l->color && e != PLAIN && *text)
        fprintf(l->out, "%s%s\033[0m", codes[e], text);
    else
        fputs(text, l->out);
}

// ---- widths

// Spaces before a column.
static size_t gap(int column)
{
    switch (column) {
    case BOARD_MARK:
        return 0;
    case BOARD_NAME:
    case BOARD_SPREAD:
    case BOARD_RANGE:
        return 1;
    default:
        return 2;
    }
}

static void widen(size_t *width, const char *text)
{
    const size_t columns = text_columns(text);
    if (columns > *width)
        *width = columns;
}

static size_t total_width(const struct layout *l)
{
    size_t total = 0;
    for (int c = 0; c < BOARD_COLUMNS; c++)
        if (l->width[c] > 0)
            total += gap(c) + l->width[c];
    return total;
}

// Narrows a column of names as far as needed, but not below `least`.
static void squeeze(struct layout *l, enum board_column column, size_t least)
{
    const size_t total = total_width(l);
    size_t *width = &l->width[column];
    if (total <= l->columns || *width <= least)
        return;
    const size_t excess = total - l->columns;
    *width = *width - least > excess ? *width - excess : least;
}

static void lay_out(struct layout *l, const struct boards *boards)
{
    for (size_t b = 0; b < boards->count; b++) {
        const struct board *board = &boards->board[b];
        for (size_t r = 0; r < board->count; r++)
            for (int c = 0; c < BOARD_COLUMNS; c++)
                widen(&l->width[c], board->rows[r].text[c]);
    }
    for (size_t b = 0; b < boards->count; b++)
        for (int c = 0; c < BOARD_COLUMNS; c++)
            if (l->width[c] > 0)
                widen(&l->width[c], boards->board[b].header[c]);
    static const enum board_column least_important[] = {
        BOARD_RANGE, BOARD_LIMIT, BOARD_THREADS, BOARD_SPREAD, BOARD_RATE};
    // Rungs run on as many threads, and what a step brought is what one wants to know.
    static const enum board_column least_of_ladders[] = {
        BOARD_THREADS, BOARD_SPREAD, BOARD_RANGE, BOARD_LIMIT, BOARD_RATE};
    const bool ladder = boards->count > 0 && boards->board[0].ladder;
    if (!ladder) {
        squeeze(l, BOARD_RATIO, strlen("vs serial"));
        squeeze(l, BOARD_NAME, NAME_MIN);
    }
    for (size_t i = 0; i < sizeof least_important / sizeof *least_important; i++)
        if (total_width(l) > l->columns)
            l->width[ladder ? least_of_ladders[i] : least_important[i]] = 0;
    squeeze(l, BOARD_NAME, NAME_LEAST);
}

// ---- names that are too long

// The first bytes of `text` that fill at most so many columns.
static size_t bytes_of_columns(const char *text, size_t columns)
{
    size_t bytes = 0, used = 0;
    while (text[bytes]) {
        size_t next = bytes + 1;
        while (((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (++used > columns)
            break;
        bytes = next;
    }
    return bytes;
}

// The text, cut to the width with a number that the note below explains. Malloced.
static char *cut(struct layout *l, const char *text, size_t width)
{
    if (text_columns(text) <= width)
        return lines_format("%s", text);
    size_t number = 0;
    char *tail = NULL, *note = NULL;
    do {
        free(tail);
        free(note);
        tail = lines_format("%s%zu", l->signs->ellipsis, ++number);
        note = lines_format("%s = %s", tail, text);
    } while (number <= l->cut.count && !lines_hold(&l->cut, note));
    if (number > l->cut.count)
        lines_add(&l->cut, "%s", note);
    const size_t tail_width = text_columns(tail);
    const size_t room = width > tail_width ? width - tail_width : 0;
    char *shorter = lines_format("%.*s%s", (int)bytes_of_columns(text, room), text, tail);
    free(tail);
    free(note);
    return shorter;
}

// ---- one table

static void put_padded(struct layout *l, int column, const char *text, enum emphasis e)
{
    const size_t width = l->width[column];
    const size_t used = text_columns(text);
    const int padding = used < width ? (int)(width - used) : 0;
    const bool left = column == BOARD_MARK || column == BOARD_NAME;
    fprintf(l->out, "%*s", (int)gap(column) + (left ? 0 : padding), "");
    emphasise(l, e, text);
    if (left)
        fprintf(l->out, "%*s", padding, "");
}

static enum emphasis emphasis_of_mark(const struct layout *l, const char *mark)
{
    if (strcmp(mark, l->signs->verified) == 0)
        return GREEN;
    return strcmp(mark, l->signs->absent) == 0 ? DIM : RED;
}

static enum emphasis emphasis_of(const struct layout *l, const struct board *board,
                                 const struct board_row *row, int column)
{
    if (column == BOARD_MARK)
        return emphasis_of_mark(l, row->text[column]);
    if (column == BOARD_SPREAD || column == BOARD_RANGE)
        return DIM;
    return row == board->fastest ? BOLD : PLAIN;
}

static void put_row(struct layout *l, const struct board *board,
                    const struct board_row *row)
{
    int end = BOARD_COLUMNS;  // no spaces at the end of the line
    while (!*row->text[end - 1])
        end--;
    for (int c = 0; c < end; c++) {
        if (l->width[c] == 0 || (row->says && c > BOARD_NAME))
            continue;
        char *shown = c == BOARD_NAME ? cut(l, row->text[c], l->width[c])
                                      : lines_format("%s", row->text[c]);
        put_padded(l, c, shown, emphasis_of(l, board, row, c));
        free(shown);
    }
    if (!row->says) {
        fputc('\n', l->out);
        return;
    }
    const size_t at = l->width[BOARD_MARK] + gap(BOARD_NAME) + l->width[BOARD_NAME] + 2;
    fputs("  ", l->out);
    lines_wrap(l->out, row->says, at, at, l->columns);
}

// "vs serial"; a long name is cut as in its row.
static char *ratio_header(struct layout *l, const struct board *board)
{
    const size_t vs = strlen("vs ");
    char *name = cut(l, board->header[BOARD_RATIO] + vs, l->width[BOARD_RATIO] - vs);
    char *header = lines_format("vs %s", name);
    free(name);
    return header;
}

static void put_header(struct layout *l, const struct board *board)
{
    for (int c = 0; c < BOARD_COLUMNS; c++) {
        if (l->width[c] == 0)
            continue;
        char *shown = c == BOARD_RATIO && !board->ladder
                          ? ratio_header(l, board)
                          : lines_format("%s", board->header[c]);
        put_padded(l, c, shown, DIM);
        free(shown);
    }
    fputc('\n', l->out);
    char *rule = lines_format("%s", "");
    for (size_t i = 0; i < total_width(l); i++) {
        char *longer = lines_format("%s%s", rule, l->signs->rule);
        free(rule);
        rule = longer;
    }
    emphasise(l, DIM, rule);
    fputc('\n', l->out);
    free(rule);
}

static void put_note(struct layout *l, const char *note)
{
    if (lines_hold(&l->told, note))
        return;
    lines_add(&l->told, "%s", note);
    fputs("  ", l->out);
    lines_wrap(l->out, note, 2, 4, l->columns);
}

// On one line where both fit.
static void put_title(struct layout *l, const char *title, const char *about)
{
    emphasise(l, BOLD, title);
    const size_t width =
        text_columns(title) + text_columns(l->signs->dot) + text_columns(about);
    if (*about)
        fprintf(l->out, "%s%s", width <= l->columns ? l->signs->dot : "\n  ", about);
    fputc('\n', l->out);
}

static void put_board(struct layout *l, const struct board *board)
{
    fputc('\n', l->out);
    put_title(l, board->title, board->about);
    if (board->fastest)
        put_header(l, board);
    for (size_t i = 0; i < board->count; i++)
        put_row(l, board, &board->rows[i]);
    grain_table_print(l->out, board, l->columns);
    for (size_t i = 0; i < l->cut.count; i++)
        put_note(l, l->cut.line[i]);
    for (size_t i = 0; i < board->legend.count; i++)
        put_note(l, board->legend.line[i]);
}

// ---- around the tables

static void put_labelled(struct layout *l, const char *label, const char *text)
{
    const size_t indent = strlen("machine  ");
    emphasise(l, DIM, label);
    fprintf(l->out, "%*s", (int)(indent - strlen(label)), "");
    lines_wrap(l->out, text, indent, indent, l->columns);
}

static void put_machine(struct layout *l, const struct result *result)
{
    struct lines machine = {0};
    report_machine(&machine, result);
    const struct host *host = &result->host;
    char *tool = lines_format(
        "gopherbench %s (%s%s)", host->version ? host->version : "?",
        host->revision ? host->revision : "?", host->dirty ? ", modified" : "");
    put_title(l, tool, result->started);
    put_labelled(l, "machine", machine.line[0]);
    if (machine.count > 1)
        put_labelled(l, "limits", machine.line[1]);
    free(tool);
    lines_free(&machine);
}

static void put_sentences(struct layout *l, const struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        fputs("  - ", l->out);
        lines_wrap(l->out, lines->line[i], 4, 4, l->columns);
    }
}

static void put_verdicts(struct layout *l, const struct boards *boards,
                         void (*verdict)(struct lines *, const struct board *, bool))
{
    for (size_t i = 0; i < boards->count; i++) {
        struct lines lines = {0};
        verdict(&lines, &boards->board[i], boards->count >= BRIEF_FROM_CASES);
        if (lines.count > 0) {
            fputc('\n', l->out);
            emphasise(l, BOLD, boards->board[i].title);
            fputc('\n', l->out);
            put_sentences(l, &lines);
        }
        lines_free(&lines);
    }
}

static void put_scaling(struct layout *l, const struct result *result)
{
    struct grids grids = {0};
    struct lines lines = {0};
    scaling_tell(&grids, &lines, result);
    for (size_t i = 0; i < grids.count; i++) {
        fputc('\n', l->out);
        put_title(l, grids.grid[i].title, grids.grid[i].about);
        grid_write(l->out, &grids.grid[i], 2, l->columns);
    }
    if (lines.count > 0) {
        fputc('\n', l->out);
        emphasise(l, BOLD, "scaling");
        fputc('\n', l->out);
        put_sentences(l, &lines);
    }
    grids_free(&grids);
    lines_free(&lines);
}

static void put_end(struct layout *l, const struct result *result)
{
    struct lines lines = {0};
    verdict_run(&lines, result);
    bool verified = false, bursts = false;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct cell *cell = &result->cells[i];
        verified = verified || (result_stands(cell) && cell->verified);
        bursts = bursts || (result_stands(cell) && cell->repeats > 1);
    }
    if (lines.count > 0 || verified)
        fputc('\n', l->out);
    if (verified) {
        char *text =
            lines_format("%s %s by an oracle that shares no code with the engines.",
                         l->signs->verified,
                         bursts ? "The last answer of every sample was checked,"
                                : "Every answer was checked, in every round,");
        lines_wrap(l->out, text, 0, 2, l->columns);
        free(text);
    }
    for (size_t i = 0; i < lines.count; i++)
        lines_wrap(l->out, lines.line[i], 0, 2, l->columns);
    lines_free(&lines);
}

int report_text_as(FILE *out, const struct result *result, const struct report_look *look,
                   struct fail *why)
{
    struct boards boards;
    struct layout l = {.out = out,
                       .signs = look->ascii ? &signs_ascii : &signs_utf8,
                       .columns = look->columns > 0 ? (size_t)look->columns : 80,
                       .color = look->color};
    boards_make(&boards, result, l.signs);
    lay_out(&l, &boards);
    put_machine(&l, result);
    for (size_t i = 0; i < boards.count; i++)
        put_board(&l, &boards.board[i]);
    put_verdicts(&l, &boards, look->verdict ? look->verdict : verdict_case);
    if (!look->verdict)
        put_scaling(&l, result);
    put_end(&l, result);
    lines_free(&l.cut);
    lines_free(&l.told);
    boards_free(&boards);
    return report_written(out, why);
}

int report_text(FILE *out, const struct result *result, int columns, bool color,
                struct fail *why)
{
    const struct report_look look = report_look_here(columns, color);
    return report_text_as(out, result, &look, why);
}
