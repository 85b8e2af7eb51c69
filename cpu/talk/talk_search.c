// talk_search.c -- three back ends: in turn, at once, and without waiting for the slow.
#include "chance.h"
#include "talk.h"

enum { KINDS = 3, ALL_KINDS = 7 };  // one bit each

struct way {
    const char *name, *complete;  // of its figures, too
    bool in_turn;
    int replicas;
    uint64_t patience_ms;  // for the whole search
};

typedef CSP_CHAN(int) kind_chan;
typedef CSP_CHAN(uint64_t) time_chan;

struct query {
    int kind;
    bool aloud;
    uint64_t takes_ns;
    kind_chan answers;
};

static void back_end(void *arg)
{
    static const char *const kinds[KINDS] = {"web", "image", "video"};
    const struct query *q = arg;
    csp_sleep(q->takes_ns);
    if (q->aloud)
        say("%s has an answer", kinds[q->kind]);
    csp_send(q->answers, q->kind);
}

static void ask(const struct way *way, int who, kind_chan answers)
{
    struct rng rng = talk_rng((uint64_t)who + 2);
    for (int i = 0; i < KINDS * way->replicas; i++) {
        uint64_t takes_ns = rng_below(&rng, CHANCE_MS) * MILLISECONDS;
        struct query q = {i % KINDS, who == 0, takes_ns, answers};
        if (way->in_turn)
            back_end(&q);
        else
            csp_go_copy(back_end, &q, sizeof q);
    }
}

struct tally {
    const struct way *way;
    int searches, complete;
    double sum_ms;
};

static void search(struct tally *t, int who)
{
    uint64_t began_ns = csp_now();
    time_chan deadline = {csp_after(t->way->patience_ms * MILLISECONDS)};
    int kind, here = 0, missing = KINDS * t->way->replicas;
    // Room for every answer: who is late does not wait for us.
    kind_chan answers = CSP_MAKE(kind_chan, (size_t)missing);
    ask(t->way, who, answers);
    struct csp_case cases[] = {CSP_CASE_RECV(answers, &kind),
                               CSP_CASE_RECV(deadline, NULL)};
    for (; here != ALL_KINDS && csp_select(cases, 2, CSP_FOREVER) == 0; missing--)
        here |= 1 << kind;
    t->sum_ms += (double)(csp_now() - began_ns) / 1e6;
    t->complete += here == ALL_KINDS;
    if (who == 0)
        say("%s: %s", t->way->name, here == ALL_KINDS ? "complete" : "incomplete");
    while (missing-- > 0)
        csp_recv(answers, NULL);
    csp_free(answers);
    csp_free(deadline);
}

static void searches(void *arg)
{
    struct tally *t = arg;
    for (int i = 0; i < t->searches; i++)
        search(t, i);
}

static void try_way(const struct way *way, struct law law)
{
    struct tally t = {.way = way, .searches = talk_virtual() ? 1000 : 8};
    talk_run(searches, &t);
    double mean = t.sum_ms / t.searches, complete = 100.0 * t.complete / t.searches;
    double slack = chance_slack_ms(law, t.searches);
    // A real machine may be late, but is never early.
    holds(mean > law.mean_ms - slack && (!talk_virtual() || mean < law.mean_ms + slack),
          "mean %.1f ms, by formula %.1f +- %.1f; complete %.1f %%, by formula %.1f",
          mean, law.mean_ms, slack, complete, 100 * law.complete);
    finds(way->name, mean);
    finds(way->complete, complete);
}

static void tell(void)
{
    struct way turn = {"in turn", "in turn complete", true, 1, 999};
    try_way(&turn, chance_in_turn(KINDS));
    struct way once = {"at once", "at once complete", false, 1, 999};
    try_way(&once, chance_at_once(KINDS, 1, CHANCE_MS));
    struct way soon = {"at once, 80 ms", "80 ms complete", false, 1, 80};
    try_way(&soon, chance_at_once(KINDS, 1, 80));
    struct way two = {"two of each, 80 ms", "two complete", false, 2, 80};
    try_way(&two, chance_at_once(KINDS, 2, 80));
}

const struct program talk_search = {
    .name = "search",
    .summary = "three back ends: in turn, at once, in time, replicated",
    .story =
        "A search asks for web pages, images and videos. Each answer takes 0 to 99 ms,\n"
        "any of them as likely. We ask in turn; at once; at once, and wait for 80 ms at\n"
        "most; and so, but two replicas of each back end.",
    .question = "How long does a search take on average, in each of the four ways?",
    .moral = "Asked in turn, we wait for the sum; asked at once, for the slowest. A\n"
             "deadline bounds the wait and costs answers; replicas give them back. In\n"
             "all of it there is no lock, no condition variable and no callback.",
    .tell = tell,
};
