// talk_fan_in.c -- two talkers heard on one channel, merged in two ways: by a task for
// each, or by one task with one select.
#include "talk.h"

enum { ANN, JOE, LINES = 4 };

struct message {
    int who, n;
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
    for (int n = 0; n < LINES; n++) {
        csp_sleep(me->pause_ns);
        csp_send(me->says, ((struct message){me->who, n}));
    }
    csp_close(me->says);
}

static message_chan start(int who, uint64_t pause_ns)
{
    struct talker t = {who, pause_ns, CSP_MAKE(message_chan, 0)};
    csp_go_copy(talk, &t, sizeof t);
    return t.says;
}

// One way: a task for each source, which knows of no other.
struct relay {
    message_chan from, to;
};

static void forward(void *arg)
{
    const struct relay *r = arg;
    struct message m;
    while (csp_recv(r->from, &m))
        csp_send(r->to, m);
    csp_free(r->from);
}

// The other: one task that takes from whoever is ready, until both have ended.
struct fan_in {
    message_chan ann, joe, to;
};

static void choose(void *arg)
{
    const struct fan_in *f = arg;
    struct message m;
    struct csp_case cases[] = {CSP_CASE_RECV(f->ann, &m), CSP_CASE_RECV(f->joe, &m)};
    while (cases[0].ch || cases[1].ch) {
        int i = csp_select(cases, 2, CSP_FOREVER);
        if (cases[i].ok)
            csp_send(f->to, m);
        else
            cases[i].ch = NULL;  // it has ended, and no channel is never ready
    }
    csp_free(f->ann);
    csp_free(f->joe);
}

// Hears all that both have to say.
static void listen(message_chan merged)
{
    int next[2] = {0};
    bool in_order = true;
    for (int i = 0; i < 2 * LINES; i++) {
        struct message m;
        csp_recv(merged, &m);
        say("%s %d", m.who == ANN ? "Ann" : "      Joe", m.n);
        in_order = m.n == next[m.who]++ && in_order;
    }
    holds(next[ANN] == LINES && next[JOE] == LINES, "nothing is lost");
    holds(in_order, "what each of them said comes in order");
}

static void first(void *arg)
{
    (void)arg;
    message_chan merged = CSP_MAKE(message_chan, 0);
    say("a task for each brings his words to us");
    struct relay ann = {start(ANN, 10 * MILLISECONDS), merged};
    struct relay joe = {start(JOE, 17 * MILLISECONDS), merged};
    csp_go_copy(forward, &ann, sizeof ann);
    csp_go_copy(forward, &joe, sizeof joe);
    listen(merged);

    say("one task listens to both, and takes whoever is ready");
    struct fan_in both = {start(ANN, 10 * MILLISECONDS), start(JOE, 17 * MILLISECONDS),
                          merged};
    csp_go_copy(choose, &both, sizeof both);
    listen(merged);
    csp_free(merged);
}

static void tell(void)
{
    talk_run_whole(first, NULL);
}

const struct program talk_fan_in = {
    .name = "fan-in",
    .summary = "two talkers on one channel: a task for each, or one select",
    .story =
        "Ann says something every 10 ms, Joe every 17, and neither shall wait for the\n"
        "other. So their channels are merged: by a task for each, or by one select.",
    .question = "Heard in turn, Ann is at Joe's pace. And now: who is heard when?",
    .moral = "Two structures, one behaviour. Each source keeps its order; between them\n"
             "there is none but who was ready first.",
    .tell = tell,
};
