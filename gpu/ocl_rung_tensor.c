// ocl_rung_tensor.c -- see ocl_rung_tensor.h.
//
// Whether a device has the instruction no name tells: a kernel of one line is compiled,
// silently, run, and its answer looked at. Compilers that do not know NVIDIA's options
// are not asked, for what they make of its assembler may end the process.
#include "ocl_rung_tensor.h"

#include "ocl_tiles.h"

#include <stdio.h>
#include <string.h>

// One kind of operands, and the tile that a work-group of 256 takes. `words` are those of
// a step, `steps` those that the probe's instruction takes.
struct kind {
    const char *name, *define, *word;
    enum elem type;
    int per_word, words, steps;
    size_t bm, bn, wm, wn;
    double input_epsilon;
};

static const struct kind tf32 = {.name = "tf32",
                                 .define = "TF32",
                                 .word = "uint",
                                 .type = ELEM_F32,
                                 .per_word = 1,
                                 .words = 16,
                                 .steps = 8,
                                 .bm = 128,
                                 .bn = 128,
                                 .wm = 64,
                                 .wn = 32,
                                 .input_epsilon = 0x1p-11};
static const struct kind bf16 = {.name = "bf16",
                                 .define = "BF16",
                                 .word = "uint",
                                 .type = ELEM_F32,
                                 .per_word = 2,
                                 .words = 16,
                                 .steps = 16,
                                 .bm = 128,
                                 .bn = 128,
                                 .wm = 64,
                                 .wn = 32,
                                 .input_epsilon = 0x1p-8};
static const struct kind f64 = {.name = "f64",
                                .define = "F64",
                                .word = "double",
                                .type = ELEM_F64,
                                .per_word = 1,
                                .words = 8,
                                .steps = 4,
                                .bm = 128,
                                .bn = 64,
                                .wm = 32,
                                .wn = 32};

static void define(const struct kind *k, bool aligned, char *to, size_t bytes)
{
    const char *const real = k->type == ELEM_F32 ? "float" : "double";
    const int w = k->type == ELEM_F32 ? 4 : 2;
    snprintf(to, bytes,
             "-DREAL=%s -DVEC=%s%d -DW=%d -DALIGNED=%d -DWORD=%s -D%s=1 -DPER_WORD=%d "
             "-DSTEP_WORDS=%d -DBM=%zu -DBN=%zu -DWM=%zu -DWN=%zu",
             real, real, w, w, aligned, k->word, k->define, k->per_word, k->words, k->bm,
             k->bn, k->wm, k->wn);
}

// The lanes' answers are all the number of steps.
static bool run_probe(const struct ocl *o, cl_program program, const struct kind *k)
{
    enum { LANES = 32 };
    const struct grid grid = {.groups = {1, 1}, .items = {LANES, 1}};
    struct fail nobody_asks;
    cl_kernel kernel = NULL;
    cl_mem out = NULL;
    double answers[LANES] = {0};
    const size_t bytes = LANES * elem_bytes(k->type);
    bool right = ocl_kernel(program, "mma_probe", &kernel, &nobody_asks) == 0 &&
                 ocl_buffer(o, CL_MEM_WRITE_ONLY, bytes, NULL, &out, &nobody_asks) == 0;
    if (right) {
        ocl_arg_buffer(kernel, 0, out);
        right = ocl_launch(o->queue, kernel, &grid, 0, NULL, NULL, &nobody_asks) == 0 &&
                clEnqueueReadBuffer(o->queue, out, CL_TRUE, 0, bytes, answers, 0, NULL,
                                    NULL) == CL_SUCCESS;
    }
    for (int i = 0; right && i < LANES; i++)
        right = (k->type == ELEM_F32 ? (double)((const float *)(const void *)answers)[i]
                                     : answers[i]) == k->steps;
    ocl_release_buffer(&out);
    ocl_release_kernel(&kernel);
    return right;
}

static const char *find_mma(const struct ocl *o, const struct kind *k)
{
    static const char *const sources[] = {"matmul_vec.cl", "matmul_mma.cl",
                                          "matmul_mma_ptx.cl", NULL};
    char defines[256];
    cl_program program;
    if (o->mma || !o->nv_options)
        return o->mma;
    define(k, true, defines, sizeof defines);
    const bool has =
        ocl_program_try(o, sources, defines, &program) && run_probe(o, program, k);
    ocl_release_program(&program);
    return has ? "matmul_mma_ptx.cl" : NULL;
}

