// test_gopher_report.c -- what is said of a run, and that it fits a terminal.
#include "gopher_report.h"
#include "site_testing.h"

static char shown[1 << 16];
static struct fail why;

static int show(const struct gopher_plan *p, bool color)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    memset(&why, 0, sizeof why);
    const int result = gophers_show(p, f, color, &why);
    rewind(f);
    shown[fread(shown, 1, sizeof shown - 1, f)] = '\0';
    fclose(f);
    return result;
}

static void says(const char *what)
{
    if (!strstr(shown, what))
        fail_msg("not said: %s\nbut:\n%s", what, shown);
}

static void fits(void)
{
    for (const char *line = shown; *line; line += strcspn(line, "\n") + 1)
        if (strcspn(line, "\n") > 80)
            fail_msg("wider than 80: %.*s", (int)strcspn(line, "\n"), line);
}

static void three(void **state)
{
    (void)state;
    const struct gopher_plan p = plan_for("three");
    assert_int_equal(show(&p, false), 0);
    fits();
    says("3 gophers, 4 carts, 1000 loads, 1 pile; 16 processors, virtual time\n");
    says("they compute: load 1.000, carry 1.000, unload 1.000, return 1.000 ms\n");
    says("  loader        ########........  50 %   50    0    0    0  carrier 50 %\n");
    says("  carrier       ################ 100 %    0    0    0    0\n");
    says("  busiest: carrier, at work 100 % of the time\n");
    says("  500.0 loads/s in the steady state, one every 2.000 ms\n");
    says("  bound: 500.0 loads/s: the carrier's round trip: 2.000 ms a load\n");
    says("  2.00x one gopher alone in the steady state, 2.00x over the whole run\n");
    says("  concurrency: 3.00 gophers alive; parallelism: 2.00 at work at once\n");
}

static void waiting(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("four");
    p.procs = 1;
    p.work = WORK_WAIT;
    assert_int_equal(show(&p, false), 0);
    says("they wait: load 1.000");
    says("  4.00x one gopher alone");
    says("gophers alive, 3.99 on their trips at once;\n  parallelism: 0, for they only "
         "wait");
}

static void deadlock(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("four");
    p.unbuffered = true;
    fflush(stderr);
    const int saved = dup(STDERR_FILENO);
    assert_non_null(freopen("/dev/null", "w", stderr));
    const int result = show(&p, false);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    assert_int_equal(result, -1);
    assert_int_equal(why.code, EXIT_DEADLOCK);
    assert_non_null(strstr(why.text, "deadlock at 4.000 ms, with 2 of 1000 loads burnt"));
    fits();
    says("  carrier       waits to hand over: unloader\n");
    says("  returner      waits to hand over: loader\n");
}

static void real_books_have_their_ash(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("two-messages");
    p.loads = 20;
    p.work = WORK_REAL;
    p.book_bytes = 1000;
    p.procs = 2;
    struct record r = ran(&p);
    char ash[64];
    snprintf(ash, sizeof ash, "  ash: %016llx", (unsigned long long)r.ash);
    record_free(&r);
    for (int real = 0; real < 2; real++) {
        p.virtual_time = !real;
        assert_int_equal(show(&p, false), 0);
        fits();
        says(ash);
        says(real ? "as measured" : "in the steady state");
    }
}

static void every_design_fits(void **state)
{
    (void)state;
    for (int i = 0; i < designs_count; i++)
        for (int work = WORK_WAIT; work <= WORK_REAL; work++) {
            struct gopher_plan p = plan_for(designs[i].name);
            p.loads = 30;
            p.work = (enum work)work;
            p.exponential = true;
            p.procs = 3;
            assert_int_equal(show(&p, false), 0);
            fits();
            says(designs[i].name);
            assert_null(strchr(shown, '\33'));
        }
    struct gopher_plan crowd = plan_for("sixteen");
    crowd.design.lanes = 100;
    crowd.loads = 2;
    assert_int_equal(show(&crowd, false), 0);
    fits();
    says("  and 768 more\n");
}

