// grade_fan_in.c -- grades the listening to two: nothing lost, nothing late.
#include "exercise.h"
#include "grader.h"

enum { WORDS_MOST = 400, SPEAKERS = 2, FIRST = 200 };

typedef CSP_CHAN(struct word) word_chan;

static const char *const names[SPEAKERS] = {"Ann", "Joe"};

struct talk {
    struct speaker {
        int who, words;
        uint64_t pause_ns[WORDS_MOST];     // before each word
        uint64_t said_ns[WORDS_MOST + 1];  // when it was held out
        word_chan out;
    } speakers[SPEAKERS];
    word_chan both;
    const struct attempt *attempt;
    bool judged;  // word by word
    bool ready;   // all words lie in the channels before anybody listens
    int heard[SPEAKERS];
    int first[SPEAKERS];  // of FIRST heard
};

static void speak(void *arg)
{
    struct speaker *s = arg;
    for (int i = 0; i < s->words; i++) {
        csp_sleep(s->pause_ns[i]);
        s->said_ns[i] = csp_now();
        struct word word = {s->who, i};
        csp_send(s->out, word);
    }
    csp_close(s->out);
}

static void merge(void *arg)
{
    const struct talk *talk = arg;
    exercise_fan_in(CSP_RECV_ONLY(word_in, talk->speakers[0].out),
                    CSP_RECV_ONLY(word_in, talk->speakers[1].out),
                    CSP_SEND_ONLY(word_out, talk->both));
}

static void judge_word(const struct talk *talk, struct word word)
{
    const struct speaker *s = &talk->speakers[word.speaker];
    int expected = talk->heard[word.speaker];
    attempt_expect(word.number == expected, "expected %s's word %d; seen %d",
                   names[s->who], expected + 1, word.number + 1);
    if (word.number != expected || talk->attempt->real)
        return;
    attempt_expect(csp_now() == s->said_ns[expected],
                   "%s's word %d was said at %.3f ms; expected it then, seen at %.3f ms",
                   names[s->who], expected + 1, (double)s->said_ns[expected] / 1e6,
                   (double)csp_now() / 1e6);
}

static void hear(struct talk *talk, struct word word)
{
    bool known = word.speaker >= 0 && word.speaker < SPEAKERS &&
                 talk->heard[word.speaker] < talk->speakers[word.speaker].words;
    attempt_expect(known, "a word came that nobody said");
    if (!known)
        return;
    if (talk->judged)
        judge_word(talk, word);
    talk->heard[word.speaker]++;
    if (talk->heard[0] + talk->heard[1] <= FIRST)
        talk->first[word.speaker]++;
}

static void listen_to_both(void *arg)
{
    struct talk *talk = arg;
    for (int i = 0; i < SPEAKERS; i++) {
        struct speaker *s = &talk->speakers[i];
        s->out = CSP_MAKE(word_chan, talk->ready ? WORDS_MOST : 0);
        if (talk->ready)
            speak(s);
        else
            csp_go_named(names[i], speak, s);
    }
    talk->both = CSP_MAKE(word_chan, 0);
    csp_go_named("fan-in", merge, talk);
    struct word word;
    while (csp_recv(talk->both, &word))
        hear(talk, word);
    attempt_settle(talk->attempt);
}

// False: the run did not end well.
static bool converse(struct talk *talk, struct attempt *t)
{
    talk->attempt = t;
    bool ran = attempt_run(t, listen_to_both, talk);
    for (int i = 0; i < SPEAKERS; i++)
        csp_free(talk->speakers[i].out);
    csp_free(talk->both);
    return ran;
}

// Speakers of different pace and length; one may have nothing to say.
static void draw(struct talk *talk, struct attempt *t)
{
    *talk = (struct talk){0};
    for (int i = 0; i < SPEAKERS; i++) {
        struct speaker *s = &talk->speakers[i];
        uint64_t slowest_ns =
            (1 + rng_below(&t->rng, 10)) * (t->real ? 10 * GRADER_US : GRADER_MS);
        s->who = i;
        s->words = (int)rng_below(&t->rng, 31);
        for (int k = 0; k < s->words; k++)
            s->pause_ns[k] = rng_below(&t->rng, slowest_ns);
    }
}

static void nothing_lost(struct attempt *t)
{
    static struct talk talk;
    draw(&talk, t);
    talk.judged = true;
    if (!converse(&talk, t))
        return;
    for (int i = 0; i < SPEAKERS; i++)
        attempt_expect(talk.heard[i] == talk.speakers[i].words,
                       "expected %d words of %s before the end; seen %d",
                       talk.speakers[i].words, names[i], talk.heard[i]);
    attempt_expect_gone(t);
}

static void alone(struct attempt *t)
{
    static struct talk talk;
    draw(&talk, t);
    if (!converse(&talk, t))
        return;
    attempt_expect(t->stats.spawned == 4, "expected no task but this one; seen %d more",
                   (int)t->stats.spawned - 4);
    // Each word makes three tasks go on two or three times.
    int words = talk.heard[0] + talk.heard[1];
    attempt_expect(
        t->stats.switches <= 40 + 12 * (uint64_t)words,
        "%d words came, and tasks went on %llu times: it tries again and again", words,
        (unsigned long long)t->stats.switches);
}

static void both_are_heard(struct attempt *t)
{
    static struct talk talk;
    talk = (struct talk){.ready = true};
    for (int i = 0; i < SPEAKERS; i++) {
        talk.speakers[i].who = i;
        talk.speakers[i].words = WORDS_MOST;
    }
    if (!converse(&talk, t))
        return;
    // By a fair choice 100; under 60 would be a matter of one in a hundred million.
    for (int i = 0; i < SPEAKERS; i++)
        attempt_expect(
            talk.first[i] >= 60,
            "both talk without a pause: expected about 100 of the first 200 words "
            "from %s; seen %d",
            names[i], talk.first[i]);
}

void grade_fan_in(void)
{
    check_virtual("every word arrives in the instant it is said, and it ends",
                  nothing_lost);
    check_virtual("in one task, which waits without trying again and again", alone);
    check_virtual("who talks without a pause does not silence the other", both_are_heard);
    check_real("all the same on real threads", nothing_lost);
}
