// grade_replicas.c -- grades the teardown: who searched on, and who is left.
#include "exercise.h"
#include "grader.h"

enum { REPLICAS_MOST = 8, QUESTIONS = 3 };

// Searched by one task; looked at when the run is over.
struct replica {
    int number;
    int shelf;      // the answer's, counted from 1
    int looked_at;  // shelves
    uint64_t look_ns;
    uint64_t last_began_ns, found_ns;
};

struct question {
    int count;
    struct replica replicas[REPLICAS_MOST];
    int answer;
    uint64_t began_ns, ended_ns;
};

// One after the other, in one run.
struct library {
    const struct attempt *attempt;
    struct question questions[QUESTIONS];
};

bool replica_look(struct replica *r, int *answer)
{
    attempt_expect(r->looked_at < r->shelf,
                   "a replica looks on after it has found the answer");
    r->last_began_ns = csp_now();
    r->looked_at++;
    csp_sleep(r->look_ns);
    if (r->looked_at < r->shelf)
        return false;
    r->found_ns = csp_now();
    *answer = r->number;
    return true;
}

// In half of the questions several find it in the same instant.
static void draw(struct question *q, struct attempt *t)
{
    uint64_t unit_ns = t->real ? 20 * GRADER_US : GRADER_MS;
    bool alike = rng_below(&t->rng, 2);
    *q = (struct question){.count = 1 + (int)rng_below(&t->rng, REPLICAS_MOST)};
    for (int i = 0; i < q->count; i++)
        q->replicas[i] = (struct replica){
            .number = (int)rng_below(&t->rng, 1000000) * REPLICAS_MOST + i,
            .shelf = 1 + (int)rng_below(&t->rng, alike ? 3 : 40),
            .look_ns = unit_ns * (1 + rng_below(&t->rng, alike ? 1 : 4)),
        };
}

static void ask(void *arg)
{
    struct library *l = arg;
    for (int i = 0; i < QUESTIONS; i++) {
        struct question *q = &l->questions[i];
        struct replica *replicas[REPLICAS_MOST];
        for (int k = 0; k < q->count; k++)
            replicas[k] = &q->replicas[k];
        q->began_ns = csp_now();
        q->answer = exercise_replicas(replicas, q->count);
        q->ended_ns = csp_now();
        attempt_settle(l->attempt);
    }
}

// The same, and time for whoever was left to show himself.
static void ask_and_watch(void *arg)
{
    ask(arg);
    csp_sleep(1000 * GRADER_MS);
}

static bool answer_all(struct library *l, struct attempt *t, void (*first)(void *))
{
    l->attempt = t;
    for (int i = 0; i < QUESTIONS; i++)
        draw(&l->questions[i], t);
    return attempt_run(t, first, l);
}

// When it was found first, or UINT64_MAX.
static uint64_t found_ns(const struct question *q)
{
    uint64_t first_ns = UINT64_MAX;
    for (int i = 0; i < q->count; i++) {
        const struct replica *r = &q->replicas[i];
        if (r->found_ns && r->found_ns < first_ns)
            first_ns = r->found_ns;
    }
    return first_ns;
}

static void judge_answer(const struct question *q, bool real)
{
    const struct replica *r = NULL;
    for (int i = 0; i < q->count; i++)
        if (q->replicas[i].number == q->answer)
            r = &q->replicas[i];
    attempt_expect(r && r->found_ns, "expected the answer of a replica; seen another");
    if (r && !real)
        attempt_expect(
            r->found_ns == found_ns(q),
            "expected the answer that was found first, after %.0f ms; seen one "
            "that was found after %.0f ms",
            (double)(found_ns(q) - q->began_ns) / 1e6,
            (double)(r->found_ns - q->began_ns) / 1e6);
}

static void first_wins(struct attempt *t)
{
    static struct library l;
    if (answer_all(&l, t, ask))
        for (int i = 0; i < QUESTIONS; i++)
            judge_answer(&l.questions[i], t->real);
}

// All begin at once: then who needs the shortest time needs no longer.
static void judge_speed(const struct question *q)
{
    uint64_t best_ns = UINT64_MAX;
    for (int i = 0; i < q->count; i++) {
        uint64_t ns = (uint64_t)q->replicas[i].shelf * q->replicas[i].look_ns;
        best_ns = ns < best_ns ? ns : best_ns;
        attempt_expect(q->replicas[i].looked_at > 0,
                       "%d replicas: number %d was not asked", q->count, i + 1);
    }
    attempt_expect(
        found_ns(q) - q->began_ns == best_ns,
        "%d replicas: expected the first answer after %.0f ms; seen after %.0f ms",
        q->count, (double)best_ns / 1e6, (double)(found_ns(q) - q->began_ns) / 1e6);
}

static void all_are_asked(struct attempt *t)
{
    static struct library l;
    if (answer_all(&l, t, ask))
        for (int i = 0; i < QUESTIONS; i++)
            judge_speed(&l.questions[i]);
}

static void judge_losers(const struct question *q)
{
    uint64_t first_ns = found_ns(q), longest_ns = 0;
    for (int i = 0; i < q->count; i++) {
        const struct replica *r = &q->replicas[i];
        attempt_expect(
            r->last_began_ns <= first_ns,
            "the answer was there after %.0f ms; expected no new look after that; "
            "seen replica %d of %d begin one after %.0f ms",
            (double)(first_ns - q->began_ns) / 1e6, i + 1, q->count,
            (double)(r->last_began_ns - q->began_ns) / 1e6);
        if (r->look_ns > longest_ns)
            longest_ns = r->look_ns;
    }
    attempt_expect(
        q->ended_ns <= first_ns + longest_ns,
        "the answer was there after %.0f ms; expected the function's end within "
        "%.0f ms more, the longest look; seen it after %.0f ms",
        (double)(first_ns - q->began_ns) / 1e6, (double)longest_ns / 1e6,
        (double)(q->ended_ns - q->began_ns) / 1e6);
}

static void losers_are_told(struct attempt *t)
{
    static struct library l;
    if (answer_all(&l, t, ask_and_watch))
        for (int i = 0; i < QUESTIONS; i++)
            judge_losers(&l.questions[i]);
}

static void nobody_is_left(struct attempt *t)
{
    static struct library l;
    if (answer_all(&l, t, ask))
        attempt_expect_gone(t);
}

void grade_replicas(void)
{
    check_virtual("the first answer is returned", first_wins);
    check_virtual("all replicas are asked at once", all_are_asked);
    check_virtual("the losers are told, and begin no other look", losers_are_told);
    check_virtual("no task is left behind", nobody_is_left);
    check_real("all the same on real threads", first_wins);
}
