// frame.c -- see frame.h. What goes where: three rows of what there is and how fast it
// is, the lanes, the gophers, the processors, the clock, the keys.
#include "frame_parts.h"

#include "text.h"

#include <string.h>

enum { HEAD_ROWS = 3, FOOT_ROWS = 2 };

static void draw_title(struct canvas *canvas, const struct gopher_plan *plan)
{
    static const char *const work[] = {
        [WORK_WAIT] = "trips wait (no processor)",
        [WORK_SPIN] = "trips compute",
        [WORK_REAL] = "trips move real books",
    };
    static const struct look bar = {TINT_PLAIN, STYLE_REVERSE},
                             name = {TINT_PLAIN, STYLE_REVERSE | STYLE_BOLD};
    const struct design *design = &plan->design;
    const int gophers = design_gophers(design);
    const uint32_t carts = plan->carts * (uint32_t)(design->lanes * design->halves);
    for (int x = 0; x < canvas->columns; x++)
        canvas_put(canvas, x, 0, bar, ' ');
    int x = canvas_text(canvas, 1, 0, name, design->name);
    canvas_print(canvas, x, 0, bar, "   %d gopher%s   %u cart%s   %d processor%s   %s",
                 gophers, text_plural((uint64_t)gophers), carts, text_plural(carts),
                 plan->procs, text_plural((uint64_t)plan->procs), work[plan->work]);
}

static void draw_numbers(struct canvas *canvas, const struct gopher_plan *plan,
                         const struct scene *scene)
{
    char text[120];
    const bool wide = canvas->columns >= 110;
    snprintf(text, sizeof text,
             wide ? "concurrency %d (gophers alive)   parallelism %d (at work now)"
                  : "concurrency %d  parallelism %d",
             scene->alive, scene->working);
    const int columns = (int)text_columns(text);
    canvas_text_cut(canvas, 1, 1, canvas->columns - columns - 3, LOOK_PLAIN,
                    plan->design.summary);
    canvas_text_right(canvas, canvas->columns - 1, 1, LOOK_BOLD, text);
}

static const char *put_rate(char text[static 32], double rate)
{
    snprintf(text, 32, rate >= 100 ? "%.0f" : "%.3g", rate);
    return text;
}

static void draw_speed_up(struct canvas *canvas, const struct view *view)
{
    static const struct look good = {TINT_GREEN, STYLE_BOLD},
                             bad = {TINT_RED, STYLE_BOLD};
    const struct reel *reel = view->reel;
    char rate[32], bound[32];
    if (reel->record.result != CSP_OK) {
        canvas_text(canvas, 1, 2, bad,
                    reel->record.result == CSP_DEADLOCK
                        ? "deadlock: at the end nobody can go on"
                        : "the run failed");
        return;
    }
    int x = canvas_text(canvas, 1, 2, LOOK_PLAIN, "speed-up over one gopher ");
    if (view->one_rate > 0)
        x = canvas_print(canvas, x, 2, good, "%.2fx", reel->rate / view->one_rate);
    else
        x = canvas_text(canvas, x, 2, LOOK_PLAIN, "not known");
    x = canvas_print(
        canvas, x, 2, LOOK_PLAIN,
        reel->record.plan.exponential ? "   %s loads/s; at most %s in the long run"
                                      : "   %s loads/s of at most %s",
        put_rate(rate, reel->rate), put_rate(bound, reel->bound.loads_per_s));
    if ((int)text_columns(reel->bound.why) + x + 3 <= canvas->columns)
        canvas_print(canvas, x, 2, LOOK_DIM, ": %s", reel->bound.why);
}

static void draw_clock(struct canvas *canvas, const struct view *view)
{
    static const struct look done = {TINT_GREEN, 0};
    const int y = canvas->rows - 2;
    const double ms = (double)view->ns / 1e6,
                 end = (double)view->reel->record.end_ns / 1e6;
    int x = canvas_print(canvas, 1, y, LOOK_BOLD, "%s %s", view->state, view->pace);
    x = canvas_print(canvas, x, y, LOOK_PLAIN, "   %.3f of %.3f ms ", ms, end);
    const int status = (int)text_columns(view->status);
    const int bar = canvas->columns - x - 2 - (status ? status + 3 : 0);
    for (int i = 0; i < bar; i++) {
        bool past = end > 0 && (i + 0.5) / bar <= ms / end;
        canvas_text(canvas, x + i, y, past ? done : LOOK_DIM,
                    past ? canvas_either(canvas, "━", "=")
                         : canvas_either(canvas, "─", "-"));
    }
    canvas_text_right(canvas, canvas->columns - 1, y, LOOK_BOLD, view->status);
}

static void draw_keys(struct canvas *canvas)
{
    static const struct {
        const char *utf8, *ascii, *does;
    } keys[] = {
        {"space", "space", "pause"}, {"←→", "<>", "step"}, {"+-", "+-", "speed"},
        {"1-9", "1-9", "procs"},     {"d", "d", "design"}, {"w", "w", "work"},
        {"c", "c", "carts"},         {"r", "r", "rewind"}, {"h", "h", "help"},
        {"q", "q", "quit"},
    };
    const bool wide = canvas->columns >= 100;
    int x = 1;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bool leave_out = !wide && keys[i].utf8[0] == 'r';
        if (leave_out)
            continue;
        x = canvas_text(canvas, x, canvas->rows - 1, LOOK_BOLD,
                        canvas_either(canvas, keys[i].utf8, keys[i].ascii));
        x = canvas_print(canvas, x, canvas->rows - 1, LOOK_DIM, " %s", keys[i].does) +
            (wide ? 3 : 1);
    }
}

