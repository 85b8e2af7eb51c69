// talk_boring.c -- a talker behind a channel: heard in turn, in time, and told to stop.
#include "talk.h"

typedef CSP_CHAN(int) int_chan;
typedef CSP_CHAN(uint64_t) time_chan;

struct talker {
    const char *name;
    uint64_t pause_ns;
    int_chan says, quit;
};

// Says one number after the other, until told to quit; then tidies up, and answers.
static void talk(void *arg)
{
    const struct talker *me = arg;
    bool quit = false;
    for (int n = 0; !quit; n++) {
        csp_sleep(me->pause_ns);
        struct csp_case cases[] = {CSP_CASE_SEND(me->says, &n),
                                   CSP_CASE_RECV(me->quit, NULL)};
        quit = csp_select(cases, 2, CSP_FOREVER) == 1;
    }
    say("%s: wait, I put out the light", me->name);
    csp_sleep(5 * MILLISECONDS);
    csp_close(me->says);
    csp_send(me->quit, 0);
}

// A generator: it starts the talker, and returns how to hear and to stop him.
static struct talker start(const char *name, uint64_t pause_ns)
{
    struct talker t = {name, pause_ns, CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0)};
    csp_go_copy(talk, &t, sizeof t);
    return t;
}

static int hear(struct talker t)
{
    int n;
    csp_recv(t.says, &n);
    say("%s %d", t.name, n);
    return n;
}

// There and back: when the answer has come, the talker has done all he had to.
static void quit(struct talker t)
{
    csp_send(t.quit, 0);
    csp_recv(t.quit, NULL);
    say("%s has answered", t.name);
    holds(!csp_recv(t.says, NULL), "when %s answered, all was tidied up", t.name);
    csp_free(t.says);
    csp_free(t.quit);
}

static void in_turn(struct talker ann, struct talker joe)
{
    uint64_t begin_ns = csp_now();
    bool step = true;
    for (int i = 0; i < 3; i++)
        step = hear(ann) == i && hear(joe) == i && step;
    holds(step, "heard in turn they keep step");
    lasted(csp_now() - begin_ns, 45 * MILLISECONDS, "the slower sets the pace: it took");
}

static void with_patience(struct talker joe)
{
    uint64_t begin_ns = csp_now();
    struct csp_case next = CSP_CASE_RECV(joe.says, NULL);
    say("we give Joe 12 ms for the next");
    if (csp_select(&next, 1, 12 * MILLISECONDS) == CSP_TIMEOUT)
        lasted(csp_now() - begin_ns, 12 * MILLISECONDS, "too slow; our patience lasted");
}

static void with_deadline(struct talker ann)
{
    uint64_t begin_ns = csp_now();
    time_chan deadline = {csp_after(35 * MILLISECONDS)};
    int n;
    struct csp_case cases[] = {CSP_CASE_RECV(ann.says, &n),
                               CSP_CASE_RECV(deadline, NULL)};
    say("we give Ann 35 ms for all she has to say");
    while (csp_select(cases, 2, CSP_FOREVER) == 0)
        say("%s %d", ann.name, n);
    lasted(csp_now() - begin_ns, 35 * MILLISECONDS,
           "one deadline for many messages, after");
    csp_free(deadline);
}

static void first(void *arg)
{
    (void)arg;
    struct talker ann = start("Ann", 10 * MILLISECONDS);
    struct talker joe = start("Joe", 15 * MILLISECONDS);
    in_turn(ann, joe);
    with_patience(joe);
    with_deadline(ann);
    quit(ann);
    quit(joe);
}

static void tell(void)
{
    talk_run_whole(first, NULL);
}

const struct program talk_boring = {
    .name = "boring",
    .summary = "a talker behind a channel: in turn, in time, told to stop",
    .story =
        "Ann says a number every 10 ms, Joe every 15, for ever, and only if somebody\n"
        "listens. We hear three of each in turn; then with patience; then stop them.",
    .question =
        "How long do three of each take? And how do we know that they have ended?",
    .moral =
        "Nobody counts, locks or polls. The channel is the service's handle; time is a\n"
        "channel; and to stop somebody is a question that wants an answer.",
    .tell = tell,
};
