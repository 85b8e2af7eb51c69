// matmul.c -- see matmul.h.
#include "matmul.h"

#include "matmul_oracle.h"
#include "matmul_reference.h"
#include "npy.h"
#include "pages.h"
#include "params.h"
#include "rng.h"
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum fill { FILL_UNIFORM, FILL_INTEGER, FILL_FILE };

static const char *const fill_names[] = {"uniform", "integer", NULL};
static const char *const type_names[] = {"f32", "f64", NULL};

enum { TILE = 64 };  // of the deliberate damage

struct request {
    uint64_t m, n, k, seed, grain;
    int type, fill;
    const char *a, *b;  // paths, escaped; NULL: generated
};

// The job as made here; engines see its first member.
struct made {
    struct matmul matmul;
    enum fill fill;
    void *a, *b;  // the inputs again, as their owner may free them
};

static const struct made *made_of(const struct matmul *job)
{
    return (const struct made *)job;
}

int matmul_bytes(size_t rows, size_t cols, enum elem type, size_t *bytes,
                 struct fail *why)
{
    if (__builtin_mul_overflow(rows, cols, bytes) ||
        __builtin_mul_overflow(*bytes, elem_bytes(type), bytes) ||
        *bytes > PTRDIFF_MAX / 2)
        return fail(why, EXIT_USAGE, "a matrix of %zu x %zu %s elements fits no memory",
                    rows, cols, type_names[type]);
    return 0;
}

static int read_request(const json_t *params, struct request *r, struct fail *why)
{
    static const char *const names[] = {"m",    "n", "k", "type",  "seed",
                                        "fill", "a", "b", "grain", NULL};
    static const char *const sizes[] = {"m", "n", "k"};
    if (params_known(params, names, why) || params_seed(params, &r->seed, why) ||
        params_size(params, "m", 0, PTRDIFF_MAX, &r->m, why) ||
        params_size(params, "n", 0, PTRDIFF_MAX, &r->n, why) ||
        params_size(params, "k", 0, PTRDIFF_MAX, &r->k, why) ||
        params_size(params, "grain", 0, PTRDIFF_MAX, &r->grain, why) ||
        params_word(params, "type", type_names, &r->type, why) ||
        params_word(params, "fill", fill_names, &r->fill, why) ||
        params_text(params, "a", &r->a, why) || params_text(params, "b", &r->b, why))
        return -1;
    if (!r->a != !r->b)
        return fail(why, EXIT_USAGE, "a product needs two matrices: both a and b");
    for (size_t i = 0; i < 3; i++)
        if (!r->a != !!json_object_get(params, sizes[i]))
            return fail(why, EXIT_USAGE,
                        r->a ? "%s comes from the matrices, it cannot be given"
                             : "the size %s is missing",
                        sizes[i]);
    if (r->a && json_object_get(params, "fill"))
        return fail(why, EXIT_USAGE, "fill is for generated matrices");
    return 0;
}

// A matrix, and its name for sentences.
struct input {
    struct npy npy;
    char name[TEXT_CUT_BYTES];
};

static int load_one(const char *escaped, struct input *to, struct fail *why)
{
    char *path = text_unescape(escaped);
    if (!path)
        return fail(why, EXIT_RESOURCE, "no memory for a file name");
    text_cut(to->name, path);
    int rc = npy_load(path, &to->npy, why);
    free(path);
    return rc;
}

// The two matrices must fit each other, and the type if one was asked for (-1: none was).
static int match(const struct input *a, const struct input *b, int type, struct fail *why)
{
    if (a->npy.type != b->npy.type)
        return fail(why, EXIT_INPUT,
                    "%.150s is %s and %.150s is %s; both must have one type", a->name,
                    type_names[a->npy.type], b->name, type_names[b->npy.type]);
    if (type >= 0 && a->npy.type != (enum elem)type)
        return fail(why, EXIT_INPUT, "%s is %s, but %s was asked for", a->name,
                    type_names[a->npy.type], type_names[type]);
    if (a->npy.cols != b->npy.rows)
        return fail(
            why, EXIT_INPUT,
            "%.150s is %zu x %zu and %.150s is %zu x %zu; the first needs as many "
            "columns as the second has rows",
            a->name, a->npy.rows, a->npy.cols, b->name, b->npy.rows, b->npy.cols);
    return 0;
}

