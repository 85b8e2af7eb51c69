// registry_faulty.c -- engines that crash, hang, exit, refuse and lie on purpose, beside
// one that works: what the supervisor is for.
#include "gophers.h"
#include "matmul.h"
#include "registry.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct engine engine_serial;

static int probe(struct device *found, int max, struct fail *why)
{
    (void)max;
    (void)why;
    *found = (struct device){.units = 1};
    return 1;
}

static int open_nothing(const struct engine_opts *opts, struct engine_facts *facts,
                        void **ctx, struct fail *why)
{
    (void)opts;
    (void)why;
    *facts = (struct engine_facts){.threads = 1};
    *ctx = facts;
    return 0;
}

static int ready(void *ctx, struct matmul *job, struct engine_facts *facts,
                 struct fail *why)
{
    (void)ctx;
    (void)job;
    (void)facts;
    (void)why;
    return 0;
}

static void close_nothing(void *ctx)
{
    (void)ctx;
}

static int crash(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    (void)ctx;
    (void)job;
    (void)ph;
    (void)why;
    fputs("about to crash on purpose\n", stderr);
    raise(SIGSEGV);
    return 0;
}

static int hang(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    (void)ctx;
    (void)job;
    (void)ph;
    (void)why;
    signal(SIGTERM, SIG_IGN);
    fputs("about to hang on purpose\n", stderr);
    while (pause())
        ;
    return 0;
}

static int leave(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    (void)ctx;
    (void)job;
    (void)ph;
    (void)why;
    fputs("about to exit on purpose \033[31m\n", stderr);
    fflush(stderr);
    _exit(3);
}

static int refuse(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    (void)ctx;
    (void)job;
    (void)ph;
    return fail(why, EXIT_RESOURCE, "no memory on this device, on purpose");
}

static int lie(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    (void)ctx;
    (void)ph;
    (void)why;
    memset(job->c, 0, job->m * job->n * elem_bytes(job->type));
    return 0;
}

static int multiply(struct matmul *job)
{
    const double *a = job->a, *b = job->b;
    double *c = job->c;
    for (size_t i = 0; i < job->m; i++)
        for (size_t j = 0; j < job->n; j++) {
            double sum = 0;
            for (size_t k = 0; k < job->k; k++)
                sum += a[i * job->k + k] * b[k * job->n + j];
            c[i * job->n + j] = sum;
        }
    return 0;
}

// Works twice, then crashes: what was measured before is in the journal.
static int tire(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    static int runs;
    if (++runs > 3)
        return crash(ctx, job, ph, why);
    return multiply(job);
}

// A GPU, by its own word, whose driver dies when its limits are measured.
static int open_gpu(const struct engine_opts *opts, struct engine_facts *facts,
                    void **ctx, struct fail *why)
{
    int bad = open_nothing(opts, facts, ctx, why);
    facts->gpu = true;
    return bad;
}

static int limits_die(void *ctx, struct device_limits *limits, struct fail *why)
{
    (void)limits;
    return leave(ctx, NULL, NULL, why);
}

// Fails on every second product of a process: what failed must not meet the next case.
static int stain(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    static bool stained;
    stained = stained || job->m == 21;
    (void)ctx, (void)ph;
    return stained ? fail(why, EXIT_DIED, "its context is dead") : multiply(job);
}

#define FAULTY(NAME, MATMUL)                                                             \
    static const struct engine engine_##NAME = {.name = #NAME,                           \
                                                .summary = "faulty on purpose",          \
                                                .probe = probe,                          \
                                                .open = open_nothing,                    \
                                                .prepare_matmul = ready,                 \
                                                .matmul = MATMUL,                        \
                                                .close = close_nothing}
FAULTY(crash, crash);
FAULTY(hang, hang);
FAULTY(leave, leave);
FAULTY(refuse, refuse);
FAULTY(lie, lie);
FAULTY(tire, tire);

static const struct engine engine_gpu = {.name = "gpu",
                                         .summary = "faulty on purpose",
                                         .probe = probe,
                                         .open = open_gpu,
                                         .prepare_matmul = ready,
                                         .matmul = lie,
                                         .limits = limits_die,
                                         .close = close_nothing};
FAULTY(stain, stain);

// For the tuner: HOW names what goes wrong. Without it a right product takes 0.3 s.
enum { HOW_SLOW = 1, HOW_FAST, HOW_WRONG, HOW_CRASH, HOW_HANG, HOW_REFUSE };
static int tuned_how;

static int open_tuned(const struct engine_opts *opts, struct engine_facts *facts,
                      void **ctx, struct fail *why)
{
    const char *how = opts->variant ? strstr(opts->variant, "HOW=") : NULL;
    tuned_how = how ? atoi(how + 4) : 0;
    if (tuned_how == HOW_REFUSE)
        return fail(why, EXIT_ABSENT, "no such kernel, on purpose");
    open_nothing(opts, facts, ctx, why);
    snprintf(facts->variant, sizeof facts->variant, "knobs");
    return 0;
}

static int run_tuned(void *ctx, struct matmul *job, struct phases *ph, struct fail *why)
{
    static const useconds_t pause_us[] = {300000, 600000, 30000};
    switch (tuned_how) {
    case HOW_WRONG:
        return lie(ctx, job, ph, why);
    case HOW_CRASH:
        return crash(ctx, job, ph, why);
    case HOW_HANG:
        return hang(ctx, job, ph, why);
    default:
        usleep(pause_us[tuned_how]);
        return multiply(job);
    }
}

// Leaves what is remembered beside where it stands.
static int keep_tuned(void *ctx, struct fail *why)
{
    (void)ctx;
    FILE *f = fopen("kept", "w");
    if (!f || fprintf(f, "HOW=%d\n", tuned_how) < 0 || fclose(f) != 0)
        return fail(why, EXIT_OUTPUT, "cannot keep it");
    return 0;
}

static const char *const knob_variants[] = {"knobs", NULL};
static const struct knob how_knobs[] = {{"HOW", {1, 2, 3, 4, 5, 6}}, {NULL, {0}}};
static const struct tunable how_tunables[] = {{"knobs", how_knobs}, {NULL, NULL}};
static const struct engine engine_knobs = {.name = "knobs",
                                           .summary = "candidates faulty on purpose",
                                           .matmul_variants = knob_variants,
                                           .matmul_tunables = how_tunables,
                                           .probe = probe,
                                           .open = open_tuned,
                                           .prepare_matmul = ready,
                                           .keep_matmul = keep_tuned,
                                           .matmul = run_tuned,
                                           .close = close_nothing};

const struct engine *const engines[] = {
    &engine_serial, &engine_crash, &engine_hang, &engine_leave,
    &engine_refuse, &engine_lie,   &engine_tire, &engine_gpu,
    &engine_stain,  &engine_knobs, NULL};

const struct workload *const workloads[] = {&workload_matmul, &workload_gophers, NULL};
