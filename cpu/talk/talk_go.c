// talk_go.c -- a call waits; a started task does not; and nobody waits for a forgotten
// one.
#include "talk.h"

typedef CSP_CHAN(int) done_chan;

static void boring(const char *what, int times)
{
    for (int i = 0; i < times; i++) {
        say("%s %d", what, i);
        csp_sleep(10 * MILLISECONDS);
    }
}

static void boring_task(void *arg)
{
    const done_chan *done = arg;
    boring("boring", 3);
    csp_send(*done, 0);
}

static void call_and_go(void *arg)
{
    (void)arg;
    uint64_t begin_ns = csp_now();
    say("we call it, and wait until it returns");
    boring("called", 3);
    uint64_t called_ns = csp_now();

    done_chan done = CSP_MAKE(done_chan, 0);
    csp_go(boring_task, &done);
    uint64_t started_ns = csp_now();
    say("we started it, and go on at once");
    csp_sleep(15 * MILLISECONDS);
    say("we do something else meanwhile");
    csp_recv(done, NULL);
    say("it has ended, and we have heard of it");
    csp_free(done);
    lasted(called_ns - begin_ns, 30 * MILLISECONDS, "the call took");
    lasted(started_ns - called_ns, 0, "to start a task took");
}

static void endless_task(void *arg)
{
    (void)arg;
    boring("still boring", 1000000);
}

static void forget(void *arg)
{
    (void)arg;
    csp_go(endless_task, NULL);
    say("we started one that goes on and on, and listen");
    csp_sleep(25 * MILLISECONDS);
    say("that's enough: we leave");
}

static void tell(void)
{
    talk_run_whole(call_and_go, NULL);
    struct csp_stats stats;
    if (talk_run_on(talk_procs(), forget, NULL, &stats) == CSP_OK)
        holds(stats.leaked == 1,
              "the run ended with its first task, and dropped the other");
}

const struct program talk_go = {
    .name = "go",
    .summary = "a call waits; a started task does not",
    .heading = "What a language needs",
    .story = "A boring function says something three times, ten milliseconds apart.\n"
             "First we call it. Then we start it as a task of its own: csp_go(boring).",
    .question =
        "Which lines come between those of the started task? And what becomes of\n"
        "a task for which nobody waits?",
    .moral =
        "A started task is like a command with & in the shell: it runs on its own, and\n"
        "we need not wait. When we want to know that it is done, it must tell us.",
    .tell = tell,
};
