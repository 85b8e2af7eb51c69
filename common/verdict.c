// verdict.c -- see verdict.h.
#include "verdict.h"

#include "grain_table.h"
#include "ladder.h"
#include "pair_text.h"
#include "text.h"
#include "verdict_phases.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct board_row *row)
{
    return row->name;
}

// ---- who was fastest

// "1.92x as fast as serial (95 % interval ...)": the row against another.
static char *advantage_text(const struct board *board, const struct board_row *row,
                            const struct board_row *other)
{
    struct pair pair;
    if (!result_pair(board->result, other->cell, row->cell, &pair))
        return lines_format("without a common round with %s", name_of(other));
    char *ratio = pair_ratio(&pair), *evidence = pair_evidence(&pair);
    char *text = lines_format("%sx as fast as %s%s (%s)", ratio, name_of(other),
                              other == board->next ? ", the next" : "", evidence);
    free(ratio);
    free(evidence);
    return text;
}

// The runner-up after the base was named: "and 1.02x as fast as csp, the next (1.01
// to 1.02)".
static char *lead_text(const struct board *board)
{
    struct pair pair;
    if (!result_pair(board->result, board->next->cell, board->fastest->cell, &pair))
        return lines_format("%s", "");
    char *ratio = pair_ratio(&pair), *bounds = pair_bounds(&pair);
    char *text = lines_format(" and %sx as fast as %s, the next (%s)", ratio,
                              name_of(board->next), bounds);
    free(ratio);
    free(bounds);
    return text;
}

static bool separated_rows(const struct board *board, const struct board_row *a,
                           const struct board_row *b)
{
    struct pair pair;
    return result_pair(board->result, a->cell, b->cell, &pair) && result_separated(&pair);
}

// "Not separated from omp: csp (1.01 times its time, 95 % interval 0.99 to 1.02)."
static void add_rivals(struct lines *lines, const struct board *board)
{
    char *rivals = NULL;
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *row = &board->rows[i];
        struct pair pair;
        if (row == board->fastest || !result_stands(row->cell) ||
            row->cell->peer != board->fastest->cell->peer ||
            row->cell->facts.input_epsilon != board->fastest->cell->facts.input_epsilon ||
            !result_pair(board->result, row->cell, board->fastest->cell, &pair) ||
            pair_told(&pair))
            continue;
        char *ratio = pair_ratio(&pair), *bounds = pair_bounds(&pair);
        char *longer = lines_format("%s%s%s (%s times its time, 95 %% interval %s)",
                                    rivals ? rivals : "", rivals ? ", " : "",
                                    name_of(row), ratio, bounds);
        free(ratio);
        free(bounds);
        free(rivals);
        rivals = longer;
    }
    if (rivals)
        lines_add(lines, "Not separated from %s: %s.", name_of(board->fastest), rivals);
    free(rivals);
}

static void add_alone(struct lines *lines, const struct board *board)
{
    const struct cell *cell = board->fastest->cell;
    char median[FIGURE_BYTES], lo[FIGURE_BYTES], hi[FIGURE_BYTES];
    text_seconds(median, cell->median_s);
    if (cell->count == 1) {
        lines_add(lines, "%s took %s (one round).", name_of(board->fastest), median);
        return;
    }
    text_seconds(lo, cell->ci95_s.lo);
    text_seconds(hi, cell->ci95_s.hi);
    lines_add(lines, "%s took %s (%s %s to %s, %zu rounds).", name_of(board->fastest),
              median, cell->count < STATS_MIN_FOR_INTERVAL ? "range" : "95 % interval",
              lo, hi, cell->count);
}

static void add_fastest(struct lines *lines, const struct board *board)
{
    const struct board_row *fastest = board->fastest, *next = board->next;
    if (!next) {
        add_alone(lines, board);
        return;
    }
    const bool sure = separated_rows(board, fastest, next);
    const struct board_row *other = board->base == fastest ? next : board->base;
    // Beside peers it has to be told who was compared.
    const bool of_ours = board->peers && !fastest->cell->peer;
    if (!sure && other == next && fastest->cell->count >= STATS_MIN_FOR_INTERVAL) {
        lines_add(lines, "%s had the shortest median%s, %s.", name_of(fastest),
                  of_ours ? " of ours" : "", fastest->text[BOARD_TIME]);
        add_rivals(lines, board);
        return;
    }
    char *advantage = advantage_text(board, fastest, other);
    char *lead = sure && other != next ? lead_text(board) : lines_format("%s", "");
    lines_add(lines, "%s %s%s: %s%s.", name_of(fastest),
              sure ? "was fastest" : "had the shortest median", of_ours ? " of ours" : "",
              advantage, lead);
    free(advantage);
    free(lead);
    add_rivals(lines, board);
}

