// test_site.c -- the gophers at work: every load once, whatever the schedule; and under
// virtual time what theory says, which is integer arithmetic.
//
// Longer than a file should be, because it is one list of what holds of one program, and
// each entry reads the record of a run by the same few checks, which stand first.
#include "book.h"
#include "site_testing.h"

// A sanitizer makes each schedule many times as slow, and the schedules are the same.
static int seeds(void)
{
    const char *sanitized = getenv("SANITIZED");
    return sanitized && *sanitized ? 5 : 50;
}

// Stints follow each other, within the run, and say what makes sense.
static bool diary_is_sound(const struct record *r, int gopher)
{
    const struct diary *d = &r->diaries[gopher];
    uint64_t then_ns = 0;
    bool sound = d->count <= d->room;
    for (size_t i = 0; i < d->count; i++) {
        const struct stint *s = &d->stints[i];
        sound = sound && s->from_ns >= then_ns && s->to_ns > s->from_ns;
        sound = sound && s->to_ns <= r->end_ns && s->doing < DOINGS && s->trip < TRIPS;
        sound = sound && (s->cart == CART_NONE || s->cart < r->plan.carts);
        sound = sound && (s->load == LOAD_NONE || s->load < r->plan.loads);
        sound = sound && (s->doing != DOING_WORK || s->cart != CART_NONE);
        sound = sound &&
                (s->doing != DOING_WORK || s->trip == RETURN || s->load != LOAD_NONE);
        then_ns = s->to_ns;
    }
    return sound;
}

// Each of the four trips is made once with each load, in each half of each lane; those
// that take no time are not written down.
static bool trips_are_made_once(const struct record *r)
{
    const struct design *d = &r->plan.design;
    uint64_t made[TRIPS] = {0};
    for (int g = 0; g < r->gophers; g++)
        for (size_t i = 0; i < r->diaries[g].count; i++) {
            const struct stint *s = &r->diaries[g].stints[i];
            made[s->trip] += s->doing == DOING_WORK;
        }
    const uint64_t each = (uint64_t)d->lanes * (uint64_t)d->halves * r->plan.loads;
    return r->plan.trip_ns[LOAD] == 0 || (made[LOAD] == each && made[CARRY] == each &&
                                          made[UNLOAD] == each && made[RETURN] == each);
}

// No more than there are processors compute at once: their time is not more than the
// run's on all of them.
static bool processors_suffice(const struct record *r)
{
    return r->plan.work == WORK_WAIT || !r->plan.virtual_time ||
           record_working(r) <= r->plan.procs * 1.000001;
}

static void is_conserved(const struct gopher_plan *p)
{
    struct record r = ran(p);
    bool sound = r.result == CSP_OK && r.lost == 0 && r.twice == 0;
    sound = sound && r.burnt == p->loads * (uint32_t)p->design.lanes;
    sound = sound && trips_are_made_once(&r) && processors_suffice(&r);
    for (uint32_t i = 1; i < r.burnt; i++)
        sound = sound && r.burnt_ns[i - 1] <= r.burnt_ns[i];
    for (int g = 0; g < r.gophers; g++)
        sound = sound && diary_is_sound(&r, g);
    if (!sound) {
        print_replay(p);
        fail_msg("result %d, %u burnt, %u lost, %u twice", r.result, r.burnt, r.lost,
                 r.twice);
    }
    record_free(&r);
}

static const struct design own[] = {
    {"own 1", "", 3, 3, 2, 2}, {"own 2", "", 1, 5, 3, 2}, {"own 3", "", 2, 2, 4, 1},
    {"own 4", "", 1, 9, 1, 1}, {"own 5", "", 1, 2, 3, 1},
};
enum { OWN = sizeof own / sizeof *own };

static void every_schedule(const struct gopher_plan *plan)
{
    struct gopher_plan p = *plan;
    for (p.policy = CSP_FIFO; p.policy <= CSP_PCT; p.policy++)
        for (p.procs = 1; p.procs <= 4; p.procs *= 2)
            for (p.seed = 1; p.seed <= (uint64_t)seeds(); p.seed++)
                is_conserved(&p);
}

