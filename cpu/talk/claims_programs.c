// claims_programs.c -- claims 12 to 15: what the talk's programs find when they are told
// to nobody, against what they should; and what their sources do not name.
#include "chance.h"
#include "explicit_sync.h"
#include "judges.h"
#include "program_sources.h"
#include "programs.h"

#include <math.h>
#include <stdio.h>

// Tells a program to nobody. Under virtual time what it says must hold is demanded, and
// without memory or threads the claim is undecided. False: it could not be told.
static bool told(const struct program *p, const struct claim_opts *o, bool real,
                 struct evidence *e, struct talk_result *r)
{
    FILE *nobody = fopen("/dev/null", "we");
    struct talk_opts opts = {.procs = real ? o->procs : 1,
                             .seed = o->seed,
                             .virtual_time = !real,
                             .tasks = o->tasks,
                             .out = nobody};
    if (nobody) {
        *r = talk_tell(p, &opts);
        fclose(nobody);
    }
    const bool able = nobody && !run_lacked(r->run);
    if (able && !real)
        evidence_demand(e, r->run == CSP_OK && r->held > 0 && r->broken == 0);
    if (!able && !real) {
        e->finding = FINDING_INCONCLUSIVE;
        SAY(e->figure, "%s could not be told: no memory, no threads, or no /dev/null",
            p->name);
    }
    return able;
}

// ---- 12

enum { TEAMS = 5 };  // of 1, 2, 4, 8, 16 workers

// How many times faster than one worker each team is, times[]; returns what one needs.
static double teams(const struct talk_result *r, double times[TEAMS])
{
    static const char *const names[TEAMS] = {"1", "2", "4", "8", "16"};
    for (int i = 0; i < TEAMS; i++)
        times[i] = talk_figure(r, names[0]) / talk_figure(r, names[i]);
    return talk_figure(r, names[0]);
}

static void balancers_here(const struct claim_opts *o, struct evidence *e)
{
    struct talk_result jobs, loads;
    double times[TEAMS];
    if (!told(&talk_balancer, o, true, e, &jobs) ||
        !told(&talk_heap_balancer, o, true, e, &loads))
        return;
    teams(&jobs, times);
    SAY(e->real,
        "%.2f, %.2f, %.2f, %.2f, %.2fx on %d processors, at most 16x; 99 %% within %.1f "
        "ms, in turn %.1f",
        times[0], times[1], times[2], times[3], times[4], o->procs,
        talk_figure(&loads, "heap, p99"), talk_figure(&loads, "turns, p99"));
}

void judge_balancers(const struct claim_opts *o, struct evidence *e)
{
    static const double job_s = 0.010;  // the longest
    struct talk_result jobs, loads;
    double times[TEAMS];
    if (!told(&talk_balancer, o, false, e, &jobs) ||
        !told(&talk_heap_balancer, o, false, e, &loads))
        return;
    const double alone_s = teams(&jobs, times);
    for (int i = 0, n = 1; i < TEAMS; i++, n *= 2)
        evidence_demand(e, times[i] <= n && times[i] >= n / (1 + n * job_s / alone_s));
    const double range = talk_figure(&loads, "heap, range");
    const double turns_range = talk_figure(&loads, "turns, range");
    const double ms = talk_figure(&loads, "heap, p99");
    const double turns_ms = talk_figure(&loads, "turns, p99");
    evidence_demand(e, range < turns_range && ms < turns_ms);
    e->value = times[2];
    e->expected = 4;
    SAY(e->figure,
        "1, 2, 4, 8, 16 workers %.2f, %.2f, %.2f, %.2f, %.2fx; by heap, not in turn: "
        "loads %.2f apart, not %.2f; 99 %% within %.1f ms, not %.1f",
        times[0], times[1], times[2], times[3], times[4], range, turns_range, ms,
        turns_ms);
    SAY(e->formula,
        "n workers: n times one; a heap: both less than in turn; the value is "
        "that of n = 4");
    SAY(e->bound, "short by one job's time at most (Graham 1966): n / (1 + n * 10 ms / "
                  "all)");
    if (o->real)
        balancers_here(o, e);
}

// ---- 13

enum { WAYS = 4, MANY = 1000 };  // searches, and as many queries, of each kind

static const char *const ways[WAYS] = {"in turn", "at once", "at once, 80 ms",
                                       "two of each, 80 ms"};
static const char *const replicas[WAYS] = {"1", "2", "4", "8"};

static void demand_near(struct evidence *e, double found_ms, double law_ms,
                        double slack_ms)
{
    evidence_demand(e, fabs(found_ms - law_ms) <= slack_ms);
}

static void searches_here(const struct claim_opts *o, struct evidence *e)
{
    struct talk_result search, first;
    if (!told(&talk_search, o, true, e, &search) ||
        !told(&talk_replicas, o, true, e, &first))
        return;
    SAY(e->real,
        "search %.1f, %.1f, %.1f, %.1f ms; replicas %.1f, %.1f, %.1f, %.1f ms; means of "
        "8 and of 10 draws",
        talk_figure(&search, ways[0]), talk_figure(&search, ways[1]),
        talk_figure(&search, ways[2]), talk_figure(&search, ways[3]),
        talk_figure(&first, replicas[0]), talk_figure(&first, replicas[1]),
        talk_figure(&first, replicas[2]), talk_figure(&first, replicas[3]));
}

