// ocl_rung.c -- see ocl_rung.h.
//
// Handing out work to a device means choosing a grid: the kernel says what one work-group
// does, and the device's own scheduler does the rest.
#include "ocl_rung.h"

#include "ocl_rung_packed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t ceil_div(size_t a, size_t b)
{
    return a / b + (a % b != 0);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// The product of two counts of tiles, no more than a grid may have.
static size_t tiles(size_t rows, size_t cols)
{
    return least(rows, OCL_GROUPS_MAX) * least(cols, OCL_GROUPS_MAX);
}

static struct grid line_of(size_t groups, size_t items)
{
    return (struct grid){.groups = {least(groups, OCL_GROUPS_MAX), 1},
                         .items = {items, 1}};
}

static const char *real(const struct matmul *job)
{
    return job->type == ELEM_F32 ? "float" : "double";
}

static int build(const struct ocl_rung *rung, const struct ocl *o, const char *defines,
                 const char *kernel, struct ocl_plan *plan, struct fail *why)
{
    const char *const sources[] = {rung->file, NULL};
    if (ocl_program(o, sources, defines, &plan->program, why) != 0)
        return -1;
    return ocl_kernel(plan->program, kernel, &plan->multiply, why);
}

static void set_product_args(cl_kernel kernel, const struct matmul *job, cl_mem a,
                             cl_mem b, cl_mem c)
{
    ocl_arg_ulong(kernel, 0, job->m);
    ocl_arg_ulong(kernel, 1, job->n);
    ocl_arg_ulong(kernel, 2, job->k);
    ocl_arg_buffer(kernel, 3, a);
    ocl_arg_buffer(kernel, 4, b);
    ocl_arg_buffer(kernel, 5, c);
}

static int plan_naive(const struct ocl_rung *rung, const struct ocl *o,
                      const struct matmul *job, const struct ocl_matrices *x,
                      struct ocl_plan *plan, struct fail *why)
{
    char defines[64];
    const size_t items = least(64, o->group_items);
    snprintf(defines, sizeof defines, "-DREAL=%s", real(job));
    if (build(rung, o, defines, "matmul_naive", plan, why) != 0)
        return -1;
    plan->grid = (struct grid){
        .groups = {least(ceil_div(job->n, items), OCL_GROUPS_MAX),
                   least(job->m, OCL_GROUPS_MAX)},
        .items = {items, 1},
    };
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

static int plan_tiled(const struct ocl_rung *rung, const struct ocl *o,
                      const struct matmul *job, const struct ocl_matrices *x,
                      struct ocl_plan *plan, struct fail *why)
{
    char defines[64];
    const size_t tile = o->group_items >= 256 ? 16 : o->group_items >= 64 ? 8 : 1;
    snprintf(defines, sizeof defines, "-DREAL=%s -DTILE=%zu", real(job), tile);
    if (build(rung, o, defines, "matmul_tiled", plan, why) != 0)
        return -1;
    plan->grid = line_of(tiles(ceil_div(job->m, tile), ceil_div(job->n, tile)), tile);
    plan->grid.items[1] = tile;
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

// Steps of k at a time: 64 bytes of a row.
static size_t register_steps(const struct matmul *job)
{
    return 64 / elem_bytes(job->type);
}

static size_t register_items(size_t tile)
{
    return tile / 8 * (tile / 8);
}

// The two halves of both tiles, as kernels/matmul_3_registers.cl declares them.
static size_t register_bytes(const struct matmul *job, size_t tile)
{
    return 2 * register_steps(job) * (tile + 4 + tile) * elem_bytes(job->type);
}

static bool register_fits(const struct ocl *o, const struct matmul *job, size_t tile)
{
    return o->group_items >= register_items(tile) &&
           (!o->local_bytes || o->local_bytes >= register_bytes(job, tile));
}

// Large tiles read memory less often; small ones keep every unit busy when C is small,
// and are all that 32 KiB of local memory hold.
static size_t register_tile(const struct ocl *o, const struct matmul *job)
{
    const size_t wide = tiles(ceil_div(job->m, 128), ceil_div(job->n, 128));
    return register_fits(o, job, 128) && wide >= 2 * (size_t)o->units ? 128 : 64;
}

static int plan_registers(const struct ocl_rung *rung, const struct ocl *o,
                          const struct matmul *job, const struct ocl_matrices *x,
                          struct ocl_plan *plan, struct fail *why)
{
    char defines[128];
    const size_t tile = register_tile(o, job), items = register_items(tile);
    const bool aligned = job->n % 4 == 0 && job->k % 4 == 0;
    if (!register_fits(o, job, tile))
        return fail(why, EXIT_ABSENT,
                    "%s allows %zu work-items a group with %llu bytes of local memory; "
                    "registers needs %zu and %zu",
                    o->device.seen.address, o->group_items,
                    (unsigned long long)o->local_bytes, items, register_bytes(job, tile));
    snprintf(defines, sizeof defines,
             "-DREAL=%s -DREAL4=%s4 -DBM=%zu -DBN=%zu -DBK=%zu -DALIGNED=%d", real(job),
             real(job), tile, tile, register_steps(job), aligned);
    if (build(rung, o, defines, "matmul_registers", plan, why) != 0)
        return -1;
    plan->grid = line_of(tiles(ceil_div(job->m, tile), ceil_div(job->n, tile)), items);
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

static const struct ocl_rung rungs[] = {
    {"naive", "matmul_1_naive.cl", plan_naive},
    {"tiled", "matmul_2_tiled.cl", plan_tiled},
    {"registers", "matmul_3_registers.cl", plan_registers},
    {"packed", "matmul_4_packed.cl", ocl_plan_packed},
};

const char *const ocl_rung_names[] = {"naive", "tiled", "registers", "packed", NULL};

const struct ocl_rung *ocl_rung_choose(const struct ocl *o, const char *name,
                                       struct fail *why)
{
    if (!name || strcmp(name, "auto") == 0)
        name = o->device.gpu ? "registers" : "packed";
    for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
        if (strcmp(rungs[i].name, name) == 0)
            return &rungs[i];
    fail(why, EXIT_USAGE,
         "no matmul variant '%.80s' of ocl; known: auto naive tiled registers packed",
         name);
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
                  const struct matmul *job, const struct ocl_matrices *x,
                  struct fail *why)
{
    *plan = (struct ocl_plan){0};
    if (rung->plan(rung, o, job, x, plan, why) != 0)
        return -1;
    if (warm(o, plan->pack, &plan->pack_grid, job->m, why) != 0)
        return -1;
    return warm(o, plan->multiply, &plan->grid, job->m, why);
}

void ocl_plan_free(struct ocl_plan *plan)
{
    ocl_release_buffer(&plan->next_block);
    ocl_release_buffer(&plan->packed_b);
    ocl_release_buffer(&plan->packed_a);
    free(plan->space);
    plan->space = NULL;
    ocl_release_kernel(&plan->multiply);
    ocl_release_kernel(&plan->pack);
    ocl_release_program(&plan->program);
}

int ocl_plan_launch(const struct ocl_plan *plan, cl_command_queue queue, struct fail *why)
{
    if (plan->pack &&
        ocl_launch(queue, plan->pack, &plan->pack_grid, 0, NULL, NULL, why) != 0)
        return -1;
    return ocl_launch(queue, plan->multiply, &plan->grid, 0, NULL, NULL, why);
}