// ---- beside peers

// Ours beside each peer, whoever was faster.
static void add_peers(struct lines *lines, const struct board *board)
{
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *ours = board->fastest, *peer = &board->rows[i];
        struct pair pair;
        if (!peer->cell->peer || ours->cell->peer || !result_stands(peer->cell) ||
            peer->cell->facts.input_epsilon != ours->cell->facts.input_epsilon ||
            !result_pair(board->result, peer->cell, ours->cell, &pair))
            continue;
        // The ratio told is above 1 where the two are separated.
        const bool behind = pair.ratio < 1 && pair_told(&pair);
        if (behind)
            result_pair(board->result, ours->cell, peer->cell, &pair);
        char *gain = pair_gain(&pair, name_of(behind ? peer : ours),
                               name_of(behind ? ours : peer));
        lines_add(lines, "%s: %s.", behind ? "A peer was ahead" : "Beside a peer", gain);
        free(gain);
    }
}

// ---- how near the limit

static const char *limit_text(const char *name)
{
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"fma_f32_flops", "f32 FMA limit"},
        {"fma_f64_flops", "f64 FMA limit"},
        {"sha256_bytes", "SHA-256 limit"},
        {"device fma_f32_flops", "f32 limit of its device"},
        {"device fma_f64_flops", "f64 limit of its device"},
        {"device upload_bytes", "upload limit of its device"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].text;
    return name;
}

static void add_limit(struct lines *lines, const struct board *board)
{
    const struct cell *cell = board->fastest->cell;
    char figure[FIGURE_BYTES], cpus[32] = "";
    if (!(cell->limit_fraction > 0) || !cell->limit_name)
        return;
    if (!cell->facts.gpu && cell->facts.threads > 0)
        snprintf(cpus, sizeof cpus, " on %d CPU%s", cell->facts.threads,
                 text_plural((uint64_t)cell->facts.threads));
    lines_add(lines, "%s reached %.0f %% of the measured %s (%s%s).",
              name_of(board->fastest), 100 * cell->limit_fraction,
              limit_text(cell->limit_name), text_rate(figure, cell->limit, cell->unit),
              cpus);
}

// ---- what structure cost

// A row of engine a and one of engine b with the same kernel and thread count, the
// largest count there is. `threads`: only that count; 0: any.
static bool find_twins(const struct board *board, const char *a, const char *b,
                       int threads, const struct board_row *twin[2])
{
    bool found = false;
    for (size_t i = 0; i < board->count; i++)
        for (size_t j = 0; j < board->count; j++) {
            const struct cell *x = board->rows[i].cell, *y = board->rows[j].cell;
            const int n = x->facts.threads;
            if (!result_stands(x) || !result_stands(y) || strcmp(x->engine, a) != 0 ||
                strcmp(y->engine, b) != 0 || n != y->facts.threads ||
                strcmp(x->facts.variant, y->facts.variant) != 0 ||
                (threads && n != threads) || (found && n <= twin[0]->cell->facts.threads))
                continue;
            twin[0] = &board->rows[i];
            twin[1] = &board->rows[j];
            found = true;
        }
    return found;
}

// On one thread beside serial the difference is the bookkeeping of structure. Beside
// loops on as many threads it is that, and how well either keeps the threads busy.
static void add_structure(struct lines *lines, const struct board *board,
                          const struct board_row *const twin[2], const char *what)
{
    struct pair pair;
    // One block is not handed out: there is no structure to cost anything.
    if (twin[0]->cell->facts.blocks == 1 ||
        !result_pair(board->result, twin[0]->cell, twin[1]->cell, &pair))
        return;
    const int threads = twin[0]->cell->facts.threads;
    const char *cost = pair_doubt(&pair);
    if (result_separated(&pair) && pair.ratio < 1)
        cost = ": none here;";
    char *ratio = pair_ratio(&pair), *evidence = pair_evidence(&pair);
    lines_add(lines, "%s%s %s took %s times %s's time on %d thread%s (%s).", what, cost,
              name_of(twin[0]), ratio, name_of(twin[1]), threads,
              text_plural((uint64_t)threads), evidence);
    free(ratio);
    free(evidence);
}

