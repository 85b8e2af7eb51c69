// test_ladder.c -- variants of one engine as rungs: what each step brought, which rungs
// are absent without being missed, and how often a slow one runs.
#include "ladder.h"

#include "bench_turns.h"
#include "fixture.h"
#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char product[] = "1024x1024x1024 f32";

static struct cell *add_rung(struct result *r, const char *engine, const char *rung)
{
    struct cell *cell = fixture_cell(r, "matmul", product, engine, 2);
    snprintf(cell->column, sizeof cell->column, "%s %s", engine, rung);
    snprintf(cell->facts.variant, sizeof cell->facts.variant, "%s", rung);
    cell->rung = rung;
    cell->sole_default = true;
    return cell;
}

// naive, one that the device cannot run, and two that it can.
static struct result ladder_result(void)
{
    struct result r = fixture_result();
    fixture_samples(add_rung(&r, "ocl", "naive"), 6, 1.0, 0.01, 0);
    fixture_failure(add_rung(&r, "ocl", "tiled"), EXIT_ABSENT, "0:0 has no local memory");
    fixture_samples(add_rung(&r, "ocl", "registers"), 12, 0.25, 0.01, 3);
    fixture_samples(add_rung(&r, "ocl", "packed"), 12, 0.01, 0.01, 5);
    result_conclude(&r);
    return r;
}

static char *shown(const struct result *r, bool markdown)
{
    char *text = NULL;
    size_t size = 0;
    struct fail why;
    const struct report_look look = {.columns = 80};
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(markdown ? report_markdown(out, r, &why)
                              : report_text_as(out, r, &look, &why),
                     0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_shown(const struct result *r, bool markdown, const char *part)
{
    char *text = shown(r, markdown);
    if (!strstr(text, part))
        fail_msg("not found: \"%s\" in\n%s", part, text);
    free(text);
}

static void steps_pass_over_what_is_absent(void **state)
{
    struct result r = ladder_result();
    (void)state;
    assert_null(ladder_below(&r, &r.cells[0]));
    assert_ptr_equal(ladder_below(&r, &r.cells[2]), &r.cells[0]);
    assert_ptr_equal(ladder_below(&r, &r.cells[3]), &r.cells[2]);
    assert_ptr_equal(ladder_foot(&r, &r.cells[3]), &r.cells[0]);
    assert_true(ladder_only(&r, &r.cells[0]));
    assert_int_equal(result_exit(&r), EXIT_OK);
    result_free(&r);
}

static void tables_show_each_step(void **state)
{
    struct result r = ladder_result();
    (void)state;
    assert_shown(&r, false, "rate  limit  vs first     step");
    assert_shown(&r, false, "ocl registers");
    assert_shown(&r, false, "not here: 0:0 has no local memory");
    assert_shown(&r, false, " 100x  24.900x 24.900..24.901\n");
    assert_shown(&r, false,
                 "The ladder: ocl packed was 100x as fast as ocl naive (95 % interval");
    assert_shown(&r, false, "registers 3.98x, packed 24.900x.");
    assert_shown(&r, false, "   0.8%\n");  // no spaces at the end of a line
    assert_shown(&r, true, "| limit | vs first | step | 95% |");
    char *text = shown(&r, false);
    assert_null(strstr(text, "threads"));  // so that all fits into 80 columns
    assert_null(strstr(text, "packed: packed"));
    free(text);
    result_free(&r);
}

static void a_ladder_beside_another_engine_has_its_sentence(void **state)
{
    struct result r = fixture_result();
    (void)state;
    fixture_samples(fixture_cell(&r, "matmul", product, "serial", 1), 12, 0.02, 0.01, 1);
    fixture_samples(add_rung(&r, "omp", "scalar"), 12, 0.04, 0.01, 2);
    fixture_samples(add_rung(&r, "omp", "avx2"), 12, 0.01, 0.01, 3);
    fixture_samples(add_rung(&r, "ocl", "naive"), 12, 1.0, 0.01, 4);
    result_conclude(&r);
    assert_false(ladder_only(&r, &r.cells[0]));
    assert_null(ladder_below(&r, &r.cells[3]));
    assert_shown(&r, false, "vs serial");
    assert_shown(&r, false, "The ladder: omp avx2 was 3.9");
    assert_shown(&r, true, "| limit | vs serial | 95% |");
    result_free(&r);
}

// One run of each cell, seconds, and rounds that the slow one has had.
static void slow_ones_sit_out(void **state)
{
    static const struct {
        double fast_s, slow_s, time_s;
        int slow_rounds;
        bool warmup_is_enough, sits_out;
    } rows[] = {
        {1, 9, 1, 0, false, false},     // not far behind
        {1, 9, 1, 9, false, false},     // however many rounds
        {0.1, 2, 20, 0, false, false},  // its share is 10 s
        {0.1, 2, 20, 4, false, false}, {0.1, 2, 20, 5, false, true},
        {0.1, 11, 20, 0, true, false},  // one run is more than that
        {0.1, 11, 20, 1, false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct result r = fixture_result();
        struct cell *fast = add_rung(&r, "ocl", "packed");
        struct cell *slow = add_rung(&r, "ocl", "naive");
        fast->warmup.total_s = rows[i].fast_s;
        slow->warmup.total_s = rows[i].slow_s;
        for (int n = 0; n < rows[i].slow_rounds; n++)
            result_add_sample(slow, (struct sample){.round = (uint32_t)n + 1,
                                                    .total_s = rows[i].slow_s});
        assert_int_equal(bench_warmup_is_enough(r.cells, 2, slow, rows[i].time_s),
                         rows[i].warmup_is_enough);
        assert_int_equal(bench_sits_out(r.cells, 2, slow, rows[i].time_s),
                         rows[i].sits_out);
        assert_false(bench_sits_out(r.cells, 2, fast, rows[i].time_s));
        result_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_pass_over_what_is_absent),
        cmocka_unit_test(tables_show_each_step),
        cmocka_unit_test(a_ladder_beside_another_engine_has_its_sentence),
        cmocka_unit_test(slow_ones_sit_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
