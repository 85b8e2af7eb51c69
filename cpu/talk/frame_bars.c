// frame_bars.c -- bars of what has been: one a processor, one a gopher.
//
// A bar's right end is now; each column is a slice of time, a quarter of the mean trip.
// Slices begin at multiples of their length, so that a bar moves on and does not flicker.
#include "frame_parts.h"

#include <string.h>

static uint64_t slice_ns(const struct reel *reel)
{
    return reel->pace_ns / 4 + 1;
}

// The instant that column i of a bar shows; false before the run began.
static bool slice_at(const struct view *view, int i, int columns, uint64_t *ns)
{
    const uint64_t slice = slice_ns(view->reel), last = view->ns / slice;
    const uint64_t back = (uint64_t)(columns - 1 - i);
    if (back > last)
        return false;
    uint64_t middle = (last - back) * slice + slice / 2;
    *ns = middle < view->ns ? middle : view->ns;
    return true;
}

static int draw_edge(struct canvas *canvas, int x, int y)
{
    return canvas_text(canvas, x, y, LOOK_DIM, canvas_either(canvas, "│", "|"));
}

// Where entry i of a list lies that fills the box column by column.
static struct box entry(struct box box, int lists, int i)
{
    int columns = box.columns / lists;
    return (struct box){box.x + i / box.rows * columns, box.y + i % box.rows,
                        columns - (lists > 1 ? 1 : 0), 1};
}

static int lists_for(struct box box, int count)
{
    return count > box.rows && box.columns >= FRAME_COLUMNS - 2 ? 2 : 1;
}

enum { NAME_COLUMNS = 12, DEED_COLUMNS = 19 };

static void draw_proc(struct canvas *canvas, const struct view *view, struct box at,
                      int proc)
{
    const struct reel *reel = view->reel;
    const int now = reel_running(reel, proc, view->ns);
    const bool narrow = at.columns < FRAME_COLUMNS - 2;
    const int name = narrow ? 4 : NAME_COLUMNS + 2;
    char text[24];
    int x = canvas_print(canvas, at.x, at.y, LOOK_PLAIN, "%s%-2d ",
                         narrow ? "" : "processor ", proc + 1);
    x = draw_edge(canvas, x, at.y);
    const int bar = at.x + at.columns - name - 2 - x;
    for (int i = 0; i < bar; i++) {
        uint64_t ns;
        int gopher = slice_at(view, i, bar, &ns) ? reel_running(reel, proc, ns) : -2;
        if (gopher >= 0)
            canvas_put(canvas, x + i, at.y, art_look(gopher),
                       (unsigned char)art_letter(gopher));
        else if (gopher == -1)
            canvas_text(canvas, x + i, at.y, LOOK_DIM, canvas_either(canvas, "·", "."));
    }
    x = draw_edge(canvas, x + bar, at.y) + 1;
    if (now < 0) {
        canvas_text(canvas, x, at.y, LOOK_DIM, narrow ? "-" : "idle");
        return;
    }
    plan_gopher_name(&reel->record.plan, now, text);
    x = canvas_print(canvas, x, at.y, art_look(now), "%c ", art_letter(now));
    if (!narrow)
        canvas_text_cut(canvas, x, at.y, NAME_COLUMNS, LOOK_PLAIN, text);
}

static int busy_from(const struct view *view, int proc)
{
    int busy = 0;
    for (; proc < view->reel->proc_count; proc++)
        busy += reel_running(view->reel, proc, view->ns) >= 0;
    return busy;
}

void frame_procs(struct canvas *canvas, const struct view *view, struct box box)
{
    const int count = view->reel->proc_count, lists = lists_for(box, count);
    const int room = box.rows * lists, shown = count <= room ? count : room - 1;
    for (int i = 0; i < shown; i++)
        draw_proc(canvas, view, entry(box, lists, i), i);
    if (shown < count) {
        struct box at = entry(box, lists, shown);
        canvas_print(canvas, at.x, at.y, LOOK_PLAIN, "and %d more: %d run a gopher",
                     count - shown, busy_from(view, shown));
    }
}

static void put_deed(char *text, size_t size, const struct actor *actor)
{
    static const char *const trips[TRIPS] = {"loads", "carries", "unloads", "returns"};
    static const char *const waits[DOINGS] = {
        [DOING_WAIT_CART] = "waits: cart",     [DOING_WAIT_TURN] = "waits: turn",
        [DOING_WAIT_BOOKS] = "waits: books",   [DOING_WAIT_ROOM] = "waits: room",
        [DOING_WAIT_CPU] = "waits: processor",
    };
    const bool works = !actor->gone && actor->doing == DOING_WORK;
    const char *deed = actor->gone ? "done"
                       : works     ? trips[actor->trip]
                                   : waits[actor->doing];
    const bool has_load = works && actor->load != LOAD_NONE;
    if (has_load)
        snprintf(text, size, "%s #%u", deed, actor->load + 1);
    else
        snprintf(text, size, "%s", deed);
}

// What fills the bar while he does it: a block for work, else what he waits for.
static void put_doing(struct canvas *canvas, int x, int y, int gopher, enum doing doing)
{
    static const char waits[DOINGS] = {
        [DOING_WAIT_CART] = 'c', [DOING_WAIT_TURN] = 't', [DOING_WAIT_BOOKS] = 'b',
        [DOING_WAIT_ROOM] = 'r', [DOING_WAIT_CPU] = 'p',
    };
    static const struct look wait = {TINT_RED, STYLE_DIM};
    if (doing == DOING_WORK)
        canvas_text(canvas, x, y, art_look(gopher), canvas_either(canvas, "█", "#"));
    else
        canvas_put(canvas, x, y, wait, (unsigned char)waits[doing]);
}

static void draw_gopher(struct canvas *canvas, const struct view *view,
                        const struct scene *scene, struct box at, int gopher)
{
    const struct record *record = &view->reel->record;
    char text[40];
    int x = canvas_print(canvas, at.x, at.y, art_look(gopher), "%c ", art_letter(gopher));
    plan_gopher_name(&record->plan, gopher, text);
    canvas_text_cut(canvas, x, at.y, NAME_COLUMNS, LOOK_PLAIN, text);
    x += NAME_COLUMNS;
    put_deed(text, sizeof text, &scene->actors[gopher]);
    canvas_text_cut(canvas, x, at.y, DEED_COLUMNS - 1, LOOK_PLAIN, text);
    x = draw_edge(canvas, x + DEED_COLUMNS - 2, at.y);
    const int bar = at.x + at.columns - 1 - x;
    for (int i = 0; i < bar; i++) {
        uint64_t ns;
        enum doing doing;
        if (slice_at(view, i, bar, &ns) && scene_doing(record, gopher, ns, &doing))
            put_doing(canvas, x + i, at.y, gopher, doing);
    }
    draw_edge(canvas, x + bar, at.y);
}

void frame_gophers(struct canvas *canvas, const struct view *view,
                   const struct scene *scene, struct box box)
{
    const int count = view->reel->record.gophers, lists = lists_for(box, count);
    const int room = box.rows * lists, shown = count <= room ? count : room - 1;
    for (int i = 0; i < shown; i++)
        draw_gopher(canvas, view, scene, entry(box, lists, i), i);
    if (shown < count) {
        struct box at = entry(box, lists, shown);
        canvas_print(canvas, at.x, at.y, LOOK_PLAIN, "and %d more gophers",
                     count - shown);
    }
}