static void every_design_burns_every_load_once(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count + OWN; i++) {
        struct gopher_plan p = gopher_plan_default;
        p.design = i < designs_count ? designs[i] : own[i - designs_count];
        p.loads = 13;
        p.carts = 1 + (uint32_t)i % 5;
        every_schedule(&p);
    }
}

// Trips of random lengths, of no length, and more gophers than loads.
static void odd_plans_do_too(void **state)
{
    (void)state;
    for (int i = 0; i < OWN; i++) {
        struct gopher_plan p = gopher_plan_default;
        p.design = own[i];
        p.loads = 7;
        p.exponential = true;
        every_schedule(&p);
        p.exponential = false;
        memset(p.trip_ns, 0, sizeof p.trip_ns);
        p.loads = 2;
        every_schedule(&p);
        p.loads = 1;
        p.work = WORK_WAIT;
        p.trip_ns[CARRY] = 1;
        every_schedule(&p);
    }
}

static void the_same_seed_is_the_same_run(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("sixteen");
    p.loads = 50;
    p.procs = 3;
    p.exponential = true;
    for (p.policy = CSP_FIFO; p.policy <= CSP_PCT; p.policy++) {
        struct record a = ran(&p), b = ran(&p);
        assert_true(a.stats.trace_hash == b.stats.trace_hash);
        assert_memory_equal(a.burnt_ns, b.burnt_ns, a.burnt * sizeof *a.burnt_ns);
        record_free(&b);
        p.seed++;
        b = ran(&p);
        assert_true(a.stats.trace_hash != b.stats.trace_hash);
        record_free(&a);
        record_free(&b);
    }
}

// When loads 1, N/2 and N of the talk's designs come to ash, in trips, with ample
// processors and four carts.
static void in_time(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double first, last;
        double every;  // per load, in all lanes, in the steady state
    } table[] = {
        {"one", 3, 3999, 4},          {"two-messages", 3, 2000, 2},
        {"two-doubled", 3, 3999, 2},  {"three", 3, 2000, 2},
        {"four", 3, 1002, 1},         {"eight", 3, 1002, .5},
        {"staging", 5, 3002, 3},      {"staging-doubled", 5, 3002, 1.5},
        {"four-staging", 5, 1004, 1}, {"sixteen", 5, 1004, .5},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct gopher_plan p = plan_for(table[i].name);
        struct record r = ran(&p);
        assert_true(burnt_at(&r, 0) == table[i].first);
        assert_true(burnt_at(&r, r.burnt - 1) == table[i].last);
        assert_true(record_rate(&r) * table[i].every * TAU == 1e9);
        record_free(&r);
    }
}

// In the middle half of the run, so many loads take so many trips, everywhere.
static void steady(const struct record *r, uint32_t loads, double trips)
{
    for (uint32_t i = r->burnt / 4; i + loads < r->burnt - r->burnt / 4; i++)
        assert_true(burnt_at(r, i + loads) - burnt_at(r, i) == trips);
}

// Nothing changed but the processors. The patterns in which loads are burnt repeat.
static void processors(void **state)
{
    (void)state;
    static const struct {
        int procs;
        uint32_t loads;
        double trips;
    } table[] = {{1, 4, 16}, {2, 4, 8}, {3, 12, 16}, {4, 1, 1}, {8, 1, 1}};
    struct gopher_plan p = plan_for("four");
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        p.procs = table[i].procs;
        struct record r = ran(&p);
        steady(&r, table[i].loads, table[i].trips);
        record_free(&r);
    }
    p.procs = 1;
    p.work = WORK_WAIT;
    struct record r = ran(&p);
    steady(&r, 1, 1);
    assert_true(burnt_at(&r, 999) == 1002);
    record_free(&r);
}

// The fifty gophers of one role stand in line at the pile.
static void ends_are_for_one_at_a_time(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("one");
    p.design.turns = 50;
    p.carts = 50;
    p.procs = 50;
    p.trip_ns[UNLOAD] = 2 * TAU;
    struct record r = ran(&p);
    assert_true(burnt_at(&r, 999) - burnt_at(&r, 499) == 1000);
    assert_true(record_share(&r, 7).ns[DOING_WAIT_TURN] > r.end_ns / 2);
    record_free(&r);
}

