// openblas_time.c -- how fast the installed CBLAS multiplies: openblas_time TYPE N RUNS
// prints the median GFLOP/s. Loaded at run time, never linked; threads by
// OPENBLAS_NUM_THREADS.
#include "clock.h"
#include "rng.h"
#include "stats.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111 };

typedef void sgemm_fn(int, int, int, int, int, int, float, const float *, int,
                      const float *, int, float, float *, int);
typedef void dgemm_fn(int, int, int, int, int, int, double, const double *, int,
                      const double *, int, double, double *, int);

struct matrices {
    int n, f64;
    void *a, *b, *c;
};

static void *filled(const struct matrices *m, struct rng *r)
{
    size_t count = (size_t)m->n * (size_t)m->n;
    double *d = malloc(count * sizeof *d);
    float *f = (float *)d;
    if (!d)
        exit(6);
    for (size_t i = 0; i < count; i++) {
        if (m->f64)
            d[i] = 2 * rng_unit(r) - 1;
        else
            f[i] = (float)(2 * rng_unit(r) - 1);
    }
    return d;
}

static void multiply(void *gemm, const struct matrices *m)
{
    int n = m->n;
    if (m->f64) {
        dgemm_fn *call;
        memcpy(&call, &gemm, sizeof call);
        call(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, n, n, n, 1, m->a, n, m->b, n, 0, m->c,
             n);
    } else {
        sgemm_fn *call;
        memcpy(&call, &gemm, sizeof call);
        call(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, n, n, n, 1, m->a, n, m->b, n, 0, m->c,
             n);
    }
}

int main(int argc, char **argv)
{
    enum { RUNS_MAX = 1000 };
    static double seconds[RUNS_MAX];
    struct matrices m = {.n = argc == 4 ? atoi(argv[2]) : 0};
    int runs = argc == 4 ? atoi(argv[3]) : 0;
    if (m.n < 1 || runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: openblas_time f32|f64 N RUNS\n");
        return 2;
    }
    m.f64 = strcmp(argv[1], "f64") == 0;
    void *library = dlopen("libopenblas.so.0", RTLD_NOW);
    void *gemm = library ? dlsym(library, m.f64 ? "cblas_dgemm" : "cblas_sgemm") : NULL;
    if (!gemm) {
        fprintf(stderr, "no OpenBLAS here (apt-get install libopenblas0)\n");
        return 3;
    }
    struct rng r = {1};
    m.a = filled(&m, &r);
    m.b = filled(&m, &r);
    m.c = filled(&m, &r);
    multiply(gemm, &m);
    for (int i = 0; i < runs; i++) {
        uint64_t start_ns = clock_ns();
        multiply(gemm, &m);
        seconds[i] = (double)(clock_ns() - start_ns) * 1e-9;
    }
    double flop = 2.0 * m.n * m.n * m.n;
    printf("%.1f\n", flop / stats_median(seconds, (size_t)runs) * 1e-9);
    free(m.a);
    free(m.b);
    free(m.c);
    return 0;
}
