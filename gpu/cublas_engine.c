// cublas_engine.c -- a peer: the product by cuBLAS on an NVIDIA GPU, loaded at run time.
//
// Its matrices are column-major, and ours are the transposes of those: C' = B' A'. What
// it computes in is a variant. `default` is plain f32 or f64, without TF32; `pedantic`
// also keeps to standard arithmetic. `tf32` and `bf16` round what they multiply to 10 and
// 7 bits of fraction: they are other jobs than f32's, say so, and are judged by a bound
// of their own. A and B go up and C comes down as in ocl, from and to ordinary memory.
#include "clock.h"
#include "cuda.h"
#include "engine.h"
#include "matmul.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const variant_names[] = {"default", "pedantic", "tf32", "bf16", NULL};

static const struct mode {
    const char *name, *shown;
    int f32, f64;     // what it computes in; 0: not in this type
    double rounding;  // of A's and B's elements, relative, if they are cut off
} modes[] = {
    {"default", "without TF32", CUBLAS_32F, CUBLAS_64F, 0},
    {"pedantic", "pedantic", CUBLAS_32F_PEDANTIC, CUBLAS_64F_PEDANTIC, 0},
    {"tf32", "TF32, not f32", CUBLAS_32F_FAST_TF32, 0, 0x1p-10},
    {"bf16", "bf16, not f32", CUBLAS_32F_FAST_16BF, 0, 0x1p-7},
};

struct cublas {
    struct cuda cuda;
    const struct mode *mode;
    int device;
    bool retained;
    void *context, *handle;
    size_t a_bytes, b_bytes, c_bytes;
    cuda_memory a, b, c;
};

static int cublas_probe(struct device *found, int max, struct fail *why)
{
    struct cuda c;
    return cuda_load(&c, why) != 0 ? -1 : cuda_devices(&c, found, max, why);
}

static void cublas_release(void *ctx)
{
    struct cublas *e = ctx;
    cuda_memory *const each[] = {&e->a, &e->b, &e->c};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        if (*each[i])
            e->cuda.release(*each[i]);
        *each[i] = 0;
    }
}

static void cublas_close(void *ctx)
{
    struct cublas *e = ctx;
    if (!e)
        return;
    cublas_release(e);
    if (e->handle)
        e->cuda.blas_destroy(e->handle);
    if (e->retained)
        e->cuda.release_context(e->device);
    free(e);
}

static int choose_mode(struct cublas *e, const char *name, struct fail *why)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(modes[i].name, name ? name : "default") == 0)
            e->mode = &modes[i];
    return e->mode ? 0
                   : fail(why, EXIT_USAGE,
                          "cublas has no variant '%.60s'; it has default, pedantic, tf32 "
                          "and bf16",
                          name);
}

static int open_device(struct cublas *e, const char *want, struct fail *why)
{
    const struct cuda *c = &e->cuda;
    const int number = cuda_choose(c, want, why);
    if (number < 0 ||
        cuda_check(c, c->device(&e->device, number), "cannot take the GPU", why) != 0 ||
        cuda_check(c, c->retain_context(&e->context, e->device), "cannot open the GPU",
                   why) != 0)
        return -1;
    e->retained = true;
    if (cuda_check(c, c->set_context(e->context), "cannot use the GPU", why) != 0)
        return -1;
    return cuda_check_blas(c->blas_create(&e->handle), "cannot open cuBLAS", why);
}

static void tell_facts(const struct cublas *e, struct engine_facts *facts)
{
    char name[128] = "", blas[40];
    e->cuda.device_name(name, (int)sizeof name - 1, e->device);
    cuda_blas_name(&e->cuda, blas, sizeof blas);
    *facts = (struct engine_facts){.gpu = true};
    snprintf(facts->device, sizeof facts->device, "%d %s", e->device, name);
    snprintf(facts->variant, sizeof facts->variant, "%s, %s", blas, e->mode->shown);
}

static int cublas_open(const struct engine_opts *opts, struct engine_facts *facts,
                       void **ctx, struct fail *why)
{
    struct cublas *e = calloc(1, sizeof *e);
    *ctx = NULL;
    if (!e)
        return fail(why, EXIT_RESOURCE, "no memory to open a library");
    if (choose_mode(e, opts->variant, why) != 0 || cuda_load(&e->cuda, why) != 0 ||
        open_device(e, opts->device, why) != 0) {
        cublas_close(e);
        return -1;
    }
    tell_facts(e, facts);
    *ctx = e;
    return 0;
}

// ---- the product

