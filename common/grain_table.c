// grain_table.c -- see grain_table.h.
#include "grain_table.h"

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- who stands beside whom

static bool is_engine(const struct cell *cell, const char *name)
{
    return strcmp(cell->engine, name) == 0;
}

// The loop over as many threads with the same kernel, of this grain (0: of its own).
static const struct cell *loop_beside(const struct board *board, const struct cell *csp,
                                      uint64_t grain)
{
    const struct result *r = board->result;
    const struct cell *found = NULL;
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *c = &r->cells[i];
        if (!result_same_case(c, csp) || !result_stands(c) || result_grain(c) != grain ||
            c->facts.threads != csp->facts.threads ||
            strcmp(c->facts.variant, csp->facts.variant) != 0)
            continue;
        if (is_engine(c, "serial") || (is_engine(c, "omp") && !found))
            found = c;
    }
    return found;
}

static struct grain_cost cost_beside(const struct board *board, const struct cell *csp,
                                     uint64_t grain)
{
    const struct cell *loop = loop_beside(board, csp, grain);
    struct pair pair;
    if (!loop || !result_pair(board->result, csp, loop, &pair))
        return (struct grain_cost){0};
    return (struct grain_cost){.known = true,
                               .told = pair.rounds >= STATS_MIN_FOR_INTERVAL,
                               .share = pair.ratio - 1,
                               .ci95 = {pair.ci95.lo - 1, pair.ci95.hi - 1}};
}

// ---- rows

static char *cost_text(const struct grain_cost *cost)
{
    const double percent = 100 * cost->share;
    if (!cost->known)
        return lines_format("%s", "");
    return lines_format("%+.*f%%", fabs(percent) < 99.95 ? 1 : 0, percent);
}

// One share's bounds in per cent.
static char *range_text(const struct grain_cost *cost)
{
    const double lo = 100 * cost->ci95.lo, hi = 100 * cost->ci95.hi;
    if (!cost->known)
        return lines_format("%s", "");
    const int digits = fabs(hi) < 99.95 ? 1 : 0;
    return lines_format("%.*f..%.*f", digits, lo, digits, hi);
}

// A rate without its "/s".
static char *work_text(const struct grain_row *row)
{
    char rate[FIGURE_BYTES];
    text_rate(rate, row->work, row->cell->unit);
    return lines_format("%.*s", (int)strcspn(rate, "/"), rate);
}

static void fill_row(struct grain_row *row, const struct board *board)
{
    const struct cell *cell = row->cell;
    char time[FIGURE_BYTES];
    row->text[GRAIN_NAME] = lines_escape(cell->column);
    if (!result_stands(cell)) {
        row->says = lines_escape(cell->error ? cell->error : "not measured");
        return;
    }
    const double messages = cell->facts.blocks ? (double)cell->facts.blocks : 1;
    row->work = cell->work / messages;
    row->time_s = cell->median_s * cell->facts.threads / messages;
    row->cost = cost_beside(board, cell, result_grain(cell));
    row->all = cost_beside(board, cell, 0);
    row->text[GRAIN_MESSAGES] = lines_format("%.0f", messages);
    row->text[GRAIN_WORK] = work_text(row);
    row->text[GRAIN_TIME] = lines_format("%s", text_seconds(time, row->time_s));
    row->text[GRAIN_COST] = cost_text(&row->cost);
    row->text[GRAIN_COST_RANGE] = range_text(&row->cost);
    row->text[GRAIN_ALL] = cost_text(&row->all);
    row->text[GRAIN_ALL_RANGE] = range_text(&row->all);
}

static int by_threads_then_work(const void *a, const void *b)
{
    const struct grain_row *x = a, *y = b;
    if (x->cell->threads != y->cell->threads)
        return x->cell->threads < y->cell->threads ? -1 : 1;
    if (result_grain(x->cell) != result_grain(y->cell))
        return result_grain(x->cell) < result_grain(y->cell) ? -1 : 1;
    return x->cell < y->cell ? -1 : 1;
}

