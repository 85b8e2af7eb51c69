// talk_balancer.c -- workers on one channel of jobs and one channel of results.
#include "talk.h"

enum { JOBS = 120, LONGEST_MS = 10, TRIALS = 5 };

struct job {
    int number;
    uint64_t takes_ns;
};
typedef CSP_CHAN(struct job) job_chan;

struct trial {
    int workers, lost_or_twice, overtaken;
    bool computes;  // a job holds a processor, instead of waiting
    bool aloud;
    job_chan in, out;
    uint64_t sum_ns, longest_ns, took_ns;
};

static void worker(void *arg)
{
    const struct trial *t = arg;
    for (struct job job; csp_recv(t->in, &job);) {
        (t->computes ? csp_work : csp_sleep)(job.takes_ns);
        csp_send(t->out, job);
    }
}

static void sender(void *arg)
{
    struct trial *t = arg;
    struct rng rng = talk_rng(0);
    for (int n = 0; n < JOBS; n++) {
        struct job job = {n, rng_below(&rng, LONGEST_MS * MILLISECONDS)};
        t->sum_ns += job.takes_ns;
        t->longest_ns = job.takes_ns > t->longest_ns ? job.takes_ns : t->longest_ns;
        csp_send(t->in, job);
    }
    csp_close(t->in);
}

static void first(void *arg)
{
    struct trial *t = arg;
    uint64_t began_ns = csp_now();
    csp_go(sender, t);
    for (int i = 0; i < t->workers; i++)
        csp_go(worker, t);
    int times[JOBS] = {0}, furthest = -1;
    for (int i = 0; i < JOBS; i++) {
        struct job job;
        csp_recv(t->out, &job);
        if (t->aloud && i < 8)
            say("result of job %d, which took %.1f ms", job.number,
                (double)job.takes_ns / 1e6);
        times[job.number]++;
        t->overtaken += job.number < furthest;
        furthest = job.number > furthest ? job.number : furthest;
    }
    t->took_ns = csp_now() - began_ns;
    for (int n = 0; n < JOBS; n++)
        t->lost_or_twice += times[n] != 1;
}

static double jobs_per_s(struct trial *t)
{
    t->in = CSP_MAKE(job_chan, 0);
    t->out = CSP_MAKE(job_chan, 0);
    talk_run(first, t);
    csp_free(t->in);
    csp_free(t->out);
    return JOBS * 1e9 / (double)t->took_ns;
}

// Nobody idles while a job is there, so that n hands need a job's length more than an nth
// of the work, at most (Graham 1966). Real time adds what the machine adds.
static bool within_bounds(const struct trial *t)
{
    bool crowded = t->computes && t->workers > talk_procs();
    uint64_t least_ns = t->sum_ns / (uint64_t)(crowded ? talk_procs() : t->workers);
    return t->took_ns >= least_ns &&
           (!talk_virtual() || t->took_ns <= least_ns + t->longest_ns);
}

static void tell(void)
{
    static const char *const names[TRIALS] = {"1", "2", "4", "8", "16"};
    struct trial seen = {.workers = 4, .aloud = true};
    jobs_per_s(&seen);
    holds(seen.lost_or_twice == 0, "of %d jobs none is lost, and none done twice", JOBS);
    holds(seen.overtaken > 0, "results come as they get ready: %d late", seen.overtaken);
    bool bounded = true;
    say("workers   jobs/s that wait   that compute (processors: %d)", talk_procs());
    for (int i = 0; i < TRIALS; i++) {
        struct trial wait = {.workers = 1 << i};
        struct trial compute = {.workers = 1 << i, .computes = true};
        double waiting = jobs_per_s(&wait), computing = jobs_per_s(&compute);
        say("%7d %18.0f %14.0f", wait.workers, waiting, computing);
        bounded = bounded && within_bounds(&wait) && within_bounds(&compute);
        finds(names[i], (double)wait.took_ns / 1e9);
    }
    holds(bounded, "n workers need an nth of the time%s",
          talk_virtual() ? "" : " or more");
}

const struct program talk_balancer = {
    .name = "balancer",
    .summary = "workers on one channel of jobs and one of results",
    .heading = "Systems made of it",
    .story =
        "Four workers receive jobs from one channel and send results into another. Each\n"
        "job takes a time of its own. Then the same with 1 to 16 workers, for jobs that\n"
        "wait and for jobs that compute.",
    .question = "In which order do results come, and when do more workers not help?",
    .moral =
        "The channel is the queue, and whoever is free takes the next job: nobody plans\n"
        "it. Jobs that wait gain from every worker, on one processor too; jobs that\n"
        "compute gain until each processor has one. The program is the same for all.",
    .tell = tell,
};