static void add_structures(struct lines *lines, const struct board *board)
{
    const struct board_row *twin[2] = {NULL, NULL};
    if (find_twins(board, "csp", "serial", 1, twin))
        add_structure(lines, board, twin, "Structure cost");
    if (find_twins(board, "csp", "omp", 0, twin))
        add_structure(lines, board, twin, "Structure beside loops");
}

// What more threads gave: the same engine and kernel at its fewest and its most threads.
static void add_execution(struct lines *lines, const struct board *board)
{
    const struct board_row *few = NULL, *many = NULL;
    for (size_t i = 0; i < board->count; i++) {
        const struct board_row *row = &board->rows[i];
        const int n = row->cell->facts.threads;
        if (!result_stands(row->cell) || strcmp(row->cell->engine, "csp") != 0)
            continue;
        if (!few || n < few->cell->facts.threads)
            few = row;
        if (!many || n > many->cell->facts.threads)
            many = row;
    }
    struct pair pair;
    if (!few || few->cell->facts.threads == many->cell->facts.threads ||
        strcmp(few->cell->facts.variant, many->cell->facts.variant) != 0 ||
        !result_pair(board->result, few->cell, many->cell, &pair))
        return;
    char *ratio = pair_ratio(&pair), *evidence = pair_evidence(&pair);
    lines_add(lines, "Execution gain%s csp on %d threads was %sx as fast as on %d (%s).",
              pair_doubt(&pair), many->cell->facts.threads, ratio,
              few->cell->facts.threads, evidence);
    free(ratio);
    free(evidence);
}

// A library whose longest book is a large part of it: no design burns it faster than
// that.
static void add_span(struct lines *lines, const struct board *board)
{
    const json_t *described = board->fastest->cell->described;
    const double parallelism =
        json_number_value(json_object_get(described, "parallelism"));
    const double span = json_number_value(json_object_get(described, "span_bytes"));
    char figure[FIGURE_BYTES];
    if (parallelism > 0 && parallelism < 4 * board->result->host.usable_cpus)
        lines_add(
            lines,
            "The longest book, %s, is the span: all of them can burn at most %.1f times "
            "as fast as one after another.",
            text_bytes(figure, span), parallelism);
}

// From which size of messages on structure is free.
static void add_grains(struct lines *lines, const struct board *board)
{
    struct grain_table grains;
    grain_table_make(&grains, board);
    grain_table_say(lines, &grains);
    grain_table_free(&grains);
}

void verdict_case(struct lines *lines, const struct board *board, bool brief)
{
    if (!board->fastest)
        return;
    add_fastest(lines, board);
    add_peers(lines, board);
    add_limit(lines, board);
    ladder_verdict(lines, board);
    add_structures(lines, board);
    add_execution(lines, board);
    add_span(lines, board);
    add_grains(lines, board);
    if (brief)
        return;
    verdict_phases(lines, board);
}

// Of very large real libraries the oracle burns only a sample.
static void add_sampled(struct lines *lines, const struct result *result)
{
    for (size_t i = 0; i < result->cell_count; i++) {
        const json_t *made = result->cells[i].described;
        const json_int_t books = json_integer_value(json_object_get(made, "books"));
        const json_int_t judged =
            json_integer_value(json_object_get(made, "verified_books"));
        if (!result_stands(&result->cells[i]) || judged >= books)
            continue;
        lines_add(lines,
                  "Of %lld books the oracle burnt %lld, a sample; of the others it knows "
                  "only that they burnt.",
                  (long long)books, (long long)judged);
        return;
    }
}

void verdict_run(struct lines *lines, const struct result *result)
{
    add_sampled(lines, result);
    size_t failed = 0, unverified = 0, few = 0;
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct cell *cell = &result->cells[i];
        failed += cell->failed != EXIT_OK &&
                  !(cell->failed == EXIT_ABSENT && cell->sole_default);
        unverified += result_stands(cell) && !cell->verified;
        few += result_stands(cell) && cell->count < STATS_MIN_FOR_INTERVAL;
    }
    if (few > 0)
        lines_add(
            lines,
            "Fewer than %d rounds hold no 95 %% interval: whole ranges stand in their "
            "place, and nothing is separated.",
            STATS_MIN_FOR_INTERVAL);
    if (unverified > 0)
        lines_add(lines, "%zu of %zu cells went unverified.", unverified,
                  result->cell_count);
    if (failed > 0)
        lines_add(lines, "%zu of %zu cells failed; their rows say why.", failed,
                  result->cell_count);
    if (result->interrupted)
        lines_add(lines, "Interrupted: what was finished before stands above.");
}