void grain_table_make(struct grain_table *t, const struct board *board)
{
    static const char *const header[GRAIN_COLUMNS] = {
        "messages of", "messages", "each", "time", "cost", "95%", "in all", "95%"};
    const struct result *r = board->result;
    *t = (struct grain_table){0};
    memcpy(t->header, header, sizeof header);
    t->rows = calloc(r->cell_count + 1, sizeof *t->rows);
    if (!t->rows)
        die("no memory for the report");
    for (size_t i = 0; i < r->cell_count; i++)
        if (board->count > 0 && result_same_case(&r->cells[i], board->rows[0].cell) &&
            result_grain(&r->cells[i]) > 0 &&
            (is_engine(&r->cells[i], "csp") || !result_stands(&r->cells[i])))
            t->rows[t->count++].cell = &r->cells[i];
    qsort(t->rows, t->count, sizeof *t->rows, by_threads_then_work);
    for (size_t i = 0; i < t->count; i++)
        fill_row(&t->rows[i], board);
}

void grain_table_free(struct grain_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        for (int c = 0; c < GRAIN_COLUMNS; c++)
            free(t->rows[i].text[c]);
        free(t->rows[i].says);
    }
    free(t->rows);
    *t = (struct grain_table){0};
}

// ---- printed

// Spaces before a column: a range belongs to the figure before it.
static size_t gap(int column)
{
    return column == GRAIN_COST_RANGE || column == GRAIN_ALL_RANGE ? 1 : 2;
}

// How many columns are shown, and how wide they are.
static int fit(const struct grain_table *t, size_t columns, size_t width[GRAIN_COLUMNS])
{
    int shown = GRAIN_COLUMNS;
    size_t total = 0;
    for (int c = 0; c < GRAIN_COLUMNS; c++) {
        width[c] = text_columns(t->header[c]);
        for (size_t i = 0; i < t->count; i++) {
            const char *text = t->rows[i].text[c];
            if (text && text_columns(text) > width[c])
                width[c] = text_columns(text);
        }
        total += gap(c) + width[c];
    }
    for (; shown > GRAIN_TIME && total > columns; shown--)
        total -= gap(shown - 1) + width[shown - 1];
    return shown;
}

static void print_cells(FILE *out, const char *const *text, const size_t *width,
                        int shown)
{
    fprintf(out, "  %s", text[GRAIN_NAME]);
    for (int c = GRAIN_NAME + 1; c < shown; c++) {
        const size_t left =
            c == GRAIN_NAME + 1 ? width[GRAIN_NAME] - text_columns(text[GRAIN_NAME]) : 0;
        fprintf(out, "%*s%s", (int)(left + gap(c) + width[c] - text_columns(text[c])), "",
                text[c]);
    }
    fputc('\n', out);
}

void grain_table_print(FILE *out, const struct board *board, size_t columns)
{
    struct grain_table t;
    size_t width[GRAIN_COLUMNS];
    grain_table_make(&t, board);
    const int shown = fit(&t, columns, width);
    if (t.count > 0) {
        fputc('\n', out);
        print_cells(out, t.header, width, shown);
    }
    for (size_t i = 0; i < t.count; i++) {
        const struct grain_row *row = &t.rows[i];
        const size_t at = 4 + width[GRAIN_NAME];
        if (!row->says) {
            print_cells(out, (const char *const *)row->text, width, shown);
            continue;
        }
        fprintf(out, "  %-*s  ", (int)width[GRAIN_NAME], row->text[GRAIN_NAME]);
        lines_wrap(out, row->says, at, at, columns);
    }
    grain_table_free(&t);
}

// ---- sentences

// The rows of one number of threads, and which of their costs is meant.
struct group {
    const struct grain_row *rows;
    size_t count;
    bool all;
};

