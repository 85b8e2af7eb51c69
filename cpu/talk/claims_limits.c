// claims_limits.c -- claims 5 and 7 to 9: what limits four gophers, and what locks them
// up.
#include "judges.h"
#include "site.h"
#include "trial.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Trips that wait are ten times as long, or the system's timers would be what is seen.
static void processors_here(struct trial *t, struct gopher_plan spinning,
                            const struct gopher_plan *waiting)
{
    spinning.procs = t->opts->procs;
    const struct here spun = trial_here(t->opts, spinning, TRIP_NS / 10);
    const struct here waited = trial_here(t->opts, *waiting, TRIP_NS);
    SAY(t->e->real,
        "computing on %d processor%s: %.2fx, of about %.2fx at most; waiting, on 1: "
        "%.2fx, of about %.2fx",
        spinning.procs, spinning.procs == 1 ? "" : "s", spun.times, spun.most,
        waited.times, waited.most);
}

// On so many processors, or with so many carts, `window` loads take so many trips.
struct point {
    int n;
    uint32_t window;
    int trips;
};

void judge_processors(const struct claim_opts *opts, struct evidence *e)
{
    static const struct point procs[] = {
        {1, 4, 16}, {2, 4, 8}, {3, 12, 16}, {4, 1, 1}, {8, 1, 1}};
    static const struct point carts[] = {{1, 1, 4}, {2, 2, 4}, {3, 3, 4}, {4, 1, 1}};
    struct trial t = {.e = e, .opts = opts};
    struct gopher_plan p = trial_plan("four", 4), waiting = trial_plan("four", 1);
    const struct gopher_plan one = trial_plan("one", 1);
    const double alone = trial_pace(&t, &one, 1, 4 * TRIP_NS);
    double on[5], with[4];
    for (int i = 0; i < 5; i++) {
        p.procs = procs[i].n;
        on[i] = trial_pace(&t, &p, procs[i].window, (uint64_t)procs[i].trips * TRIP_NS);
    }
    p.procs = 4;
    for (int i = 0; i < 4; i++) {
        p.carts = (uint32_t)carts[i].n;
        with[i] = trial_pace(&t, &p, carts[i].window, (uint64_t)carts[i].trips * TRIP_NS);
    }
    waiting.work = WORK_WAIT;
    const double wait = trial_pace(&t, &waiting, 1, TRIP_NS);
    e->value = on[2] / alone;
    e->expected = 3;
    SAY(e->figure,
        "on 1, 2, 3, 4, 8 processors %.2f, %.2f, %.2f, %.2f, %.2fx; with 1, 2, 3, 4 "
        "carts %.2f, %.2f, %.2f, %.2fx; waiting, on 1: %.2fx",
        on[0] / alone, on[1] / alone, on[2] / alone, on[3] / alone, on[4] / alone,
        with[0] / alone, with[1] / alone, with[2] / alone, with[3] / alone, wait / alone);
    SAY(e->formula, "min(4, P, C); waiting min(4, C); the value is that of P = 3");
    SAY(e->bound, "exact, first in first out: windows of 1 to 12 loads");
    if (opts->real && !t.unable)
        processors_here(&t, p, &waiting);
    trial_end(&t, NULL);
}

// Gordon and Newell, 1967: a closed ring of four servers with exponential times and C
// customers has the throughput C / (C + 3) of one server.
void judge_random(const struct claim_opts *opts, struct evidence *e)
{
    enum { CARTS = 4, LOADS = 20000 };
    static const uint32_t carts[CARTS] = {1, 4, 8, 32};
    struct trial t = {.e = e, .opts = opts};
    struct gopher_plan p = trial_plan("four", 4);
    const double tolerance = 2.5 / sqrt(LOADS);
    double times[CARTS];
    p.exponential = true;
    p.loads = LOADS;
    p.seed = opts->seed;
    for (int i = 0; i < CARTS; i++) {
        p.carts = carts[i];
        const double expected = 4.0 * carts[i] / (carts[i] + 3);
        const uint64_t last_ns = trial_last(&t, &p);
        times[i] = last_ns ? 4.0 * LOADS * (double)TRIP_NS / (double)last_ns : 0;
        trial_demand(&t, fabs(times[i] - expected) <= tolerance * expected);
    }
    e->value = times[2];
    e->expected = 4.0 * 8 / 11;
    SAY(e->figure, "with 1, 4, 8, 32 carts %.3f, %.3f, %.3f, %.3fx", times[0], times[1],
        times[2], times[3]);
    SAY(e->formula, "4C/(C+3) = 1.000, 2.286, 2.909, 3.657; the value is that of C = 8");
    SAY(e->bound, "within %.1f %%, over four standard errors of %d loads",
        100 * tolerance, LOADS);
    p.carts = 8;
    trial_end(&t, &p);
}

