// ocl_rung_packed.c -- see ocl_rung_packed.h.
//
// One launch packs, one multiplies. The second has a group for each unit, and groups take
// blocks of C as they get done: PoCL hands out groups by halves of what is left, and a
// unit that is held up would keep its half.
#include "ocl_rung_packed.h"

#include "ocl_tiles.h"

#include "pages.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    KC_MIN = 64,
    KC_MAX = 2048,
    PACK_GROUPS_A_UNIT = 16,  // small enough pieces, and few enough visits for more
    BLOCKS_A_UNIT = 16        // so that the last ones leave no unit idle for long
};

// Slivers of MR rows and NR columns, as kernels/matmul_4_packed.cl names them.
struct slivers {
    size_t vw, mr, nr, m, n;
    size_t kc, block_m, block_n;  // steps, and slivers of a block of C
    bool own;                     // groups pack their rows of A themselves
};

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static struct grid line_of(size_t groups)
{
    return (struct grid){.groups = {least(groups, OCL_GROUPS_MAX), 1}, .items = {1, 1}};
}

// The device is the host's own CPU. Containers and emulators answer 0 or -1.
static size_t second_cache_bytes(void)
{
    const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return bytes >= 65536 && bytes <= (1L << 30) ? (size_t)bytes : 512 << 10;
}

// Long: between two stretches of k every tile of C is stored and loaded again, and that
// costs more than a sliver of B that does not fit into the first cache and comes from the
// second. It takes an eighth of that; stretches are even.
static size_t choose_kc(size_t k, size_t sliver_row_bytes, size_t l2)
{
    const size_t kc = least(most(l2 / 8 / sliver_row_bytes, KC_MIN), KC_MAX);
    return k == 0 ? 1 : ceil_div(ceil_div(k, ceil_div(k, kc)), 8) * 8;
}

// Half of the second cache for a block of A; then smaller ones, until there are blocks
// enough to keep every unit busy to the end.
static void choose_blocks(struct slivers *s, size_t elem, size_t l2, size_t units)
{
    size_t bm = most(l2 / 2 / (s->kc * elem) / s->mr, 1), bn = 32;
    const size_t wanted = units > 1 ? BLOCKS_A_UNIT * units : 1;
    bm = least(bm, s->m);
    bn = least(bn, s->n);
    while (bm * bn > 1 && ceil_div(s->m, bm) * ceil_div(s->n, bn) < wanted) {
        if (bn == 1 || (bm > 1 && bm * s->mr >= bn * s->nr))
            bm = ceil_div(bm, 2);
        else
            bn = ceil_div(bn, 2);
    }
    s->block_m = ceil_div(s->m, ceil_div(s->m, bm));
    s->block_n = ceil_div(s->n, ceil_div(s->n, bn));
    // Where every row of A belongs to one block only, nobody else wants it packed.
    s->own = s->block_n == s->n;
}

// Two vectors by as many rows as the registers hold: 28 of the 32 of AVX-512, 12 of the
// 16 of AVX2, 20 of the 32 of NEON.
static struct slivers cut(const struct ocl *o, const struct matmul *job)
{
    const size_t elem = elem_bytes(job->type), l2 = second_cache_bytes();
    struct slivers s = {.vw = (size_t)o->vector_f32 * sizeof(float) / elem};
    s.mr = o->vector_f32 == 16 ? 14 : o->vector_f32 == 8 ? 6 : 10;
    s.nr = 2 * s.vw;
    s.m = ceil_div(job->m, s.mr);
    s.n = ceil_div(job->n, s.nr);
    s.kc = choose_kc(job->k, s.nr * elem, l2);
    choose_blocks(&s, elem, l2, (size_t)o->units);
    return s;
}

// Host memory where the device shares it: the device's own comes on small pages, and is
// not there until it is touched.
static int make_space(const struct ocl *o, struct ocl_plan *plan, size_t a_bytes,
                      size_t b_bytes, struct fail *why)
{
    char *b = NULL;
    a_bytes = (a_bytes / PAGE_BYTES + 1) * PAGE_BYTES;
    if (o->device.unified) {
        plan->space = pages_make(a_bytes + b_bytes, "the packed matrices", why);
        if (!plan->space)
            return -1;
        memset(plan->space, 0, a_bytes + b_bytes);
        b = (char *)plan->space + a_bytes;
    }
    return ocl_buffer(o, CL_MEM_READ_WRITE, a_bytes, plan->space, &plan->packed_a, why) ||
                   ocl_buffer(o, CL_MEM_READ_WRITE, b_bytes, b, &plan->packed_b, why) ||
                   ocl_buffer(o, CL_MEM_READ_WRITE, sizeof(cl_uint), NULL,
                              &plan->next_block, why)
               ? -1
               : 0;
}

static void set_arguments(const struct ocl_plan *plan, const struct matmul *job,
                          const struct ocl_matrices *x, const struct slivers *s)
{
    const cl_uint own = s->own;
    for (int i = 0; i < 2; i++) {
        const cl_kernel kernel = i ? plan->pack : plan->multiply;
        ocl_arg_ulong(kernel, 0, job->m);
        ocl_arg_ulong(kernel, 1, job->n);
        ocl_arg_ulong(kernel, 2, job->k);
        ocl_arg_buffer(kernel, 3, x->a);
    }
    ocl_arg_buffer(plan->pack, 4, x->b);
    ocl_arg_buffer(plan->pack, 5, plan->packed_a);
    ocl_arg_buffer(plan->pack, 6, plan->packed_b);
    ocl_arg(plan->pack, 7, sizeof own, &own);
    ocl_arg_buffer(plan->pack, 8, plan->next_block);
    ocl_arg_buffer(plan->multiply, 4, plan->packed_a);
    ocl_arg_buffer(plan->multiply, 5, plan->packed_b);
    ocl_arg_buffer(plan->multiply, 6, x->c);
    ocl_arg_ulong(plan->multiply, 7, s->block_m);
    ocl_arg_ulong(plan->multiply, 8, s->block_n);
    ocl_arg_ulong(plan->multiply, 9, s->kc);
    ocl_arg(plan->multiply, 10, sizeof own, &own);
    ocl_arg_buffer(plan->multiply, 11, plan->next_block);
}

int ocl_plan_packed(const struct ocl_rung *rung, const struct ocl *o,
                    const struct matmul *job, const struct ocl_matrices *x,
                    struct ocl_plan *plan, struct fail *why)
{
    const char *const sources[] = {rung->file, NULL};
    const struct slivers s = cut(o, job);
    const size_t elem = elem_bytes(job->type);
    const size_t a_steps = s.own ? s.kc * s.block_m * (size_t)o->units : job->k * s.m;
    char defines[64];
    snprintf(defines, sizeof defines, "-DREAL=%s -DVW=%zu -DMR=%zu -DCPU=%d",
             job->type == ELEM_F32 ? "float" : "double", s.vw, s.mr,
             o->device.cpu && !o->device.gpu);
    if (ocl_program(o, sources, defines, &plan->program, why) != 0 ||
        ocl_kernel(plan->program, "pack", &plan->pack, why) != 0 ||
        ocl_kernel(plan->program, "matmul_packed", &plan->multiply, why) != 0 ||
        make_space(o, plan, a_steps * s.mr * elem, job->k * s.n * s.nr * elem, why) != 0)
        return -1;
    set_arguments(plan, job, x, &s);
    plan->pack_grid = line_of(PACK_GROUPS_A_UNIT * (size_t)o->units);
    plan->grid = line_of((size_t)o->units);
    return 0;
}