static const struct grain_cost *cost_of(const struct group *g, size_t i)
{
    return g->all ? &g->rows[i].all : &g->rows[i].cost;
}

// False: it failed, or has too few rounds beside its loop, or has no loop.
static bool told(const struct grain_row *row)
{
    return !row->says && row->cost.told && row->all.told;
}

static bool cheap(const struct group *g, size_t i)
{
    const struct grain_cost *c = cost_of(g, i);
    return told(&g->rows[i]) && 100 * c->ci95.hi < GRAIN_PERCENT;
}

static bool dear(const struct group *g, size_t i)
{
    return 100 * cost_of(g, i)->ci95.lo >= GRAIN_PERCENT;
}

// "4.0 MFLOP (31 us)"
static char *size_text(const struct grain_row *row)
{
    return lines_format("%s (%s)", row->text[GRAIN_WORK], row->text[GRAIN_TIME]);
}

// What is known of the row next to those that are cheap.
static char *next_text(const struct group *g, size_t i, const char *side)
{
    if (!told(&g->rows[i]))
        return lines_format("; the next size %s was not told", side);
    char *size = size_text(&g->rows[i]), *range = range_text(cost_of(g, i));
    char *text = lines_format("; %s, at %s, %s (%s %%)", side, size,
                              dear(g, i) ? "not" : "not surely", range);
    free(size);
    free(range);
    return text;
}

// The longest run of neighbours that are cheap: [*first, end); 0: there is none.
static size_t longest_run(const struct group *g, size_t *first)
{
    size_t best = 0;
    for (size_t i = 0; i < g->count; i++) {
        size_t end = i;
        while (end < g->count && cheap(g, end))
            end++;
        if (end - i > best) {
            best = end - i;
            *first = i;
        }
    }
    return *first + best;
}

// "from 4.19 MFLOP (213 us) a message on"
static char *sizes_text(const struct group *g, size_t first, size_t end)
{
    char *from = size_text(&g->rows[first]), *text;
    if (end == g->count)
        text = lines_format("from %s a message on", from);
    else if (end == first + 1)
        text = lines_format("at %s a message", from);
    else
        text = lines_format("from %s to %s a message", from,
                            g->rows[end - 1].text[GRAIN_WORK]);
    free(from);
    return text;
}

static void say_costs(struct lines *lines, const struct group *g, const char *beside)
{
    const int threads = g->rows[0].cell->threads;
    const char *plural = text_plural((uint64_t)threads);
    size_t first = 0;
    const size_t end = longest_run(g, &first);
    if (end == first) {
        lines_add(lines,
                  "On %d thread%s structure cost less than %d %% at none of these sizes "
                  "for sure, beside %s.",
                  threads, plural, GRAIN_PERCENT, beside);
        return;
    }
    char *sizes = sizes_text(g, first, end);
    char *below = first > 0 ? next_text(g, first - 1, "below")
                            : lines_format("; smaller ones were not measured");
    char *above = end < g->count ? next_text(g, end, "above") : lines_format("%s", "");
    lines_add(lines,
              "On %d thread%s structure cost less than %d %% %s, beside %s, by the whole "
              "of every 95 %% interval%s%s.",
              threads, plural, GRAIN_PERCENT, sizes, beside, below, above);
    free(sizes);
    free(below);
    free(above);
}

void grain_table_say(struct lines *lines, const struct grain_table *t)
{
    for (size_t i = 0, end; i < t->count; i = end) {
        bool any = false;
        for (end = i;
             end < t->count && t->rows[end].cell->threads == t->rows[i].cell->threads;
             end++)
            any = any || told(&t->rows[end]);
        if (!any)
            continue;
        struct group g = {.rows = t->rows + i, .count = end - i};
        say_costs(lines, &g, "a loop over the same blocks");
        g.all = true;
        say_costs(lines, &g, "the loop with blocks of its own choice");
    }
}
