// gopher_art.h -- gophers, carts, books and fire, drawn in text, in UTF-8 or in ASCII.
// Gophers and carts are 1, 2, 3 or 5 rows high.
//
// A gopher carries his letter for a nose. His eyes are open while he makes a trip.
#ifndef GOPHER_ART_H
#define GOPHER_ART_H

#include "canvas.h"

char art_letter(int gopher);  // a to z, A to Z, then '*'
struct look art_look(int gopher);

struct pose {
    int gopher;
    int rows;
    bool awake;
    int step;  // 0 or 1: which foot is in front
};
int art_gopher_columns(int rows);
void art_gopher(struct canvas *, int x, int y, struct pose);

// A cart, filled so far: 0 to 1.
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
