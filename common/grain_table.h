// grain_table.h -- what messages of different sizes cost: the csp cells of a case that
// were given a grain, beside loops.
//
// Two comparisons, both paired round by round. With the same blocks and no messages (the
// loop of serial on one thread, of omp on more): what messages and tasks cost by
// themselves. With the plain loop, whose blocks suit the caches: what messages of that
// size cost altogether, for small blocks read their matrices more often, and a few large
// ones leave threads without work.
#ifndef GRAIN_TABLE_H
#define GRAIN_TABLE_H

#include "board.h"
#include "lines.h"
#include "result.h"

#include <stdio.h>

enum { GRAIN_PERCENT = 5 };  // structure that surely costs less is cheap

enum grain_column {
    GRAIN_NAME,
    GRAIN_MESSAGES,
    GRAIN_WORK,  // of a message
    GRAIN_TIME,  // a thread's time for a message
    GRAIN_COST,  // beside the same blocks without messages
    GRAIN_COST_RANGE,
    GRAIN_ALL,  // beside the plain loop
    GRAIN_ALL_RANGE,
    GRAIN_COLUMNS
};

// Costs are shares of the loop's time; an interval of 95 % where `told`.
struct grain_cost {
    bool known, told;
    double share;
    struct interval ci95;
};

struct grain_row {
    const struct cell *cell;
    struct grain_cost cost, all;
    double work, time_s;  // of a message
    char *text[GRAIN_COLUMNS];
    char *says;  // why it has no times; NULL: it stands
};

struct grain_table {
    const char *header[GRAIN_COLUMNS];
    struct grain_row *rows;  // by threads, then from small messages to large
    size_t count;            // 0: no cell of the case was given a grain
};

void grain_table_make(struct grain_table *, const struct board *);
void grain_table_free(struct grain_table *);

// Prints the case's table, if there is one; where the terminal is too narrow, without its
// last columns.
void grain_table_print(FILE *, const struct board *, size_t columns);

// Adds a sentence or two for each number of threads: from which size on structure is
// free.
void grain_table_say(struct lines *, const struct grain_table *);

#endif
