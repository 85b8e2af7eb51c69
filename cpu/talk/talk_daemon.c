// talk_daemon.c -- a task in the background copies what comes, until nothing more can
// come.
#include "talk.h"

#include <string.h>

typedef CSP_CHAN(char) char_chan;
typedef CSP_RECV_CHAN(char) char_in;
typedef CSP_SEND_CHAN(char) char_out;

// The daemon holds only the ends that it needs: it can receive here, and send there.
struct copier {
    char_in in;
    char_out out;
};

static void copy(void *arg)
{
    const struct copier *me = arg;
    char c;
    while (csp_recv(me->in, &c)) {
        csp_sleep(10 * MILLISECONDS);
        csp_send(me->out, c);
    }
    say("daemon: the input is closed and drained; I close mine and end");
    csp_close(me->out);
}

static void first(void *arg)
{
    (void)arg;
    const char *word = "gophers";
    char_chan in = CSP_MAKE(char_chan, 8), out = CSP_MAKE(char_chan, 0);
    struct copier copier = {CSP_RECV_ONLY(char_in, in), CSP_SEND_ONLY(char_out, out)};
    csp_go_copy(copy, &copier, sizeof copier);

    uint64_t begin_ns = csp_now();
    for (const char *c = word; *c; c++)
        csp_send(in, *c);
    csp_close(in);
    say("we have sent \"%s\" letter by letter, and closed the input", word);
    lasted(csp_now() - begin_ns, 0, "there is room for all; to send them took");

    char copied[16] = "";
    for (char c; csp_recv(out, &c);) {
        copied[strlen(copied)] = c;
        say("out comes %c", c);
    }
    say("and then nothing more: the output is closed, too");
    holds(strcmp(copied, word) == 0, "all that went in came out, in order: \"%s\"",
          copied);
    lasted(csp_now() - begin_ns, 70 * MILLISECONDS, "the daemon took its time:");
    csp_free(in);
    csp_free(out);
}

static void tell(void)
{
    talk_run_whole(first, NULL);
}

const struct program talk_daemon = {
    .name = "daemon",
    .summary = "a background copy that ends when its input is drained",
    .story =
        "A daemon copies letters from its input to its output, 10 ms for each. We fill\n"
        "the input, which has room for eight, and close it at once.",
    .question =
        "Seven letters are still in the channel when it is closed. How many come out?",
    .moral =
        "Whoever sends closes, to say: that was all. What had been sent before still\n"
        "arrives. So a task in the background ends by itself, and nobody kills it.",
    .tell = tell,
};