static int load_inputs(struct made *made, const struct request *r, int type,
                       struct fail *why)
{
    struct matmul *job = &made->matmul;
    struct input a = {0}, b = {0};
    if (load_one(r->a, &a, why) || load_one(r->b, &b, why) || match(&a, &b, type, why)) {
        npy_free(&a.npy);
        npy_free(&b.npy);
        return -1;
    }
    made->fill = FILL_FILE;
    job->type = a.npy.type;
    job->m = a.npy.rows;
    job->k = a.npy.cols;
    job->n = b.npy.cols;
    job->a = made->a = a.npy.data;
    job->b = made->b = b.npy.data;
    return 0;
}

// Entries in [-1, 1), each exact in its type.
static void fill_uniform(void *to, enum elem type, size_t elements, struct rng *rng)
{
    for (size_t i = 0; i < elements; i++)
        if (type == ELEM_F32)
            ((float *)to)[i] = (float)(rng_next(rng) >> 40) * 0x1p-23f - 1.0f;
        else
            ((double *)to)[i] = (double)(rng_next(rng) >> 11) * 0x1p-52 - 1.0;
}

// Whole entries in [-most, most].
static void fill_integer(void *to, enum elem type, size_t elements, int most,
                         struct rng *rng)
{
    for (size_t i = 0; i < elements; i++) {
        int entry = (int)rng_below(rng, 2 * (uint64_t)most + 1) - most;
        if (type == ELEM_F32)
            ((float *)to)[i] = (float)entry;
        else
            ((double *)to)[i] = entry;
    }
}

// The largest entry whose k products still add up exactly in every order; 0: none does.
static int largest_integer(enum elem type, uint64_t k)
{
    uint64_t exact = type == ELEM_F32 ? (uint64_t)1 << 24 : (uint64_t)1 << 53;
    for (int most = 8; most > 0; most /= 2)
        if (k <= exact / (uint64_t)(most * most))
            return most;
    return 0;
}

static int generate_inputs(struct made *made, const struct request *r, struct fail *why)
{
    struct matmul *job = &made->matmul;
    struct rng rng = {r->seed};
    size_t a_bytes, b_bytes;
    made->fill = (enum fill)r->fill;
    job->type = (enum elem)r->type;
    job->m = (size_t)r->m;
    job->n = (size_t)r->n;
    job->k = (size_t)r->k;
    if (matmul_bytes(job->m, job->k, job->type, &a_bytes, why) ||
        matmul_bytes(job->k, job->n, job->type, &b_bytes, why))
        return -1;
    int most = largest_integer(job->type, r->k);
    if (made->fill == FILL_INTEGER && most == 0)
        return fail(why, EXIT_USAGE,
                    "no integer matrices of %s are exact over %" PRIu64 " steps",
                    type_names[job->type], r->k);
    job->a = made->a = pages_make(a_bytes, "the first matrix", why);
    job->b = made->b = job->a ? pages_make(b_bytes, "the second matrix", why) : NULL;
    if (!job->b)
        return -1;
    if (made->fill == FILL_INTEGER) {
        fill_integer(made->a, job->type, job->m * job->k, most, &rng);
        fill_integer(made->b, job->type, job->k * job->n, most, &rng);
    } else {
        fill_uniform(made->a, job->type, job->m * job->k, &rng);
        fill_uniform(made->b, job->type, job->k * job->n, &rng);
    }
    return 0;
}

// Everything that a product of these sizes takes, refused before anything is allocated.
// `inputs`: A and B are still to come, too.
static int afford(size_t m, size_t n, size_t k, enum elem type, bool inputs,
                  struct fail *why)
{
    size_t a, b, c;
    char what[96];
    if (matmul_bytes(m, k, type, &a, why) || matmul_bytes(k, n, type, &b, why) ||
        matmul_bytes(m, n, type, &c, why))
        return -1;
    snprintf(what, sizeof what, "the product of %zu x %zu by %zu x %zu, with its check,",
             m, k, k, n);
    double bytes =
        (double)c + (inputs ? (double)a + (double)b : 0) + matmul_oracle_bytes(m, n, k);
    return pages_available(bytes < 0x1p63 ? (uint64_t)bytes : UINT64_MAX, what, why);
}

static int fill_inputs(struct made *made, const struct request *r, int type,
                       struct fail *why)
{
    const struct matmul *job = &made->matmul;
    if (r->a)
        return load_inputs(made, r, type, why) ||
               afford(job->m, job->n, job->k, job->type, false, why);
    return afford((size_t)r->m, (size_t)r->n, (size_t)r->k, (enum elem)r->type, true,
                  why) ||
           generate_inputs(made, r, why);
}

