// test_csp_gophers.c -- the talk's gophers under virtual time, against what theory says.
//
// Gophers load a cart at the pile, carry it to the incinerator, unload it there and
// return it; each of the four stages takes TAU. One gopher alone does all of it in turn;
// four share it, a stage each, and hand carts over at four places. Time is counted to the
// last unload. The theory is integer arithmetic, and so are the expectations; where the
// policy is random, theory gives bounds. Over 400 lines, since all are about one site.

#include "csp_catching.h"

#include <math.h>

enum { TAU = 1000000, STAGES = 4, LINES_MOST = 4, LOADS_MOST = 100000 };

struct cart {
    int id;
};

typedef CSP_CHAN(struct cart *) cart_chan;

struct site {
    int lines;           // equal lines of four gophers side by side; 0: one
    bool staged;         // even lines end at a dump, odd ones begin there
    bool single;         // one gopher does all, instead of a line
    int loads, carts;    // carts: of each line
    size_t room;         // of each place of hand-over
    int overhead_ns;     // what a hand-over costs the gopher
    int tau_ns[STAGES];  // 0: TAU
    bool exponential;    // stage times are random with mean TAU
    bool loader_stops;   // after its last load, and leaves the carts that come back
    bool real;           // real threads, real time
    // What happened.
    int unloads;
    uint64_t *unload_ns;
    cart_chan place[LINES_MOST][STAGES];
    int_chan done, dump, tally;  // tally: whoever holds its token counts
};

struct gopher {
    struct site *site;
    int line, stage;
};

static uint64_t stage_ns(const struct site *s, int stage, uint64_t *rng)
{
    if (!s->exponential)
        return (uint64_t)(s->tau_ns[stage] ? s->tau_ns[stage] : TAU);
    // xorshift64* (Vigna 2016); 53 bits make a number in (0, 1].
    *rng ^= *rng >> 12;
    *rng ^= *rng << 25;
    *rng ^= *rng >> 27;
    double u = (double)((*rng * UINT64_C(2685821657736338717) >> 11) + 1) * 0x1p-53;
    return (uint64_t)(-log(u) * TAU);
}

static void unloaded(struct site *s)
{
    csp_recv(s->tally, NULL);
    bool counts = s->unloads < s->loads;
    if (counts)
        s->unload_ns[s->unloads++] = csp_now();
    if (counts && s->unloads == s->loads)
        csp_send(s->done, 0);
    csp_send(s->tally, 0);
}

static void gopher(void *arg)
{
    struct gopher g = *(struct gopher *)arg;
    struct site *s = g.site;
    cart_chan in = s->place[g.line][g.stage];
    cart_chan out = s->place[g.line][(g.stage + 1) % STAGES];
    uint64_t rng = (uint64_t)(g.line * STAGES + g.stage + 1) * 0x9e3779b97f4a7c15;
    struct cart *cart;
    for (int n = 1; csp_recv(in, &cart); n++) {
        if (s->staged && g.stage == 0 && g.line % 2 == 1)
            csp_recv(s->dump, NULL);
        csp_work(stage_ns(s, g.stage, &rng));
        if (s->staged && g.stage == 2 && g.line % 2 == 0)
            csp_send(s->dump, 0);
        else if (g.stage == 2)
            unloaded(s);
        if (s->overhead_ns)
            csp_work((uint64_t)s->overhead_ns);
        csp_send(out, cart);
        if (g.stage == 0 && s->loader_stops && n == s->loads)
            return;
    }
}

static void lone_gopher(void *arg)
{
    struct site *s = ((struct gopher *)arg)->site;
    uint64_t rng = 1;
    while (s->unloads < s->loads) {
        for (int i = 0; i < STAGES; i++) {
            csp_work(stage_ns(s, i, &rng));
            if (i == 2)
                unloaded(s);
        }
    }
}

