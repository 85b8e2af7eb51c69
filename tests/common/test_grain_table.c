// test_grain_table.c -- what messages of several sizes cost, from results with fixed
// figures.
#include "board.h"
#include "fixture.h"
#include "grain_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static const char case_name[] = "1024x1024x1024 f32";

// A cell of so many blocks (0: of its own choice), whose rounds spread by `noise`.
static void add(struct result *r, const char *engine, int threads, uint64_t blocks,
                double median_s, double noise)
{
    struct cell *c = fixture_cell(r, "matmul", case_name, engine, threads);
    c->facts.blocks = blocks;
    if (blocks > 0) {
        json_object_set_new(c->params, "grain",
                            json_integer((json_int_t)(c->work / (double)blocks)));
        snprintf(c->column, sizeof c->column, "%s %llu", engine,
                 (unsigned long long)blocks);
    }
    fixture_samples(c, 12, median_s, noise, threads * 3 + *engine);
}

struct twin {
    uint64_t blocks;
    double loop_s, csp_s, noise;
};

static struct result swept(const char *loop, int threads, const struct twin *twins,
                           size_t count)
{
    struct result r = fixture_result();
    add(&r, loop, threads, 0, 0.100, 0);
    add(&r, "csp", threads, 0, 0.101, 0);
    for (size_t i = 0; i < count; i++) {
        add(&r, loop, threads, twins[i].blocks, twins[i].loop_s, twins[i].noise);
        add(&r, "csp", threads, twins[i].blocks, twins[i].csp_s, twins[i].noise);
    }
    return r;
}

// Small messages cost much, middle ones nothing, and the largest leave a thread idle.
// They are given in no order.
static const struct twin usual[] = {{64, 0.101, 0.102, 0},
                                    {2000, 0.150, 0.180, 0},
                                    {1, 0.180, 0.181, 0},
                                    {512, 0.106, 0.109, 0}};
enum { USUAL = sizeof usual / sizeof *usual };

static char *said(const struct result *r)
{
    struct boards boards;
    struct grain_table t;
    struct lines lines = {0};
    char *all = lines_format("%s", "");
    boards_make(&boards, r, &signs_ascii);
    grain_table_make(&t, &boards.board[0]);
    grain_table_say(&lines, &t);
    for (size_t i = 0; i < lines.count; i++) {
        char *longer = lines_format("%s%s\n", all, lines.line[i]);
        free(all);
        all = longer;
    }
    lines_free(&lines);
    grain_table_free(&t);
    boards_free(&boards);
    return all;
}

static char *printed(const struct result *r, size_t columns)
{
    struct boards boards;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    boards_make(&boards, r, &signs_ascii);
    assert_int_equal(boards.count, 1);
    assert_int_equal(boards.board[0].count, 2);  // those without a grain
    grain_table_print(out, &boards.board[0], columns);
    fclose(out);
    boards_free(&boards);
    return text;
}

static void the_table_is_sorted_and_says_both_costs(void **state)
{
    (void)state;
    struct result r = swept("serial", 1, usual, USUAL);
    result_conclude(&r);
    char *text = printed(&r, 90);
    assert_string_equal(text, "\n"
                              "  messages of  messages        each     time    cost      "
                              "  95%  in all        95%\n"
                              "  csp 2000         2000  1.07 MFLOP  90.0 us  +20.0% "
                              "20.0..20.0  +80.0% 80.0..80.0\n"
                              "  csp 512           512  4.19 MFLOP   213 us   +2.8%   "
                              "2.8..2.8   +9.0%   9.0..9.0\n"
                              "  csp 64             64  33.6 MFLOP  1.59 ms   +1.0%   "
                              "1.0..1.0   +2.0%   2.0..2.0\n"
                              "  csp 1               1  2.15 GFLOP   181 ms   +0.6%   "
                              "0.6..0.6  +81.0% 81.0..81.0\n");
    free(text);
    result_free(&r);
}

static void a_narrow_terminal_loses_the_last_columns(void **state)
{
    (void)state;
    struct result r = swept("serial", 1, usual, USUAL);
    result_conclude(&r);
    for (size_t columns = 40; columns < 100; columns += 10) {
        char *text = printed(&r, columns);
        for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
            assert_true(strcspn(at, "\n") <= (columns < 42 ? 42 : columns));
        free(text);
    }
    result_free(&r);
}

