// gopher_report.c -- see gopher_report.h.
#include "gopher_report.h"

#include "site.h"
#include "text.h"

#include <string.h>

enum { BAR = 16, GOPHERS_SHOWN = 32 };

struct sheet {
    FILE *out;
    bool color;
};

static const char *paint(const struct sheet *sheet, const char *sgr)
{
    return sheet->color ? sgr : "";
}

struct gopher_plan plan_as_measured(const struct record *r)
{
    struct gopher_plan p = r->plan;
    uint64_t ns[TRIPS] = {0}, trips[TRIPS] = {0};
    for (int g = 0; g < r->gophers; g++)
        for (size_t i = 0; i < r->diaries[g].count; i++) {
            const struct stint *s = &r->diaries[g].stints[i];
            if (s->doing == DOING_WORK) {
                ns[s->trip] += s->to_ns - s->from_ns;
                trips[s->trip]++;
            }
        }
    for (enum trip t = LOAD; t < TRIPS; t++) {
        const bool halved = t == CARRY || t == RETURN;
        if (trips[t] > 0)
            p.trip_ns[t] = ns[t] / trips[t] * (halved ? (uint64_t)p.design.halves : 1);
    }
    return p;
}

static void print_times(const struct sheet *sheet, const struct gopher_plan *p)
{
    if (p->work == WORK_REAL)
        fprintf(sheet->out, " %u bytes a load\n", p->book_bytes);
    if (p->work == WORK_REAL && !p->virtual_time)
        return;
    fprintf(sheet->out, "%s", p->work == WORK_REAL ? "each takes:" : "");
    for (enum trip t = LOAD; t < TRIPS; t++)
        fprintf(sheet->out, "%s %s %.3f", t ? "," : "", trip_words[t],
                plan_ms(plan_trip_ns(p, t)));
    fprintf(sheet->out, " ms\n");
    if (p->design.halves > 1)
        fprintf(sheet->out, "to carry and to return: half of the way each\n");
}

static void print_plan(const struct sheet *sheet, const struct gopher_plan *p)
{
    static const char *const work[] = {"they wait", "they compute", "real books"};
    const struct design *d = &p->design;
    const uint32_t lanes = (uint32_t)d->lanes, halves = (uint32_t)d->halves;
    const uint32_t carts = p->carts * lanes * halves, loads = p->loads * lanes;
    const int gophers = design_gophers(d);
    fprintf(sheet->out, "%s%s%s -- %s\n", paint(sheet, "\33[1m"), d->name,
            paint(sheet, "\33[0m"), d->summary);
    fprintf(sheet->out, "%d gopher%s, %u cart%s, %u load%s, %u pile%s; ", gophers,
            text_plural((uint64_t)gophers), carts, text_plural(carts), loads,
            text_plural(loads), lanes, text_plural(lanes));
    fprintf(sheet->out, "%d processor%s, %s time\n", p->procs,
            text_plural((uint64_t)p->procs), p->virtual_time ? "virtual" : "real");
    fprintf(sheet->out, "%s:", work[p->work]);
    print_times(sheet, p);
    if (p->exponential)
        fprintf(sheet->out, "the times are random, with these means\n");
    if (p->unbuffered)
        fprintf(sheet->out, "carts go from hand to hand: no place has room for one\n");
    fprintf(sheet->out, "\n");
}

static double percent(uint64_t ns, const struct record *r)
{
    const uint64_t end_ns = record_last_burnt(r);
    return end_ns ? 100 * (double)ns / (double)end_ns : 0;
}

static void print_bar(const struct sheet *sheet, double share)
{
    const int full = (int)(share / 100 * BAR + 0.5);
    fprintf(sheet->out, "%s%.*s%s%.*s", paint(sheet, "\33[32m"), full, "################",
            paint(sheet, "\33[0m"), BAR - full, "................");
}

