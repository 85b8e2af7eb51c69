// waiting.c -- see waiting.h. One job after another, and the measuring.
#include "waiting.h"

#include "clock.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Knuth's generator for MMIX: each state needs the one before, and yet the n-th can be
// had in log n steps.
static const uint64_t FACTOR = UINT64_C(6364136223846793005),
                      SUMMAND = UINT64_C(1442695040888963407);

// ---- jobs

static uint64_t compute(uint64_t state, uint64_t steps)
{
    for (; steps > 0; steps--)
        state = state * FACTOR + SUMMAND;
    return state;
}

// The same by squaring (F. Brown: Random number generation with arbitrary strides, 1994).
static uint64_t compute_at_once(uint64_t state, uint64_t steps)
{
    uint64_t factor = FACTOR, summand = SUMMAND;
    for (; steps > 0; steps >>= 1) {
        if (steps & 1)
            state = state * factor + summand;
        summand *= factor + 1;
        factor *= factor;
    }
    return state;
}

static uint64_t number_of(const struct waiting_job *job)
{
    return (uint64_t)(job - job->all->job);
}

void waiting_begin(struct waiting_job *job)
{
    job->begin_ns = clock_ns();
}

void waiting_finish(struct waiting_job *job)
{
    job->answer = compute(number_of(job), job->all->steps);
    job->thread = gettid();
    job->end_ns = clock_ns();
}

void waiting_block(struct waiting_job *job)
{
    if (job->all->wait_ns > 0) {
        struct timespec left = {.tv_sec = (time_t)(job->all->wait_ns / 1000000000u),
                                .tv_nsec = (long)(job->all->wait_ns % 1000000000u)};
        while (nanosleep(&left, &left) != 0)
            continue;
    }
    waiting_finish(job);
}

// ---- the ways

int serial_waiting(struct waiting *w, struct fail *why)
{
    (void)why;
    for (int i = 0; i < w->jobs; i++) {
        waiting_begin(&w->job[i]);
        waiting_block(&w->job[i]);
    }
    return 0;
}

const struct waiting_way waiting_ways[] = {{"serial", serial_waiting},
                                           {"csp", csp_waiting},
                                           {"omp", omp_waiting},
                                           {"threads", threads_waiting},
                                           {NULL, NULL}};

// ---- measuring

uint64_t waiting_steps(uint64_t ns)
{
    enum { TRIED = 200000, TRIES = 5 };
    static volatile uint64_t seen;
    uint64_t least_ns = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        const uint64_t start_ns = clock_ns();
        seen = compute(seen, TRIED);
        const uint64_t took_ns = clock_ns() - start_ns;
        least_ns = took_ns < least_ns ? took_ns : least_ns;
    }
    const double each_ns = (double)(least_ns > 0 ? least_ns : 1) / TRIED;
    return (uint64_t)((double)ns / each_ns);
}

// A line of /proc/self/status, in bytes; 0: it cannot be read.
static double memory_of(const char *name)
{
    char line[128];
    double kib = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, name, strlen(name)) == 0)
            kib = atof(line + strlen(name));
    if (status)
        fclose(status);
    return kib * 1024;
}

// From here on VmHWM is the most since now.
static void forget_peak(void)
{
    const int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;  // then an earlier peak hides what is less
    (void)!write(fd, "5", 1);
    close(fd);
}

static int judge(const struct waiting *w, struct fail *why)
{
    for (int i = 0; i < w->jobs; i++) {
        const struct waiting_job *job = &w->job[i];
        if (job->end_ns == 0 || job->answer != compute_at_once((uint64_t)i, w->steps))
            return fail(why, EXIT_WRONG, "job %d of %d has a wrong answer", i, w->jobs);
        if (job->end_ns - job->begin_ns < w->wait_ns)
            return fail(why, EXIT_WRONG, "job %d of %d did not wait long enough", i,
                        w->jobs);
    }
    return 0;
}

static int compare_ints(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

static int count_threads(const struct waiting *w)
{
    int *seen = calloc((size_t)w->jobs + 1, sizeof *seen), different = 0;
    if (!seen)
        die("out of memory");
    for (int i = 0; i < w->jobs; i++)
        seen[i] = w->job[i].thread;
    qsort(seen, (size_t)w->jobs, sizeof *seen, compare_ints);
    for (int i = 0; i < w->jobs; i++)
        different += i == 0 || seen[i] != seen[i - 1];
    free(seen);
    return different;
}

static double mean_alive(const struct waiting *w, double elapsed_s)
{
    double lived_s = 0;
    for (int i = 0; i < w->jobs; i++)
        lived_s += (double)(w->job[i].end_ns - w->job[i].begin_ns) * 1e-9;
    return lived_s / elapsed_s;
}

static int run(const struct waiting_way *way, struct waiting *w,
               struct waiting_figures *found, struct fail *why)
{
    forget_peak();
    const double before_bytes = memory_of("VmRSS:");
    const uint64_t used_ns = clock_process_ns(), start_ns = clock_ns();
    if (way->run(w, why))
        return -1;
    found->elapsed_s = (double)(clock_ns() - start_ns) * 1e-9;
    found->running = (double)(clock_process_ns() - used_ns) * 1e-9 / found->elapsed_s;
    const double grown = memory_of("VmHWM:") - before_bytes;
    found->memory_bytes = grown > 0 ? grown : 0;
    found->alive = mean_alive(w, found->elapsed_s);
    found->threads = count_threads(w);
    return judge(w, why);
}

int waiting_measure(const struct waiting_way *way, const struct waiting *asked,
                    struct waiting_figures *found, struct fail *why)
{
    struct waiting w = *asked;
    assert(w.jobs >= 1 && w.threads >= 1);
    *found = (struct waiting_figures){0};
    w.job = calloc((size_t)w.jobs, sizeof *w.job);
    if (!w.job)
        return fail(why, EXIT_RESOURCE, "out of memory for %d jobs", w.jobs);
    for (int i = 0; i < w.jobs; i++)
        w.job[i].all = &w;
    const int failed = run(way, &w, found, why);
    free(w.job);
    return failed;
}
