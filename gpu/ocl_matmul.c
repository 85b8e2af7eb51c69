// ocl_matmul.c -- see ocl_matmul.h.
#include "ocl_matmul.h"

#include "ocl_operands.h"
#include "ocl_rung.h"

#include <stdlib.h>

struct ocl_matmul {
    const struct ocl *ocl;
    const struct matmul *job;
    const struct ocl_rung *rung;
    struct ocl_operands operands;
    struct ocl_plan plan;
};

static bool is_empty(const struct matmul *job)
{
    return job->m == 0 || job->n == 0;
}

static int prepare(struct ocl_matmul *x, struct fail *why)
{
    const struct ocl_matrices *on = &x->operands.on_device;
    if (is_empty(x->job))
        return 0;
    if (ocl_operands_make(&x->operands, x->ocl, x->job, why) != 0)
        return -1;
    return ocl_plan_make(&x->plan, x->rung, x->ocl, x->job, on, why);
}

struct ocl_matmul *ocl_matmul_make(const struct ocl *o, const char *variant,
                                   const struct matmul *job, struct fail *why)
{
    const struct ocl_rung *rung = ocl_rung_choose(o, variant, why);
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

static int launch(void *arg, struct fail *why)
{
    const struct ocl_matmul *x = arg;
    if (ocl_plan_launch(&x->plan, x->ocl->queue, why) != 0)
        return -1;
    return ocl_finish(x->ocl->queue, "the product's kernel", why);
}

int ocl_matmul_run(struct ocl_matmul *x, struct phases *phases, struct fail *why)
{
    *phases = (struct phases){0};
    if (is_empty(x->job))
        return 0;
    return ocl_operands_multiply(&x->operands, launch, x, phases, why);
}