// The dump has room for four: whoever is faster waits for the other, and waits there.
static void the_dump_fills_and_empties(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("four-staging");
    enum { UNLOADER_1 = 2, LOADER_2 = 4 };
    struct record r = ran(&p);
    assert_int_equal(record_share(&r, UNLOADER_1).ns[DOING_WAIT_ROOM], 0);
    record_free(&r);
    // Two carts on a way of four trips keep the first half from its pace.
    p = plan_for("staging");
    p.design.roles = 4;
    p.carts = 1;
    r = ran(&p);
    const struct share s = record_share(&r, LOADER_2);
    assert_true(s.ns[DOING_WAIT_BOOKS] + s.ns[DOING_WAIT_CART] > r.end_ns / 2);
    record_free(&r);
}

// What a gopher did adds up to the run, without a gap.
static void diaries_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count; i++)
        for (int procs = 1; procs <= 4; procs++) {
            struct gopher_plan p = plan_for(designs[i].name);
            p.loads = 20;
            p.procs = procs;
            struct record r = ran(&p);
            for (int g = 0; g < r.gophers; g++) {
                uint64_t sum = 0;
                const struct diary *d = &r.diaries[g];
                for (size_t k = 0; k < d->count; k++)
                    sum += d->stints[k].to_ns - d->stints[k].from_ns;
                assert_true(sum == d->stints[d->count - 1].to_ns);
                assert_int_equal(d->stints[0].from_ns, 0);
            }
            record_free(&r);
        }
}

// On one processor they wait for it, and for nothing else once there are carts.
static void waiting_for_a_processor_is_told_apart(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("two-doubled");
    p.procs = 1;
    struct record r = ran(&p);
    for (int g = 0; g < 2; g++) {
        const struct share s = record_share(&r, g);
        assert_int_equal(record_work_ns(&r, g), s.ns[DOING_WORK]);
        assert_int_equal(s.ns[DOING_WAIT_CART], 0);
        assert_true(s.ns[DOING_WORK] + s.ns[DOING_WAIT_CPU] >=
                    record_last_burnt(&r) - 2 * TAU);
        assert_int_equal(s.waits_for, -1);
    }
    record_free(&r);
    p = plan_for("four");
    p.trip_ns[CARRY] = 3 * TAU;
    r = ran(&p);
    const struct share unloader = record_share(&r, 2);
    assert_int_equal(unloader.ns[DOING_WAIT_CPU], 0);
    assert_int_equal(unloader.waits_for, 1);
    assert_int_equal(unloader.waits_for_ns, unloader.ns[DOING_WAIT_CART]);
    assert_int_equal(record_bottleneck(&r), 1);
    record_free(&r);
}

// Four carts in four pairs of hands: at the end of the fourth trip nobody can put his
// down.
static void no_room(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\"loader\" [chan send, 0.000 s]", "\"carrier\" [chan send, 0.000 s]",
        "\"unloader\" [chan send, 0.000 s]", "\"returner\" [chan send, 0.000 s]"};
    struct gopher_plan p = plan_for("four");
    p.unbuffered = true;
    for (p.policy = CSP_FIFO; p.policy <= CSP_PCT; p.policy++) {
        struct record r = ran_caught(&p);
        assert_int_equal(r.result, CSP_DEADLOCK);
        assert_int_equal(r.end_ns, 4 * TAU);
        assert_int_equal(r.burnt, 2);
        assert_int_equal(r.lost, 998);
        assert_int_equal(r.twice, 0);
        for (int g = 0; g < 4; g++) {
            const struct diary *d = &r.diaries[g];
            const struct stint *s = &d->stints[d->count - 1];
            assert_non_null(strstr(said, lines[g]));
            assert_int_equal(s->doing, DOING_WAIT_ROOM);
            assert_int_equal(s->to_ns, 4 * TAU);
            assert_int_equal(record_waits_for(&r, g, d->count - 1), (g + 1) % 4);
        }
        record_free(&r);
    }
}

// With a cart less than gophers somebody always has his hands free, to the very end.
static void a_cart_less_needs_no_room(void **state)
{
    (void)state;
    struct gopher_plan p = gopher_plan_default;
    p.unbuffered = true;
    p.loads = 20;
    for (p.carts = 1; p.carts <= 3; p.carts++)
        every_schedule(&p);
    p = plan_for("four");
    p.unbuffered = true;
    p.carts = 3;
    struct record r = ran(&p);
    assert_true(burnt_at(&r, 600) - burnt_at(&r, 300) == 400);
    record_free(&r);
}

