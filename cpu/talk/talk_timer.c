// talk_timer.c -- a task sleeps and sends the time; we do other things until we want it.
#include "talk.h"

typedef CSP_CHAN(uint64_t) time_chan;

struct timer {
    uint64_t ns;
    time_chan done;
};

static void timer(void *arg)
{
    const struct timer *me = arg;
    csp_sleep(me->ns);
    csp_send(me->done, csp_now());
}

// What happens at the end of ns is a message: until then we are free.
static time_chan start_timer(uint64_t ns)
{
    struct timer t = {ns, CSP_MAKE(time_chan, 0)};
    csp_go_copy(timer, &t, sizeof t);
    return t.done;
}

static void chores(int how_many)
{
    for (int i = 1; i <= how_many; i++) {
        csp_sleep(5 * MILLISECONDS);
        say("chore %d is done", i);
    }
}

// Returns when the timer ended, as it told us.
static uint64_t chores_and_timer(int how_many, time_chan timer)
{
    uint64_t ended_ns;
    chores(how_many);
    say("now we want to know of the timer");
    csp_recv(timer, &ended_ns);
    say("we know: it ended %.1f ms ago", (double)(csp_now() - ended_ns) / 1e6);
    csp_free(timer);
    return ended_ns;
}

static void first(void *arg)
{
    (void)arg;
    uint64_t begin_ns = csp_now();
    say("a timer of 30 ms, and four chores of 5");
    uint64_t ended_ns = chores_and_timer(4, start_timer(30 * MILLISECONDS));
    lasted(ended_ns - begin_ns, 30 * MILLISECONDS,
           "we waited for the timer, which ended after");

    begin_ns = csp_now();
    say("a timer of 30 ms, and eight chores of 5");
    ended_ns = chores_and_timer(8, start_timer(30 * MILLISECONDS));
    lasted(ended_ns - begin_ns, 30 * MILLISECONDS,
           "the timer waited for us, and had ended after");
    lasted(csp_now() - begin_ns, 40 * MILLISECONDS, "all together it took");

    begin_ns = csp_now();
    say("the same timer, as the runtime has it: csp_after");
    ended_ns = chores_and_timer(8, (time_chan){csp_after(30 * MILLISECONDS)});
    lasted(ended_ns - begin_ns, 30 * MILLISECONDS, "it ended after");
}

static void tell(void)
{
    talk_run_whole(first, NULL);
}

const struct program talk_timer = {
    .name = "timer",
    .summary = "a task sleeps and sends the time; we are free meanwhile",
    .story = "A timer is a task that sleeps, and then sends us the time on a channel.\n"
             "Meanwhile we have chores to do, and look for the message after the last.",
    .question =
        "The timer takes 30 ms, four chores take 20, eight take 40: who waits for\n"
        "whom, and how long does it take together?",
    .moral =
        "To wait for a time is to receive a message, like any other. It comes when it\n"
        "comes; we take it when we want it.",
    .tell = tell,
};
