// cblas.c -- see cblas.h.
#include "cblas.h"

#include "cblas_maker.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// CBLAS's own constants.
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111 };

typedef void sgemm_fn(int, int, int, int, int, int, float, const float *, int,
                      const float *, int, float, float *, int);
typedef void dgemm_fn(int, int, int, int, int, int, double, const double *, int,
                      const double *, int, double, double *, int);
typedef void sgemm_wide_fn(int, int, int, int64_t, int64_t, int64_t, float, const float *,
                           int64_t, const float *, int64_t, float, float *, int64_t);
typedef void dgemm_wide_fn(int, int, int, int64_t, int64_t, int64_t, double,
                           const double *, int64_t, const double *, int64_t, double,
                           double *, int64_t);

// ---- loading

// All threads of this process, ours among them.
static int threads_here(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    while (tasks && readdir(tasks))
        count++;
    if (tasks)
        closedir(tasks);
    return count - 2;  // "." and ".."
}

// Thread counts are set by calls. OpenBLAS's threads spin for 2^28 cycles after a
// product, some 100 ms in which they would take time from the next engine's sample: 2^22
// is enough for products that follow at once, and over before others begin.
static void settle_variables(void)
{
    setenv("OPENBLAS_THREAD_TIMEOUT", "22", 1);
    for (const struct cblas_maker *m = cblas_makers; m->choice; m++)
        for (int i = 0; m->quiet[i]; i++)
            unsetenv(m->quiet[i]);
}

static const struct cblas_maker *maker_called(const char *choice, size_t length)
{
    for (const struct cblas_maker *m = cblas_makers; m->choice; m++)
        if (strlen(m->choice) == length && strncasecmp(m->choice, choice, length) == 0)
            return m;
    return NULL;
}

