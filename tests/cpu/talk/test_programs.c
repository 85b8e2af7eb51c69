// test_programs.c -- every program of the talk: what the table says of it fits the
// screen, and what it says must hold does in any order of its tasks.
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// The longest line of text, in columns. Lines are parted by single newlines, and no line
// is empty.
static size_t widest(const char *text)
{
    size_t most = 0;
    while (*text) {
        size_t bytes = strcspn(text, "\n"), columns = 0;
        for (size_t i = 0; i < bytes; i++)
            columns += ((unsigned char)text[i] & 0xc0) != 0x80;
        assert_true(columns > 0);
        most = columns > most ? columns : most;
        text += bytes + (text[bytes] == '\n');
    }
    return most;
}

static void the_table_fits(void **state)
{
    (void)state;
    assert_non_null(programs[0]);
    for (int i = 0; programs[i]; i++) {
        const struct program *p = programs[i];
        print_message("%s\n", p->name);
        assert_in_range(strlen(p->name), 2, 14);
        assert_int_equal(strspn(p->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(p->name));
        assert_in_range(widest(p->summary), 10, 60);
        assert_null(strchr(p->summary, '\n'));
        assert_in_range(widest(p->story), 10, 78);
        assert_in_range(widest(p->question), 10, 78);
        assert_in_range(widest(p->moral), 10, 78);
        assert_non_null(p->tell);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(p->name, programs[k]->name);
    }
}

// One program shows what races do, and so has one.
static bool left_out(const struct program *p, const char *sanitized)
{
    return p->real_time_only ||
           (strstr(sanitized, "thread") && strcmp(p->name, "counter") == 0);
}

static void tell(const struct program *p, struct talk_opts opts)
{
    char *said = NULL;
    size_t size = 0;
    opts.virtual_time = true;
    opts.tasks = 500;
    opts.out = open_memstream(&said, &size);
    assert_non_null(opts.out);
    struct talk_result result = talk_tell(p, &opts);
    assert_int_equal(fclose(opts.out), 0);
    if (result.run != CSP_OK || result.broken > 0)
        print_message("policy %d, procs %d, seed %d\n%s\n", (int)opts.policy, opts.procs,
                      (int)opts.seed, said);
    assert_int_equal(result.run, CSP_OK);
    assert_int_equal(result.broken, 0);
    assert_true(result.held > 0);
    free(said);
}

static void facts_hold_in_any_order(void **state)
{
    (void)state;
    const char *sanitized = getenv("SANITIZED") ? getenv("SANITIZED") : "";
    uint64_t seeds = *sanitized ? 1 : 8;
    for (int i = 0; programs[i]; i++) {
        if (left_out(programs[i], sanitized))
            continue;
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            for (int procs = 1; procs <= 3; procs += 2) {
                tell(programs[i], (struct talk_opts){.procs = procs,
                                                     .seed = seed,
                                                     .policy = CSP_RANDOM});
                tell(programs[i],
                     (struct talk_opts){.procs = procs, .seed = seed, .policy = CSP_PCT});
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_fits),
        cmocka_unit_test(facts_hold_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