static int fill_job(struct made *made, const struct request *r, int type,
                    struct fail *why)
{
    struct matmul *job = &made->matmul;
    size_t c_bytes;
    job->grain_flop = (double)r->grain;
    if (fill_inputs(made, r, type, why) ||
        matmul_bytes(job->m, job->n, job->type, &c_bytes, why))
        return -1;
    job->c = pages_make(c_bytes, "the product", why);
    job->oracle = matmul_oracle_make(made->fill == FILL_INTEGER, r->seed, why);
    if (!job->c || !job->oracle)
        return -1;
    matmul_poison(job);
    return 0;
}

static void matmul_free(void *job)
{
    struct made *made = job;
    if (!made)
        return;
    free(made->a);
    free(made->b);
    free(made->matmul.c);
    matmul_oracle_free(made->matmul.oracle);
    free(made);
}

static void *matmul_make(const json_t *params, struct fail *why)
{
    struct request r = {.seed = 1};
    if (read_request(params, &r, why))
        return NULL;
    struct made *made = calloc(1, sizeof *made);
    if (!made) {
        fail(why, EXIT_RESOURCE, "no memory for a product");
        return NULL;
    }
    if (fill_job(made, &r, json_object_get(params, "type") ? r.type : -1, why)) {
        matmul_free(made);
        return NULL;
    }
    return made;
}

static void matmul_reset(void *job)
{
    matmul_poison(job);
}

static int matmul_prepare(const struct engine *engine, void *ctx, void *job,
                          struct engine_facts *facts, struct fail *why)
{
    if (!engine->matmul)
        return fail(why, EXIT_ABSENT, "the engine %s does not offer matmul",
                    engine->name);
    struct matmul *product = job;
    facts->input_epsilon = 0;
    facts->remark[0] = '\0';
    if (engine->prepare_matmul && engine->prepare_matmul(ctx, product, facts, why))
        return -1;
    product->input_epsilon = facts->input_epsilon;
    return 0;
}

static int matmul_run(const struct engine *engine, void *ctx, void *job,
                      struct phases *phases, struct fail *why)
{
    if (!engine->matmul)
        return fail(why, EXIT_ABSENT, "the engine %s does not offer matmul",
                    engine->name);
    return engine->matmul(ctx, job, phases, why);
}

static int matmul_check(void *job, double *max_error, struct fail *why)
{
    return matmul_oracle_check(job, max_error, why);
}

static double matmul_amount(const void *job)
{
    return matmul_flops(job);
}

// Turns the columns of one tile in the middle of C by one, as a wrong offset would.
static void matmul_damage(void *job, enum sabotage sabotage)
{
    const struct matmul *p = job;
    if (sabotage != SABOTAGE_OFF_BY_ONE || p->m == 0 || p->n == 0)
        return;
    size_t top = p->m / 2 / TILE * TILE, left = p->n / 2 / TILE * TILE;
    size_t rows = p->m - top < TILE ? p->m - top : TILE;
    size_t cols = p->n - left < TILE ? p->n - left : TILE;
    size_t element = elem_bytes(p->type);
    for (size_t i = 0; i < rows; i++) {
        char *row = (char *)p->c + ((top + i) * p->n + left) * element;
        double first;
        memcpy(&first, row, element);
        memmove(row, row + element, (cols - 1) * element);
        memcpy(row + (cols - 1) * element, &first, element);
    }
}

static int matmul_save(const void *job, int fd, struct fail *why)
{
    const struct matmul *p = job;
    return npy_write(fd, p->c, p->m, p->n, p->type, why);
}

static json_t *matmul_describe(const void *job)
{
    const struct matmul *p = job;
    size_t bytes = (p->m * p->k + p->k * p->n + p->m * p->n) * elem_bytes(p->type);
    const char *fill =
        made_of(p)->fill == FILL_FILE ? "file" : fill_names[made_of(p)->fill];
    return json_pack("{s:I, s:I, s:I, s:s, s:I, s:s}", "m", (json_int_t)p->m, "n",
                     (json_int_t)p->n, "k", (json_int_t)p->k, "type",
                     p->type == ELEM_F32 ? "f32" : "f64", "bytes", (json_int_t)bytes,
                     "fill", fill);
}

const struct workload workload_matmul = {
    .name = "matmul",
    .summary = "the matrix product C = A B, f32 or f64, any shape",
    .unit = "flop",
    .make = matmul_make,
    .reset = matmul_reset,
    .prepare = matmul_prepare,
    .run = matmul_run,
    .check = matmul_check,
    .amount = matmul_amount,
    .damage = matmul_damage,
    .save = matmul_save,
    .describe = matmul_describe,
    .free = matmul_free,
};
