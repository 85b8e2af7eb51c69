// gopher_art.c -- see gopher_art.h.
#include "gopher_art.h"

#include <string.h>

char art_letter(int gopher)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return gopher < (int)sizeof letters - 1 ? letters[gopher] : '*';
}

struct look art_look(int gopher)
{
    static const uint8_t tints[] = {TINT_CYAN, TINT_GREEN, TINT_MAGENTA, TINT_BLUE};
    return (struct look){tints[gopher % 4], STYLE_BOLD};
}

// Ears, face and chin; `*` is the place of the letter.
void art_gopher(struct canvas *canvas, int x, int y, struct pose pose)
{
    static const char *const utf8[] = {" ∩_∩", "(•*•)", "(-*-)", " ╰w╯", " ╯w╰"};
    static const char *const ascii[] = {" n_n", "(o*o)", "(-*-)", " \\w/", " /w\\"};
    const char *const *part = canvas->utf8 ? utf8 : ascii;
    struct look look = art_look(pose.gopher);
    if (!pose.awake)
        look.style = 0;
    if (pose.rows >= 2)
        canvas_text(canvas, x, y++, look, part[0]);
    canvas_text(canvas, x, y, look, part[pose.awake ? 1 : 2]);
    canvas_put(canvas, x + 2, y++, (struct look){look.tint, look.style | STYLE_BOLD},
               (unsigned char)art_letter(pose.gopher));
    if (pose.rows >= 3)
        canvas_text(canvas, x, y, look, part[3 + pose.step]);
}

int art_cart_columns(int rows)
{
    return rows == 1 ? 3 : 4;
}

void art_cart(struct canvas *canvas, int x, int y, int rows, double fill)
{
    static const char *const utf8[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇"};
    static const char *const ascii[] = {" ", ".", ".", ":", ":", "=", "=", "#"};
    static const struct look books = {TINT_YELLOW, STYLE_BOLD};
    int level = (int)(fill * 7 + 0.5);
    const char *inside = (canvas->utf8 ? utf8 : ascii)[level < 0   ? 0
                                                       : level > 7 ? 7
                                                                   : level];
    int end = x + art_cart_columns(rows) - 1;
    if (rows >= 2) {
        const char *wheels = canvas_either(canvas, "╰oo╯", "'oo'");
        canvas_text(canvas, x, y + rows - 1, LOOK_PLAIN, wheels);
        y += rows - 2;
    }
    const char *wall =
        canvas_either(canvas, rows >= 2 ? "│" : "[", rows >= 2 ? "|" : "[");
    canvas_text(canvas, x, y, LOOK_PLAIN, wall);
    for (int i = x + 1; i < end; i++)
        canvas_text(canvas, i, y, books, inside);
    canvas_text(canvas, end, y, LOOK_PLAIN, rows >= 2 ? wall : "]");
}

void art_books(struct canvas *canvas, struct box box, double part)
{
    static const struct look books = {TINT_YELLOW, 0};
    const int cells = box.columns * box.rows;
    int filled = (int)(part * cells);
    if (part > 0 && filled == 0)
        filled = 1;
    for (int i = 0; i < filled && i < cells; i++)
        canvas_text(canvas, box.x + i % box.columns,
                    box.y + box.rows - 1 - i / box.columns, books,
                    canvas_either(canvas, "≡", "="));
}

static unsigned mix(uint64_t a)
{
    a *= UINT64_C(0x9e3779b97f4a7c15);
    a ^= a >> 29;
    a *= UINT64_C(0xbf58476d1ce4e5b9);
    return (unsigned)(a >> 33);
}

static void draw_flames(struct canvas *canvas, struct box in, uint64_t flicker)
{
    static const struct look low = {TINT_YELLOW, STYLE_BOLD},
                             high = {TINT_RED, STYLE_BOLD};
    for (int i = 0; i < in.columns; i++) {
        int height = 1 + (int)(mix(flicker * 64 + (unsigned)i) % (unsigned)in.rows);
        for (int k = 0; k < height; k++) {
            bool tip = k == height - 1;
            canvas_text(
                canvas, in.x + i, in.y + in.rows - 1 - k, k <= in.rows / 2 ? low : high,
                tip ? canvas_either(canvas, "▲", "^") : canvas_either(canvas, "█", "#"));
        }
    }
}

static void draw_row(struct canvas *canvas, struct box box, int y, const char *left,
                     const char *middle, const char *right)
{
    canvas_text(canvas, box.x, y, LOOK_PLAIN, left);
    for (int x = box.x + 1; x < box.x + box.columns - 1; x++)
        canvas_text(canvas, x, y, LOOK_PLAIN, middle);
    canvas_text(canvas, box.x + box.columns - 1, y, LOOK_PLAIN, right);
}

// A chimney row on top, which smokes; then four walls.
void art_incinerator(struct canvas *canvas, struct box box, bool burning,
                     uint64_t flicker)
{
    static const struct look smoke = {TINT_PLAIN, STYLE_DIM}, embers = {TINT_RED, 0};
    struct box in = {box.x + 1, box.y + 2, box.columns - 2, box.rows - 3};
    if (burning)
        for (int i = 0; i < box.columns / 3; i++)
            canvas_put(canvas, box.x + 1 + i * 3 + (int)(flicker & 1), box.y, smoke,
                       (flicker + (unsigned)i) & 1 ? ')' : '(');
    if (canvas->utf8)
        draw_row(canvas, box, box.y + 1, "╭", "─", "╮");
    else
        draw_row(canvas, box, box.y + 1, ".", "-", ".");
    for (int y = in.y; y < in.y + in.rows; y++)
        draw_row(canvas, box, y, canvas_either(canvas, "│", "|"), " ",
                 canvas_either(canvas, "│", "|"));
    if (canvas->utf8)
        draw_row(canvas, box, box.y + box.rows - 1, "╰", "─", "╯");
    else
        draw_row(canvas, box, box.y + box.rows - 1, "'", "-", "'");
    if (burning)
        draw_flames(canvas, in, flicker);
    else
        for (int x = in.x; x < in.x + in.columns; x++)
            canvas_text(canvas, x, in.y + in.rows - 1, embers,
                        canvas_either(canvas, "░", "."));
}
