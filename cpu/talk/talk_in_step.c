// talk_in_step.c -- order restored by a channel that travels in the message: the listener
// says when a talker may go on.
#include "talk.h"

typedef CSP_CHAN(int) int_chan;

enum { ANN, JOE, LINES = 4 };

struct message {
    int who, n;
    int_chan go_on;  // there the talker waits for a word from us
};
typedef CSP_CHAN(struct message) message_chan;

struct talker {
    int who;
    uint64_t pause_ns;
    message_chan says;
};

static void talk(void *arg)
{
    const struct talker *me = arg;
    int_chan go_on = CSP_MAKE(int_chan, 0);
    for (int n = 0; n < LINES; n++) {
        csp_sleep(me->pause_ns);
        csp_send(me->says, ((struct message){me->who, n, go_on}));
        csp_recv(go_on, NULL);
    }
    csp_free(go_on);
}

static struct message hear(message_chan says)
{
    struct message m;
    csp_recv(says, &m);
    say("%s %d", m.who == ANN ? "Ann" : "      Joe", m.n);
    return m;
}

// How far one talker is ahead of the other, at most, when each gets his word at once.
static int at_once(message_chan says)
{
    int heard[2] = {0}, most = 0;
    for (int i = 0; i < 2 * LINES; i++) {
        struct message m = hear(says);
        csp_send(m.go_on, 0);
        heard[m.who]++;
        int ahead = heard[ANN] - heard[JOE];
        most = ahead > most ? ahead : most;
    }
    return most;
}

// Whether both are always at the same line, when they get their word together.
static bool together(message_chan says)
{
    bool step = true;
    for (int i = 0; i < LINES; i++) {
        struct message a = hear(says), b = hear(says);
        step = step && a.who != b.who && a.n == i && b.n == i;
        csp_send(a.go_on, 0);
        csp_send(b.go_on, 0);
    }
    return step;
}

static void start(message_chan says)
{
    struct talker ann = {ANN, 10 * MILLISECONDS, says};
    struct talker joe = {JOE, 17 * MILLISECONDS, says};
    csp_go_copy(talk, &ann, sizeof ann);
    csp_go_copy(talk, &joe, sizeof joe);
}

static void first(void *arg)
{
    (void)arg;
    message_chan says = CSP_MAKE(message_chan, 0);
    say("each gets his word at once");
    start(says);
    say("so Ann was ahead by %d", at_once(says));
    say("they get their word when both have spoken");
    start(says);
    holds(together(says), "the two are in step, line by line");
    csp_free(says);
}

static void tell(void)
{
    talk_run_whole(first, NULL);
}

const struct program talk_in_step = {
    .name = "in-step",
    .summary = "order restored by a channel inside the message",
    .story =
        "Ann says something every 10 ms, Joe every 17, both on one channel. In each of\n"
        "their messages is a channel on which they wait for our word to go on.",
    .question = "When do we give the word to Ann, so that Joe keeps up with her?",
    .moral =
        "A channel is a value, like a number: it can be sent along in a message. Who\n"
        "is asked so needs to know nothing of who asks, only where to answer.",
    .tell = tell,
};
