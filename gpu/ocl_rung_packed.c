// ocl_rung_packed.c -- see ocl_rung_packed.h.
#include "ocl_rung_packed.h"

#include <stdio.h>

// Steps of k that pack_b takes at a time, and that the packed kernel keeps in a cache.
enum { PACKED_STEPS = 256 };

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

static struct grid line_of(size_t groups)
{
    return (struct grid){.groups = {least(groups, OCL_GROUPS_MAX), 1}, .items = {1, 1}};
}

// Slivers of MR rows and NR columns, as kernels/matmul_4_packed.cl names them.
struct slivers {
    size_t vw, mr, nr, m, n;
};

static struct slivers cut(const struct ocl *o, const struct matmul *job)
{
    struct slivers s;
    s.vw = (size_t)o->vector_f32 * sizeof(float) / elem_bytes(job->type);
    s.mr = o->vector_f32 == 16 ? 12 : 6;
    s.nr = 2 * s.vw;
    s.m = ceil_div(job->m, s.mr);
    s.n = ceil_div(job->n, s.nr);
    return s;
}

// How many slivers make a block of C: enough blocks to keep every unit busy to the end,
// and slivers shared among as many tiles as that leaves.
static void choose_blocks(const struct slivers *s, int units, size_t *block_m,
                          size_t *block_n)
{
    size_t bm = 16, bn = 16;
    while (bm * bn > 1 &&
           tiles(ceil_div(s->m, bm), ceil_div(s->n, bn)) < 8 * (size_t)units) {
        if (bm >= bn)
            bm /= 2;
        else
            bn /= 2;
    }
    *block_m = ceil_div(s->m, ceil_div(s->m, bm));
    *block_n = ceil_div(s->n, ceil_div(s->n, bn));
}

static int plan_packing(const struct ocl *o, const struct matmul *job,
                        const struct ocl_matrices *x, const struct slivers *s,
                        struct ocl_plan *plan, struct fail *why)
{
    const size_t column_bytes = job->k * elem_bytes(job->type);
    if (ocl_kernel(plan->program, "pack_a", &plan->pack_a, why) != 0 ||
        ocl_kernel(plan->program, "pack_b", &plan->pack_b, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_WRITE, s->m * s->mr * column_bytes, NULL,
                   &plan->packed_a, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_WRITE, s->n * s->nr * column_bytes, NULL,
                   &plan->packed_b, why) != 0)
        return -1;

    ocl_arg_ulong(plan->pack_a, 0, job->m);
    ocl_arg_ulong(plan->pack_a, 1, job->k);
    ocl_arg_buffer(plan->pack_a, 2, x->a);
    ocl_arg_buffer(plan->pack_a, 3, plan->packed_a);
    plan->pack_a_grid = line_of(s->m);

    ocl_arg_ulong(plan->pack_b, 0, job->n);
    ocl_arg_ulong(plan->pack_b, 1, job->k);
    ocl_arg_buffer(plan->pack_b, 2, x->b);
    ocl_arg_buffer(plan->pack_b, 3, plan->packed_b);
    plan->pack_b_grid = line_of(tiles(s->n, ceil_div(job->k, PACKED_STEPS)));
    return 0;
}

int ocl_plan_packed(const struct ocl_rung *rung, const struct ocl *o,
                    const struct matmul *job, const struct ocl_matrices *x,
                    struct ocl_plan *plan, struct fail *why)
{
    const char *const sources[] = {rung->file, NULL};
    const char *const real = job->type == ELEM_F32 ? "float" : "double";
    const struct slivers s = cut(o, job);
    char defines[128];
    size_t block_m, block_n;
    snprintf(defines, sizeof defines, "-DREAL=%s -DVEC=%s%zu -DVW=%zu -DMR=%zu -DKC=%d",
             real, real, s.vw, s.vw, s.mr, PACKED_STEPS);
    if (ocl_program(o, sources, defines, &plan->program, why) != 0 ||
        ocl_kernel(plan->program, "matmul_packed", &plan->multiply, why) != 0 ||
        plan_packing(o, job, x, &s, plan, why) != 0)
        return -1;
    choose_blocks(&s, o->units, &block_m, &block_n);
    ocl_arg_ulong(plan->multiply, 0, job->m);
    ocl_arg_ulong(plan->multiply, 1, job->n);
    ocl_arg_ulong(plan->multiply, 2, job->k);
    ocl_arg_buffer(plan->multiply, 3, plan->packed_a);
    ocl_arg_buffer(plan->multiply, 4, plan->packed_b);
    ocl_arg_buffer(plan->multiply, 5, x->c);
    ocl_arg_ulong(plan->multiply, 6, block_m);
    ocl_arg_ulong(plan->multiply, 7, block_n);
    plan->grid = line_of(tiles(ceil_div(s.m, block_m), ceil_div(s.n, block_n)));
    return 0;
}
