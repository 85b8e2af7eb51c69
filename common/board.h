// board.h -- one case of a result as a table of texts, before anybody lays it out. Cells
// that were given a grain have a table of their own, grain_table.h.
//
// The text report and the Markdown report show the same boards. All texts are escaped.
#ifndef BOARD_H
#define BOARD_H

#include "lines.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>

// The signs that reports put between figures.
struct signs {
    const char *plus_minus, *dot, *ellipsis, *rule;
    const char *verified, *unverified, *failed, *absent;  // equally wide
};
extern const struct signs signs_utf8, signs_ascii;

enum board_column {
    BOARD_MARK,
    BOARD_NAME,
    BOARD_THREADS,
    BOARD_TIME,
    BOARD_SPREAD,  // half of the interval, relative to the time
    BOARD_RATE,
    BOARD_LIMIT,  // share of the measured limit
    BOARD_FIRST,  // in a ladder: how many times as fast as its first rung
    BOARD_RATIO,  // how many times as fast as the base; in a ladder, as the rung before
    BOARD_RANGE,  // the ratio's interval
    BOARD_COLUMNS
};

struct board_row {
    const struct cell *cell;
    char *text[BOARD_COLUMNS];  // "" where there is nothing to show
    char *name;                 // in sentences: a peer's tells which library it is
    char *says;                 // why it has no times; NULL: it stands
};

struct board {
    const struct result *result;
    char *title, *about;  // "matmul 64x64x64 f32", "2.15 GFLOP, 12 rounds, ..."
    char *header[BOARD_COLUMNS];
    struct board_row *rows;
    size_t count;
    bool peers;                              // some row that stands is a peer's
    bool ladder;                             // the rows are the rungs of one ladder
    const struct board_row *fastest, *next;  // of ours, by median; NULL: there is none
    // What ratios refer to: serial, a ladder's first rung, or else the fastest.
    const struct board_row *base;
    int decimals;                           // of the ratios
    size_t most_rounds;                     // of the rows that stand
    uint64_t fewest_repeats, most_repeats;  // runs in a sample, of the rows that stand
    struct lines legend;  // which kernels and devices stand behind the names
};

struct boards {
    struct board *board;
    size_t count;
};

// All cases, in the order of their first cells. The result must be concluded and stay.
void boards_make(struct boards *, const struct result *, const struct signs *);
void boards_free(struct boards *);

// The row of an engine at a thread count, or NULL. threads 0: any.
const struct board_row *board_find(const struct board *, const char *engine, int threads);

// How many decimals a ratio and its interval need: three digits that matter, more where
// the interval would shrink to a point, or would seem to hold 1 though it does not.
int board_decimals(const struct pair *);

#endif
