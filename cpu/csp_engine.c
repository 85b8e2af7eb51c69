// csp_engine.c -- tasks and channels on as many OS threads as there are CPUs.
#include "csp_engine.h"

#include "csp.h"
#include "csp_start.h"

#include <stdio.h>

static char panic_text[200];  // a run has at most one panic, and ends with it

static void on_panic(const char *message)
{
    snprintf(panic_text, sizeof panic_text, "%s", message);
}

static struct csp_opts options_of(const struct cpu_engine *e)
{
    return (struct csp_opts){.procs = e->threads, .seed = e->seed, .on_panic = on_panic};
}

static int fail_run(const struct cpu_engine *e, int end, struct fail *why)
{
    switch (end) {
    case CSP_DEADLOCK:
        return fail(why, EXIT_DEADLOCK, "deadlock: every task waits for another one");
    case CSP_PANIC:
        return fail(why, EXIT_DEADLOCK, "a task failed: %s", panic_text);
    case CSP_ETHREAD:
        return fail(why, EXIT_RESOURCE, "cannot start %d threads for tasks", e->threads);
    default:
        return fail(why, EXIT_RESOURCE, "out of memory for tasks");
    }
}

int csp_start(const struct cpu_engine *e, void (*first)(void *), void *arg,
              struct fail *why)
{
    if (e->in_run) {
        first(arg);
        return 0;
    }
    const struct csp_opts opts = options_of(e);
    const int end = csp_run(first, arg, &opts, NULL);
    return end == CSP_OK ? 0 : fail_run(e, end, why);
}

struct visit {
    struct cpu_engine *e;
    int (*body)(void *);
    void *arg;
    int failed;
};

static void visit(void *arg)
{
    struct visit *v = arg;
    v->failed = v->body(v->arg);
    csp_dismiss(v->e);
}

int csp_within(void *ctx, int (*body)(void *arg), void *arg, struct fail *why)
{
    struct cpu_engine *e = ctx;
    struct visit v = {.e = e, .body = body, .arg = arg};
    const struct csp_opts opts = options_of(e);
    e->in_run = true;
    const int end = csp_run(visit, &v, &opts, NULL);
    e->in_run = false;
    return end == CSP_OK ? v.failed : fail_run(e, end, why);
}

static int probe(struct device *found, int max, struct fail *why)
{
    (void)why;
    return cpu_probe(found, max, "tasks on threads");
}

static void nothing(void *arg)
{
    (void)arg;
}

// The first run starts the threads, which later runs find waiting.
static int open(const struct engine_opts *opts, struct engine_facts *facts, void **ctx,
                struct fail *why)
{
    if (cpu_open(opts, opts->threads, facts, ctx, why) != 0)
        return -1;
    return csp_start(*ctx, nothing, NULL, why);
}

const struct engine engine_csp = {
    .name = "csp",
    .summary = "tasks and channels, after Hoare and Go",
    .matmul_variants = gemm_variants,
    .gophers_variants = burn_variants,
    .probe = probe,
    .open = open,
    .prepare_matmul = csp_prepare_matmul,
    .prepare_gophers = csp_prepare_gophers,
    .matmul = csp_matmul,
    .gophers = csp_gophers,
    .within = csp_within,
    .close = cpu_close,
};