struct layout {
    int gopher_rows, lanes, lanes_y;
    struct box gophers, procs;
};

// How many rows a list of that many entries takes, in two columns if it must.
static int list_rows(int count, int most)
{
    return count <= most ? count : (count + 1) / 2;
}

// So many processors have a line each, and have their place even when there are fewer:
// the gophers stay as large when the number of processors changes.
static int proc_lines(const struct canvas *canvas)
{
    return canvas->rows >= 36 ? 9 : 4;
}

// The largest gophers with which all lanes fit, and all lines about gophers below them;
// if there are none, with which all lanes fit; if there are none, 0. Returns the rows
// that are left for lines about gophers, or too few for all of them.
static int choose_size(const struct canvas *canvas, const struct gopher_plan *plan,
                       int room, int *size)
{
    static const int sizes[] = {5, 3, 2, 1};
    const int gophers = design_gophers(&plan->design);
    // The largest are wide, and are for screens that are never small.
    const bool large = canvas->columns >= 100 * plan->design.halves && canvas->rows >= 36;
    int most = 0;
    *size = 0;
    for (int i = large ? 0 : 1; i < 4; i++) {
        // In 64 bits: there may be thousands of lanes.
        const int64_t left = room - (int64_t)plan->design.lanes * lane_rows(sizes[i]);
        if (left >= (gophers + 1) / 2) {
            *size = sizes[i];
            return (int)left;
        }
        if (left >= 0 && *size == 0) {
            *size = sizes[i];
            most = (int)left;
        }
    }
    return most;
}

static struct layout lay_out(const struct canvas *canvas, const struct gopher_plan *plan)
{
    const int gophers = design_gophers(&plan->design), reserved = proc_lines(canvas);
    int procs = list_rows(plan->procs, reserved), size;
    if (procs > reserved + 1)
        procs = reserved + 1;
    const int bars = procs > reserved ? procs : reserved;
    const int bars_y = canvas->rows - FOOT_ROWS - bars, room = bars_y - HEAD_ROWS;
    int left = choose_size(canvas, plan, room, &size);
    int lines = left >= (gophers + 1) / 2 ? list_rows(gophers, left) : 0;
    struct layout at = {.gopher_rows = size ? size : 1,
                        .lanes = size ? plan->design.lanes : (room - 1) / lane_rows(1),
                        .lanes_y = HEAD_ROWS,
                        .procs = {1, bars_y, canvas->columns - 2, procs}};
    const int blank = left - lines;
    if (size && blank >= 3)
        at.lanes_y += (blank - 1) / 2;
    at.gophers =
        (struct box){1, bars_y - lines - (blank >= 1), canvas->columns - 2, lines};
    return at;
}

static void draw_other_lanes(struct canvas *canvas, const struct scene *scene, int first,
                             int lanes, int y)
{
    uint64_t pile = 0, burnt = 0;
    for (int i = first; i < lanes; i++) {
        pile += scene->lanes[i].pile;
        burnt += scene->lanes[i].burnt;
    }
    canvas_print(canvas, 1, y, LOOK_PLAIN,
                 "and %d more lane%s: pile %llu, burnt %llu in all of them",
                 lanes - first, text_plural((uint64_t)(lanes - first)),
                 (unsigned long long)pile, (unsigned long long)burnt);
}

static void draw_run(struct canvas *canvas, const struct view *view)
{
    const struct record *record = &view->reel->record;
    struct scene scene = scene_at(record, view->ns);
    struct layout at = lay_out(canvas, &record->plan);
    const int lanes = record->plan.design.lanes, rows = lane_rows(at.gopher_rows);
    draw_title(canvas, &record->plan);
    draw_numbers(canvas, &record->plan, &scene);
    draw_speed_up(canvas, view);
    for (int i = 0; i < at.lanes; i++)
        frame_lane(canvas, view, &scene,
                   (struct lane_place){i, at.lanes_y + i * rows, at.gopher_rows});
    if (at.lanes < lanes)
        draw_other_lanes(canvas, &scene, at.lanes, lanes, at.lanes_y + at.lanes * rows);
    if (at.gophers.rows > 0)
        frame_gophers(canvas, view, &scene, at.gophers);
    frame_procs(canvas, view, at.procs);
    draw_clock(canvas, view);
    draw_keys(canvas);
    scene_free(&scene);
}

struct canvas frame_draw(const struct view *view, int columns, int rows, bool utf8)
{
    struct canvas canvas = canvas_make(columns, rows, utf8);
    if (columns < FRAME_COLUMNS || rows < FRAME_ROWS) {
        canvas_print(&canvas, 0, 0, LOOK_BOLD, "%dx%d", columns, rows);
        canvas_print(&canvas, 0, 1, LOOK_PLAIN, "gophers need %dx%d", FRAME_COLUMNS,
                     FRAME_ROWS);
        canvas_text(&canvas, 0, 2, LOOK_PLAIN, "q quits");
        return canvas;
    }
    draw_run(&canvas, view);
    if (view->help)
        frame_help(&canvas);
    return canvas;
}
