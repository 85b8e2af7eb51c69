// report_markdown.c -- tables and sentences to paste into an issue.
//
// Names from outside cannot become markup: every character that could is escaped.
#include "report.h"

#include "board.h"
#include "grain_table.h"
#include "scaling_text.h"
#include "text.h"
#include "verdict.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void put_plain(FILE *out, const char *escaped)
{
    for (const char *at = escaped; *at; at++) {
        const bool in_word = at > escaped && isalnum((unsigned char)at[-1]) &&
                             isalnum((unsigned char)at[1]);
        if (strchr("\\|<>&`*~[]#", *at) || (*at == '_' && !in_word))
            fputc('\\', out);
        fputc(*at, out);
    }
}

static void put_escaped(FILE *out, const char *bytes)
{
    char *escaped = lines_escape(bytes ? bytes : "unknown");
    put_plain(out, escaped);
    free(escaped);
}

static void put_item(FILE *out, const char *text)
{
    fputs("- ", out);
    put_plain(out, text);
    fputc('\n', out);
}

static void put_machine(FILE *out, const struct result *result)
{
    const struct host *host = &result->host;
    struct lines machine = {0};
    report_machine(&machine, result);
    put_item(out, machine.line[0]);
    fputs("- ", out);
    put_escaped(out, host->isa);
    fputc('\n', out);
    if (machine.count > 1) {
        fputs("- measured limits: ", out);
        put_plain(out, machine.line[1]);
        fputc('\n', out);
    }
    lines_free(&machine);
    fputs("- gopherbench ", out);
    put_escaped(out, host->version);
    fputs(", revision ", out);
    put_escaped(out, host->revision);
    fputs(host->dirty ? " (modified), " : ", ", out);
    put_escaped(out, host->compiler);
    fputc(' ', out);
    put_escaped(out, host->flags);
    fputs("\n- started ", out);
    put_escaped(out, result->started);
    if (result->command) {
        fputs(" as ", out);
        put_plain(out, result->command);
    }
    fputc('\n', out);
}

static const enum board_column shown[] = {BOARD_MARK,  BOARD_NAME,  BOARD_THREADS,
                                          BOARD_TIME,  BOARD_RATE,  BOARD_LIMIT,
                                          BOARD_FIRST, BOARD_RATIO, BOARD_RANGE};
enum { SHOWN = sizeof shown / sizeof *shown };

static bool is_shown(const struct board *board, enum board_column column)
{
    return column != BOARD_FIRST || board->ladder;
}

static void put_cells(FILE *out, const struct board *board,
                      char *const text[BOARD_COLUMNS])
{
    for (int i = 0; i < SHOWN; i++) {
        if (!is_shown(board, shown[i]))
            continue;
        fputs(i == 0 ? "| " : " | ", out);
        put_plain(out, text[shown[i]]);
        if (shown[i] == BOARD_TIME && *text[BOARD_SPREAD])
            fprintf(out, " %s", text[BOARD_SPREAD]);
    }
    fputs(" |\n", out);
}

// A failed cell's sentence takes the time's place.
static void put_row(FILE *out, const struct board *board, const struct board_row *row)
{
    char *text[BOARD_COLUMNS];
    memcpy(text, row->text, sizeof text);
    if (row->says)
        text[BOARD_TIME] = row->says;
    put_cells(out, board, text);
}

// Messages of several sizes, where there are some.
static void put_grains(FILE *out, const struct board *board)
{
    struct grain_table t;
    grain_table_make(&t, board);
    for (size_t i = 0; i < t.count; i++) {
        const struct grain_row *row = &t.rows[i];
        for (int c = 0; c < GRAIN_COLUMNS && i == 0; c++)
            fprintf(out, "%s%s%s", c == 0 ? "\n| " : " | ", t.header[c],
                    c == GRAIN_COLUMNS - 1 ? " |\n|:--" : "");
        for (int c = 1; c < GRAIN_COLUMNS && i == 0; c++)
            fprintf(out, "|--:%s", c == GRAIN_COLUMNS - 1 ? "|\n" : "");
        for (int c = 0; c < GRAIN_COLUMNS; c++) {
            fputs(c == 0 ? "| " : " | ", out);
            put_plain(out, row->says && c == GRAIN_MESSAGES ? row->says
                           : row->text[c]                   ? row->text[c]
                                                            : "");
        }
        fputs(" |\n", out);
    }
    grain_table_free(&t);
}

static void put_board(FILE *out, const struct board *board)
{
    fputs("\n### ", out);
    put_plain(out, board->title);
    fprintf(out, "\n\n%s%s", board->about, *board->about ? "\n\n" : "");
    put_cells(out, board, board->header);
    for (int i = 0; i < SHOWN; i++)
        if (is_shown(board, shown[i]))
            fputs(i == 0 || shown[i] == BOARD_NAME ? "|:--" : "|--:", out);
    fputs("|\n", out);
    for (size_t i = 0; i < board->count; i++)
        put_row(out, board, &board->rows[i]);
    put_grains(out, board);
    fputc('\n', out);
    struct lines lines = {0};
    verdict_case(&lines, board, false);
    for (size_t i = 0; i < lines.count; i++)
        put_item(out, lines.line[i]);
    for (size_t i = 0; i < board->legend.count; i++)
        put_item(out, board->legend.line[i]);
    lines_free(&lines);
}

static void put_grid(FILE *out, const struct grid *g)
{
    fputs("\n### ", out);
    put_plain(out, g->title);
    fprintf(out, "\n\n%s\n\n", g->about);
    for (size_t r = 0; r < g->rows; r++) {
        for (size_t c = 0; c < g->columns; c++) {
            fputs(c == 0 ? "| " : " | ", out);
            put_plain(out, grid_text(g, r, c));
        }
        fputs(" |\n", out);
        for (size_t c = 0; r == 0 && c < g->columns; c++)
            fputs(c == 0 ? "|:--" : "|--:", out);
        fputs(r == 0 ? "|\n" : "", out);
    }
}

static void put_scaling(FILE *out, const struct result *result)
{
    struct grids grids = {0};
    struct lines lines = {0};
    scaling_tell(&grids, &lines, result);
    for (size_t i = 0; i < grids.count; i++)
        put_grid(out, &grids.grid[i]);
    if (lines.count > 0)
        fputc('\n', out);
    for (size_t i = 0; i < lines.count; i++)
        put_item(out, lines.line[i]);
    grids_free(&grids);
    lines_free(&lines);
}

int report_markdown(FILE *out, const struct result *result, struct fail *why)
{
    struct boards boards;
    struct lines lines = {0};
    boards_make(&boards, result, &signs_utf8);
    put_machine(out, result);
    for (size_t i = 0; i < boards.count; i++)
        put_board(out, &boards.board[i]);
    put_scaling(out, result);
    verdict_run(&lines, result);
    if (lines.count > 0)
        fputc('\n', out);
    for (size_t i = 0; i < lines.count; i++)
        put_item(out, lines.line[i]);
    lines_free(&lines);
    boards_free(&boards);
    return report_written(out, why);
}
