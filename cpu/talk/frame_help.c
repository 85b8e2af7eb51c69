// frame_help.c -- the keys and the picture, explained; it lies over the picture.
#include "frame_parts.h"

#include "text.h"

static const char *const lines[] = {
    "space       pause, and go on",
    "right left  to the next, or the previous, thing that happens (also . ,)",
    "+ -         play faster, slower",
    "r Home      back to the beginning; End: to the end",
    "1 to 9      so many processors, and nothing else: the same gophers, carts",
    "            and books, as far as they had come",
    "d D         the next, or the previous, design",
    "w           trips that wait (as I/O does), or compute (on a processor)",
    "c C         more, or fewer, carts",
    "q Esc       quit",
    "",
    "Open eyes: he makes a trip. Closed: he waits for what stands above him:",
    "a cart, his turn at one end, books on the dump, room, or a processor.",
    "Concurrency: how many gophers there are. Parallelism: how many are at work.",
    "A processor's bar has the letters of those who ran on it, up to now.",
    "To walk back without a cart takes no time.",
};

enum { LINES = sizeof lines / sizeof *lines };

static int widest(void)
{
    int most = 0;
    for (int i = 0; i < LINES; i++)
        if ((int)text_columns(lines[i]) > most)
            most = (int)text_columns(lines[i]);
    return most;
}

static void draw_frame(struct canvas *canvas, struct box box)
{
    const char *level = canvas_either(canvas, "─", "-");
    const char *wall = canvas_either(canvas, "│", "|");
    const int right = box.x + box.columns - 1, bottom = box.y + box.rows - 1;
    for (int y = box.y; y <= bottom; y++)
        for (int x = box.x; x <= right; x++)
            canvas_put(canvas, x, y, LOOK_PLAIN, ' ');
    for (int x = box.x; x <= right; x++) {
        canvas_text(canvas, x, box.y, LOOK_PLAIN, level);
        canvas_text(canvas, x, bottom, LOOK_PLAIN, level);
    }
    for (int y = box.y; y <= bottom; y++) {
        canvas_text(canvas, box.x, y, LOOK_PLAIN, wall);
        canvas_text(canvas, right, y, LOOK_PLAIN, wall);
    }
    canvas_text(canvas, box.x, box.y, LOOK_PLAIN, canvas_either(canvas, "╭", "."));
    canvas_text(canvas, right, box.y, LOOK_PLAIN, canvas_either(canvas, "╮", "."));
    canvas_text(canvas, box.x, bottom, LOOK_PLAIN, canvas_either(canvas, "╰", "'"));
    canvas_text(canvas, right, bottom, LOOK_PLAIN, canvas_either(canvas, "╯", "'"));
}

void frame_help(struct canvas *canvas)
{
    struct box box = {0, 0, widest() + 4, LINES + 2};
    box.x = canvas->columns > box.columns ? (canvas->columns - box.columns) / 2 : 0;
    box.y = canvas->rows > box.rows ? (canvas->rows - box.rows) / 2 : 0;
    draw_frame(canvas, box);
    canvas_text(canvas, box.x + 2, box.y, LOOK_BOLD, " Help: h closes it ");
    for (int i = 0; i < LINES; i++)
        canvas_text(canvas, box.x + 2, box.y + 1 + i, LOOK_PLAIN, lines[i]);
}