static void work_the_site(void *arg)
{
    struct site *s = arg;
    static struct cart carts[LINES_MOST * 64];
    for (int line = 0; line < s->lines; line++) {
        for (int i = 0; i < STAGES && !(s->single && i > 0); i++) {
            struct gopher g = {s, line, i};
            CHECK(csp_go_copy(s->single ? lone_gopher : gopher, &g, sizeof g) == CSP_OK);
        }
    }
    for (int i = 0; i < s->carts * s->lines && !s->single; i++)
        csp_send(s->place[i % s->lines][0], &carts[i]);
    csp_recv(s->done, NULL);
}

static int run_site(struct site *s, struct csp_opts o, struct csp_stats *stats)
{
    o.virtual_time = !s->real;
    static uint64_t unload_ns[LOADS_MOST];
    s->unload_ns = unload_ns;
    s->lines = s->lines ? s->lines : 1;
    s->unloads = 0;
    s->done = CSP_MAKE(int_chan, 1);
    s->dump = CSP_MAKE(int_chan, 4);
    s->tally = CSP_MAKE(int_chan, 1);
    assert_int_equal(csp_try_send(s->tally, 0), CSP_OK);
    for (int i = 0; i < s->lines * STAGES; i++)
        s->place[i / STAGES][i % STAGES] = CSP_MAKE(cart_chan, s->room);
    int result = run_caught(o, work_the_site, s, stats);
    for (int i = 0; i < s->lines * STAGES; i++)
        csp_free(s->place[i / STAGES][i % STAGES]);
    csp_free(s->done);
    csp_free(s->dump);
    csp_free(s->tally);
    return result;
}

static struct site site;

// The time of the last unload, with seed 1 under CSP_FIFO.
static uint64_t last_unload(struct site s, int procs)
{
    site = s;
    assert_int_equal(run_site(&site, (struct csp_opts){.procs = procs}, NULL), CSP_OK);
    assert_int_equal(site.unloads, s.loads);
    return site.unload_ns[s.loads - 1];
}

static void one_gopher(void **state)
{
    (void)state;
    for (int procs = 1; procs <= 8; procs++) {
        for (int loads = 1; loads <= 1000; loads *= 10)
            assert_int_equal(
                last_unload((struct site){.single = true, .loads = loads}, procs),
                (uint64_t)(4 * loads - 1) * TAU);
    }
}

static void four_gophers(void **state)
{
    (void)state;
    for (int procs = 4; procs <= 8; procs++) {
        for (int loads = 1; loads <= 1000; loads *= 10)
            assert_int_equal(
                last_unload((struct site){.loads = loads, .carts = 4, .room = 4}, procs),
                (uint64_t)(loads + 2) * TAU);
    }
}

// From every unload in the steady state to the one `window` later it takes span_ns.
static void steady(const struct site *s, int window, uint64_t span_ns)
{
    for (int i = 20; i + window < s->loads - 20; i++)
        assert_int_equal(s->unload_ns[i + window] - s->unload_ns[i], span_ns);
}

// "4x", exactly: the m-th unload after any comes m TAU later where it was 4 m TAU.
static void steady_state_is_four_times(void **state)
{
    (void)state;
    for (int m = 1; m <= 100; m *= 10) {
        last_unload((struct site){.single = true, .loads = 1000}, 4);
        steady(&site, m, (uint64_t)m * 4 * TAU);
        last_unload((struct site){.loads = 1000, .carts = 4, .room = 4}, 4);
        steady(&site, m, (uint64_t)m * TAU);
    }
}

static const struct site closed = {.loads = 1000, .carts = 4, .room = 4};

// One program, and nothing changed but the processors: concurrent on one, parallel on
// more, and never more parallel than its structure. Sums over windows in which the
// pattern of unloads repeats.
static void processors(void **state)
{
    (void)state;
    static const struct {
        int procs, window, taus, last;
    } table[] = {{1, 4, 16, 4000},
                 {2, 4, 8, 2001},
                 {3, 12, 16, 1335},
                 {4, 1, 1, 1002},
                 {8, 1, 1, 1002}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(last_unload(closed, table[i].procs),
                         (uint64_t)table[i].last * TAU);
        steady(&site, table[i].window, (uint64_t)table[i].taus * TAU);
    }
}