// One gopher would have to take the cart from himself.
static void one_gopher_needs_room(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("one");
    p.unbuffered = true;
    p.carts = 1;
    struct record r = ran_caught(&p);
    assert_int_equal(r.result, CSP_DEADLOCK);
    assert_int_equal(r.burnt, 1);
    assert_int_equal(r.end_ns, 4 * TAU);
    record_free(&r);
}

static uint64_t ash_of(uint32_t loads, size_t bytes, uint64_t seed)
{
    uint8_t *books = malloc(bytes);
    uint64_t ash = 0;
    for (uint32_t i = 0; i < loads; i++) {
        books_write(books, bytes, seed, i);
        ash += books_burn(books, bytes);
    }
    free(books);
    return ash;
}

// The same books to the same ash, in every design.
static void real_books(void **state)
{
    (void)state;
    const uint64_t ash = ash_of(24, 100, 3);
    assert_true(ash != ash_of(24, 100, 4) && ash != ash_of(23, 100, 3));
    for (int i = 0; i < designs_count; i++)
        for (int real = 0; real < 2; real++) {
            struct gopher_plan p = plan_for(designs[i].name);
            p.loads = 24 / (uint32_t)p.design.lanes;
            p.work = WORK_REAL;
            p.book_bytes = 100;
            p.seed = 3;
            p.procs = 1 + i % 4;
            p.virtual_time = !real;
            struct record r = ran(&p);
            assert_int_equal(r.burnt, 24);
            assert_true(r.ash == ash);
            assert_true(real || record_last_burnt(&r) > TAU);
            record_free(&r);
        }
}

// Threads: nothing is said about time, but that trips take theirs.
static void in_real_time(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count + OWN; i++)
        for (int work = WORK_WAIT; work <= WORK_REAL; work++) {
            struct gopher_plan p = gopher_plan_default;
            p.design = i < designs_count ? designs[i] : own[i - designs_count];
            p.loads = 20;
            p.work = (enum work)work;
            p.book_bytes = 1000;
            p.virtual_time = false;
            p.procs = 1 + (i + work) % 4;
            for (int t = 0; t < TRIPS; t++)
                p.trip_ns[t] = 5000;
            is_conserved(&p);
        }
}

// The same lock-up on threads, and nobody is lost who was burnt before.
static void no_room_in_real_time(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("four");
    p.unbuffered = true;
    p.virtual_time = false;
    for (p.procs = 1; p.procs <= 4; p.procs++) {
        for (int t = 0; t < TRIPS; t++)
            p.trip_ns[t] = 1000;
        struct record r = ran_caught(&p);
        // Four carts lock them up sooner or later, unless one is always on the way.
        assert_true(r.result == CSP_DEADLOCK || (r.result == CSP_OK && r.lost == 0));
        assert_int_equal(r.twice, 0);
        assert_int_equal(r.burnt + r.lost, 1000);
        record_free(&r);
    }
}

static void what_cannot_be_is_not_run(void **state)
{
    (void)state;
    struct gopher_plan p = gopher_plan_default;
    struct record r;
    struct fail why;
    p.carts = 0;
    assert_int_equal(site_run(&p, &r, &why), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_design_burns_every_load_once),
        cmocka_unit_test(odd_plans_do_too),
        cmocka_unit_test(the_same_seed_is_the_same_run),
        cmocka_unit_test(in_time),
        cmocka_unit_test(processors),
        cmocka_unit_test(ends_are_for_one_at_a_time),
        cmocka_unit_test(the_dump_fills_and_empties),
        cmocka_unit_test(diaries_are_complete),
        cmocka_unit_test(waiting_for_a_processor_is_told_apart),
        cmocka_unit_test(no_room),
        cmocka_unit_test(a_cart_less_needs_no_room),
        cmocka_unit_test(one_gopher_needs_room),
        cmocka_unit_test(real_books),
        cmocka_unit_test(in_real_time),
        cmocka_unit_test(no_room_in_real_time),
        cmocka_unit_test(what_cannot_be_is_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