// A buffer of no bytes is none.
static int take(const struct cublas *e, size_t bytes, cuda_memory *memory,
                struct fail *why)
{
    const struct cuda *c = &e->cuda;
    return bytes == 0 ? 0
                      : cuda_check(c, c->allocate(memory, bytes),
                                   "the GPU has no memory for the matrices", why);
}

static int compute_type(const struct cublas *e, const struct matmul *job)
{
    return job->type == ELEM_F32 ? e->mode->f32 : e->mode->f64;
}

static int upload(const struct cublas *e, const struct matmul *job, struct fail *why)
{
    const struct cuda *c = &e->cuda;
    int bad = 0;
    if (e->a_bytes > 0)
        bad = c->upload(e->a, job->a, e->a_bytes);
    if (!bad && e->b_bytes > 0)
        bad = c->upload(e->b, job->b, e->b_bytes);
    // The last bytes of ordinary memory may still be under way.
    return cuda_check(c, bad ? bad : c->synchronize(), "cannot write to the GPU", why);
}

static int multiply(const struct cublas *e, const struct matmul *job, struct fail *why)
{
    static const float one_f32 = 1, zero_f32 = 0;
    static const double one_f64 = 1, zero_f64 = 0;
    const struct cuda *c = &e->cuda;
    const bool f32 = job->type == ELEM_F32;
    const int type = f32 ? CUDA_32F : CUDA_64F, algorithm = -1;
    const int m = (int)job->m, n = (int)job->n, k = (int)job->k;
    int bad;
    if (k == 0)
        bad = cuda_check(c, c->fill(e->c, 0, e->c_bytes), "cannot fill C", why);
    else
        bad = cuda_check_blas(
            c->blas_gemm(e->handle, 0, 0, n, m, k,
                         f32 ? (const void *)&one_f32 : (const void *)&one_f64, e->b,
                         type, n, e->a, type, k,
                         f32 ? (const void *)&zero_f32 : (const void *)&zero_f64, e->c,
                         type, n, compute_type(e, job), algorithm),
            "cuBLAS cannot multiply", why);
    return bad ? -1 : cuda_check(c, c->synchronize(), "cuBLAS's product failed", why);
}

static int cublas_matmul(void *ctx, struct matmul *job, struct phases *phases,
                         struct fail *why)
{
    const struct cublas *e = ctx;
    const struct cuda *c = &e->cuda;
    *phases = (struct phases){0};
    if (e->c_bytes == 0)
        return 0;
    const uint64_t start_ns = clock_ns();
    if (upload(e, job, why) != 0)
        return -1;
    const uint64_t uploaded_ns = clock_ns();
    if (multiply(e, job, why) != 0)
        return -1;
    const uint64_t computed_ns = clock_ns();
    if (cuda_check(c, c->download(job->c, e->c, e->c_bytes), "cannot read from the GPU",
                   why) != 0)
        return -1;
    *phases = (struct phases){.upload_ns = uploaded_ns - start_ns,
                              .run_ns = computed_ns - uploaded_ns,
                              .download_ns = clock_ns() - computed_ns};
    return 0;
}

// Multiplies once: cuBLAS loads a kernel at its first launch.
static int cublas_prepare(void *ctx, struct matmul *job, struct engine_facts *facts,
                          struct fail *why)
{
    struct cublas *e = ctx;
    struct phases nobody_asks;
    const size_t element = elem_bytes(job->type);
    cublas_release(e);
    if (!compute_type(e, job))
        return fail(why, EXIT_ABSENT, "%s is a way to compute f32, not f64",
                    e->mode->name);
    if (job->m > INT_MAX || job->n > INT_MAX || job->k > INT_MAX)
        return fail(why, EXIT_RESOURCE,
                    "cuBLAS has 32-bit integers, too few for "
                    "%zux%zux%zu",
                    job->m, job->n, job->k);
    e->a_bytes = job->m * job->k * element;
    e->b_bytes = job->k * job->n * element;
    e->c_bytes = job->m * job->n * element;
    if (take(e, e->a_bytes, &e->a, why) != 0 || take(e, e->b_bytes, &e->b, why) != 0 ||
        take(e, e->c_bytes, &e->c, why) != 0)
        return -1;
    facts->input_epsilon = e->mode->rounding;
    return cublas_matmul(e, job, &nobody_asks, why);
}

extern const struct engine engine_cublas;

const struct engine engine_cublas = {
    .name = "cublas",
    .summary = "cuBLAS on an NVIDIA GPU",
    .peer = true,
    .takes = "cublas:0 or cublas:NAME",
    .matmul_variants = variant_names,
    .probe = cublas_probe,
    .open = cublas_open,
    .prepare_matmul = cublas_prepare,
    .release = cublas_release,
    .matmul = cublas_matmul,
    .close = cublas_close,
};
