// canvas.h -- a grid of coloured characters to draw on.
//
// What lies outside is not drawn, so that nobody who draws needs to know how large the
// grid is. Every character is one column wide. Nothing here touches a terminal.
#ifndef CANVAS_H
#define CANVAS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum tint {
    TINT_PLAIN,
    TINT_RED,
    TINT_GREEN,
    TINT_YELLOW,
    TINT_BLUE,
    TINT_MAGENTA,
    TINT_CYAN,
    TINTS
};

enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_REVERSE = 4 };

struct look {
    uint8_t tint, style;
};

struct glyph {
    uint32_t point;  // Unicode
    struct look look;
};

struct canvas {
    int columns, rows;
    bool utf8;  // else everything drawn is ASCII, or comes out as '?'
    struct glyph *glyphs;
};

static const struct look LOOK_PLAIN = {TINT_PLAIN, 0};
static const struct look LOOK_DIM = {TINT_PLAIN, STYLE_DIM};
static const struct look LOOK_BOLD = {TINT_PLAIN, STYLE_BOLD};

// A blank one; dies when out of memory.
struct canvas canvas_make(int columns, int rows, bool utf8);
void canvas_free(struct canvas *);

void canvas_put(struct canvas *, int x, int y, struct look, uint32_t point);

// Text is UTF-8. They return the column after it.
int canvas_text(struct canvas *, int x, int y, struct look, const char *text);
__attribute__((format(printf, 5, 6))) int canvas_print(struct canvas *, int x, int y,
                                                       struct look, const char *format,
                                                       ...);
void canvas_text_right(struct canvas *, int right, int y, struct look, const char *text);

// At most `columns` of it; longer text ends in "...", or is cut where that does not fit.
int canvas_text_cut(struct canvas *, int x, int y, int columns, struct look,
                    const char *text);

// Of the two, what the canvas can show.
const char *canvas_either(const struct canvas *, const char *utf8, const char *ascii);

const struct glyph *canvas_at(const struct canvas *, int x, int y);  // inside only

// A character as UTF-8, and how many bytes it takes.
int canvas_encode(uint32_t point, char bytes[static 4]);

// The rows as lines of text, without colour and without blanks at their ends.
void canvas_write(const struct canvas *, FILE *);

#endif