void judge_unequal(const struct claim_opts *opts, struct evidence *e)
{
    static const int trips[][TRIPS] = {
        {5, 1, 2, 3}, {1, 6, 6, 2}, {2, 3, 1, 9}, {1, 1, 7, 1}};
    enum { LAST = sizeof trips / sizeof *trips - 1, SLOWEST = 7, SUM = 10 };
    static const int slowest[] = {LOAD, CARRY, RETURN, UNLOAD};
    struct trial t = {.e = e, .opts = opts};
    struct gopher_plan four = trial_plan("four", 4);
    struct record r;
    char name[24] = "nobody";
    four.carts = 8;
    for (size_t i = 0; i <= LAST; i++) {
        const int *now = trips[i];
        const struct gopher_plan p = trial_trips(four, now[0], now[1], now[2], now[3]);
        const struct gopher_plan one =
            trial_trips(trial_plan("one", 4), now[0], now[1], now[2], now[3]);
        e->value = trial_pace(&t, &p, 1, p.trip_ns[slowest[i]]) /
                   trial_pace(&t, &one, 1, plan_round_ns(&p));
        if (!trial_run(&t, &p, &r))
            break;
        trial_demand(&t, record_bottleneck(&r) == slowest[i]);
        plan_gopher_name(&p, record_bottleneck(&r), name);
        record_free(&r);
    }
    e->expected = (double)SUM / SLOWEST;
    SAY(e->figure, "trips of 1, 1, 7, 1: %.3fx one, and the bottleneck is the %s",
        e->value, name);
    SAY(e->formula, "(L+M+U+R) / max(L, M, U, R) = 10/7 = %.3f", e->expected);
    SAY(e->bound, "exact; so it is with 5, 1, 2, 3; 1, 6, 6, 2; and 2, 3, 1, 9");
    const struct gopher_plan p = trial_trips(four, 1, 1, 7, 1);
    trial_end(&t, &p);
}

// What the runtime says on stderr meanwhile goes to `said`. False: it could not be
// caught.
static bool run_caught(struct trial *t, const struct gopher_plan *p, struct record *r,
                       char *said, size_t size)
{
    const int to = memfd_create("dump", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
    bool ran = false;
    fflush(stderr);
    if (to >= 0 && saved >= 0 && dup2(to, STDERR_FILENO) >= 0) {
        ran = trial_run(t, p, r);
        fflush(stderr);
        dup2(saved, STDERR_FILENO);
        const ssize_t got = pread(to, said, size - 1, 0);
        said[got < 0 ? 0 : got] = '\0';
    } else {
        t->unable = true;
        fail(&t->why, EXIT_RESOURCE, "what goes to stderr cannot be caught");
    }
    if (to >= 0)
        close(to);
    if (saved >= 0)
        close(saved);
    return ran;
}

// How many of the four the dump lists as waiting to send.
static int senders(const char *said)
{
    static const char *const lines[] = {
        "\"loader\" [chan send, ", "\"carrier\" [chan send, ",
        "\"unloader\" [chan send, ", "\"returner\" [chan send, "};
    int found = 0;
    for (int i = 0; i < 4; i++)
        found += strstr(said, lines[i]) != NULL;
    return found;
}

static void no_room_here(const struct trial *t, struct gopher_plan p)
{
    struct trial here = {.e = t->e, .opts = t->opts};
    struct record r;
    char said[4096];
    p.virtual_time = false;
    p.procs = t->opts->procs;
    p.seed = t->opts->seed;
    for (int i = 0; i < TRIPS; i++)
        p.trip_ns[i] /= 10;
    if (!run_caught(&here, &p, &r, said, sizeof said)) {
        SAY(t->e->real, "could not be run: %.160s", here.why.text);
        return;
    }
    SAY(t->e->real, "%s here on %d processors after %.3f ms; %d wait to hand over",
        r.result == CSP_DEADLOCK ? "locked up, too," : "not locked up", p.procs,
        (double)r.end_ns / 1e6, senders(said));
    record_free(&r);
}

void judge_no_room(const struct claim_opts *opts, struct evidence *e)
{
    struct trial t = {.e = e, .opts = opts};
    struct gopher_plan p = trial_plan("four", 4);
    struct record r;
    char said[4096] = "";
    p.unbuffered = true;
    struct gopher_plan fewer = p, roomy = p;
    fewer.carts = 3;
    roomy.unbuffered = false;
    const double by_fewer = trial_pace(&t, &fewer, 3, 4 * TRIP_NS);
    const double by_roomy = trial_pace(&t, &roomy, 1, TRIP_NS);
    if (run_caught(&t, &p, &r, said, sizeof said)) {
        trial_demand(&t, r.result == CSP_DEADLOCK && r.end_ns == 4 * TRIP_NS);
        trial_demand(&t, r.burnt == 2 && senders(said) == 4);
        e->value = (double)r.end_ns / TRIP_NS;
        e->expected = 4;
        SAY(e->figure,
            "deadlock after %.3f trips, %u loads burnt; the dump lists %d gophers who "
            "wait to hand over; loads a trip with 3 carts: %.2f, with places: %.2f",
            e->value, r.burnt, senders(said), by_fewer, by_roomy);
        record_free(&r);
    }
    SAY(e->formula, "as many carts as gophers, and all in hands: at 4 trips");
    SAY(e->bound, "exact");
    if (opts->real && !t.unable)
        no_room_here(&t, p);
    trial_end(&t, NULL);
}
