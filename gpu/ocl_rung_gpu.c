// ocl_rung_gpu.c -- see ocl_rung_gpu.h.
//
// A plan picks the tile that a work-group computes. Large tiles read memory less often;
// small ones keep every unit busy when C is small, and ask less of a small device.
#include "ocl_rung_gpu.h"

#include "ocl_tiles.h"

#include "ocl_settings.h"

#include <stdio.h>

// Of a warp, as kernels/matmul_7_warps.cl arranges it.
enum { WARP = 32, LANES_DOWN = 4, LANES_ACROSS = 8, VECTOR_BYTES = 16, ROW_PAD = 4 };

// A slice of k is worth adding up when it has as many steps.
enum { SLICE_STEPS_MIN = 512, SLICES_MAX = 64 };

// A tile of C: bm x bn, in steps of bk, tm x tn of it a work-item.
struct tile {
    size_t bm, bn, bk, tm, tn;
};

// As settings name them; REGS is how many registers NVIDIA's compiler may use.
enum { BM, BN, BK, TM, TN, REGS };

const struct knob ocl_knobs_buffered[] = {{"BM", {32, 64, 128, 256}},
                                          {"BN", {32, 64, 128, 256}},
                                          {"BK", {8, 16, 32}},
                                          {"TM", {2, 4, 8, 16}},
                                          {"TN", {2, 4, 8}},
                                          {"REGS", {96, 128, 168, 255}},
                                          {NULL, {0}}};

