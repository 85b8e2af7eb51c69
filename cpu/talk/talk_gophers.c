// talk_gophers.c -- the talk's ten designs, and one of them on more and more processors.
// The gophers themselves are in site.c.
#include "site.h"
#include "talk.h"

#include <string.h>

enum { LOADS = 48 };

// What runs have shown so far.
struct account {
    double one;                     // loads per second of one gopher alone
    int runs, all_burnt, in_bound;  // of virtual runs, how many kept to it
};

// LOADS loads in all, four carts for each half of a lane, equal trips.
static struct gopher_plan plan_of(const struct design *d, int procs)
{
    struct gopher_plan p = gopher_plan_default;
    p.design = *d;
    p.loads = LOADS / (uint32_t)d->lanes;
    p.procs = procs;
    p.virtual_time = talk_virtual();
    p.seed = talk_seed();
    p.trace = talk_trace();
    return p;
}

// One line of a table; returns how many times as fast as one gopher.
static double show(struct account *a, const char *what, const struct gopher_plan *p)
{
    struct record r;
    struct fail why;
    if (site_run(p, &r, &why) != 0) {
        holds(false, "%s", why.text);
        return 0;
    }
    struct gopher_plan ample = *p;
    ample.procs = r.gophers;
    const struct bound b = plan_bound(p), design = plan_bound(&ample);
    const char *by = strncmp(b.why, "the ", 4) == 0 ? b.why + 4 : b.why;
    const double rate = record_rate(&r);
    if (a->one == 0)
        a->one = rate;
    say("%-15s %2d %5.2fx %5.2fx %5.2fx  %.*s", what, r.gophers, rate / a->one,
        b.loads_per_s / a->one, design.loads_per_s / a->one, (int)strcspn(by, ":,"), by);
    a->runs++;
    a->all_burnt += r.burnt == LOADS && r.lost == 0 && r.twice == 0;
    a->in_bound += rate <= b.loads_per_s * 1.000001;
    record_free(&r);
    return rate / a->one;
}

static void all_designs(struct account *a)
{
    say("                    speed  bound  ample  held up by");
    for (int i = 0; i < designs_count; i++) {
        const struct gopher_plan p = plan_of(&designs[i], talk_procs());
        show(a, designs[i].name, &p);
    }
}

// How many speed-ups are theory's. In real time no more are tried than asked for.
static int more_processors(struct account *a)
{
    static const int procs[] = {1, 2, 3, 4, 8};
    const int most = talk_virtual() ? 8 : talk_procs();
    int exact = 0;
    say("the same four gophers on more and more processors");
    for (size_t i = 0; i < sizeof procs / sizeof *procs && procs[i] <= most; i++) {
        char what[16];
        const struct gopher_plan p = plan_of(&gopher_plan_default.design, procs[i]);
        snprintf(what, sizeof what, "four on %d", procs[i]);
        const double times = show(a, what, &p);
        exact += times == (procs[i] < 4 ? procs[i] : 4);
    }
    return exact;
}

static double waiting(struct account *a)
{
    struct gopher_plan p = plan_of(&gopher_plan_default.design, 1);
    p.work = WORK_WAIT;
    say("and on one, when their trips only wait");
    return show(a, "four, waiting", &p);
}

static void tell(void)
{
    struct account a = {0};
    all_designs(&a);
    const int exact = more_processors(&a);
    const double waited = waiting(&a);
    holds(a.all_burnt == a.runs, "every design burnt every load, and none twice");
    if (!talk_virtual())
        return;
    holds(a.in_bound == a.runs, "none was faster than its bound");
    holds(exact == 5, "four gophers on 1, 2, 3, 4, 8 processors: 1, 2, 3, 4, 4 times");
    holds(waited == 4, "waiting, they are 4 times as fast on one processor");
}

const struct program talk_gophers = {
    .name = "gophers",
    .summary = "ten designs to burn books, and what processors change",
    .heading = "The gophers: designs, their speed, who waits for whom",
    .story =
        "Gophers burn a pile of books. A cart is loaded, carried over, unloaded into\n"
        "the incinerator and returned: each of these trips takes a millisecond. One\n"
        "gopher makes all of them in turn. The other designs are the same trips dealt\n"
        "to more gophers, who hand carts over by channels. Shown: how many, how fast\n"
        "beside one, what no run can beat, and that with a processor for each gopher.",
    .question = "What are four gophers worth on one processor? And on eight?",
    .moral =
        "The designs are concurrent: that is how they are built, and on one processor\n"
        "they are as correct, and no faster. How much is parallel is decided when they\n"
        "run: by the processors, up to what the design allows. Only waiting is faster\n"
        "by structure alone. A dump in the middle handles every book twice: that is\n"
        "more work, and pays where processors are many and the way is long.",
    .tell = tell,
};