static void color_where_it_is_wanted(void **state)
{
    (void)state;
    const struct gopher_plan p = plan_for("one");
    assert_int_equal(show(&p, true), 0);
    says("\33[1m");
    says("\33[0m");
}

static void a_plan_that_cannot_be(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("one");
    p.procs = 0;
    assert_int_equal(show(&p, false), -1);
    assert_int_equal(why.code, EXIT_USAGE);
    assert_string_equal(shown, "");
}

static int write_down(const struct record *r, const struct record *alone)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    memset(&why, 0, sizeof why);
    const int result = gophers_write(r, alone, f, false, &why);
    rewind(f);
    shown[fread(shown, 1, sizeof shown - 1, f)] = '\0';
    fclose(f);
    return result;
}

// A load burnt in the place of another is no run to report the pace of; nor is it when
// that happens to the gopher beside.
static void a_lost_load_is_wrong(void **state)
{
    (void)state;
    const struct gopher_plan p = plan_for("four"), one = plan_alone(&p);
    struct record r = ran(&p), alone = ran(&one);
    assert_int_equal(write_down(&r, &alone), 0);
    alone.twice = 1;
    assert_int_equal(write_down(&r, &alone), -1);
    assert_int_equal(why.code, EXIT_WRONG);
    r.lost = r.twice = 1;
    assert_int_equal(write_down(&r, &alone), -1);
    assert_int_equal(why.code, EXIT_WRONG);
    assert_non_null(strstr(why.text, "1 lost, 1 twice"));
    fits();
    says("1 lost, 1 twice");
    assert_null(strstr(shown, "steady state"));
    record_free(&r);
    record_free(&alone);
}

// The return after the last load is not seen: one load looks faster than the bound.
static void too_few_loads(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("one");
    p.carts = 1;
    p.loads = 1;
    assert_int_equal(show(&p, false), 0);
    says("  too few loads for a steady state\n  333.3 loads/s over the whole run");
    says("  bound: 250.0 loads/s: the gopher's round trip: 4.000 ms a load\n"
         "         (in a steady state)\n");
    says("  1.00x one gopher alone over the whole run\n");
    assert_null(strstr(shown, "the steady state"));
    p.loads = 4;
    assert_int_equal(show(&p, false), 0);
    says("  250.0 loads/s in the steady state");
    assert_null(strstr(shown, "too few"));
}

static void two_halves_are_said(void **state)
{
    (void)state;
    static const char half[] = "half of the way each\n";
    struct gopher_plan p = plan_for("staging");
    assert_int_equal(show(&p, false), 0);
    says("carry 0.500");
    says(half);
    p = plan_for("four");
    assert_int_equal(show(&p, false), 0);
    assert_null(strstr(shown, half));
}

static void plans_beside(void **state)
{
    (void)state;
    struct gopher_plan p = plan_for("sixteen");
    p.unbuffered = true;
    p.loads = 40;
    p.trip_ns[CARRY] = 3 * TAU;
    const struct gopher_plan one = plan_alone(&p);
    assert_string_equal(one.design.name, "one");
    assert_int_equal(one.loads, 80);
    assert_int_equal(one.carts, 1);
    assert_false(one.unbuffered);
    // Under virtual time trips take what they should, in halves, too.
    p.unbuffered = false;
    struct record r = ran(&p);
    const struct gopher_plan measured = plan_as_measured(&r);
    assert_memory_equal(measured.trip_ns, p.trip_ns, sizeof p.trip_ns);
    record_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three),
        cmocka_unit_test(waiting),
        cmocka_unit_test(deadlock),
        cmocka_unit_test(real_books_have_their_ash),
        cmocka_unit_test(every_design_fits),
        cmocka_unit_test(color_where_it_is_wanted),
        cmocka_unit_test(a_plan_that_cannot_be),
        cmocka_unit_test(a_lost_load_is_wrong),
        cmocka_unit_test(too_few_loads),
        cmocka_unit_test(two_halves_are_said),
        cmocka_unit_test(plans_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
