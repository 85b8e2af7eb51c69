// oclgrind_kernels.c -- every rung of the ladder and every burning kernel on small, odd
// jobs, for oclgrind to watch; see oclgrind.sh.
//
// oclgrind_kernels             all of them; 1 where a result is wrong
// oclgrind_kernels list        their names
// oclgrind_kernels NAME        one of them, on the first shape alone: oclgrind 21.10 does
//                              not forget what it knew of the bytes of released buffers
// oclgrind_kernels faulty      a product whose C is too small, to see that somebody
// watches
#include "ocl.h"
#include "ocl_device.h"
#include "ocl_gophers.h"
#include "ocl_matmul.h"
#include "ocl_rung.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a device's vectors may be: the packed rung's tiles are 10 x 8, 6 x 16 and 14 x 32
// of float, and half as wide of double.
static const int widths[] = {4, 8, 16};

// The first has whole tiles and edges of every rung but the registers' whole ones.
static const struct {
    size_t m, n, k;
} shapes[] = {
    {17, 33, 19}, {1, 1, 1}, {2, 3, 0}, {13, 17, 19}, {15, 33, 2}, {6, 8, 4}, {11, 9, 5},
};

static void fill(struct matmul *job, void *a, void *b)
{
    for (size_t i = 0; i < job->m * job->k; i++)
        if (job->type == ELEM_F32)
            ((float *)a)[i] = (float)(i % 7) - 3;
        else
            ((double *)a)[i] = (double)(i % 7) - 3;
    for (size_t i = 0; i < job->k * job->n; i++)
        if (job->type == ELEM_F32)
            ((float *)b)[i] = (float)(i % 5) - 2;
        else
            ((double *)b)[i] = (double)(i % 5) - 2;
}

// Small integers: every order of summing gives the same.
static bool right(const struct matmul *job)
{
    for (size_t i = 0; i < job->m; i++)
        for (size_t j = 0; j < job->n; j++) {
            double sum = 0;
            for (size_t p = 0; p < job->k; p++)
                sum += ((double)((i * job->k + p) % 7) - 3) *
                       ((double)((p * job->n + j) % 5) - 2);
            const size_t at = i * job->n + j;
            const double got = job->type == ELEM_F32 ? ((const float *)job->c)[at]
                                                     : ((const double *)job->c)[at];
            if (got != sum)
                return false;
        }
    return true;
}

static bool multiply(const struct ocl *o, const char *rung, struct matmul *job)
{
    struct fail why = {.text = "wrong"};
    struct phases phases;
    const size_t elem = elem_bytes(job->type);
    void *a = calloc(job->m * job->k + 1, elem), *b = calloc(job->k * job->n + 1, elem);
    void *c = malloc(job->m * job->n * elem);
    fill(job, a, b);
    job->a = a;
    job->b = b;
    job->c = c;
    memset(c, 0x7f, job->m * job->n * elem);
    struct ocl_matmul *x = ocl_matmul_make(o, rung, job, &why);
    const bool absent = !x && why.code == EXIT_ABSENT;
    const bool good =
        absent || (x && ocl_matmul_run(x, &phases, &why) == 0 && right(job));
    printf("%s %s %zux%zux%zu, vectors of %d: %s\n", rung,
           job->type == ELEM_F32 ? "f32" : "f64", job->m, job->n, job->k, o->vector_f32,
           absent ? why.text
           : good ? "right"
                  : why.text);
    ocl_matmul_free(x);
    free(a);
    free(b);
    free(c);
    return good;
}

static bool run_shapes(struct ocl *o, const char *rung, enum elem type, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        struct matmul job = {
            .m = shapes[i].m, .n = shapes[i].n, .k = shapes[i].k, .type = type};
        good = multiply(o, rung, &job) && good;
    }
    return good;
}

