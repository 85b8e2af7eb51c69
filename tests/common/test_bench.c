// test_bench.c -- the order of rounds is balanced; messages and output files keep their
// word.
#include "bench.h"
#include "message.h"
#include "outfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// After our headers: it makes a macro of the name fail.
#include <cmocka.h>

static void two_cells_go_abba(void **state)
{
    (void)state;
    static const int want[4][2] = {{0, 1}, {1, 0}, {1, 0}, {0, 1}};
    for (int round = 0; round < 4; round++) {
        int order[2];
        bench_order(round, 2, order);
        assert_memory_equal(order, want[round], sizeof order);
    }
}

static void every_cell_takes_every_place_equally_often(void **state)
{
    (void)state;
    enum { MOST = 9 };
    for (int n = 1; n <= MOST; n++) {
        int times[MOST][MOST] = {{0}};
        for (int round = 0; round < 2 * n; round++) {
            int order[MOST], seen = 0;
            bench_order(round, n, order);
            for (int i = 0; i < n; i++) {
                seen |= 1 << order[i];
                times[order[i]][i]++;
            }
            assert_int_equal(seen, (1 << n) - 1);
        }
        for (int cell = 0; cell < n; cell++)
            for (int place = 0; place < n; place++)
                assert_int_equal(times[cell][place], 2);
    }
}

// Rounds whose times differ by `noise`, or not at all.
static void measure(struct cell *c, int rounds, double noise)
{
    c->count = 0;
    for (int i = 0; i < rounds; i++)
        result_add_sample(
            c, (struct sample){.round = (uint32_t)i + 1, .total_s = 1 + noise * (i % 7)});
}

static void it_is_enough_when_narrow_or_long(void **state)
{
    (void)state;
    static const struct {
        double noise, left_s;
        uint64_t repeats[2];
        int runs, rounds;
        bool enough;
    } table[] = {
        {0, 1, {1, 1}, 0, 11, false},     {0, 1, {1, 1}, 0, 12, true},
        {0.1, 1, {1, 1}, 0, 12, false},   {0.1, 0, {1, 1}, 0, 12, true},
        {0.1, 0, {1, 1}, 0, 2, false},    {0.1, 1, {1, 1}, 0, 199, false},
        {0.1, 1, {1, 1}, 0, 200, true},   {0.1, 1, {9, 1}, 0, 199, false},
        {0.1, 1, {9, 300}, 0, 99, false}, {0.1, 1, {9, 300}, 0, 100, true},
        {0, 0, {1, 1}, 40, 39, false},    {0.1, 1, {1, 1}, 40, 40, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct cell cells[2] = {{.repeats = table[i].repeats[0]},
                                {.repeats = table[i].repeats[1]}};
        for (int c = 0; c < 2; c++)
            measure(&cells[c], table[i].rounds, table[i].noise);
        assert_int_equal(
            bench_enough(cells, 2, table[i].runs, table[i].rounds, table[i].left_s),
            table[i].enough);
        for (int c = 0; c < 2; c++)
            free(cells[c].samples);
    }
}

static void the_deadline_grows_with_the_work(void **state)
{
    (void)state;
    unsetenv("GOPHERBENCH_DEADLINE_S");
    assert_true(bench_deadline_s(0, NULL) >= 30);
    assert_true(bench_deadline_s(1e12, "flop") > 1000);
    setenv("GOPHERBENCH_DEADLINE_S", "2.5", 1);
    assert_true(bench_deadline_s(1e12, "flop") == 2.5);
    static const struct {
        const char *set;
        double deadline_s;
    } fixed[] = {{"2.5", 2.5}, {"1e30", 1e9}, {"1e9", 1e9}, {"inf", 7},  {"nan", 7},
                 {"0", 7},     {"-3", 7},     {"1e999", 7}, {"soon", 7}, {"", 7}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        setenv("GOPHERBENCH_DEADLINE_S", fixed[i].set, 1);
        assert_true(bench_fixed_deadline_s(7) == fixed[i].deadline_s);
    }
    unsetenv("GOPHERBENCH_DEADLINE_S");
}

static void messages_pass_and_wild_ones_do_not(void **state)
{
    (void)state;
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    json_t *sent = json_pack("{s:s, s:f}", "do", "sample", "x", 0.1), *got = NULL;
    assert_int_equal(message_send(fd[1], sent), MESSAGE_OK);
    assert_int_equal(message_receive(fd[0], &got, NULL), MESSAGE_OK);
    assert_true(json_equal(sent, got));
    json_decref(sent);
    json_decref(got);
    static const struct {
        uint32_t length;
        const char *text;
    } wild[] = {{4, "true"}, {4, "{{{{"}, {0, ""}, {0xffffffffu, ""}};
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        assert_true(write(fd[1], &wild[i].length, 4) == 4);
        assert_true(write(fd[1], wild[i].text, strlen(wild[i].text)) >= 0);
        assert_int_equal(message_receive(fd[0], &got, NULL), MESSAGE_BROKEN);
    }
    struct message_wait soon = {.deadline_ns = 1, .other = -1};
    assert_int_equal(message_receive(fd[0], &got, &soon), MESSAGE_LATE);
    uint32_t half = 100;
    assert_true(write(fd[1], &half, 4) == 4);
    close(fd[1]);
    assert_int_equal(message_receive(fd[0], &got, NULL), MESSAGE_CLOSED);
    close(fd[0]);
}

static char *contents(const char *path)
{
    static char text[64];
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    return text;
}

static void an_output_file_is_old_or_new(void **state)
{
    (void)state;
    char folder[] = "test_bench.XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    struct fail why;
    struct outfile out;
    assert_int_equal(outfile_open(&out, "x", &why), 0);
    fputs("one", out.stream);
    assert_int_not_equal(access("x", F_OK), 0);
    assert_int_equal(outfile_commit(&out, &why), 0);
    assert_string_equal(contents("x"), "one");
    assert_int_equal(outfile_open(&out, "x", &why), 0);
    fputs("two", out.stream);
    outfile_abandon(&out);
    assert_string_equal(contents("x"), "one");
    assert_int_equal(outfile_open(&out, ".", &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_int_equal(outfile_open(&out, "no/where", &why), -1);
    assert_non_null(strstr(why.text, "no/where: cannot write"));
    assert_int_equal(outfile_open(&out, "/dev/full", &why), 0);
    fputs("three", out.stream);
    assert_int_equal(outfile_commit(&out, &why), -1);
    assert_int_equal(why.code, EXIT_OUTPUT);
    assert_int_equal(unlink("x"), 0);
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(rmdir(folder), 0);  // nothing else was left
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_cells_go_abba),
        cmocka_unit_test(every_cell_takes_every_place_equally_often),
        cmocka_unit_test(it_is_enough_when_narrow_or_long),
        cmocka_unit_test(the_deadline_grows_with_the_work),
        cmocka_unit_test(messages_pass_and_wild_ones_do_not),
        cmocka_unit_test(an_output_file_is_old_or_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
