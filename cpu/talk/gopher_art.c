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

int art_gopher_columns(int rows)
{
    return rows >= 5 ? 9 : 5;
}

// A drawing awake, asleep, and with the other foot in front; `*` is the letter's place.
// Small ones are the head of a large one: ears and face, or the face alone.
enum { AWAKE, ASLEEP, STEP, POSES, LARGE = 5, SMALL = 3 };
static const char *const large_utf8[LARGE][POSES] = {
    {"  ∩___∩", "  ∩___∩", "  ∩___∩"},       {" ╱     ╲", " ╱     ╲", " ╱     ╲"},
    {"( • * • )", "( - * - )", "( • * • )"}, {" ╲  w  ╱", " ╲  w  ╱", " ╲  w  ╱"},
    {"  ╰╯ ╰╯", "  ╰╯ ╰╯", " ╰╯   ╰╯"},
};
static const char *const large_ascii[LARGE][POSES] = {
    {"  n___n", "  n___n", "  n___n"},
    {" /     \\", " /     \\", " /     \\"},
    {"( o * o )", "( - * - )", "( o * o )"},
    {" \\  w  /", " \\  w  /", " \\  w  /"},
    {"  \"\" \"\"", "  \"\" \"\"", " \"\"   \"\""},
};
static const char *const small_utf8[SMALL][POSES] = {
    {" ∩_∩", " ∩_∩", " ∩_∩"},
    {"(•*•)", "(-*-)", "(•*•)"},
    {" ╰w╯", " ╰w╯", " ╯w╰"},
};
static const char *const small_ascii[SMALL][POSES] = {
    {" n_n", " n_n", " n_n"},
    {"(o*o)", "(-*-)", "(o*o)"},
    {" \\w/", " \\w/", " /w\\"},
};

static void draw_line(struct canvas *canvas, int x, int y, struct look look,
                      const char *line, char letter)
{
    const char *place = strchr(line, '*');
    canvas_text(canvas, x, y, look, line);
    if (!place)
        return;
    look.style |= STYLE_BOLD;
    // Columns before it: characters, not bytes.
    for (; line < place; line++)
        x += (*line & 0xc0) != 0x80;
    canvas_put(canvas, x, y, look, (unsigned char)letter);
}

void art_gopher(struct canvas *canvas, int x, int y, struct pose pose)
{
    const bool large = pose.rows >= LARGE;
    const char *const(*lines)[POSES] = large ? (canvas->utf8 ? large_utf8 : large_ascii)
                                             : (canvas->utf8 ? small_utf8 : small_ascii);
    const int how = !pose.awake ? ASLEEP : pose.step ? STEP : AWAKE;
    struct look look = art_look(pose.gopher);
    if (!pose.awake)
        look.style = 0;
    const int first = pose.rows == 1 ? 1 : 0;
    for (int i = 0; i < pose.rows; i++)
        draw_line(canvas, x, y + i, look, lines[first + i][how], art_letter(pose.gopher));
}

int art_cart_columns(int rows)
{
    return rows >= 5 ? 6 : rows == 1 ? 3 : 4;
}

// One row of what is in a cart, filled so far.
static void draw_load(struct canvas *canvas, int x, int y, int columns, double fill)
{
    static const char *const utf8[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇"};
    static const char *const ascii[] = {" ", ".", ".", ":", ":", "=", "=", "#"};
    static const struct look books = {TINT_YELLOW, STYLE_BOLD};
    const int level = fill <= 0 ? 0 : fill >= 1 ? 7 : (int)(fill * 7 + 0.5);
    for (int i = 0; i < columns; i++)
        canvas_text(canvas, x + i, y, books, (canvas->utf8 ? utf8 : ascii)[level]);
}

void art_cart(struct canvas *canvas, int x, int y, int rows, double fill)
{
    const int columns = art_cart_columns(rows), end = x + columns - 1;
    if (rows == 1) {
        canvas_text(canvas, x, y, LOOK_PLAIN, "[");
        draw_load(canvas, x + 1, y, 1, fill);
        canvas_text(canvas, end, y, LOOK_PLAIN, "]");
        return;
    }
    const int body = rows >= 5 ? 2 : 1, bottom = y + rows - 2;
    const char *wall = canvas_either(canvas, "│", "|");
    for (int i = 0; i < body; i++) {
        canvas_text(canvas, x, bottom - i, LOOK_PLAIN, wall);
        draw_load(canvas, x + 1, bottom - i, columns - 2, fill * body - i);
        canvas_text(canvas, end, bottom - i, LOOK_PLAIN, wall);
    }
    if (body == 1)
        canvas_text(canvas, x, bottom + 1, LOOK_PLAIN,
                    canvas_either(canvas, "╰oo╯", "'oo'"));
    else
        canvas_text(canvas, x, bottom + 1, LOOK_PLAIN,
                    canvas_either(canvas, "╰o──o╯", "'o--o'"));
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
