// test_scaling.c -- crossovers, speed-ups and paybacks against figures computed by hand,
// and what is said of them claims no more than the intervals do.
#include "scaling.h"

#include "fixture.h"
#include "scaling_json.h"
#include "scaling_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static const int cubes[] = {64, 128, 256};
enum { CUBES = sizeof cubes / sizeof *cubes, ROUNDS = 12 };

// A cell of a cube whose every round takes `each_s`, but for `wide` of them by turns
// longer and shorter: 0.01 gives an interval of 1 % to either side.
static struct cell *cube(struct result *r, int n, const char *column, int threads,
                         double each_s, double wide)
{
    char name[64], engine[8];
    snprintf(name, sizeof name, "%dx%dx%d f32", n, n, n);
    snprintf(engine, sizeof engine, "%.*s", (int)strcspn(column, " "), column);
    static const char *const engines[] = {"serial", "csp", "omp", "ocl"};
    int e = 0;
    while (strcmp(engines[e], engine) != 0)
        e++;
    struct cell *c = fixture_cell(r, "matmul", name, engines[e], threads);
    snprintf(c->column, sizeof c->column, "%s", column);
    c->work = 2.0 * n * n * n;
    for (int i = 0; i < ROUNDS; i++) {
        const double s = each_s * (1 + (i % 2 ? wide : -wide));
        result_add_sample(c, (struct sample){.round = (uint32_t)i + 1,
                                             .total_s = s,
                                             .upload_s = s / 4,
                                             .run_s = s / 2,
                                             .download_s = s / 4});
    }
    return c;
}

