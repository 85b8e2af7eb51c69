// grade_grain.c -- grades the grain: what handing over costs, and what a second processor
// is good for.
#include "exercise.h"
#include "grader.h"

#include <stdio.h>

enum { REAL_NUMBERS = 100000, SLICES = 16, REAL_TIMES = 5 };

static struct {
    struct job job;
    const struct attempt *attempt;
    void (*producer)(void *);
    slice_chan slices;
    int handed_over;              // slices
    uint64_t made[REAL_NUMBERS];  // never 0 then
    int used[REAL_NUMBERS];
    uint64_t sum;
} it;

// Some nanoseconds of arithmetic, for threads.
static uint64_t number_of(uint64_t seed)
{
    struct rng rng = {seed};
    for (int i = 0; i < 2; i++)
        rng.state ^= rng_next(&rng);
    return rng.state | 1;
}

void make_number(const struct job *job, int number)
{
    if (number < 0 || number >= job->count) {
        attempt_expect(false, "expected numbers below %d to be made; seen %d", job->count,
                       number);
        return;
    }
    if (!it.attempt->real)
        csp_work(job->number_ns);
    it.made[number] = number_of((uint64_t)number);
}

void hand_over(const struct job *job, slice_chan slices, struct slice slice)
{
    if (!it.attempt->real)
        csp_work(job->handover_ns);
    csp_send(slices, slice);
}

static void use(struct slice slice)
{
    if (slice.count < 1 || slice.first < 0 || slice.first > it.job.count - slice.count) {
        attempt_expect(false, "a slice of %d numbers from %d on: there are %d",
                       slice.count, slice.first, it.job.count);
        return;
    }
    if (!it.attempt->real)
        csp_work(it.job.number_ns * (uint64_t)slice.count);
    for (int i = slice.first; i < slice.first + slice.count; i++) {
        attempt_expect(it.made[i], "number %d was handed over before it was made", i);
        it.used[i]++;
        it.sum += number_of(it.made[i]);
    }
    it.handed_over++;
}

static void produce(void *arg)
{
    const struct job *job = arg;
    exercise_grain(job, it.slices);
}

static void use_all(void *arg)
{
    struct job *job = arg;
    it.slices = CSP_MAKE(slice_chan, SLICES);
    csp_go_named("producer", it.producer, job);
    struct slice slice;
    while (csp_recv(it.slices, &slice))
        use(slice);
    attempt_settle(it.attempt);
}

static bool run(struct attempt *t, struct job job)
{
    it.job = job;
    it.attempt = t;
    it.handed_over = 0;
    for (int i = 0; i < job.count; i++) {
        it.made[i] = 0;
        it.used[i] = 0;
    }
    bool ran = attempt_run(t, use_all, &it.job);
    csp_free(it.slices);
    it.slices.ch = NULL;
    return ran;
}

// To hand over takes as long as one to thirty numbers.
static struct job draw(struct rng *rng)
{
    static const int ratios[] = {1, 2, 3, 5, 10, 20, 30};
    int ratio = ratios[rng_below(rng, 7)];
    uint64_t number_ns = 10 + rng_below(rng, 200);
    return (struct job){.count = 400 * ratio - (int)rng_below(rng, 20),
                        .number_ns = number_ns,
                        .handover_ns = number_ns * (uint64_t)ratio};
}

static void nothing_lost(struct attempt *t)
{
    if (!run(t, draw(&t->rng)))
        return;
    for (int i = 0; i < it.job.count; i++)
        attempt_expect(it.used[i] == 1,
                       "expected that number %d of %d comes once; seen %d", i,
                       it.job.count, it.used[i]);
    attempt_expect_gone(t);
}

static double work_ns(void)
{
    return 2.0 * (double)it.job.number_ns * it.job.count;
}

// How it went, for a sentence.
static const char *seen(char *text, size_t size)
{
    snprintf(text, size, "%d numbers of %llu ns, %llu ns to hand over, in slices of %.0f",
             it.job.count, (unsigned long long)it.job.number_ns,
             (unsigned long long)it.job.handover_ns,
             it.handed_over ? (double)it.job.count / it.handed_over : 0);
    return text;
}

static void costs_little(struct attempt *t)
{
    t->opts.procs = 1;
    if (!run(t, draw(&t->rng)))
        return;
    char text[200];
    double cost = 100 * ((double)t->stats.elapsed_ns / work_ns() - 1);
    attempt_expect(cost <= 5.0, "%s: expected that this costs 5 %% at most; seen %.1f %%",
                   seen(text, sizeof text), cost);
}

static void two_gain(struct attempt *t)
{
    t->opts.procs = 2;
    if (!run(t, draw(&t->rng)))
        return;
    char text[200];
    double gain = work_ns() / (double)t->stats.elapsed_ns;
    attempt_expect(gain >= 1.7,
                   "%s: expected 1.7 times the work of one processor at least; seen %.2f",
                   seen(text, sizeof text), gain);
}

// One by one, or without any structure: what the reader's slices are compared with.
static void one_by_one(void *arg)
{
    const struct job *job = arg;
    for (int i = 0; i < job->count; i++) {
        make_number(job, i);
        hand_over(job, it.slices, (struct slice){i, 1});
    }
    csp_close(it.slices);
}

// What a number takes without structure, and if it is handed over by this producer: the
// best of a few times, since a machine has other things to do. 0: a run failed.
static double without_structure_ns(void)
{
    uint64_t best_ns = UINT64_MAX;
    for (int i = 0; i < REAL_TIMES; i++) {
        uint64_t began_ns = csp_now();
        for (int number = 0; number < it.job.count; number++)
            make_number(&it.job, number);
        use((struct slice){0, it.job.count});
        uint64_t ns = csp_now() - began_ns;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    return (double)best_ns / it.job.count;
}

static double handed_over_ns(struct attempt *t, struct job job, void (*producer)(void *))
{
    uint64_t best_ns = UINT64_MAX;
    it.producer = producer;
    for (int i = 0; i < REAL_TIMES; i++) {
        if (!run(t, job) || it.handed_over == 0)
            return 0;
        best_ns = t->stats.elapsed_ns < best_ns ? t->stats.elapsed_ns : best_ns;
    }
    return (double)best_ns / job.count;
}

// On this machine, on one thread: shown, and judged by nobody.
static void show_machine(void)
{
    struct attempt t = {.opts = {.procs = 1, .seed = 1}, .real = true};
    struct job job = {.count = REAL_NUMBERS};
    it.job = job;
    it.attempt = &t;
    double plain_ns = without_structure_ns();
    double single_ns = handed_over_ns(&t, job, one_by_one);
    job.number_ns = (uint64_t)(plain_ns / 2) + 1;
    job.handover_ns = single_ns > plain_ns ? (uint64_t)(single_ns - plain_ns) + 1 : 1;
    double sliced_ns = handed_over_ns(&t, job, produce);
    if (single_ns > 0 && sliced_ns > 0)
        grader_show(
            "on a thread of this machine a number takes %.0f ns without structure; "
            "handed over one by one, %.0f ns; in your slices of %d, %.0f ns",
            plain_ns, single_ns, job.count / it.handed_over, sliced_ns);
}

void grade_grain(void)
{
    it.producer = produce;
    check_virtual("every number is handed over once, after it was made", nothing_lost);
    check_virtual("on one processor, handing over costs 5 % at most", costs_little);
    check_virtual("two processors do 1.7 times the work of one", two_gain);
    check_real("nothing is lost on real threads", nothing_lost);
    show_machine();
}