// The product of two counts of tiles, no more than a grid may have.
static size_t count_tiles(const struct matmul *job, size_t bm, size_t bn)
{
    return least(ceil_div(job->m, bm), OCL_GROUPS_MAX) *
           least(ceil_div(job->n, bn), OCL_GROUPS_MAX);
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

static int build(const struct ocl *o, const char *const *sources, const char *defines,
                 const char *kernel, struct ocl_plan *plan, struct fail *why)
{
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

// One work-item an element of C; dimension 0 counts `fast`, dimension 1 `slow`.
static int plan_elements(const struct ocl_rung *rung, const struct ocl *o,
                         const struct matmul *job, const struct ocl_matrices *x,
                         size_t fast, size_t slow, struct ocl_plan *plan,
                         struct fail *why)
{
    char defines[64], kernel[32];
    const size_t items = least(64, o->group_items);
    const char *const sources[] = {rung->file, NULL};
    snprintf(defines, sizeof defines, "-DREAL=%s", real(job));
    snprintf(kernel, sizeof kernel, "matmul_%s", rung->name);
    if (build(o, sources, defines, kernel, plan, why) != 0)
        return -1;
    plan->grid = (struct grid){.groups = {least(ceil_div(fast, items), OCL_GROUPS_MAX),
                                          least(slow, OCL_GROUPS_MAX)},
                               .items = {items, 1}};
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

int ocl_plan_naive(const struct ocl_rung *rung, const struct ocl *o,
                   const struct matmul *job, const struct ocl_matrices *x,
                   struct ocl_plan *plan, struct fail *why)
{
    return plan_elements(rung, o, job, x, job->m, job->n, plan, why);
}

int ocl_plan_coalesced(const struct ocl_rung *rung, const struct ocl *o,
                       const struct matmul *job, const struct ocl_matrices *x,
                       struct ocl_plan *plan, struct fail *why)
{
    return plan_elements(rung, o, job, x, job->n, job->m, plan, why);
}

int ocl_plan_tiled(const struct ocl_rung *rung, const struct ocl *o,
                   const struct matmul *job, const struct ocl_matrices *x,
                   struct ocl_plan *plan, struct fail *why)
{
    char defines[64];
    const size_t tile = o->group_items >= 256 ? 16 : o->group_items >= 64 ? 8 : 1;
    const char *const sources[] = {rung->file, NULL};
    snprintf(defines, sizeof defines, "-DREAL=%s -DTILE=%zu", real(job), tile);
    if (build(o, sources, defines, "matmul_tiled", plan, why) != 0)
        return -1;
    plan->grid = line_of(count_tiles(job, tile, tile), tile);
    plan->grid.items[1] = tile;
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

// ---- tiles of registers

// How much of a device a tile's work-group takes.
struct need {
    size_t items, local_bytes;
};

static int fail_need(const struct ocl_rung *rung, const struct ocl *o, struct need need,
                     struct fail *why)
{
    return fail(why, EXIT_ABSENT,
                "%s allows %zu work-items a group with %llu bytes of local memory; "
                "%s needs %zu and %zu",
                o->device.seen.address, o->group_items,
                (unsigned long long)o->local_bytes, rung->name, need.items,
                need.local_bytes);
}

static bool has(const struct ocl *o, struct need need)
{
    return o->group_items >= need.items &&
           (!o->local_bytes || o->local_bytes >= need.local_bytes);
}

static struct need register_need(const struct matmul *job, const struct tile *t)
{
    return (struct need){.items = t->bm / t->tm * (t->bn / t->tn),
                         .local_bytes = (t->bm * (t->bk + 1) + t->bk * t->bn) *
                                        elem_bytes(job->type)};
}

static void show(const struct tile *t, struct ocl_plan *plan)
{
    snprintf(plan->about, sizeof plan->about, "%zux%zux%zu", t->bm, t->bn, t->bk);
}

// The first of three tiles that the device has room for, with matmul_5_registers.cl.
static int plan_scalar(const struct ocl_rung *rung, const struct ocl *o,
                       const struct matmul *job, const struct ocl_matrices *x,
                       const struct tile tiles[3], struct ocl_plan *plan,
                       struct fail *why)
{
    char defines[128];
    const char *const sources[] = {rung->file, NULL};
    const struct tile *t = tiles;
    while (t < tiles + 2 && !has(o, register_need(job, t)))
        t++;
    const struct need need = register_need(job, t);
    if (!has(o, need))
        return fail_need(rung, o, need, why);
    snprintf(defines, sizeof defines,
             "-DREAL=%s -DBM=%zu -DBN=%zu -DBK=%zu -DTM=%zu -DTN=%zu", real(job), t->bm,
             t->bn, t->bk, t->tm, t->tn);
    if (build(o, sources, defines, "matmul_registers", plan, why) != 0)
        return -1;
    show(t, plan);
    plan->grid = line_of(count_tiles(job, t->bm, t->bn), need.items);
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

int ocl_plan_strip(const struct ocl_rung *rung, const struct ocl *o,
                   const struct matmul *job, const struct ocl_matrices *x,
                   struct ocl_plan *plan, struct fail *why)
{
    static const struct tile tiles[3] = {
        {64, 32, 16, 8, 1}, {32, 16, 16, 8, 1}, {8, 8, 8, 8, 1}};
    return plan_scalar(rung, o, job, x, tiles, plan, why);
}

int ocl_plan_registers(const struct ocl_rung *rung, const struct ocl *o,
                       const struct matmul *job, const struct ocl_matrices *x,
                       struct ocl_plan *plan, struct fail *why)
{
    static const struct tile tiles[3] = {
        {64, 64, 16, 8, 8}, {32, 32, 16, 8, 8}, {8, 8, 8, 8, 8}};
    return plan_scalar(rung, o, job, x, tiles, plan, why);
}

// ---- tiles of vectors

// Elements of a vector of 16 bytes.
static size_t vector_elements(const struct matmul *job)
{
    return VECTOR_BYTES / elem_bytes(job->type);
}

// What matmul_6 to 8 take: `halves` of both tiles.
static struct need vector_need(const struct matmul *job, const struct tile *t,
                               size_t halves)
{
    return (struct need){.items = t->bm / t->tm * (t->bn / t->tn),
                         .local_bytes = halves * t->bk * (t->bm + ROW_PAD + t->bn) *
                                        elem_bytes(job->type)};
}

static int build_vectors(const struct ocl_rung *rung, const struct ocl *o,
                         const struct matmul *job, const struct tile *t, int registers,
                         struct ocl_plan *plan, struct fail *why)
{
    char defines[192], kernel[32], limit[40] = "";
    const char *const sources[] = {"matmul_vec.cl", rung->file, NULL};
    const size_t w = vector_elements(job);
    const bool aligned = job->n % w == 0 && job->k % w == 0;
    if (o->nv_options && registers > 0)
        snprintf(limit, sizeof limit, " -cl-nv-maxrregcount=%d", registers);
    snprintf(defines, sizeof defines,
             "-DREAL=%s -DVEC=%s%zu -DW=%zu -DALIGNED=%d -DBM=%zu -DBN=%zu -DBK=%zu "
             "-DTM=%zu -DTN=%zu%s",
             real(job), real(job), w, w, aligned, t->bm, t->bn, t->bk, t->tm, t->tn,
             limit);
    snprintf(kernel, sizeof kernel, "matmul_%s", rung->name);
    show(t, plan);
    return build(o, sources, defines, kernel, plan, why);
}

int ocl_plan_vectors(const struct ocl_rung *rung, const struct ocl *o,
                     const struct matmul *job, const struct ocl_matrices *x,
                     struct ocl_plan *plan, struct fail *why)
{
    const size_t steps = 64 / elem_bytes(job->type);
    const struct tile wide = {64, 64, steps, 8, 8}, narrow = {32, 32, steps, 8, 8};
    const struct tile *t = has(o, vector_need(job, &wide, 1)) ? &wide : &narrow;
    const struct need need = vector_need(job, t, 1);
    if (!has(o, need))
        return fail_need(rung, o, need, why);
    if (build_vectors(rung, o, job, t, 0, plan, why) != 0)
        return -1;
    plan->grid = line_of(count_tiles(job, t->bm, t->bn), need.items);
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

// Large, small, and the least that asks a device for. Doubles take two registers each.
static const struct tile warp_tiles_f32[3] = {
    {128, 128, 16, 8, 8}, {64, 64, 16, 8, 4}, {64, 64, 16, 8, 8}};
static const struct tile warp_tiles_f64[3] = {
    {128, 64, 8, 8, 4}, {64, 64, 8, 4, 4}, {32, 64, 8, 8, 8}};

// The largest tile that fits and makes two work-groups a unit; if none does, the smallest
// that fits, or NULL.
static const struct tile *choose_warp_tile(const struct ocl *o, const struct matmul *job,
                                           size_t halves)
{
    const struct tile *tiles = job->type == ELEM_F32 ? warp_tiles_f32 : warp_tiles_f64;
    for (int i = 0; i < 3; i++)
        if (has(o, vector_need(job, &tiles[i], halves)) &&
            (i > 0 || count_tiles(job, tiles[i].bm, tiles[i].bn) >= 2 * (size_t)o->units))
            return &tiles[i];
    return NULL;
}

static const struct tile *least_warp_tile(const struct matmul *job)
{
    return &(job->type == ELEM_F32 ? warp_tiles_f32 : warp_tiles_f64)[2];
}

int ocl_plan_warps(const struct ocl_rung *rung, const struct ocl *o,
                   const struct matmul *job, const struct ocl_matrices *x,
                   struct ocl_plan *plan, struct fail *why)
{
    const struct tile *t = choose_warp_tile(o, job, 1);
    if (!t)
        return fail_need(rung, o, vector_need(job, least_warp_tile(job), 1), why);
    if (build_vectors(rung, o, job, t, 0, plan, why) != 0)
        return -1;
    plan->grid = line_of(count_tiles(job, t->bm, t->bn), vector_need(job, t, 1).items);
    set_product_args(plan->multiply, job, x->a, x->b, x->c);
    return 0;
}

// Whether the kernel's loops come out even.
static bool is_whole(const struct matmul *job, const struct tile *t)
{
    const size_t w = vector_elements(job);
    if (t->tm % w || t->tn % w || t->bk % (2 * w) || t->bm % 16 ||
        t->bm % (LANES_DOWN * t->tm) || t->bn % (LANES_ACROSS * t->tn))
        return false;
    const size_t items = vector_need(job, t, 2).items;
    return t->bm * t->bk / w % items == 0 && t->bk * t->bn / w % items == 0;
}

// What the settings say, and the plan's own choice where they say nothing.
static int choose_buffered(const struct ocl_rung *rung, const struct ocl *o,
                           const struct matmul *job, struct ocl_settings *settings,
                           struct tile *t, struct fail *why)
{
    char text[96];
    int *value = settings->value;
    const bool asked = !ocl_settings_empty(settings);
    const struct tile *own = choose_warp_tile(o, job, 2);
    if (!own && !asked)
        return fail_need(rung, o, vector_need(job, least_warp_tile(job), 2), why);
    if (!own)
        own = least_warp_tile(job);
    *t = (struct tile){.bm = value[BM] ? (size_t)value[BM] : own->bm,
                       .bn = value[BN] ? (size_t)value[BN] : own->bn,
                       .bk = value[BK] ? (size_t)value[BK] : own->bk,
                       .tm = value[TM] ? (size_t)value[TM] : own->tm,
                       .tn = value[TN] ? (size_t)value[TN] : own->tn};
    if (value[REGS] && !o->nv_options)
        return fail(why, EXIT_ABSENT, "%s has no limit of registers to set",
                    o->device.seen.address);
    if (!is_whole(job, t))
        return fail(why, EXIT_ABSENT, "no whole tile: %s%s", rung->name,
                    ocl_settings_write(settings, rung->knobs, text, sizeof text));
    const struct need need = vector_need(job, t, 2);
    value[BM] = (int)t->bm;
    value[BN] = (int)t->bn;
    value[BK] = (int)t->bk;
    value[TM] = (int)t->tm;
    value[TN] = (int)t->tn;
    return has(o, need) ? 0 : fail_need(rung, o, need, why);
}

// Into how many slices k is cut where not even half of the units would have a tile: 1 as
// a rule.
static size_t count_slices(const struct ocl *o, const struct matmul *job, size_t tiles)
{
    const size_t wanted = ceil_div(2 * (size_t)o->units, tiles);
    const size_t most = least(job->k / SLICE_STEPS_MIN, SLICES_MAX);
    return 2 * tiles >= (size_t)o->units || most < 2 ? 1 : least(wanted, most);
}

static int plan_slices(const struct ocl *o, const struct matmul *job, size_t slices,
                       cl_mem c, struct ocl_plan *plan, struct fail *why)
{
    const size_t bytes = job->m * job->n * elem_bytes(job->type);
    const size_t items = least(256, o->group_items);
    if (ocl_kernel(plan->program, "matmul_reduce", &plan->reduce, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_WRITE, slices * bytes, NULL, &plan->partial, why) != 0)
        return -1;
    plan->reduce_grid = line_of(ceil_div(job->m * job->n, items), items);
    ocl_arg_ulong(plan->reduce, 0, job->m);
    ocl_arg_ulong(plan->reduce, 1, job->n);
    ocl_arg_ulong(plan->reduce, 2, slices);
    ocl_arg_buffer(plan->reduce, 3, plan->partial);
    ocl_arg_buffer(plan->reduce, 4, c);
    return 0;
}

int ocl_plan_buffered(const struct ocl_rung *rung, const struct ocl *o,
                      const struct matmul *job, const struct ocl_matrices *x,
                      struct ocl_plan *plan, struct fail *why)
{
    enum { REGISTERS = 128 };  // with 256 work-items: two groups a unit
    struct tile t;
    if (choose_buffered(rung, o, job, &plan->settings, &t, why) != 0)
        return -1;
    const int registers = plan->settings.value[REGS];
    if (build_vectors(rung, o, job, &t, registers ? registers : REGISTERS, plan, why) !=
        0)
        return -1;

    const size_t tiles = ceil_div(job->m, t.bm) * ceil_div(job->n, t.bn);
    const size_t slice =
        ceil_div(ceil_div(job->k, count_slices(o, job, tiles)), t.bk) * t.bk;
    const size_t slices = slice ? ceil_div(job->k, slice) : 1, groups = tiles * slices;
    // The kernel counts its groups through both dimensions and does not stride.
    plan->grid = line_of(groups, vector_need(job, &t, 2).items);
    plan->grid.groups[1] = ceil_div(groups, plan->grid.groups[0]);
    if (plan->grid.groups[1] > OCL_GROUPS_MAX)
        return fail(why, EXIT_RESOURCE, "%zu tiles are more than one grid holds", groups);
    if (slices > 1 && plan_slices(o, job, slices, x->c, plan, why) != 0)
        return -1;
    set_product_args(plan->multiply, job, x->a, x->b, slices > 1 ? plan->partial : x->c);
    ocl_arg_ulong(plan->multiply, 6, slice ? slice : 1);
    return 0;
}
