// test_claims_gophers.c -- claims 1 to 10 are judged, the same every time, and say what
// by.
#include "claim.h"
#include "trial.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct claim *find(int number)
{
    for (int i = 0; i < claims_count; i++)
        if (claims[i].number == number)
            return &claims[i];
    fail_msg("there is no claim %d", number);
    return NULL;
}

static struct evidence judged(int number, bool real)
{
    const struct claim_opts opts = {.real = real, .procs = 2, .seed = 1};
    struct evidence e = {0};
    find(number)->judge(&opts, &e);
    return e;
}

// Said, and not cut.
static void said(const char *text, size_t room)
{
    assert_true(strlen(text) > 0);
    if (strlen(text) >= room - 1)
        fail_msg("cut: %s", text);
}

static const double expected[] = {
    [1] = 4, [2] = 7. / 4,   [3] = 2,       [4] = 4, [5] = 3,
    [6] = 2, [7] = 32. / 11, [8] = 10. / 7, [9] = 4, [10] = 10};

static void each_passes_and_says_why(void **state)
{
    (void)state;
    for (int number = 1; number <= 10; number++) {
        const struct evidence e = judged(number, false);
        if (e.finding != FINDING_PASS)
            fail_msg("claim %d: %s; %s", number, finding_word(e.finding), e.figure);
        said(e.figure, sizeof e.figure);
        said(e.formula, sizeof e.formula);
        said(e.bound, sizeof e.bound);
        assert_string_equal(e.real, "");
        assert_true(fabs(e.expected - expected[number]) < 1e-9);
        assert_true(fabs(e.value / e.expected - 1) < (number == 7 ? 0.02 : 1e-12));
    }
}

// Random times are within their bound for other seeds, too.
static void random_times_of_other_seeds(void **state)
{
    (void)state;
    for (uint64_t seed = 2; seed <= 3; seed++) {
        const struct claim_opts opts = {.seed = seed};
        struct evidence e = {0};
        find(7)->judge(&opts, &e);
        assert_int_equal(e.finding, FINDING_PASS);
    }
}

// What is tried here, too, says so, and changes nothing.
static void this_machine_decides_nothing(void **state)
{
    (void)state;
    for (int number = 1; number <= 10; number++) {
        const struct evidence e = judged(number, true), without = judged(number, false);
        assert_int_equal(e.finding, FINDING_PASS);
        assert_string_equal(e.figure, without.figure);
        assert_true(e.value == without.value);
        said(e.real, sizeof e.real);
    }
}

static void rows(void **state)
{
    (void)state;
    for (int i = 0; i < claims_count; i++) {
        assert_true(i == 0 || claims[i - 1].number < claims[i].number);
        assert_true(strncmp(claims[i].command, "gopherbench ", 12) == 0);
        assert_true(strlen(claims[i].sentence) > 20);
        assert_non_null(claims[i].judge);
    }
}

// Once refuted, a claim stays so.
static void demands(void **state)
{
    (void)state;
    struct evidence e = {.finding = FINDING_INCONCLUSIVE};
    evidence_demand(&e, true);
    assert_int_equal(e.finding, FINDING_PASS);
    evidence_demand(&e, false);
    assert_int_equal(e.finding, FINDING_REFUTED);
    evidence_demand(&e, true);
    assert_int_equal(e.finding, FINDING_REFUTED);
    assert_string_equal(finding_word(FINDING_PASS), "PASS");
    assert_string_equal(finding_word(FINDING_REFUTED), "REFUTED");
    assert_string_equal(finding_word(FINDING_INCONCLUSIVE), "INCONCLUSIVE");
}

// What a judge demands of a run can fail: a load a nanosecond too early, a window of one
// load where the pattern has four, a deadlock.
static void what_is_not_so_is_refuted(void **state)
{
    (void)state;
    const struct claim_opts opts = {.seed = 1};
    struct gopher_plan p = trial_plan("four", 4), hands = p;
    hands.unbuffered = true;
    hands.carts = 3;
    struct evidence exact = {0}, early = {0}, window = {0}, fewer = {0};
    struct trial t = {.e = &exact, .opts = &opts};
    assert_true(trial_pace(&t, &p, 1, TRIP_NS) == 1);
    assert_int_equal(exact.finding, FINDING_PASS);
    t.e = &early;
    trial_pace(&t, &p, 1, TRIP_NS - 1);
    assert_int_equal(early.finding, FINDING_REFUTED);
    t.e = &window;
    p.procs = 3;
    trial_pace(&t, &p, 1, TRIP_NS);
    assert_int_equal(window.finding, FINDING_REFUTED);
    t.e = &fewer;
    trial_pace(&t, &hands, 1, TRIP_NS);
    assert_int_equal(fewer.finding, FINDING_REFUTED);
}

// Whatever else it demands, a lost load refutes what is judged by that run.
static void a_lost_load_refutes(void **state)
{
    (void)state;
    const struct claim_opts opts = {.real = true, .procs = 1, .seed = 1};
    const struct gopher_plan p = trial_plan("four", 4);
    const struct record broken = {.plan = p, .lost = 1, .twice = 1};
    const struct record stuck = {.plan = p, .result = CSP_DEADLOCK, .lost = 1};
    struct evidence e = {0};
    struct trial t = {.e = &e, .opts = &opts};
    trial_conserved(&t, &stuck);
    assert_int_equal(e.finding, FINDING_PASS);
    trial_conserved(&t, &broken);
    trial_demand(&t, true);
    trial_end(&t, &p);
    assert_int_equal(e.finding, FINDING_REFUTED);
    assert_string_equal(e.figure, "in one run 1 lost, 1 burnt twice");
    assert_string_equal(e.real, "");
}

static void what_cannot_be_run_is_inconclusive(void **state)
{
    (void)state;
    const struct claim_opts opts = {.real = true, .procs = 1, .seed = 1};
    struct gopher_plan p = trial_plan("four", 4);
    struct evidence e = {0};
    struct trial t = {.e = &e, .opts = &opts};
    p.carts = 0;
    assert_true(trial_pace(&t, &p, 1, TRIP_NS) == 0);
    trial_demand(&t, false);
    trial_end(&t, &p);
    assert_int_equal(e.finding, FINDING_INCONCLUSIVE);
    assert_non_null(strstr(e.figure, "could not be run"));
    assert_string_equal(e.real, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_passes_and_says_why),
        cmocka_unit_test(random_times_of_other_seeds),
        cmocka_unit_test(this_machine_decides_nothing),
        cmocka_unit_test(rows),
        cmocka_unit_test(demands),
        cmocka_unit_test(what_is_not_so_is_refuted),
        cmocka_unit_test(a_lost_load_refutes),
        cmocka_unit_test(what_cannot_be_run_is_inconclusive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
