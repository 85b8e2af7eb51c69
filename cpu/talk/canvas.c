// canvas.c -- see canvas.h.
#include "canvas.h"

#include "fail.h"
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct canvas canvas_make(int columns, int rows, bool utf8)
{
    struct canvas canvas = {columns > 0 ? columns : 0, rows > 0 ? rows : 0, utf8, NULL};
    size_t count = (size_t)canvas.columns * (size_t)canvas.rows;
    canvas.glyphs = malloc((count + 1) * sizeof *canvas.glyphs);
    if (!canvas.glyphs)
        die("out of memory");
    for (size_t i = 0; i < count; i++)
        canvas.glyphs[i] = (struct glyph){' ', LOOK_PLAIN};
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->glyphs);
    *canvas = (struct canvas){0};
}

void canvas_put(struct canvas *canvas, int x, int y, struct look look, uint32_t point)
{
    if (x < 0 || y < 0 || x >= canvas->columns || y >= canvas->rows)
        return;
    if (!canvas->utf8 && point > 0x7e)
        point = '?';
    canvas->glyphs[y * canvas->columns + x] = (struct glyph){point, look};
}

// The next code point of UTF-8, which may have been cut at its end.
static uint32_t decode(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
    uint32_t point = more ? s[0] & (0x3fu >> more) : s[0];
    int i = 1;
    for (; i <= more && s[i]; i++)
        point = point << 6 | (s[i] & 0x3f);
    *text += i;
    return point;
}

int canvas_text(struct canvas *canvas, int x, int y, struct look look, const char *text)
{
    while (*text)
        canvas_put(canvas, x++, y, look, decode(&text));
    return x;
}

int canvas_print(struct canvas *canvas, int x, int y, struct look look,
                 const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return canvas_text(canvas, x, y, look, text);
}

void canvas_text_right(struct canvas *canvas, int right, int y, struct look look,
                       const char *text)
{
    canvas_text(canvas, right - (int)text_columns(text), y, look, text);
}

int canvas_text_cut(struct canvas *canvas, int x, int y, int columns, struct look look,
                    const char *text)
{
    bool cut = (int)text_columns(text) > columns;
    int dots = cut && columns > 6 ? 3 : 0, end = x + columns - dots;
    while (*text && x < end)
        canvas_put(canvas, x++, y, look, decode(&text));
    for (int i = 0; i < dots; i++)
        canvas_put(canvas, x++, y, look, '.');
    return x;
}

const char *canvas_either(const struct canvas *canvas, const char *utf8,
                          const char *ascii)
{
    return canvas->utf8 ? utf8 : ascii;
}

const struct glyph *canvas_at(const struct canvas *canvas, int x, int y)
{
    return &canvas->glyphs[y * canvas->columns + x];
}

int canvas_encode(uint32_t point, char bytes[static 4])
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    for (int i = more; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)((0xff00u >> (more + 1) & 0xff) | point);
    return 1 + more;
}

static int last_ink(const struct canvas *canvas, int y)
{
    int x = canvas->columns - 1;
    while (x >= 0 && canvas_at(canvas, x, y)->point == ' ')
        x--;
    return x;
}

void canvas_write(const struct canvas *canvas, FILE *out)
{
    for (int y = 0; y < canvas->rows; y++) {
        int last = last_ink(canvas, y);
        for (int x = 0; x <= last; x++) {
            char bytes[4];
            int length = canvas_encode(canvas_at(canvas, x, y)->point, bytes);
            fwrite(bytes, 1, (size_t)length, out);
        }
        fputc('\n', out);
    }
}
