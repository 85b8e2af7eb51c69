// talk_go.c -- a call waits; a started task does not.
#include "talk.h"

typedef CSP_CHAN(int) done_chan;

static void boring(const char *what)
{
    for (int i = 0; i < 3; i++) {
        say("%s %d", what, i);
        csp_sleep(10 * MILLISECONDS);
    }
}

static void boring_task(void *arg)
{
    const done_chan *done = arg;
    boring("boring");
    csp_send(*done, 0);
}

static void first(void *arg)
{
    (void)arg;
    say("we call it, and wait until it returns");
    boring("called");
    uint64_t after_call = csp_now();

    done_chan done = CSP_MAKE(done_chan, 0);
    csp_go(boring_task, &done);
    uint64_t after_go = csp_now();
    say("we started it, and go on at once");
    csp_sleep(15 * MILLISECONDS);
    say("we do something else meanwhile");
    csp_recv(done, NULL);
    say("it has ended, and we have heard of it");
    csp_free(done);
    holds(after_go - after_call < 10 * MILLISECONDS,
          "to start a task does not wait for it");
}

static void tell(void)
{
    talk_run(first, NULL);
}

const struct program talk_go = {
    .name = "go",
    .summary = "a call waits; a started task does not",
    .story = "A boring function says something three times, ten milliseconds apart.\n"
             "First we call it. Then we start it as a task of its own: csp_go(boring).",
    .question = "which lines come between those of the started task?",
    .moral =
        "A started task is like a command with & in the shell: it runs on its own, and\n"
        "we need not wait. When we want to know that it is done, it must tell us.",
    .tell = tell,
};
