// frame_lane.c -- a lane: its pile, its road with the gophers on it, the dump where it
// has one, and its incinerator.
//
// The road is a loop, as the carts' way is. Carts go to the right on the upper track and
// come back on the lower one. At the left end of the lower track carts are loaded, at the
// right end of the upper one they are unloaded; who waits to begin a trip stands where it
// begins. Carts that nobody has stand on the ground below the track, at the end where
// they wait.
#include "frame_parts.h"

#include <stdlib.h>
#include <string.h>

// One half of the road, and who stands where on its two tracks.
struct road {
    int x, columns;
    int upper_y, lower_y;  // of the row of thoughts; then come the gophers and the ground
    int gopher_rows;
    bool apart;  // who loads or unloads is not who carries: the ends are theirs
    bool *taken[2];
};

static int team_columns(int gopher_rows)
{
    return art_gopher_columns(gopher_rows) + art_cart_columns(gopher_rows);
}

static bool on_upper_track(enum trip trip)
{
    return trip == CARRY || trip == UNLOAD;
}

// The left edge of a gopher with his cart.
static int stand(const struct road *road, enum trip trip, double progress)
{
    const int team = team_columns(road->gopher_rows);
    const int last = road->columns - team, kept = road->apart ? team : 0;
    int way = last - kept;
    if (way < 0)
        way = 0;
    switch (trip) {
    case LOAD:
        return road->x;
    case CARRY:
        return road->x + (int)(progress * way);
    case UNLOAD:
        return road->x + last;
    default:
        return road->x + last - (int)(progress * way);
    }
}

static bool is_free(const struct road *road, int track, int x, int columns)
{
    if (x < road->x || x + columns > road->x + road->columns)
        return false;
    for (int i = 0; i < columns; i++)
        if (road->taken[track][x - road->x + i])
            return false;
    return true;
}

// The place nearest to x where nobody stands yet; -1: there is none.
static int make_room(const struct road *road, int track, int x, int columns)
{
    for (int off = 0; off < road->columns; off++) {
        int at = is_free(road, track, x - off, columns)   ? x - off
                 : is_free(road, track, x + off, columns) ? x + off
                                                          : -1;
        if (at < 0)
            continue;
        memset(&road->taken[track][at - road->x], true, (size_t)columns);
        return at;
    }
    return -1;
}

static const char *thought(const struct actor *actor)
{
    static const char *const waits[DOINGS] = {
        [DOING_WAIT_CART] = "cart?",   [DOING_WAIT_TURN] = "turn?",
        [DOING_WAIT_BOOKS] = "books?", [DOING_WAIT_ROOM] = "room?",
        [DOING_WAIT_CPU] = "proc?",
    };
    return actor->gone ? "done" : waits[actor->doing];
}

// What he thinks, who waits; and what he is, who works. It begins at x, or ends at -x.
static void draw_label(struct canvas *canvas, const struct view *view, int x, int y,
                       const struct actor *actor, int gopher)
{
    static const struct look waits = {TINT_RED, 0};
    const struct gopher_plan *plan = &view->reel->record.plan;
    const char *thinks = thought(actor);
    const char *text =
        thinks ? thinks : plan_role_name(plan, plan_post(plan, gopher).role);
    if (x < 0)
        canvas_text_right(canvas, -x, y, thinks ? waits : LOOK_DIM, text);
    else
        canvas_text(canvas, x, y, thinks ? waits : LOOK_DIM, text);
}

static void draw_team(struct canvas *canvas, const struct view *view,
                      const struct road *road, const struct actor *actor, int gopher)
{
    const int rows = road->gopher_rows, team = team_columns(rows);
    const bool awake = !actor->gone && actor->doing == DOING_WORK;
    const int track = on_upper_track(actor->trip) ? 0 : 1;
    const int y = track == 0 ? road->upper_y : road->lower_y;
    int x = make_room(road, track, stand(road, actor->trip, actor->progress), team);
    if (x < 0)
        return;
    const bool cart_first = actor->trip == UNLOAD || actor->trip == RETURN;
    const int gopher_x = cart_first ? x + art_cart_columns(rows) : x;
    const bool moves = awake && (actor->trip == CARRY || actor->trip == RETURN);
    art_gopher(canvas, gopher_x, y + 1,
               (struct pose){gopher, rows, awake, moves ? x & 1 : 0});
    if (actor->has_cart)
        art_cart(canvas, cart_first ? x : x + art_gopher_columns(rows), y + 1, rows,
                 actor->fill);
    draw_label(canvas, view, cart_first ? -(x + team) : x, y, actor, gopher);
}

// Carts in a row while there is room for them, else one and their number. Returns the
// columns used.
static void draw_parked(struct canvas *canvas, int x, int right, int y, uint32_t count,
                        bool loaded, int columns)
{
    char text[32];
    const char *cart = loaded ? canvas_either(canvas, "[▇]", "[#]") : "[ ]";
    const struct look look = {loaded ? TINT_YELLOW : TINT_PLAIN, 0};
    if (count == 0)
        return;
    if ((int)count * 3 <= columns) {
        for (uint32_t i = 0; i < count; i++)
            canvas_text(canvas, right ? right - 3 * (int)(i + 1) : x + 3 * (int)i, y,
                        look, cart);
        return;
    }
    int length = snprintf(text, sizeof text, "x%u", count);
    if (right)
        x = right - 3 - length;
    canvas_text(canvas, canvas_text(canvas, x, y, look, cart), y, look, text);
}

