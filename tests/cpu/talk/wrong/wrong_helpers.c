// wrong_helpers.c -- fan-in: a task for each speaker, which is another exercise.
#include "exercise.h"

struct listener {
    word_in from;
    word_out to;
    done_chan done;
};

static void listener(void *arg)
{
    const struct listener *l = arg;
    struct word word;
    while (csp_recv(l->from, &word))
        csp_send(l->to, word);
    csp_send(l->done, 1);
}

void exercise_fan_in(word_in ann, word_in joe, word_out both)
{
    done_chan done = CSP_MAKE(done_chan, 2);
    struct listener to_ann = {ann, both, done}, to_joe = {joe, both, done};
    csp_go(listener, &to_ann);
    csp_go(listener, &to_joe);
    csp_recv(done, NULL);
    csp_recv(done, NULL);
    csp_free(done);
    csp_close(both);
}