void judge_searches(const struct claim_opts *o, struct evidence *e)
{
    const struct law laws[WAYS] = {chance_in_turn(3), chance_at_once(3, 1, CHANCE_MS),
                                   chance_at_once(3, 1, 80), chance_at_once(3, 2, 80)};
    struct talk_result search, first;
    double ms[WAYS], first_ms[WAYS];
    if (!told(&talk_search, o, false, e, &search) ||
        !told(&talk_replicas, o, false, e, &first))
        return;
    for (int i = 0; i < WAYS; i++) {
        const double k = 1 << i, law_ms = 100 / (k + 1);
        ms[i] = talk_figure(&search, ways[i]);
        first_ms[i] = talk_figure(&first, replicas[i]);
        demand_near(e, ms[i], laws[i].mean_ms, chance_slack_ms(laws[i], MANY));
        demand_near(e, first_ms[i], law_ms, 4 * law_ms * sqrt(k / (k + 2) / MANY));
    }
    const double complete = talk_figure(&search, "80 ms complete") / 100;
    const double chance = laws[2].complete;
    demand_near(e, complete, chance, 4 * sqrt(chance * (1 - chance) / MANY));
    e->value = ms[3];
    e->expected = laws[3].mean_ms;
    SAY(e->figure,
        "search: in turn %.1f ms, at once %.1f, in 80 ms %.1f (%.1f %% complete), "
        "replicated %.1f; the first of 1, 2, 4, 8: %.1f, %.1f, %.1f, %.1f ms",
        ms[0], ms[1], ms[2], 100 * complete, ms[3], first_ms[0], first_ms[1], first_ms[2],
        first_ms[3]);
    SAY(e->formula,
        "%.1f, %.1f, %.1f (%.1f %%), %.1f ms; 100 / (k + 1) ms; the value is replicated "
        "search",
        laws[0].mean_ms, laws[1].mean_ms, laws[2].mean_ms, 100 * chance, laws[3].mean_ms);
    SAY(e->bound, "within four standard errors of %d: %.1f, %.1f, %.1f, %.1f ms", MANY,
        chance_slack_ms(laws[0], MANY), chance_slack_ms(laws[1], MANY),
        chance_slack_ms(laws[2], MANY), chance_slack_ms(laws[3], MANY));
    if (o->real)
        searches_here(o, e);
}

// ---- 14

void judge_million(const struct claim_opts *o, struct evidence *e)
{
    struct talk_result r;
    if (o->real && told(&talk_million, o, true, e, &r))
        SAY(e->real,
            "%.0f tasks: %.2f us to start each, %.2f us to go on and end, %.0f bytes; "
            "threads: %.0f granted, %.0f us to start each",
            talk_figure(&r, "tasks"), talk_figure(&r, "task, start us"),
            talk_figure(&r, "task, end us"), talk_figure(&r, "task, bytes"),
            talk_figure(&r, "threads"), talk_figure(&r, "thread, start us"));
    if (!told(&talk_million, o, false, e, &r))
        return;
    e->value = talk_figure(&r, "tasks");
    e->expected = o->tasks ? (double)o->tasks : 1e6;
    SAY(e->figure, "%.0f tasks waited at once, and %s", e->value,
        e->finding == FINDING_PASS ? "each gave its number back"
                                   : "their numbers did not all come back");
    SAY(e->formula, "as many; their numbers add up to n (n - 1) / 2");
    SAY(e->bound, "exact");
    if (e->value < e->expected && e->finding == FINDING_PASS)
        e->finding = FINDING_INCONCLUSIVE;  // what the memory had room for
}

// ---- 15

void judge_sources(const struct claim_opts *o, struct evidence *e)
{
    int files = 0, lines = 0, found = 0, line = 0;
    const char *where = "";
    char name[EXPLICIT_SYNC_WORD], first[EXPLICIT_SYNC_WORD] = "";
    (void)o;
    for (const struct program_source *s = program_sources; s->name; s++, files++) {
        lines += explicit_sync_lines(s->text);
        const int at = explicit_sync_find(s->text, name);
        if (at && found++ == 0) {
            where = s->name;
            line = at;
            SAY(first, "%s", name);
        }
    }
    evidence_demand(e, files > 0 && found == 0);
    e->value = found;
    e->expected = 0;
    if (found)
        SAY(e->figure, "%s, line %d, names %s; %d of %d files do the like", where, line,
            first, found, files);
    else
        SAY(e->figure,
            "%d files, %d lines of programs: none names a lock, mutex, atomic, "
            "volatile, semaphore or pthread",
            files, lines);
    SAY(e->formula, "0 such names");
    SAY(e->bound,
        "all names in their code; races are ThreadSanitizer's to judge, in the tests");
}