static void crossovers_lie_between_sizes(void **state)
{
    (void)state;
    static const struct {
        int faster[5], count, after, from;
    } table[] = {
        {{-1, -1, 1, 1}, 4, 1, 2}, {{1, 1, 1}, 3, -1, 0},    {{-1, -1, -1}, 3, 2, -1},
        {{-1, 0, 1}, 3, 0, 2},     {{0, 0, 1}, 3, -1, 2},    {{-1, 1, 0}, 3, 0, -1},
        {{1, -1, 1}, 3, 1, 2},     {{-1, 1, 0, 1}, 4, 0, 3}, {{0}, 1, -1, -1},
        {{0}, 0, -1, -1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int after, from;
        crossover_find(table[i].faster, (size_t)table[i].count, &after, &from);
        assert_int_equal(after, table[i].after);
        assert_int_equal(from, table[i].from);
    }
}

static void karp_and_flatt_by_hand(void **state)
{
    (void)state;
    // Amdahl: a serial fraction of f gives 1 / (f + (1 - f) / n).
    assert_true(fabs(karp_flatt(1 / (0.1 + 0.9 / 4), 4) - 0.1) < 1e-12);
    assert_true(fabs(karp_flatt(2, 2)) < 1e-12);
    assert_true(fabs(karp_flatt(1.6, 2) - 0.25) < 1e-12);
    assert_true(karp_flatt(2.5, 2) < 0);  // more than linear
}

static void thread_counts_that_fit_come_first(void **state)
{
    (void)state;
    assert_true(scaling_better_threads(2, 1, 2) && !scaling_better_threads(1, 2, 2));
    assert_true(scaling_better_threads(2, 4, 2) && !scaling_better_threads(4, 2, 2));
    assert_true(scaling_better_threads(4, 8, 2) && !scaling_better_threads(2, 2, 2));
}

// omp loses at 64, wins from 128 on; ocl never wins, its kernels do at 256.
static struct result swept(void)
{
    struct result r = fixture_result();
    static const double serial_s[] = {10e-6, 80e-6, 640e-6},
                        omp_s[] = {20e-6, 50e-6, 320e-6},
                        ocl_s[] = {90e-6, 120e-6, 400e-6};
    // Out of order: a sweep is in the order of its work.
    static const int order[] = {1, 2, 0};
    for (int i = 0; i < CUBES; i++) {
        const int at = order[i];
        cube(&r, cubes[at], "serial", 1, serial_s[at], 0);
        cube(&r, cubes[at], "omp", 2, omp_s[at], 0.01);
        cube(&r, cubes[at], "ocl", 2, ocl_s[at], 0.01)->open_s = 0.102;
    }
    result_conclude(&r);
    return r;
}

static const struct crossover *crossing(const struct scaling *s, const char *a,
                                        const char *b, bool kernels)
{
    for (size_t i = 0; i < s->crossover_count; i++) {
        const struct crossover *c = &s->crossovers[i];
        if (strcmp(c->a, a) == 0 && strcmp(c->b, b) == 0 && c->kernels == kernels)
            return c;
    }
    return NULL;
}

static void a_sweep_has_its_crossovers(void **state)
{
    (void)state;
    struct result r = swept();
    struct scaling s;
    scaling_find(&s, &r);
    assert_int_equal(s.sweep_count, 1);
    assert_int_equal(s.sweeps[0].count, CUBES);
    assert_string_equal(s.sweeps[0].first[0]->case_name, "64x64x64 f32");
    assert_int_equal(s.crossover_count, 4);
    const struct crossover *c = crossing(&s, "omp", "serial", false);
    assert_non_null(c);
    assert_int_equal(c->after, 0);
    assert_int_equal(c->from, 1);
    assert_true(fabs(c->at[0].ratio - 2) < 0.01);
    // Half of the paired ratios are 1.98 and half 2.02: the interval is from one to the
    // other.
    assert_true(fabs(c->at[0].ci95.lo - 1.98) < 1e-9 &&
                fabs(c->at[0].ci95.hi - 2.02) < 1e-9);
    assert_int_equal(crossing(&s, "ocl", "omp", false)->from, -1);
    c = crossing(&s, "ocl", "omp", true);  // 45 beside 20, 60 beside 50, 200 beside 320
    assert_int_equal(c->after, 1);
    assert_int_equal(c->from, 2);
    assert_int_equal(crossing(&s, "ocl", "serial", false)->from, 2);
    scaling_free(&s);
    result_free(&r);
}

static void two_sizes_are_no_sweep(void **state)
{
    (void)state;
    struct result r = fixture_result();
    for (int i = 0; i < 2; i++) {
        cube(&r, cubes[i], "serial", 1, 1e-3, 0);
        cube(&r, cubes[i], "omp", 2, 1e-3, 0);
    }
    result_conclude(&r);
    struct scaling s;
    scaling_find(&s, &r);
    assert_int_equal(s.sweep_count, 0);
    assert_int_equal(s.crossover_count, 0);
    scaling_free(&s);
    result_free(&r);
}

static void speedups_have_their_formulas(void **state)
{
    (void)state;
    struct result r = fixture_result();  // of two CPUs
    cube(&r, 64, "csp t1", 1, 80e-6, 0);
    cube(&r, 64, "csp t2", 2, 50e-6, 0.02);
    cube(&r, 64, "csp t4", 4, 50e-6, 0);
    cube(&r, 64, "omp t1", 1, 80e-6, 0);
    cube(&r, 64, "omp t2", 2, 100e-6, 0);
    result_conclude(&r);
    struct scaling s;
    scaling_find(&s, &r);
    assert_int_equal(s.speedup_count, 3);
    const struct speedup *up = &s.speedups[0];
    assert_int_equal(up->many->facts.threads, 2);
    assert_true(fabs(up->pair.ratio - 1.6) < 0.01);
    const double lo = 1.6 / 1.02, hi = 1.6 / 0.98;
    assert_true(fabs(up->efficiency_ci95.lo - lo / 2) < 1e-9 &&
                fabs(up->efficiency_ci95.hi - hi / 2) < 1e-9);
    assert_true(fabs(up->serial_fraction - 0.25) < 0.01);
    assert_true(fabs(up->serial_fraction_ci95.lo - (2 / hi - 1)) < 1e-9 &&
                fabs(up->serial_fraction_ci95.hi - (2 / lo - 1)) < 1e-9);
    assert_true(isnan(s.speedups[1].serial_fraction));  // four threads on two CPUs
    assert_true(isnan(s.speedups[2].serial_fraction));  // slower than one
    assert_true(scaling_threads_swept(&s, up));
    scaling_free(&s);
    result_free(&r);
}

// The columns that nobody asked threads for: tasks on one thread, and on all.
static void one_speedup_is_no_sweep(void **state)
{
    (void)state;
    struct result r = fixture_result();
    cube(&r, 64, "csp t1", 1, 80e-6, 0);
    cube(&r, 64, "csp", 2, 50e-6, 0);
    result_conclude(&r);
    struct grids grids = {0};
    struct lines lines = {0};
    scaling_tell(&grids, &lines, &r);
    assert_int_equal(grids.count, 0);
    assert_int_equal(lines.count, 0);
    result_free(&r);
}

static void a_device_is_paid_back_where_it_gains(void **state)
{
    (void)state;
    static const struct {
        double omp_s, ocl_s, wide, runs, lo, hi;
        bool paid;
    } table[] = {
        // It opens in 102 ms, omp in 2: 100 ms over gains of 0.5 to 0.7 ms a run.
        {2e-3, 1.4e-3, 1.0 / 14, 167, 143, 200, true},
        {2.1e-3, 2e-3, 0.1, 0, 0, 0, false},  // faster, but not separated
        {1e-3, 2e-3, 0, 0, 0, 0, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct result r = fixture_result();
        cube(&r, 64, "omp", 2, table[i].omp_s, 0);
        cube(&r, 64, "ocl", 2, table[i].ocl_s, table[i].wide)->open_s = 0.102;
        result_conclude(&r);
        struct scaling s;
        scaling_find(&s, &r);
        assert_int_equal(s.payback_count, 1);
        const struct payback *p = &s.paybacks[0];
        assert_int_equal(p->paid, table[i].paid);
        assert_true(fabs(p->open_s - 0.1) < 1e-9);
        assert_true(p->runs == table[i].runs && p->runs_ci95.lo == table[i].lo &&
                    p->runs_ci95.hi == table[i].hi);
        scaling_free(&s);
        result_free(&r);
    }
}

// ---- told

static void assert_told(const struct lines *lines, const char *what)
{
    for (size_t i = 0; i < lines->count; i++)
        if (strcmp(lines->line[i], what) == 0)
            return;
    for (size_t i = 0; i < lines->count; i++)
        print_error("told: %s\n", lines->line[i]);
    fail_msg("not told: %s", what);
}

static void sentences_and_tables_tell_it(void **state)
{
    (void)state;
    struct result r = swept();
    struct grids grids = {0};
    struct lines lines = {0};
    scaling_tell(&grids, &lines, &r);
    assert_told(
        &lines,
        "omp overtook serial between 64 and 128: 0.500x as fast at 64 (95 % interval "
        "0.495 to 0.505, 12 rounds), 1.60x as fast at 128 (95 % interval 1.58 to 1.62, "
        "12 rounds).");
    assert_told(
        &lines,
        "Opening ocl for f32 took 100 ms longer than opening omp: never paid back, "
        "as no product was faster beyond doubt.");
    assert_int_equal(grids.count, 1);
    const struct grid *g = &grids.grid[0];
    assert_string_equal(g->title, "matmul f32 by size");
    assert_int_equal(g->rows, 1 + CUBES);
    assert_string_equal(grid_text(g, 0, 2), "omp");
    assert_string_equal(grid_text(g, 1, 0), "64");
    // 2 * 64^3 flop in 10 us are 52.4 GFLOP/s, of 138 at most.
    assert_string_equal(grid_text(g, 1, 1), "52.4  38%");
    grids_free(&grids);
    lines_free(&lines);
    result_free(&r);
}

static void undecided_is_not_reached(void **state)
{
    (void)state;
    struct result r = fixture_result();
    for (int i = 0; i < CUBES; i++) {
        cube(&r, cubes[i], "serial", 1, 1e-3, 0);
        cube(&r, cubes[i], "omp", 2, i == 1 ? 0.5e-3 : 1e-3, 0.1);
    }
    result_conclude(&r);
    struct grids grids = {0};
    struct lines lines = {0};
    scaling_tell(&grids, &lines, &r);
    assert_told(
        &lines,
        "omp did not overtake serial for good up to 256: 1.01x as fast at 256 (95 % "
        "interval 0.91 to 1.11, 12 rounds), not separated; it was faster at 128.");
    grids_free(&grids);
    lines_free(&lines);
    result_free(&r);
}

static void a_grid_goes_on_below(void **state)
{
    (void)state;
    struct grids grids = {0};
    struct grid *g = grids_add(&grids, strdup("t"), "a", 2, 4);
    static const char *const text[2][4] = {{"size", "serial", "csp", "omp"},
                                           {"64", "1.0", "", "3.25"}};
    for (size_t r = 0; r < 2; r++)
        for (size_t c = 0; c < 4; c++)
            grid_put(g, r, c, strdup(text[r][c]));
    static const struct {
        size_t width;
        const char *written;
    } table[] = {
        {80, "  size  serial  csp   omp\n  64       1.0       3.25\n"},
        {20, "  size  serial  csp\n  64       1.0\n  size   omp\n  64    3.25\n"},
        {3, "  size  serial\n  64       1.0\n  size  csp\n  64\n  size   omp\n  64    "
            "3.25\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *written = NULL;
        size_t size;
        FILE *out = open_memstream(&written, &size);
        grid_write(out, g, 2, table[i].width);
        fclose(out);
        assert_string_equal(written, table[i].written);
        free(written);
    }
    grids_free(&grids);
}

static void json_has_the_same(void **state)
{
    (void)state;
    struct result r = swept();
    json_t *j = scaling_to_json(&r), *first;
    first = json_array_get(json_object_get(j, "crossovers"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "a")), "omp");
    assert_string_equal(json_string_value(json_object_get(first, "after")),
                        "64x64x64 f32");
    assert_string_equal(json_string_value(json_object_get(first, "from")),
                        "128x128x128 f32");
    assert_int_equal(json_array_size(json_object_get(first, "at")), CUBES);
    first = json_array_get(json_object_get(j, "paybacks"), 0);
    assert_true(json_is_null(json_object_get(first, "runs")));
    assert_true(json_number_value(json_object_get(first, "gain_s")) < 0);
    json_decref(j);
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crossovers_lie_between_sizes),
        cmocka_unit_test(karp_and_flatt_by_hand),
        cmocka_unit_test(thread_counts_that_fit_come_first),
        cmocka_unit_test(a_sweep_has_its_crossovers),
        cmocka_unit_test(two_sizes_are_no_sweep),
        cmocka_unit_test(speedups_have_their_formulas),
        cmocka_unit_test(one_speedup_is_no_sweep),
        cmocka_unit_test(a_device_is_paid_back_where_it_gains),
        cmocka_unit_test(sentences_and_tables_tell_it),
        cmocka_unit_test(undecided_is_not_reached),
        cmocka_unit_test(a_grid_goes_on_below),
        cmocka_unit_test(json_has_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
