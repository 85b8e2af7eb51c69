// ocl_matmul.c -- see ocl_matmul.h.
#include "ocl_matmul.h"

#include "ocl_operands.h"
#include "ocl_rung.h"
#include "ocl_tuned.h"

#include <stdio.h>
#include <stdlib.h>

struct ocl_matmul {
    const struct ocl *ocl;
    const struct matmul *job;
    const struct ocl_rung *rung;
    struct ocl_settings asked;
    bool tuned;  // asked for by what was remembered, not by name
    char remark[256];
    struct ocl_operands operands;
    struct ocl_plan plan;
};

static bool is_empty(const struct matmul *job)
{
    return job->m == 0 || job->n == 0;
}

static int make_plan(struct ocl_matmul *x, struct fail *why)
{
    const struct ocl_matrices *on = &x->operands.on_device;
    if (x->rung->knobs && !x->asked.given) {
        x->tuned = ocl_tuned_find(x->ocl, x->rung, x->job, &x->asked, why);
        snprintf(x->remark, sizeof x->remark, "%.255s", why->text);
    }
    if (ocl_plan_make(&x->plan, x->rung, x->ocl, &x->asked, x->job, on, why) == 0)
        return 0;
    if (!x->tuned || why->code != EXIT_ABSENT)
        return -1;
    // Remembered numbers that this device cannot have, or not any more.
    snprintf(x->remark, sizeof x->remark, "tuned numbers are ignored: %.200s", why->text);
    x->tuned = false;
    x->asked = (struct ocl_settings){0};
    ocl_plan_free(&x->plan);
    return ocl_plan_make(&x->plan, x->rung, x->ocl, &x->asked, x->job, on, why);
}

static int prepare(struct ocl_matmul *x, struct fail *why)
{
    if (is_empty(x->job))
        return 0;
    if (ocl_operands_make(&x->operands, x->ocl, x->job, why) != 0)
        return -1;
    return make_plan(x, why);
}

struct ocl_matmul *ocl_matmul_make(const struct ocl *o, const char *variant,
                                   const struct matmul *job, struct fail *why)
{
    struct ocl_settings asked;
    const struct ocl_rung *rung = ocl_rung_choose(o, variant, &asked, why);
    if (!rung)
        return NULL;
    struct ocl_matmul *x = calloc(1, sizeof *x);
    if (!x) {
        fail(why, EXIT_RESOURCE, "no memory to prepare a product");
        return NULL;
    }
    x->ocl = o;
    x->job = job;
    x->rung = rung;
    x->asked = asked;
    if (prepare(x, why) == 0)
        return x;
    ocl_matmul_free(x);
    return NULL;
}

void ocl_matmul_free(struct ocl_matmul *x)
{
    if (!x)
        return;
    ocl_operands_free(&x->operands);
    ocl_plan_free(&x->plan);
    free(x);
}

const char *ocl_matmul_rung(const struct ocl_matmul *x)
{
    return x->rung->name;
}

char *ocl_matmul_variant(const struct ocl_matmul *x, char *to, size_t bytes)
{
    snprintf(to, bytes, "%s%s%s%s", x->rung->name, *x->plan.about ? " " : "",
             x->plan.about, x->tuned ? ", tuned" : "");
    return to;
}

const char *ocl_matmul_remark(const struct ocl_matmul *x)
{
    return x->remark;
}

double ocl_matmul_input_epsilon(const struct ocl_matmul *x)
{
    return x->plan.input_epsilon;
}

int ocl_matmul_keep(const struct ocl_matmul *x, struct fail *why)
{
    if (!x->rung->knobs || !x->plan.multiply)
        return fail(why, EXIT_USAGE, "%s has no numbers to remember", x->rung->name);
    return ocl_tuned_keep(x->ocl, x->rung, x->job, &x->plan.settings, why);
}

static int launch(void *arg, struct fail *why)
{
    const struct ocl_matmul *x = arg;
    if (ocl_plan_launch(&x->plan, x->ocl->queue, why) != 0)
        return -1;
    // Mapping C waits for the kernels, and waiting twice would cost a small product dear.
    if (x->ocl->device.unified)
        return 0;
    return ocl_finish(x->ocl->queue, "the product's kernel", why);
}

int ocl_matmul_run(struct ocl_matmul *x, struct phases *phases, struct fail *why)
{
    *phases = (struct phases){0};
    if (is_empty(x->job))
        return 0;
    return ocl_operands_multiply(&x->operands, launch, x, phases, why);
}