// Whatever the order: the N-th unload needs 4 N stages less the last return of each of
// the C carts, and more than that is done only ahead of it, three stages for each cart
// but the one unloaded. One processor is never idle; four are as many as there are
// gophers; between them a processor may idle while all carts wait for the same gopher.
static void processors_at_random(void **state)
{
    (void)state;
    for (struct csp_opts o = {.procs = 1}; o.procs <= 4; o.procs++) {
        uint64_t procs = (uint64_t)o.procs, stages = 4 * 1000 - 4;
        for (o.policy = CSP_RANDOM; o.policy <= CSP_PCT; o.policy++) {
            for (o.seed = 1; o.seed <= 20; o.seed++) {
                site = closed;
                assert_int_equal(run_site(&site, o, NULL), CSP_OK);
                uint64_t taus = site.unload_ns[999] / TAU;
                assert_true(taus * procs >= stages);
                assert_true(o.procs > 1 || taus <= stages + 9);
                assert_true(taus * procs <= stages + stages / 200);
                assert_true(o.procs < 4 || taus == 1002);
            }
        }
    }
}

// Carts are the other limit: C of them make C rounds of 4 TAU at a time. (The fifth
// processor is for the one who waits: gophers with more carts than hands never pause.)
static void carts(void **state)
{
    (void)state;
    for (int carts = 1; carts <= 8; carts++) {
        struct site s = closed;
        s.carts = carts;
        s.room = 8;
        last_unload(s, 5);
        if (carts < 4)
            steady(&site, carts, 4 * TAU);
        else
            steady(&site, 1, TAU);
    }
}

// Four carts, four gophers and no place to put a cart down: each waits for the next one's
// hands. A place for one cart, or a cart less, and they work for ever.
static void no_room(void **state)
{
    (void)state;
    struct csp_stats stats;
    for (struct csp_opts o = {.procs = 4}; o.policy <= CSP_PCT; o.policy++) {
        site = (struct site){.loads = 1000, .carts = 4, .room = 0};
        assert_int_equal(run_site(&site, o, &stats), CSP_DEADLOCK);
        assert_int_equal(stats.elapsed_ns, 4 * TAU);
        assert_int_equal(site.unloads, 2);
        assert_int_equal(times_said("[chan send, 0.000 s]"), 4);
        assert_int_equal(times_said("\ntask "), 5);
        assert_int_equal(times_said("\"main\" [chan receive, "), 1);
    }
    for (int procs = 4; procs <= 8; procs *= 2) {
        last_unload((struct site){.loads = 1000, .carts = 4, .room = 1}, procs);
        steady(&site, 1, TAU);
        last_unload((struct site){.loads = 1000, .carts = 3, .room = 0}, procs);
        steady(&site, 3, 4 * TAU);
    }
}

// A loader that leaves after its last load leaves carts in the others' hands: the
// returner cannot give one back, so the unloader cannot, and the last load is never
// burnt. Places with room for all of them are the way out.
static void loader_leaves(void **state)
{
    (void)state;
    struct csp_stats stats;
    for (int loads = 3; loads <= 300; loads *= 10) {
        struct site s = {.loads = loads, .carts = 3, .loader_stops = true};
        site = s;
        assert_int_equal(run_site(&site, (struct csp_opts){.procs = 4}, &stats),
                         CSP_DEADLOCK);
        assert_int_equal(site.unloads, loads - 1);
        assert_int_equal(times_said("[chan send, "), 3);
        assert_int_equal(times_said("\ntask "), 4);
        s.room = 3;
        last_unload(s, 4);
    }
}

// Stages that are not equal: the slowest gopher sets the pace, a lone one does the sum.
static void bottleneck(void **state)
{
    (void)state;
    static const int tau_ns[][STAGES] = {
        {1000, 1000, 1000, 7000}, {5000, 1000, 2000, 3000}, {300, 4000, 4000, 5}};
    for (size_t i = 0; i < sizeof tau_ns / sizeof *tau_ns; i++) {
        struct site s = {.loads = 1000, .carts = 8, .room = 8}, lone = s;
        int sum = 0, max = 0;
        for (int k = 0; k < STAGES; k++) {
            s.tau_ns[k] = lone.tau_ns[k] = tau_ns[i][k];
            sum += tau_ns[i][k];
            max = tau_ns[i][k] > max ? tau_ns[i][k] : max;
        }
        last_unload(s, 5);
        steady(&site, 1, (uint64_t)max);
        lone.single = true;
        last_unload(lone, 4);
        steady(&site, 1, (uint64_t)sum);
    }
}