static void print_gopher(const struct sheet *sheet, const struct record *r, int gopher)
{
    char name[24];
    const struct share s = record_share(r, gopher);
    const double work = percent(s.ns[DOING_WORK], r);
    const uint64_t dump_ns = s.ns[DOING_WAIT_BOOKS] + s.ns[DOING_WAIT_ROOM];
    plan_gopher_name(&r->plan, gopher, name);
    fprintf(sheet->out, "  %-13s ", name);
    print_bar(sheet, work);
    fprintf(sheet->out, " %3.0f %% %4.0f %4.0f %4.0f %4.0f", work,
            percent(s.ns[DOING_WAIT_CART], r), percent(s.ns[DOING_WAIT_TURN], r),
            percent(dump_ns, r), percent(s.ns[DOING_WAIT_CPU], r));
    if (s.waits_for >= 0 && percent(s.waits_for_ns, r) >= 1) {
        plan_gopher_name(&r->plan, s.waits_for, name);
        fprintf(sheet->out, "  %s %.0f %%", name, percent(s.waits_for_ns, r));
    }
    fprintf(sheet->out, "\n");
}

static void print_gophers(const struct sheet *sheet, const struct record *r)
{
    const bool hands = r->plan.unbuffered;
    fprintf(sheet->out, "  %-13s %-*s        waits %% for%s\n", "", BAR, "", "");
    fprintf(sheet->out, "  %-13s %-*s       cart turn %s  cpu  waits most for\n",
            "gopher", BAR, "at work", hands ? "room" : "dump");
    for (int g = 0; g < r->gophers && g < GOPHERS_SHOWN; g++)
        print_gopher(sheet, r, g);
    if (r->gophers > GOPHERS_SHOWN)
        fprintf(sheet->out, "  and %d more\n", r->gophers - GOPHERS_SHOWN);
}

// Those who work as much as the busiest do, to a hundredth, are named with him.
static void print_bottleneck(const struct sheet *sheet, const struct record *r)
{
    char name[24];
    const int busiest = record_bottleneck(r);
    const double most = percent(record_work_ns(r, busiest), r);
    int alike = 0;
    for (int g = 0; g < r->gophers; g++)
        alike += percent(record_work_ns(r, g), r) > most - 1;
    plan_gopher_name(&r->plan, busiest, name);
    fprintf(sheet->out, "\n  busiest: %s, at work %.0f %% of the time", name, most);
    if (alike > 1)
        fprintf(sheet->out, ", and %d more as busy", alike - 1);
    fprintf(sheet->out, "\n");
}

// Where trips take what they take, the bound that follows from their mean is one of the
// whole run.
static void print_rate(const struct sheet *sheet, const struct record *r)
{
    const bool as_planned = r->plan.virtual_time || r->plan.work != WORK_REAL;
    const struct gopher_plan p = as_planned ? r->plan : plan_as_measured(r);
    const struct bound b = plan_bound(&p);
    const uint64_t end_ns = record_last_burnt(r);
    const bool steady = as_planned && record_steady(r);
    const double rate = steady   ? record_rate(r)
                        : end_ns ? r->burnt * 1e9 / (double)end_ns
                                 : 0;
    if (as_planned && !steady)
        fprintf(sheet->out, "  too few loads for a steady state\n");
    fprintf(sheet->out, "  %.1f loads/s %s", rate,
            steady ? "in the steady state" : "over the whole run");
    if (rate > 0)
        fprintf(sheet->out, ", one every %.3f ms", 1e3 / rate);
    fprintf(sheet->out, "\n  bound: %.1f loads/s: %s\n", b.loads_per_s, b.why);
    if (as_planned && !steady)
        fprintf(sheet->out, "         (in a steady state)\n");
    if (!as_planned)
        fprintf(sheet->out, "         (by how long the trips took, as measured)\n");
}

