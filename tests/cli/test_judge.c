// A judge that crashes, hangs, leaves or says nothing costs its own claim, which then
// says why.
#include "judge.h"

#include "worker.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void judge_truth(const struct claim_opts *o, struct evidence *e)
{
    e->finding = o->seed == 7 ? FINDING_PASS : FINDING_REFUTED;
    e->value = 2.5;
    snprintf(e->figure, sizeof e->figure, "%d processors", o->procs);
    printf("noise\n");
    fprintf(stderr, "noise\n");
}

static void judge_nothing(const struct claim_opts *o, struct evidence *e)
{
    (void)o;
    (void)e;
}

static void judge_crash(const struct claim_opts *o, struct evidence *e)
{
    (void)o;
    e->finding = FINDING_PASS;
    fprintf(stderr, "first line\nlast \33[31mwords\n");
    raise(SIGKILL);
}

static void judge_leave(const struct claim_opts *o, struct evidence *e)
{
    (void)o;
    e->finding = FINDING_PASS;
    _exit(3);
}

static void judge_hang(const struct claim_opts *o, struct evidence *e)
{
    (void)o;
    e->finding = FINDING_PASS;
    for (;;)
        pause();
}

// Writes to one who is gone, as to a worker that died.
static void judge_broken_pipe(const struct claim_opts *o, struct evidence *e)
{
    (void)o;
    int fd[2];
    if (pipe(fd))
        return;
    close(fd[0]);
    e->finding = write(fd[1], "", 1) < 0 ? FINDING_PASS : FINDING_REFUTED;
}

// Asks its parent to end, as Ctrl-C would.
static void judge_interrupt(const struct claim_opts *o, struct evidence *e)
{
    (void)o;
    e->finding = FINDING_PASS;
    kill(getppid(), SIGINT);
    for (;;)
        pause();
}

static int judge(void (*by)(const struct claim_opts *, struct evidence *),
                 struct evidence *e, struct fail *why)
{
    const struct claim claim = {.number = 1, .sentence = "It is so.", .judge = by};
    const struct claim_opts opts = {.procs = 3, .seed = 7};
    memset(e, 0xff, sizeof *e);
    return judge_claim(&claim, &opts, e, why);
}

static void evidence_comes_whole(void **state)
{
    (void)state;
    struct evidence e;
    struct fail why;
    assert_int_equal(judge(judge_truth, &e, &why), 0);
    assert_int_equal(e.finding, FINDING_PASS);
    assert_true(e.value == 2.5);
    assert_string_equal(e.figure, "3 processors");
    assert_string_equal(e.real, "");
}

// Whoever looks at the terminal does not see what a judge prints.
static void what_a_judge_prints_stays_with_it(void **state)
{
    (void)state;
    struct evidence e;
    struct fail why;
    const int seen = memfd_create("seen", 0), out = dup(1), err = dup(2);
    fflush(NULL);
    dup2(seen, 1);
    dup2(seen, 2);
    const int failed = judge(judge_truth, &e, &why);
    fflush(NULL);
    dup2(out, 1);
    dup2(err, 2);
    assert_int_equal(failed, 0);
    assert_int_equal(lseek(seen, 0, SEEK_END), 0);
    close(seen);
    close(out);
    close(err);
}

static void inconclusive(void (*by)(const struct claim_opts *, struct evidence *),
                         const char *figure)
{
    struct evidence e;
    struct fail why;
    assert_int_equal(judge(by, &e, &why), 0);
    assert_int_equal(e.finding, FINDING_INCONCLUSIVE);
    assert_string_equal(e.figure, figure);
}

static void who_demands_nothing_has_shown_nothing(void **state)
{
    (void)state;
    inconclusive(judge_nothing, "");
}

static void a_crash_says_what_and_the_last_words(void **state)
{
    (void)state;
    inconclusive(judge_crash,
                 "none: its judge died of signal 9 (Killed): last \\x1b[31mwords");
}

static void leaving_is_no_evidence(void **state)
{
    (void)state;
    inconclusive(judge_leave, "none: its judge ended with 3");
}

static void a_judge_outlives_its_workers(void **state)
{
    (void)state;
    struct evidence e;
    struct fail why;
    assert_int_equal(judge(judge_broken_pipe, &e, &why), 0);
    assert_int_equal(e.finding, FINDING_PASS);
}

static void a_hang_ends_at_the_deadline(void **state)
{
    (void)state;
    setenv("GOPHERBENCH_DEADLINE_S", "0.2", 1);
    inconclusive(judge_hang, "none: its judge took longer than 0.2 s");
    unsetenv("GOPHERBENCH_DEADLINE_S");
}

// The last test: the signal stays noted.
static void a_signal_ends_the_judging(void **state)
{
    (void)state;
    struct evidence e;
    struct fail why;
    assert_int_equal(judge(judge_interrupt, &e, &why), -1);
    assert_int_equal(why.code, EXIT_SIGNAL + SIGINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_comes_whole),
        cmocka_unit_test(what_a_judge_prints_stays_with_it),
        cmocka_unit_test(who_demands_nothing_has_shown_nothing),
        cmocka_unit_test(a_crash_says_what_and_the_last_words),
        cmocka_unit_test(leaving_is_no_evidence),
        cmocka_unit_test(a_judge_outlives_its_workers),
        cmocka_unit_test(a_hang_ends_at_the_deadline),
        cmocka_unit_test(a_signal_ends_the_judging),
    };
    signal(SIGINT, SIG_DFL);
    worker_watch_signals();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
