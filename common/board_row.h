// board_row.h -- a cell's figures and texts, for its row of the board.
#ifndef BOARD_ROW_H
#define BOARD_ROW_H

#include "board.h"

// Fills the row's texts from its cell. The board's base, decimals and ladder are known.
void board_row_fill(struct board_row *, const struct board *, const struct signs *);

#endif