static void print_beside(const struct sheet *sheet, const struct record *r,
                         const struct record *alone)
{
    const uint64_t end_ns = record_last_burnt(r);
    const double in_all = end_ns ? (double)record_last_burnt(alone) / (double)end_ns : 0;
    const char *const bold = paint(sheet, "\33[1m"), *const plain =
                                                         paint(sheet, "\33[0m");
    if (end_ns > 0 && record_steady(r) && record_rate(alone) > 0)
        fprintf(sheet->out,
                "  %s%.2fx%s one gopher alone in the steady state, %.2fx over the whole "
                "run\n",
                bold, record_rate(r) / record_rate(alone), plain, in_all);
    else if (end_ns > 0)
        fprintf(sheet->out, "  %s%.2fx%s one gopher alone over the whole run\n", bold,
                in_all, plain);
    if (r->plan.work == WORK_WAIT)
        fprintf(sheet->out,
                "  concurrency: %.2f gophers alive, %.2f on their trips at once;\n"
                "  parallelism: 0, for they only wait\n",
                record_alive(r), record_working(r));
    else
        fprintf(sheet->out,
                "  concurrency: %.2f gophers alive; parallelism: %.2f at work at once\n",
                record_alive(r), record_working(r));
}

static void print_ash(const struct sheet *sheet, const struct record *r)
{
    if (r->plan.work == WORK_REAL)
        fprintf(sheet->out, "  ash: %016llx, the sum of all digests\n",
                (unsigned long long)r->ash);
}

static void print_last_wait(const struct sheet *sheet, const struct record *r, int gopher)
{
    static const char *const what[DOINGS] = {[DOING_WAIT_CART] = "for a cart",
                                             [DOING_WAIT_TURN] = "for his turn",
                                             [DOING_WAIT_BOOKS] = "for books",
                                             [DOING_WAIT_ROOM] = "to hand over",
                                             [DOING_WAIT_CPU] = "for a processor"};
    const struct diary *d = &r->diaries[gopher];
    const struct stint *s = d->count ? &d->stints[d->count - 1] : NULL;
    char name[24];
    if (!s || !what[s->doing])
        return;
    plan_gopher_name(&r->plan, gopher, name);
    fprintf(sheet->out, "  %-13s waits %s", name, what[s->doing]);
    const int whom = record_waits_for(r, gopher, d->count - 1);
    if (whom >= 0) {
        plan_gopher_name(&r->plan, whom, name);
        fprintf(sheet->out, ": %s", name);
    }
    fprintf(sheet->out, "\n");
}

static int say_deadlock(const struct sheet *sheet, const struct record *r,
                        struct fail *why)
{
    const uint32_t all = r->burnt + r->lost;
    fprintf(sheet->out, "\n  deadlock at %.3f ms, with %u of %u loads burnt:\n",
            plan_ms(r->end_ns), r->burnt, all);
    for (int g = 0; g < r->gophers && g < GOPHERS_SHOWN; g++)
        print_last_wait(sheet, r, g);
    return fail(why, EXIT_DEADLOCK,
                "gophers: deadlock at %.3f ms, with %u of %u loads burnt",
                plan_ms(r->end_ns), r->burnt, all);
}

static int say_breach(const struct sheet *sheet, const struct record *r, struct fail *why)
{
    fprintf(sheet->out, "\n  of %u loads %u lost, %u twice: each should burn once\n",
            r->plan.loads * (uint32_t)r->plan.design.lanes, r->lost, r->twice);
    return fail(why, EXIT_WRONG, "gophers: %u lost, %u twice: each load should burn once",
                r->lost, r->twice);
}

int gophers_write(const struct record *r, const struct record *alone, FILE *out,
                  bool color, struct fail *why)
{
    const struct sheet sheet = {out, color};
    print_plan(&sheet, &r->plan);
    print_gophers(&sheet, r);
    print_bottleneck(&sheet, r);
    if (!record_conserved(r))
        return say_breach(&sheet, r, why);
    if (r->result != CSP_OK)
        return say_deadlock(&sheet, r, why);
    print_rate(&sheet, r);
    print_beside(&sheet, r, alone);
    print_ash(&sheet, r);
    return record_conserved(alone) ? 0 : say_breach(&sheet, alone, why);
}

int gophers_show(const struct gopher_plan *plan, FILE *out, bool color, struct fail *why)
{
    struct record r, alone;
    const struct gopher_plan one = plan_alone(plan);
    if (site_run(plan, &r, why) != 0)
        return -1;
    int failed = site_run(&one, &alone, why);
    if (failed == 0) {
        failed = gophers_write(&r, &alone, out, color, why);
        record_free(&alone);
    }
    record_free(&r);
    return failed;
}
