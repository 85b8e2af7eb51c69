// film.c -- see film.h.
#include "film.h"

#include "site.h"
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int check(const struct gopher_plan *plan, struct fail *why)
{
    if (plan_check(plan, why) != 0)
        return -1;
    if (design_gophers(&plan->design) > FILM_GOPHERS_MAX)
        return fail(why, EXIT_USAGE, "gophers: %d of them cannot be watched, %d can",
                    design_gophers(&plan->design), FILM_GOPHERS_MAX);
    const uint64_t loads = (uint64_t)plan->design.lanes * plan->loads;
    if (loads > FILM_LOADS_MAX)
        return fail(why, EXIT_USAGE, "gophers: %llu loads cannot be watched, %d can",
                    (unsigned long long)loads, FILM_LOADS_MAX);
    return 0;
}

// Runs the plan as it is now. If that fails the film stays as it was.
static int take(struct film *film, const struct gopher_plan *plan, struct fail *why)
{
    struct reel reel;
    struct record one;
    const struct gopher_plan alone = plan_alone(plan);
    if (reel_make(&reel, plan, why) != 0)
        return -1;
    if (site_run(&alone, &one, why) != 0) {
        reel_free(&reel);
        return -1;
    }
    reel_free(&film->reel);
    record_free(&film->one);
    film->reel = reel;
    film->one = one;
    film->plan = *plan;
    film->rest_ns = 0;
    return 0;
}

int film_open(struct film *film, const struct gopher_plan *plan, struct fail *why)
{
    struct gopher_plan shown = *plan;
    *film = (struct film){.own = plan->design, .own_work = plan->work};
    shown.virtual_time = true;
    shown.trace = NULL;
    if (check(&shown, why) != 0)
        return -1;
    return take(film, &shown, why);
}

void film_close(struct film *film)
{
    reel_free(&film->reel);
    record_free(&film->one);
    *film = (struct film){0};
}

static double speed_up(const struct film *film)
{
    double one = record_rate(&film->one);
    return one > 0 ? film->reel.rate / one : 0;
}

// Says what has been changed, and what came of it.
__attribute__((format(printf, 3, 4))) static void note(struct film *film, double before,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int used = vsnprintf(film->status, sizeof film->status, format, args);
    va_end(args);
    if (used > 0 && used < (int)sizeof film->status)
        snprintf(film->status + used, sizeof film->status - (size_t)used,
                 ": %.2fx -> %.2fx", before, speed_up(film));
}

// A new run, shown from where the old one had come to.
static int change(struct film *film, const struct gopher_plan *plan, struct fail *why)
{
    struct reel old = film->reel;
    film->reel = (struct reel){0};
    if (take(film, plan, why) != 0) {
        film->reel = old;
        return -1;
    }
    film->ns = reel_same(&old, &film->reel, film->ns);
    reel_free(&old);
    return 1;
}

int film_procs(struct film *film, int procs, struct fail *why)
{
    const double before = speed_up(film);
    struct gopher_plan plan = film->plan;
    plan.procs = procs;
    if (change(film, &plan, why) < 0)
        return -1;
    note(film, before, "%d processor%s", procs, text_plural((uint64_t)procs));
    return 1;
}

static int change_carts(struct film *film, int by, struct fail *why)
{
    const double before = speed_up(film);
    struct gopher_plan plan = film->plan;
    if (by < 0 ? plan.carts == 1 : plan.carts >= FILM_CARTS_MAX)
        return 1;
    plan.carts += (uint32_t)by;
    if (change(film, &plan, why) < 0)
        return -1;
    note(film, before, "%u cart%s", plan.carts, text_plural(plan.carts));
    return 1;
}

static int change_work(struct film *film, struct fail *why)
{
    static const char *const does[] = {"wait", "compute", "move real books"};
    const double before = speed_up(film);
    struct gopher_plan plan = film->plan;
    if (plan.work == WORK_SPIN)
        plan.work = film->own_work == WORK_REAL ? WORK_REAL : WORK_WAIT;
    else
        plan.work = plan.work == WORK_WAIT ? WORK_SPIN : WORK_WAIT;
    if (change(film, &plan, why) < 0)
        return -1;
    note(film, before, "trips %s", does[plan.work]);
    return 1;
}