static void *load_any(const struct cblas_maker *m)
{
    void *library = NULL;
    for (int i = 0; !library && m->libraries[i]; i++)
        library = dlopen(m->libraries[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

static int load_maker(struct cblas *c, const struct cblas_maker *m, const char *kernel,
                      struct fail *why)
{
    if (kernel && m->kernel_variable)
        setenv(m->kernel_variable, kernel, 1);
    else if (kernel && !m->force)
        return fail(why, EXIT_USAGE, "%s's kernels cannot be chosen by name", m->shown);
    c->library = load_any(m);
    return c->library ? 0
                      : fail(why, EXIT_ABSENT,
                             "no %s here: %s cannot be loaded; install %s, or name a "
                             "file as blas:/path/lib.so",
                             m->shown, m->libraries[0], m->package);
}

int cblas_absent(struct fail *why)
{
    return fail(why, EXIT_ABSENT,
                "no CBLAS here: neither OpenBLAS, BLIS, MKL nor another can be loaded; "
                "install libopenblas0-pthread, or name a file as blas:/path/lib.so");
}

static int load_first(struct cblas *c, struct fail *why)
{
    for (const struct cblas_maker *m = cblas_makers; m->choice; m++)
        if ((c->library = load_any(m)))
            return 0;
    return cblas_absent(why);
}

// Loads what the choice names; *kernel: its part after the colon, or NULL.
static int load(struct cblas *c, const char *choice, const char **kernel,
                struct fail *why)
{
    *kernel = NULL;
    settle_variables();
    if (!choice || strcmp(choice, "auto") == 0)
        return load_first(c, why);
    if (strchr(choice, '/')) {
        c->library = dlopen(choice, RTLD_NOW | RTLD_LOCAL);
        return c->library ? 0 : fail(why, EXIT_ABSENT, "%.400s", dlerror());
    }
    const size_t length = strcspn(choice, ":");
    const struct cblas_maker *m = maker_called(choice, length);
    if (!m)
        return fail(why, EXIT_ABSENT,
                    "blas:%.60s: known are openblas, blis, mkl, cblas, one of them with "
                    "its kernels as blis:skx, and a path with a slash",
                    choice);
    if (choice[length] == ':' && choice[length + 1])
        *kernel = choice + length + 1;
    return load_maker(c, m, *kernel, why);
}

// cblas_sgemm, or the names that libraries give it where integers have 64 bits.
static int find_products(struct cblas *c, struct fail *why)
{
    static const struct {
        const char *s, *d;
        bool wide;
    } names[] = {{"cblas_sgemm", "cblas_dgemm", false},
                 {"cblas_sgemm64_", "cblas_dgemm64_", true},
                 {"cblas_sgemm_64", "cblas_dgemm_64", true}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!cblas_find(c->library, names[i].s, &c->sgemm) ||
            !cblas_find(c->library, names[i].d, &c->dgemm))
            continue;
        c->wide = c->wide || names[i].wide;
        return 0;
    }
    return fail(why, EXIT_ABSENT, "%s is no CBLAS: it has no cblas_sgemm and cblas_dgemm",
                c->path);
}

static void note_path(struct cblas *c)
{
    struct link_map *map = NULL;
    if (dlinfo(c->library, RTLD_DI_LINKMAP, &map) == 0 && map)
        snprintf(c->path, sizeof c->path, "%s", map->l_name);
}

int cblas_load(struct cblas *c, const char *choice, struct fail *why)
{
    const char *kernel;
    *c = (struct cblas){.threads_before = threads_here()};
    if (load(c, choice, &kernel, why) != 0)
        return -1;
    note_path(c);
    c->maker = cblas_maker_of(c->library);
    if (kernel && c->maker->force && c->maker->force(c, kernel, why) != 0)
        return -1;
    c->maker->tell(c);
    c->forced = kernel != NULL;
    if (kernel && strcasecmp(kernel, c->kernel) != 0)
        return fail(why, EXIT_ABSENT,
                    "%s has no kernels called '%.40s' for this CPU; it "
                    "takes %s",
                    c->name, kernel, c->kernel);
    return find_products(c, why);
}

void cblas_describe(const struct cblas *c, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s%s%s%s", c->name, *c->kernel ? ", " : "", c->kernel,
             c->forced ? " (forced)" : "");
}

// ---- threads

// A library that cannot be asked is watched: it multiplies once.
static int threads_seen(const struct cblas *c)
{
    enum { N = 512 };
    static float a[N * N], b[N * N], product[N * N];
    const struct matmul job = {
        .m = N, .n = N, .k = N, .type = ELEM_F32, .a = a, .b = b, .c = product};
    cblas_multiply(c, &job);
    return threads_here() - c->threads_before + 1;
}

int cblas_threads(const struct cblas *c, int threads, struct fail *why)
{
    const int given = c->maker->threads ? c->maker->threads(c, threads) : threads_seen(c);
    if (given == threads)
        return 0;
    return fail(why, EXIT_RESOURCE, "%s works on %d thread%s where %d were asked for%s",
                c->name, given, given == 1 ? "" : "s", threads,
                given == 1 ? "; -t 1 compares it with one" : "");
}

// ---- multiplying

int cblas_fits(const struct cblas *c, const struct matmul *job, struct fail *why)
{
    if (c->wide || (job->m <= INT_MAX && job->n <= INT_MAX && job->k <= INT_MAX))
        return 0;
    return fail(why, EXIT_RESOURCE, "%s has 32-bit integers, too few for %zux%zux%zu",
                c->name, job->m, job->n, job->k);
}

// A leading dimension is at least 1.
static size_t leading(size_t columns)
{
    return columns > 1 ? columns : 1;
}

static void multiply_wide(const struct cblas *c, const struct matmul *job)
{
    const int64_t m = (int64_t)job->m, n = (int64_t)job->n, k = (int64_t)job->k;
    const int64_t ldk = (int64_t)leading(job->k), ldn = (int64_t)leading(job->n);
    if (job->type == ELEM_F32)
        ((sgemm_wide_fn *)c->sgemm)(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1,
                                    job->a, ldk, job->b, ldn, 0, job->c, ldn);
    else
        ((dgemm_wide_fn *)c->dgemm)(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1,
                                    job->a, ldk, job->b, ldn, 0, job->c, ldn);
}

void cblas_multiply(const struct cblas *c, const struct matmul *job)
{
    if (job->m == 0 || job->n == 0)
        return;
    if (c->wide) {
        multiply_wide(c, job);
        return;
    }
    const int m = (int)job->m, n = (int)job->n, k = (int)job->k;
    const int ldk = (int)leading(job->k), ldn = (int)leading(job->n);
    if (job->type == ELEM_F32)
        ((sgemm_fn *)c->sgemm)(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1, job->a,
                               ldk, job->b, ldn, 0, job->c, ldn);
    else
        ((dgemm_fn *)c->dgemm)(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1, job->a,
                               ldk, job->b, ldn, 0, job->c, ldn);
}