static void draw_ground(struct canvas *canvas, const struct road *road,
                        const struct parked *parked)
{
    const int upper = road->upper_y + 1 + road->gopher_rows;
    const int lower = road->lower_y + 1 + road->gopher_rows;
    const int end = road->x + road->columns, some = road->columns / 2 - 2;
    for (int x = road->x; x < end; x++) {
        canvas_text(canvas, x, upper, LOOK_DIM, canvas_either(canvas, "─", "-"));
        canvas_text(canvas, x, lower, LOOK_DIM, canvas_either(canvas, "─", "-"));
    }
    draw_parked(canvas, road->x, 0, upper, parked->for_trip[CARRY], true, some);
    draw_parked(canvas, 0, end, upper, parked->for_trip[UNLOAD], true, some);
    draw_parked(canvas, road->x, 0, lower, parked->for_trip[LOAD], false, some);
    draw_parked(canvas, 0, end, lower, parked->for_trip[RETURN], false, some);
}

// Who works is drawn first, so that he stands where he is; who waits makes room.
static void draw_road(struct canvas *canvas, const struct view *view,
                      const struct scene *scene, struct road *road, struct post post)
{
    const struct gopher_plan *plan = &view->reel->record.plan;
    const int first = plan_gopher(plan, (struct post){post.lane, post.half, 0, 0});
    const int count = plan->design.roles * plan->design.turns;
    bool *taken = calloc(2 * (size_t)road->columns, sizeof *taken);
    draw_ground(canvas, road,
                scene_parked(scene, &view->reel->record, post.lane, post.half));
    road->taken[0] = taken;
    road->taken[1] = taken ? taken + road->columns : NULL;
    for (int waits = 0; taken && waits < 2; waits++)
        for (int i = first; i < first + count; i++)
            if ((scene->actors[i].doing != DOING_WORK) == waits)
                draw_team(canvas, view, road, &scene->actors[i], i);
    free(taken);
}

static int between(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static double part_of(uint32_t some, uint32_t all)
{
    return all ? (double)some / all : 0;
}

static void draw_pile(struct canvas *canvas, struct box box, uint32_t loads, uint32_t all)
{
    canvas_print(canvas, box.x, box.y, LOOK_BOLD, "pile %u", loads);
    box.y++, box.rows--;
    art_books(canvas, box, part_of(loads, all));
}

static void draw_dump(struct canvas *canvas, struct box box, uint32_t loads,
                      uint32_t room)
{
    canvas_print(canvas, box.x, box.y, LOOK_BOLD, "dump %u", loads);
    struct box heap = {box.x + 1, box.y + 1, box.columns - 2, box.rows - 2};
    art_books(canvas, heap, part_of(loads, room));
    for (int x = box.x; x < box.x + box.columns; x++)
        canvas_text(canvas, x, box.y + box.rows - 1, LOOK_PLAIN,
                    canvas_either(canvas, "═", "="));
}

void frame_lane(struct canvas *canvas, const struct view *view, const struct scene *scene,
                struct lane_place place)
{
    const struct gopher_plan *plan = &view->reel->record.plan;
    const struct lane_state *lane = &scene->lanes[place.lane];
    const int halves = plan->design.halves, rows = lane_rows(place.gopher_rows);
    const int columns = canvas->columns, y = place.y;
    const int pile = between(columns / 10, 8, 16), fire = between(columns / 9, 9, 13);
    const int dump = halves > 1 ? between(columns / 12, 7, 12) : 0;
    const int road = (columns - pile - fire - dump - 2 * halves - 2) / halves;
    int x = 1;
    draw_pile(canvas, (struct box){x, y, pile - 1, rows}, lane->pile, plan->loads);
    x += pile;
    canvas_print(canvas, x + 1, y, LOOK_DIM, "lane %d: %u in carts", place.lane + 1,
                 lane->carried);
    for (int half = 0; half < halves; half++) {
        struct road there = {.x = x,
                             .columns = road,
                             .upper_y = y + 1,
                             .lower_y = y + 3 + place.gopher_rows,
                             .gopher_rows = place.gopher_rows,
                             .apart = plan->design.roles > 1};
        draw_road(canvas, view, scene, &there, (struct post){place.lane, half, 0, 0});
        x += road + 1;
        if (half + 1 < halves) {
            draw_dump(canvas, (struct box){x, y, dump, rows}, lane->dump, plan->carts);
            x += dump + 1;
        }
    }
    canvas_print(canvas, columns - fire, y, LOOK_BOLD, "burnt %u", lane->burnt);
    art_incinerator(canvas, (struct box){columns - fire, y + 1, fire - 1, rows - 1},
                    lane->burning, view->ns / (view->reel->pace_ns / 8 + 1));
}