// Lines side by side add up, if carts and processors do; without the processors they do
// not.
static void lines_add_up(void **state)
{
    (void)state;
    for (int lines = 1; lines <= LINES_MOST; lines *= 2) {
        struct site s = closed;
        s.lines = lines;
        last_unload(s, 4 * lines);
        steady(&site, lines, TAU);
        assert_true(last_unload(s, 1) / TAU >= 4 * 1000 - 4 * (uint64_t)lines);
    }
}

// A staging dump halves everybody's way: sixteen gophers, two lines to it and two lines
// from it, burn twice as much as the eight of two lines.
static void staging_dump(void **state)
{
    (void)state;
    struct site s = closed;
    s.staged = true;
    s.lines = 4;
    for (int i = 0; i < STAGES; i++)
        s.tau_ns[i] = TAU / 2;
    last_unload(s, 16);
    steady(&site, 2, TAU / 2);
}

// A hand-over that costs its gopher time leaves 4 TAU / (TAU + cost) of the fourfold:
// from 3 TAU on, four gophers are slower than one.
static void overhead(void **state)
{
    (void)state;
    static const int cost_ns[] = {1, TAU / 10, TAU, 3 * TAU, 4 * TAU};
    for (size_t i = 0; i < sizeof cost_ns / sizeof *cost_ns; i++) {
        struct site s = closed;
        s.overhead_ns = cost_ns[i];
        last_unload(s, 4);
        steady(&site, 1, (uint64_t)TAU + (uint64_t)cost_ns[i]);
    }
}

// Gordon and Newell, 1967: a closed ring of four servers with exponential service times
// and C customers has the throughput C / (C + 3) of one server. A check of the simulator
// itself. Each gopher draws from its own stream, so no schedule changes a nanosecond.
static void random_stages(void **state)
{
    (void)state;
    int loads = scaled(LOADS_MOST);
    double tolerance = 2.5 / sqrt(loads);
    for (int carts = 1; carts <= 32; carts = carts == 1   ? 4
                                             : carts == 4 ? 8
                                                          : carts * 4) {
        struct site s = {.loads = loads, .carts = carts, .room = 32, .exponential = true};
        uint64_t elapsed_ns = last_unload(s, 5);
        double speedup = 4.0 * TAU * loads / (double)elapsed_ns;
        double expected = 4.0 * carts / (carts + 3);
        assert_true(fabs(speedup - expected) < tolerance * expected);
        for (struct csp_opts o = {.procs = 5, .seed = 2};
             carts == 4 && o.policy <= CSP_PCT; o.policy++) {
            site = s;
            assert_int_equal(run_site(&site, o, NULL), CSP_OK);
            assert_int_equal(site.unload_ns[loads - 1], elapsed_ns);
        }
    }
}

// The same program on real threads: nothing is said about time, and all is burnt.
static void in_real_time(void **state)
{
    (void)state;
    for (struct csp_opts o = {.procs = 1}; o.procs <= 4; o.procs *= 2) {
        site = closed;
        site.real = true;
        for (int i = 0; i < STAGES; i++)
            site.tau_ns[i] = 1 + i % 2 * 999;
        assert_int_equal(run_site(&site, o, NULL), CSP_OK);
        assert_int_equal(site.unloads, site.loads);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_gopher),
        cmocka_unit_test(four_gophers),
        cmocka_unit_test(steady_state_is_four_times),
        cmocka_unit_test(processors),
        cmocka_unit_test(processors_at_random),
        cmocka_unit_test(carts),
        cmocka_unit_test(no_room),
        cmocka_unit_test(loader_leaves),
        cmocka_unit_test(bottleneck),
        cmocka_unit_test(lines_add_up),
        cmocka_unit_test(staging_dump),
        cmocka_unit_test(overhead),
        cmocka_unit_test(random_stages),
        cmocka_unit_test(in_real_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