// The round of designs: the talk's ten, and the user's own behind them.
static int change_design(struct film *film, int by, struct fail *why)
{
    const double before = speed_up(film);
    struct gopher_plan plan = film->plan;
    int at = 0, own = 0;
    while (at < designs_count && strcmp(designs[at].name, plan.design.name) != 0)
        at++;
    while (own < designs_count && strcmp(designs[own].name, film->own.name) != 0)
        own++;
    const int round = own == designs_count ? designs_count + 1 : designs_count;
    at = (at + by + round) % round;
    plan.design = at < designs_count ? designs[at] : film->own;
    if (take(film, &plan, why) != 0)
        return -1;
    film->ns = 0;
    note(film, before, "%s", plan.design.name);
    return 1;
}

static bool at_end(const struct film *film)
{
    return film->ns >= film->reel.record.end_ns;
}

static void go_to(struct film *film, uint64_t ns)
{
    film->ns = ns;
    film->rest_ns = 0;
}

static void step_to(struct film *film, uint64_t ns)
{
    go_to(film, ns);
    film->paused = true;
    film->status[0] = '\0';
}

static void change_speed(struct film *film, int by)
{
    int speed = film->speed + by;
    if (speed >= FILM_SPEED_MIN && speed <= FILM_SPEED_MAX)
        film->speed = speed;
}

// At the end there is nothing to go on with: space begins again.
static void pause_or_go_on(struct film *film)
{
    if (at_end(film)) {
        go_to(film, 0);
        film->paused = false;
        return;
    }
    film->paused = !film->paused;
}

static int change_plan(struct film *film, int key, struct fail *why)
{
    if (key >= '1' && key <= '9')
        return film_procs(film, key - '0', why);
    switch (key) {
    case 'd':
        return change_design(film, 1, why);
    case 'D':
        return change_design(film, -1, why);
    case 'c':
        return change_carts(film, 1, why);
    case 'C':
        return change_carts(film, -1, why);
    case 'w':
        return change_work(film, why);
    default:
        return 1;
    }
}

int film_key(struct film *film, int key, struct fail *why)
{
    switch (key) {
    case 'q':
    case STROKE_ESCAPE:
        return 0;
    case ' ':
        pause_or_go_on(film);
        return 1;
    case STROKE_RIGHT:
    case '.':
        step_to(film, reel_next(&film->reel, film->ns));
        return 1;
    case STROKE_LEFT:
    case ',':
        step_to(film, reel_before(&film->reel, film->ns));
        return 1;
    case STROKE_HOME:
    case 'r':
        go_to(film, 0);
        return 1;
    case STROKE_END:
        go_to(film, film->reel.record.end_ns);
        return 1;
    case '+':
    case '=':
        change_speed(film, 1);
        return 1;
    case '-':
        change_speed(film, -1);
        return 1;
    case 'h':
    case '?':
        film->help = !film->help;
        return 1;
    default:
        return change_plan(film, key, why);
    }
}

void film_advance(struct film *film, uint64_t real_ns)
{
    if (film->paused || film->help || at_end(film))
        return;
    double times = film->speed < 0 ? 1.0 / (1 << -film->speed) : 1 << film->speed;
    double ns =
        (double)real_ns / 1e9 * (double)film->reel.pace_ns * times + film->rest_ns;
    const uint64_t left = film->reel.record.end_ns - film->ns;
    if (ns >= (double)left) {
        go_to(film, film->reel.record.end_ns);
        return;
    }
    film->ns += (uint64_t)ns;
    film->rest_ns = ns - (double)(uint64_t)ns;
}

struct canvas film_draw(const struct film *film, int columns, int rows, bool utf8)
{
    char pace[16];
    snprintf(pace, sizeof pace, film->speed < 0 ? "x1/%d" : "x%d", 1 << abs(film->speed));
    struct view view = {.reel = &film->reel,
                        .ns = film->ns,
                        .one_rate = record_rate(&film->one),
                        .pace = pace,
                        .state = at_end(film)   ? "the end"
                                 : film->paused ? "PAUSED"
                                                : "playing",
                        .status = film->status,
                        .help = film->help};
    return frame_draw(&view, columns, rows, utf8);
}

int film_frames(const struct gopher_plan *plan, int frames, int columns, int rows,
                bool utf8, FILE *out, struct fail *why)
{
    struct film film;
    if (film_open(&film, plan, why) != 0)
        return -1;
    const double end = (double)film.reel.record.end_ns;
    for (int i = 0; i < frames; i++) {
        double part = frames == 1 ? 0.5 : (double)i / (frames - 1);
        go_to(&film, (uint64_t)(part * end));
        fprintf(out, "-- frame %d of %d, %.3f ms\n", i + 1, frames,
                (double)film.ns / 1e6);
        struct canvas canvas = film_draw(&film, columns, rows, utf8);
        canvas_write(&canvas, out);
        canvas_free(&canvas);
    }
    film_close(&film);
    return 0;
}
