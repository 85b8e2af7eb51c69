// test_narrator.c -- what the narrator prints, counts and passes on.
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef CSP_CHAN(int) int_chan;

static char *said;
static struct talk_result result;

// Tells a program made of this, in virtual time unless it is real_time_only.
static void tell(void (*run)(void), bool virtual_time, bool real_time_only)
{
    size_t size;
    const struct program p = {.name = "test",
                              .summary = "a summary",
                              .story = "one line\nand another",
                              .question = "what?\nand why?",
                              .moral = "a moral",
                              .tell = run,
                              .real_time_only = real_time_only};
    free(said);
    struct talk_opts opts = {.procs = 2,
                             .seed = 7,
                             .virtual_time = virtual_time,
                             .out = open_memstream(&said, &size)};
    assert_non_null(opts.out);
    result = talk_tell(&p, &opts);
    assert_int_equal(fclose(opts.out), 0);
}

static void prints(const char *line)
{
    if (!strstr(said, line))
        fail_msg("\"%s\" is not in:\n%s", line, said);
}

static void sleeper(void *arg)
{
    say("before");
    csp_sleep(1500 * MICROSECONDS);
    say("after %d", *(int *)arg);
    holds(true, "one and one is %d", 2);
    holds(*(int *)arg == 1, "one is %d", *(int *)arg);
}

static void tell_sleeper(void)
{
    int two = 2;
    say("outside");
    assert_int_equal(talk_run(sleeper, &two), CSP_OK);
}

static void lines_and_counts(void **state)
{
    (void)state;
    tell(tell_sleeper, true, false);
    assert_string_equal(said, "test -- a summary\n"
                              "\n"
                              "  one line\n"
                              "  and another\n"
                              "\n"
                              "  What do you expect?\n"
                              "  what?\n"
                              "  and why?\n"
                              "\n"
                              "                outside\n"
                              "      0.000 ms  before\n"
                              "      1.500 ms  after 2\n"
                              "  ✓ one and one is 2\n"
                              "  ✗ one is 2\n"
                              "\n"
                              "  a moral\n");
    assert_int_equal(result.held, 1);
    assert_int_equal(result.broken, 1);
    assert_int_equal(result.run, CSP_OK);
}

static void tell_durations(void)
{
    lasted(2 * MILLISECONDS, 2 * MILLISECONDS, "just right:");
    lasted(3 * MILLISECONDS, 2 * MILLISECONDS, "long:");
    lasted(1 * MILLISECONDS, 2 * MILLISECONDS, "short:");
}

static void durations(void **state)
{
    (void)state;
    tell(tell_durations, true, false);
    prints("  ✓ just right: 2.000 ms\n");
    prints("  ✗ long: 3.000 ms; 2.000 were due\n");
    prints("  ✗ short: 1.000 ms; 2.000 were due\n");
    assert_int_equal(result.held, 1);
    tell(tell_durations, false, false);
    prints("  ✓ just right: 2.000 ms\n");
    prints("  ✓ long: 3.000 ms; 2.000 were due\n");
    prints("  ✗ short: 1.000 ms; 2.000 were due\n");
    assert_int_equal(result.held, 2);
}

static void parked(void *arg)
{
    csp_recv(*(int_chan *)arg, NULL);
}

static void brief(void *arg)
{
    csp_send(*(int_chan *)arg, 1);
}

// The task is woken, but has not returned when we do.
static void meet(void *arg)
{
    csp_go(brief, arg);
    csp_yield();
    csp_recv(*(int_chan *)arg, NULL);
}

static void leave(void *arg)
{
    meet(arg);
    csp_go(parked, arg);
}

static void tell_whole(void)
{
    int_chan c = CSP_MAKE(int_chan, 0);
    talk_run_whole(meet, &c);
    talk_run_whole(leave, &c);
    csp_free(c);
}

static void whole_runs(void **state)
{
    (void)state;
    tell(tell_whole, true, false);
    prints("  ✓ all of the 2 tasks have ended\n");
    prints("  ✗ tasks left over: 1 of 3\n");
    assert_int_equal(result.broken, 1);
    tell(tell_whole, false, false);
    prints("tasks that had not ended yet: 1 of 3\n");
    assert_int_equal(result.broken, 0);
}

static void lock_up(void *arg)
{
    csp_recv(*(int_chan *)arg, NULL);
}

static void tell_deadlock(void)
{
    int_chan c = CSP_MAKE(int_chan, 0);
    assert_int_equal(talk_run_for(CSP_DEADLOCK, lock_up, &c), CSP_DEADLOCK);
    csp_free(c);
}

static void tell_unforeseen(void)
{
    int_chan c = CSP_MAKE(int_chan, 0);
    assert_int_equal(talk_run(lock_up, &c), CSP_DEADLOCK);
    csp_free(c);
}

static void results_of_runs(void **state)
{
    (void)state;
    tell(tell_deadlock, true, false);
    assert_int_equal(result.run, CSP_OK);
    tell(tell_unforeseen, true, false);
    assert_int_equal(result.run, CSP_DEADLOCK);
    prints("the run ended with -10\n");
}

static void tell_which(void)
{
    say("virtual %d, procs %d", talk_virtual(), talk_procs());
}

static void real_time_only(void **state)
{
    (void)state;
    static const char sentence[] =
        "  (In real time: virtual time could show nothing here.)\n";
    tell(tell_which, true, true);
    prints(sentence);
    prints("virtual 0, procs 2\n");
    tell(tell_which, true, false);
    prints("virtual 1, procs 2\n");
    assert_null(strstr(said, sentence));
    tell(tell_which, false, true);
    assert_null(strstr(said, sentence));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_counts), cmocka_unit_test(durations),
        cmocka_unit_test(whole_runs),       cmocka_unit_test(results_of_runs),
        cmocka_unit_test(real_time_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
