// gopher_art.h -- gophers, carts, books and fire, drawn in text: one, two or three rows
// high, in UTF-8 or in ASCII.
//
// A gopher carries his letter for a nose. His eyes are open while he makes a trip.
#ifndef GOPHER_ART_H
#define GOPHER_ART_H

#include "canvas.h"

enum { GOPHER_COLUMNS = 5, ART_ROWS_MAX = 3 };

char art_letter(int gopher);  // a to z, A to Z, then '*'
struct look art_look(int gopher);

struct pose {
    int gopher;
    int rows;  // 1 to 3
    bool awake;
    int step;  // 0 or 1: which foot is in front
};
void art_gopher(struct canvas *, int x, int y, struct pose);

// A cart of so many rows, filled so far: 0 to 1.
int art_cart_columns(int rows);
void art_cart(struct canvas *, int x, int y, int rows, double fill);

// Books in a heap that grows from the ground up: a part, 0 to 1, of columns x rows.
struct box {
    int x, y, columns, rows;
};
void art_books(struct canvas *, struct box, double part);

// An incinerator; flicker: any number that changes as time passes.
void art_incinerator(struct canvas *, struct box, bool burning, uint64_t flicker);

#endif