// Both tiles, twice, as the kernel declares them.
static size_t local_bytes(const struct kind *k)
{
    const size_t word = k->type == ELEM_F32 ? sizeof(cl_uint) : sizeof(double);
    const size_t words = (size_t)k->words;
    return 2 * (k->bm * (words + 4) * word + words * (k->bn * word + 32));
}

static int plan_tensor(const struct kind *k, const struct ocl_rung *rung,
                       const struct ocl *o, const struct matmul *job,
                       const struct ocl_matrices *x, struct ocl_plan *plan,
                       struct fail *why)
{
    char defines[256];
    const size_t items = k->bm / k->wm * (k->bn / k->wn) * 32;
    const size_t w = k->type == ELEM_F32 ? 4 : 2;
    if (job->type != k->type)
        return fail(why, EXIT_ABSENT, "%s is for %s", rung->name,
                    k->type == ELEM_F32 ? "f32" : "f64");
    if (items > o->group_items || (o->local_bytes && local_bytes(k) > o->local_bytes))
        return fail(why, EXIT_ABSENT,
                    "%s allows %zu work-items a group with %llu bytes of local memory; "
                    "%s needs %zu and %zu",
                    o->device.seen.address, o->group_items,
                    (unsigned long long)o->local_bytes, rung->name, items,
                    local_bytes(k));
    const char *const mma = find_mma(o, k);
    if (!mma)
        return fail(why, EXIT_ABSENT, "%s has no matrix instruction for %s",
                    o->device.seen.address, k->name);

    const char *const sources[] = {"matmul_vec.cl", "matmul_mma.cl", mma, rung->file,
                                   NULL};
    define(k, job->n % w == 0 && job->k % w == 0, defines, sizeof defines);
    if (ocl_program(o, sources, defines, &plan->program, why) != 0 ||
        ocl_kernel(plan->program, "matmul_tensor", &plan->multiply, why) != 0)
        return -1;
    const size_t groups = ceil_div(job->m, k->bm) * ceil_div(job->n, k->bn);
    const size_t across = groups < OCL_GROUPS_MAX ? groups : OCL_GROUPS_MAX;
    plan->grid =
        (struct grid){.groups = {across, ceil_div(groups, across)}, .items = {items, 1}};
    if (plan->grid.groups[1] > OCL_GROUPS_MAX)
        return fail(why, EXIT_RESOURCE, "%zu tiles are more than one grid holds", groups);
    plan->input_epsilon = k->input_epsilon;
    snprintf(plan->about, sizeof plan->about, "%zux%zux%d", k->bm, k->bn,
             k->words * k->per_word);
    ocl_arg_ulong(plan->multiply, 0, job->m);
    ocl_arg_ulong(plan->multiply, 1, job->n);
    ocl_arg_ulong(plan->multiply, 2, job->k);
    ocl_arg_buffer(plan->multiply, 3, x->a);
    ocl_arg_buffer(plan->multiply, 4, x->b);
    ocl_arg_buffer(plan->multiply, 5, x->c);
    return 0;
}

int ocl_plan_tensor_tf32(const struct ocl_rung *rung, const struct ocl *o,
                         const struct matmul *job, const struct ocl_matrices *x,
                         struct ocl_plan *plan, struct fail *why)
{
    return plan_tensor(&tf32, rung, o, job, x, plan, why);
}

int ocl_plan_tensor_bf16(const struct ocl_rung *rung, const struct ocl *o,
                         const struct matmul *job, const struct ocl_matrices *x,
                         struct ocl_plan *plan, struct fail *why)
{
    return plan_tensor(&bf16, rung, o, job, x, plan, why);
}

int ocl_plan_tensor_f64(const struct ocl_rung *rung, const struct ocl *o,
                        const struct matmul *job, const struct ocl_matrices *x,
                        struct ocl_plan *plan, struct fail *why)
{
    return plan_tensor(&f64, rung, o, job, x, plan, why);
}
