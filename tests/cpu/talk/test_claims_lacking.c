// test_claims_lacking.c -- claims that find no memory or no threads are undecided: what
// was not tried is not refuted.
//
// The program is linked so that what the judges ask of the runtime passes through here
// (-Wl,--wrap): from the n-th task or channel on there is none, or a run ends at once as
// we say.
#include "csp.h"
#include "judges.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int tasks_left = INT_MAX, channels_left = INT_MAX, end = CSP_OK;

int __real_csp_go(void (*fn)(void *), void *arg);
int __wrap_csp_go(void (*fn)(void *), void *arg);
int __wrap_csp_go(void (*fn)(void *), void *arg)
{
    return tasks_left-- > 0 ? __real_csp_go(fn, arg) : CSP_ENOMEM;
}

struct csp_chan *__real_csp_chan_make(size_t elem_size, size_t capacity);
struct csp_chan *__wrap_csp_chan_make(size_t elem_size, size_t capacity);
struct csp_chan *__wrap_csp_chan_make(size_t elem_size, size_t capacity)
{
    return channels_left-- > 0 ? __real_csp_chan_make(elem_size, capacity) : NULL;
}

int __real_csp_run(void (*fn)(void *), void *arg, const struct csp_opts *,
                   struct csp_stats *);
int __wrap_csp_run(void (*fn)(void *), void *arg, const struct csp_opts *,
                   struct csp_stats *);
int __wrap_csp_run(void (*fn)(void *), void *arg, const struct csp_opts *opts,
                   struct csp_stats *stats)
{
    return end == CSP_OK ? __real_csp_run(fn, arg, opts, stats) : end;
}

static void (*const judges[])(const struct claim_opts *, struct evidence *) = {
    judge_heart, judge_waiting, judge_balancers, judge_searches, judge_million};
enum { HEART, WAITING, JUDGES = sizeof judges / sizeof *judges };

static enum finding finding_of(int judge)
{
    const struct claim_opts opts = {.procs = 2, .seed = 1, .tasks = 2000};
    struct evidence e = {0};
    judges[judge](&opts, &e);
    tasks_left = channels_left = INT_MAX;
    end = CSP_OK;
    assert_true(e.figure[0]);
    return e.finding;
}

static void without_tasks(void **state)
{
    (void)state;
    static const struct {
        int judge, left;
        enum finding finding;
    } tries[] = {{HEART, 0, FINDING_INCONCLUSIVE},
                 {HEART, 24, FINDING_INCONCLUSIVE},
                 {HEART, 25, FINDING_PASS},
                 {WAITING, 0, FINDING_INCONCLUSIVE},
                 {WAITING, 99, FINDING_INCONCLUSIVE},
                 {WAITING, 100, FINDING_INCONCLUSIVE},
                 {WAITING, 299, FINDING_INCONCLUSIVE},
                 {WAITING, 300, FINDING_PASS}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        tasks_left = tries[i].left;
        assert_int_equal(finding_of(tries[i].judge), tries[i].finding);
    }
}

static void without_channels(void **state)
{
    (void)state;
    for (int judge = HEART; judge <= WAITING; judge++)
        for (int left = 0; left < 2; left++) {
            channels_left = left;
            assert_int_equal(finding_of(judge), FINDING_INCONCLUSIVE);
        }
}

// A lock-up is another matter.
static void without_runs(void **state)
{
    (void)state;
    for (int judge = 0; judge < JUDGES; judge++) {
        end = CSP_ENOMEM;
        assert_int_equal(finding_of(judge), FINDING_INCONCLUSIVE);
        end = CSP_ETHREAD;
        assert_int_equal(finding_of(judge), FINDING_INCONCLUSIVE);
        end = CSP_DEADLOCK;
        assert_int_equal(finding_of(judge), FINDING_REFUTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_tasks),
        cmocka_unit_test(without_channels),
        cmocka_unit_test(without_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
