// talk_replicas.c -- ask all replicas, take the first answer, and leak no loser.
#include "talk.h"

#include <math.h>

enum { SLOWEST_MS = 100 };

typedef CSP_CHAN(int) answer_chan;

struct replica {
    int number;
    uint64_t takes_ns;
    answer_chan answers;
};

static void replica(void *arg)
{
    const struct replica *r = arg;
    csp_sleep(r->takes_ns);
    csp_send(r->answers, r->number);
}

static void ask_all(int replicas, int who, answer_chan answers)
{
    struct rng rng = talk_rng((uint64_t)who);
    for (int i = 0; i < replicas; i++) {
        uint64_t takes_ns = (uint64_t)(rng_unit(&rng) * SLOWEST_MS * 1e6);
        struct replica r = {i + 1, takes_ns, answers};
        csp_go_copy(replica, &r, sizeof r);
    }
}

// One query whose losers nobody hears. Once the slowest must have answered, it is over.
static void one_query(void *arg)
{
    const answer_chan *answers = arg;
    int winner;
    ask_all(4, 0, *answers);
    csp_recv(*answers, &winner);
    say("replica %d answers first, of 4", winner);
    csp_sleep(2 * SLOWEST_MS * MILLISECONDS);
}

static void count_leaked(size_t room, uint64_t expected)
{
    struct csp_stats stats;
    answer_chan answers = CSP_MAKE(answer_chan, room);
    talk_run_on(talk_procs(), one_query, &answers, &stats);
    csp_free(answers);
    holds(stats.leaked == expected, "room for %zu answers: %llu losers wait for ever",
          room, (unsigned long long)stats.leaked);
}

struct tally {
    int replicas, queries;
    double sum_ms;
};

static void many_queries(void *arg)
{
    struct tally *t = arg;
    for (int who = 0; who < t->queries; who++) {
        uint64_t asked_ns = csp_now();
        answer_chan answers = CSP_MAKE(answer_chan, (size_t)t->replicas);
        ask_all(t->replicas, who, answers);
        csp_recv(answers, NULL);
        t->sum_ms += (double)(csp_now() - asked_ns) / 1e6;
        for (int loser = 1; loser < t->replicas; loser++)
            csp_recv(answers, NULL);
        csp_free(answers);
    }
}

// The first of k answers after U(0, 100) ms has the mean 100 / (k + 1).
static void compare(int replicas, const char *name)
{
    struct tally t = {.replicas = replicas, .queries = talk_virtual() ? 1000 : 10};
    talk_run(many_queries, &t);
    double k = replicas, mean = t.sum_ms / t.queries, expected = SLOWEST_MS / (k + 1);
    double slack = 4 * expected * sqrt(k / (k + 2) / t.queries);  // four standard errors
    // With few queries luck covers all that can be: no bound is left to be early by.
    if (expected <= slack)
        say("%d replicas: mean %.1f ms of %d; 100 / (k + 1) is %.1f", replicas, mean,
            t.queries, expected);
    else  // A real machine may be late, but is never early.
        holds(mean > expected - slack && (!talk_virtual() || mean < expected + slack),
              "%d replica%s: mean %.1f ms; 100 / (k + 1) is %.1f +- %.1f", replicas,
              replicas > 1 ? "s" : "", mean, expected, slack);
    finds(name, mean);
}

static void tell(void)
{
    count_leaked(0, 3);
    count_leaked(4, 0);
    compare(1, "1");
    compare(2, "2");
    compare(4, "4");
    compare(8, "8");
}

const struct program talk_replicas = {
    .name = "replicas",
    .summary = "ask all replicas, take the first answer, leak no loser",
    .story = "Replicas of a data base answer after 0 to 100 ms. We ask four at once and\n"
             "take the first answer: what becomes of the three others? Then we ask one,\n"
             "two, four and eight, many times, and wait for the first answer each time.",
    .question = "How much sooner does the first of k replicas answer?",
    .moral =
        "A channel with room for every answer lets the losers end; without it they wait\n"
        "for ever, and their memory with them. The more are asked, the sooner the first\n"
        "answers: 100 / (k + 1) ms.",
    .tell = tell,
};
