// talk_select.c -- whichever channel is ready decides; when several are, chance does.
#include "talk.h"

#include <math.h>

typedef CSP_CHAN(int) int_chan;

enum { LEFT, RIGHT, TRIALS = 10000 };

// Receives from whoever is ready: LEFT, RIGHT, or CSP_TIMEOUT, when neither was in time.
static int receive_either(int_chan left, int_chan right, int64_t timeout_ns)
{
    int n = 0;
    struct csp_case cases[] = {
        [LEFT] = CSP_CASE_RECV(left, &n),
        [RIGHT] = CSP_CASE_RECV(right, &n),
    };
    return csp_select(cases, 2, timeout_ns);
}

static const char *name(int which)
{
    return which == LEFT ? "left" : which == RIGHT ? "right" : "neither: we go on";
}

static void one_ready(int_chan left, int_chan right)
{
    int none = receive_either(left, right, 0);
    say("nothing is in either channel: %s", name(none));
    csp_send(left, 1);
    int one = receive_either(left, right, 0);
    say("something is in the left one: %s", name(one));
    csp_send(right, 1);
    int other = receive_either(left, right, 0);
    say("something is in the right one: %s", name(other));
    holds(none == CSP_TIMEOUT && one == LEFT && other == RIGHT, "readiness decides");
}

static void both_ready(int_chan left, int_chan right)
{
    int times[2] = {0};
    for (int i = 0; i < TRIALS; i++) {
        csp_try_send(left, i);
        csp_try_send(right, i);
        times[receive_either(left, right, CSP_FOREVER)]++;
    }
    say("both are ready, %d times: left %d, right %d", TRIALS, times[LEFT], times[RIGHT]);
    double sigma = sqrt(TRIALS) / 2;
    holds(times[LEFT] + times[RIGHT] == TRIALS, "each select did one of the two");
    holds(fabs(times[LEFT] - TRIALS / 2.0) <= 6 * sigma,
          "fair: within six standard deviations (%.0f) of a half", 6 * sigma);
}

static void too_late(int_chan left, int_chan right)
{
    csp_try_recv(left, NULL);
    csp_try_recv(right, NULL);
    uint64_t begin_ns = csp_now();
    int which = receive_either(left, right, 10 * MILLISECONDS);
    say("nobody sends, and we have 10 ms: %s", name(which));
    holds(which == CSP_TIMEOUT, "a select with a timeout needs no sender to end");
    lasted(csp_now() - begin_ns, 10 * MILLISECONDS, "and that took");
}

static void first(void *arg)
{
    (void)arg;
    int_chan left = CSP_MAKE(int_chan, 1), right = CSP_MAKE(int_chan, 1);
    one_ready(left, right);
    both_ready(left, right);
    too_late(left, right);
    csp_free(left);
    csp_free(right);
}

static void tell(void)
{
    talk_run(first, NULL);
}

const struct program talk_select = {
    .name = "select",
    .summary = "whichever channel is ready decides; if several, chance",
    .story =
        "A select is a switch whose cases are sends and receives. It does one of them:\n"
        "one that is ready; with a timeout of 0 none if none is; else it waits.",
    .question =
        "Both channels are always ready. Which one does a select take, and how often\n"
        "in ten thousand times?",
    .moral =
        "A select listens to many at once and favours nobody: who is ready will have\n"
        "its turn, whatever the others do.",
    .tell = tell,
};
