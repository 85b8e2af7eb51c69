// talk_gophers.c -- the talk's ten designs, and one of them on more and more processors.
//
// The gophers themselves are in site.c.
#include "host.h"
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

static struct gopher_plan four_on(int procs)
{
    struct design four;
    struct fail why;
    design_find("four", &four, &why);
    return plan_of(&four, procs);
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
    const struct bound b = plan_bound(p);
    const double rate = record_rate(&r);
    if (a->one == 0)
        a->one = rate;
    say("%-15s %3d %6.2fx %6.2fx  %.*s", what, r.gophers, rate / a->one,
        b.loads_per_s / a->one, (int)strcspn(b.why, ":,"), b.why);
    a->runs++;
    a->all_burnt += r.burnt == LOADS && r.lost == 0 && r.twice == 0;
    a->in_bound += rate <= b.loads_per_s * 1.000001;
    record_free(&r);
    return rate / a->one;
}

static void all_designs(struct account *a)
{
    say("%-12s gophers  speed   bound  held up by", "design");
    for (int i = 0; i < designs_count; i++) {
        const struct gopher_plan p = plan_of(&designs[i], talk_procs());
        show(a, designs[i].name, &p);
    }
}

// Returns how many of the speed-ups were what theory says. In real time no more
// processors are tried than there are.
static int more_processors(struct account *a)
{
    static const int procs[] = {1, 2, 3, 4, 8};
    const int there = talk_virtual() ? 8 : host_usable_cpus(NULL);
    int exact = 0;
    say("the same four gophers on more and more processors");
    for (size_t i = 0; i < sizeof procs / sizeof *procs && procs[i] <= there; i++) {
        char what[16];
        const struct gopher_plan p = four_on(procs[i]);
        snprintf(what, sizeof what, "four on %d", procs[i]);
        const double times = show(a, what, &p);
        exact += times == (procs[i] < 4 ? procs[i] : 4);
    }
    if (there < 8)
        say("(this machine has %d)", there);
    return exact;
}

static double waiting(struct account *a)
{
    struct gopher_plan p = four_on(1);
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
    .story =
        "Gophers burn a pile of books. A cart is loaded, carried over, unloaded into "
        "the\n"
        "incinerator and returned; each of these trips takes a millisecond. One gopher\n"
        "does all of it in turn. The other designs are the same trips dealt to more\n"
        "gophers, who hand carts over by channels.",
    .question = "what are four gophers worth on one processor? And on eight?",
    .moral =
        "A dump in the middle handles every book twice: that is more work, and on one\n"
        "processor slower; it pays where there are processors, and the way is long.\n"
        "The designs are concurrent: that is how they are built, and it stays so on one\n"
        "processor, where they are correct and no faster. How much of it is parallel is\n"
        "decided when they run: by the processors, up to what the design allows. Only\n"
        "waiting is faster by structure alone.",
    .tell = tell,
};