// The kernels whose name is asked for; NULL: all. `o` NULL: prints the names.
static bool run_products(struct ocl *o, const char *asked)
{
    bool good = true;
    for (const char *const *rung = ocl_rung_names; *rung; rung++)
        for (int type = ELEM_F32; type <= ELEM_F64; type++)
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
                char name[64];
                if (w > 0 && strcmp(*rung, "packed") != 0)
                    continue;
                snprintf(name, sizeof name, "%s-f%d-%d", *rung,
                         type == ELEM_F32 ? 32 : 64, widths[w]);
                if (!o) {
                    puts(name);
                } else if (!asked || strcmp(asked, name) == 0) {
                    o->vector_f32 = widths[w];
                    const size_t count = asked ? 1 : sizeof shapes / sizeof *shapes;
                    good = run_shapes(o, *rung, (enum elem)type, count) && good;
                }
            }
    return good;
}

// Books of no to some hundred bytes, more than there are lanes, each judged.
static bool burn(const struct ocl *o, const char *variant)
{
    struct fail why = {.text = "wrong"};
    struct phases phases;
    double error;
    json_t *params = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:s}", "design", "one",
                               "carts", 2, "cart_bytes", 4096, "seed", 1, "books", 19,
                               "book_bytes", 90, "skew", "lognormal");
    struct gophers *job = workload_gophers.make(params, &why);
    struct ocl_gophers *x = job ? ocl_gophers_make(o, variant, job, &why) : NULL;
    if (job)
        workload_gophers.reset(job);
    const bool good = x && ocl_gophers_run(x, &phases, &why) == 0 &&
                      workload_gophers.check(job, &error, &why) == 0;
    printf("burn %s: %s\n", variant, good ? "right" : why.text);
    ocl_gophers_free(x);
    workload_gophers.free(job);
    json_decref(params);
    return good;
}

static bool run_burning(const struct ocl *o, const char *asked)
{
    bool good = true;
    for (const char *const *variant = ocl_gophers_variants; *variant; variant++)
        if (!o)
            puts(*variant);
        else if (!asked || strcmp(asked, *variant) == 0)
            good = burn(o, *variant) && good;
    return good;
}

// C has a row less than the kernel is told.
static bool launch_faulty(const struct ocl *o)
{
    struct fail why;
    struct ocl_matrices x;
    struct ocl_plan plan;
    const struct matmul job = {.m = 3, .n = 4, .k = 2, .type = ELEM_F32};
    struct ocl_settings none;
    const struct ocl_rung *rung = ocl_rung_choose(o, "naive", &none, &why);
    return rung && ocl_buffer(o, CL_MEM_READ_WRITE, 24, NULL, &x.a, &why) == 0 &&
           ocl_buffer(o, CL_MEM_READ_WRITE, 32, NULL, &x.b, &why) == 0 &&
           ocl_buffer(o, CL_MEM_READ_WRITE, 32, NULL, &x.c, &why) == 0 &&
           ocl_plan_make(&plan, rung, o, &none, &job, &x, &why) == 0 &&
           ocl_plan_launch(&plan, o->queue, &why) == 0 &&
           ocl_finish(o->queue, "a faulty product", &why) == 0;
}

int main(int argc, char **argv)
{
    struct ocl o;
    struct fail why;
    const struct engine_opts opts = {.threads = 1};
    const char *const asked = argc > 1 ? argv[1] : NULL;
    if (asked && strcmp(asked, "list") == 0)
        return run_products(NULL, NULL) && run_burning(NULL, NULL) ? 0 : 1;
    if (ocl_open(&o, &opts, &why) != 0) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    o.device.unified = false;  // oclgrind takes host memory in buffers for uninitialized
    o.mma = "matmul_mma_plain.cl";  // the simulated device has no matrix instruction
    printf("on %s\n", o.device.seen.name);
    const bool faulty = asked && strcmp(asked, "faulty") == 0;
    const bool good =
        faulty ? launch_faulty(&o) : run_products(&o, asked) && run_burning(&o, asked);
    ocl_close(&o);
    return good ? 0 : 1;
}
