// ocl_rung.c -- see ocl_rung.h.
//
// Handing out work to a device means choosing a grid: the kernel says what one work-group
// does, and the device's own scheduler does the rest.
#include "ocl_rung.h"

#include "ocl_rung_gpu.h"
#include "ocl_rung_packed.h"
#include "ocl_rung_tensor.h"
#include "ocl_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct ocl_rung rungs[] = {
    {"naive", "matmul_1_naive.cl", ocl_plan_naive, NULL},
    {"coalesced", "matmul_2_coalesced.cl", ocl_plan_coalesced, NULL},
    {"tiled", "matmul_3_tiled.cl", ocl_plan_tiled, NULL},
    {"strip", "matmul_5_registers.cl", ocl_plan_strip, NULL},
    {"registers", "matmul_5_registers.cl", ocl_plan_registers, NULL},
    {"vectors", "matmul_6_vectors.cl", ocl_plan_vectors, NULL},
    {"warps", "matmul_7_warps.cl", ocl_plan_warps, NULL},
    {"buffered", "matmul_8_buffered.cl", ocl_plan_buffered, ocl_knobs_buffered},
    {"tensor_tf32", "matmul_9_tensor.cl", ocl_plan_tensor_tf32, NULL},
    {"tensor_bf16", "matmul_9_tensor.cl", ocl_plan_tensor_bf16, NULL},
    {"tensor_f64", "matmul_9_tensor.cl", ocl_plan_tensor_f64, NULL},
    {"packed", "matmul_4_packed.cl", ocl_plan_packed, NULL},
};

const char *const ocl_rung_names[] = {
    "naive",      "coalesced", "tiled",    "strip",       "registers",
    "vectors",    "warps",     "buffered", "tensor_tf32", "tensor_bf16",
    "tensor_f64", "packed",    NULL};

const struct tunable ocl_tunables[] = {{"buffered", ocl_knobs_buffered}, {NULL, NULL}};

const struct ocl_rung *ocl_rung_choose(const struct ocl *o, const char *name,
                                       struct ocl_settings *settings, struct fail *why)
{
    *settings = (struct ocl_settings){0};
    if (!name || strcmp(name, "auto") == 0)
        name = o->device.gpu ? "buffered" : "packed";
    const size_t length = strcspn(name, "[");
    for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++) {
        if (strlen(rungs[i].name) != length || strncmp(rungs[i].name, name, length) != 0)
            continue;
        return !name[length] || ocl_settings_read(name + length, rungs[i].knobs, settings,
                                                  why) == 0
                   ? &rungs[i]
                   : NULL;
    }
    char known[160] = "auto";
    for (const char *const *n = ocl_rung_names; *n; n++)
        snprintf(known + strlen(known), sizeof known - strlen(known), " %s", *n);
    fail(why, EXIT_USAGE, "no matmul variant '%.80s' of ocl; known: %s", name, known);
    return NULL;
}

// Every kernel's first argument is a number of rows or columns: with 0 it does nothing.
static int warm(const struct ocl *o, cl_kernel kernel, const struct grid *grid,
                size_t count, struct fail *why)
{
    const struct grid one = {.groups = {1, 1}, .items = {grid->items[0], grid->items[1]}};
    if (!kernel)
        return 0;
    ocl_arg_ulong(kernel, 0, 0);
    if (ocl_launch(o->queue, kernel, &one, 0, NULL, NULL, why) != 0 ||
        ocl_finish(o->queue, "the first launch of a kernel", why) != 0)
        return -1;
    ocl_arg_ulong(kernel, 0, count);
    return 0;
}

int ocl_plan_make(struct ocl_plan *plan, const struct ocl_rung *rung, const struct ocl *o,
                  const struct ocl_settings *settings, const struct matmul *job,
                  const struct ocl_matrices *x, struct fail *why)
{
    *plan = (struct ocl_plan){.settings = *settings};
    if (rung->plan(rung, o, job, x, plan, why) != 0)
        return -1;
    if (warm(o, plan->pack, &plan->pack_grid, job->m, why) != 0 ||
        warm(o, plan->reduce, &plan->reduce_grid, job->m, why) != 0)
        return -1;
    return warm(o, plan->multiply, &plan->grid, job->m, why);
}

void ocl_plan_free(struct ocl_plan *plan)
{
    ocl_release_buffer(&plan->partial);
    ocl_release_buffer(&plan->next_block);
    ocl_release_buffer(&plan->packed_b);
    ocl_release_buffer(&plan->packed_a);
    free(plan->space);
    plan->space = NULL;
    ocl_release_kernel(&plan->reduce);
    ocl_release_kernel(&plan->multiply);
    ocl_release_kernel(&plan->pack);
    ocl_release_program(&plan->program);
}

int ocl_plan_launch(const struct ocl_plan *plan, cl_command_queue queue, struct fail *why)
{
    if (plan->pack &&
        ocl_launch(queue, plan->pack, &plan->pack_grid, 0, NULL, NULL, why) != 0)
        return -1;
    if (ocl_launch(queue, plan->multiply, &plan->grid, 0, NULL, NULL, why) != 0)
        return -1;
    return plan->reduce
               ? ocl_launch(queue, plan->reduce, &plan->reduce_grid, 0, NULL, NULL, why)
               : 0;
}