static void the_sentences_name_the_sizes(void **state)
{
    (void)state;
    struct result r = swept("omp", 2, usual, USUAL);
    result_conclude(&r);
    char *text = said(&r);
    assert_string_equal(
        text,
        "On 2 threads structure cost less than 5 % from 4.19 MFLOP (426 us) a message "
        "on, "
        "beside a loop over the same blocks, by the whole of every 95 % interval; below, "
        "at "
        "1.07 MFLOP (180 us), not (20.0..20.0 %).\n"
        "On 2 threads structure cost less than 5 % at 33.6 MFLOP (3.19 ms) a message, "
        "beside "
        "the loop with blocks of its own choice, by the whole of every 95 % interval; "
        "below, "
        "at 4.19 MFLOP (426 us), not (9.0..9.0 %); above, at 2.15 GFLOP (362 ms), not "
        "(81.0..81.0 %).\n");
    free(text);
    result_free(&r);
}

// An interval that reaches above 5 % proves nothing cheap, nor dear.
static void noise_is_not_surely_anything(void **state)
{
    (void)state;
    const struct twin noisy[] = {{10, 0.100, 0.103, 0.08}, {5, 0.100, 0.101, 0}};
    struct result r = swept("serial", 1, noisy, 2);
    result_conclude(&r);
    char *text = said(&r);
    assert_non_null(strstr(text, "not surely"));
    assert_non_null(strstr(text, "from 429 MFLOP (20.2 ms) a message on"));
    free(text);
    result_free(&r);

    r = swept("serial", 1, noisy, 1);
    result_conclude(&r);
    text = said(&r);
    assert_non_null(strstr(text, "less than 5 % at none of these sizes for sure"));
    free(text);
    result_free(&r);
}

static void without_rounds_nothing_is_said(void **state)
{
    (void)state;
    struct result r = swept("serial", 1, usual, USUAL);
    for (size_t i = 0; i < r.cell_count; i++)
        r.cells[i].count = 5;
    result_conclude(&r);
    char *text = said(&r);
    assert_string_equal(text, "");
    free(text);
    result_free(&r);
}

// A size with too few rounds between others does not end what is said of the threads.
static void a_gap_is_one_of_the_sizes(void **state)
{
    (void)state;
    const struct twin steady[] = {
        {64, 0.101, 0.102, 0}, {32, 0.101, 0.102, 0}, {16, 0.101, 0.102, 0}};
    struct result r = swept("serial", 1, steady, 3);
    r.cells[5].count = 5;  // csp at the middle one
    result_conclude(&r);
    char *text = said(&r);
    size_t sentences = 0;
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
        sentences++;
    assert_int_equal(sentences, 2);
    assert_non_null(strstr(text, "; the next size above was not told"));
    assert_null(strstr(text, " a message on"));
    free(text);
    result_free(&r);
}

static void failures_have_their_row(void **state)
{
    (void)state;
    struct result r = swept("serial", 1, usual, USUAL);
    fixture_failure(&r.cells[4], EXIT_RESOURCE, "no memory for the loop");
    fixture_failure(&r.cells[7], EXIT_WRONG, "C[1,1] is wrong");
    result_conclude(&r);
    char *text = printed(&r, 80);
    assert_non_null(strstr(text, "serial 2000  no memory for the loop"));
    assert_non_null(strstr(text, "csp 1        C[1,1] is wrong"));
    free(text);
    text = said(&r);
    assert_non_null(strstr(text, "from 4.19 MFLOP"));
    free(text);
    result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sorted_and_says_both_costs),
        cmocka_unit_test(a_narrow_terminal_loses_the_last_columns),
        cmocka_unit_test(the_sentences_name_the_sizes),
        cmocka_unit_test(noise_is_not_surely_anything),
        cmocka_unit_test(without_rounds_nothing_is_said),
        cmocka_unit_test(a_gap_is_one_of_the_sizes),
        cmocka_unit_test(failures_have_their_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
