// talk_counter.c -- many tasks count in one variable, and lose; one owner loses nothing.
//
// The race is the lesson. On several processors it is one in C's sense, too: the tests
// leave this program out of ThreadSanitizer's runs, by name.
#include "talk.h"

enum { TASKS = 100, COUNTS = 100 };

typedef CSP_CHAN(int) int_chan;

struct shared {
    int count;
    int_chan ended;
};

// Adds one in three steps, and anybody may come in between.
static void sharer(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < COUNTS; i++) {
        int seen = s->count;
        csp_yield();
        s->count = seen + 1;
    }
    csp_send(s->ended, 0);
}

static void share(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < TASKS; i++)
        csp_go(sharer, s);
    for (int i = 0; i < TASKS; i++)
        csp_recv(s->ended, NULL);
}

struct owned {
    int_chan add, ended, total;
    int count;  // at the end
};

// The only one who knows the count.
static void owner(void *arg)
{
    const struct owned *o = arg;
    int count = 0;
    for (int n; csp_recv(o->add, &n);)
        count += n;
    csp_send(o->total, count);
}

static void customer(void *arg)
{
    const struct owned *o = arg;
    for (int i = 0; i < COUNTS; i++)
        csp_send(o->add, 1);
    csp_send(o->ended, 0);
}

static void own(void *arg)
{
    struct owned *o = arg;
    csp_go(owner, o);
    for (int i = 0; i < TASKS; i++)
        csp_go(customer, o);
    for (int i = 0; i < TASKS; i++)
        csp_recv(o->ended, NULL);
    csp_close(o->add);
    csp_recv(o->total, &o->count);
}

static void count_shared(int procs)
{
    struct shared s = {0, CSP_MAKE(int_chan, 0)};
    talk_run_on(procs, share, &s, NULL);
    csp_free(s.ended);
    const bool lost = s.count < TASKS * COUNTS;
    holds(lost, "a shared variable, on %d processor%s: %d", procs, procs > 1 ? "s" : "",
          s.count);
}

static void count_owned(int procs)
{
    struct owned o = {CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0), CSP_MAKE(int_chan, 0),
                      0};
    talk_run_on(procs, own, &o, NULL);
    csp_free(o.add);
    csp_free(o.ended);
    csp_free(o.total);
    holds(o.count == TASKS * COUNTS, "an owner and messages, on %d processor%s: %d",
          procs, procs > 1 ? "s" : "", o.count);
}

static void tell(void)
{
    say("%d tasks add one %d times each: %d", TASKS, COUNTS, TASKS * COUNTS);
    count_shared(1);
    if (talk_procs() > 1)
        count_shared(talk_procs());
    count_owned(1);
    if (talk_procs() > 1)
        count_owned(talk_procs());
}

const struct program talk_counter = {
    .name = "counter",
    .summary = "a shared counter loses counts; one with an owner loses none",
    .heading = "The machine underneath",
    .story =
        "A hundred tasks count to a hundred each, together, in one variable: read it,\n"
        "let the others have a turn, write it with one more. Then the same with a task\n"
        "that owns the variable, and is sent what to add.",
    .question = "What is the count at the end, and is it right on one processor?",
    .moral =
        "Counts get lost on one processor, too: it is the structure that is wrong, not\n"
        "the machine that is fast. What one task owns, nobody else can spoil: others\n"
        "ask it, and nobody needs a lock.",
    .tell = tell,
};
