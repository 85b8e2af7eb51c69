// netlib_shim.c -- BLAS's and CBLAS's gemm over our blocks of C, as a library to preload:
// netlib's testers then judge the micro-kernels and the packing with their thousands of
// calls. Transposes are copies, alpha and beta are applied outside. Not for use: the
// arguments are not checked.
//
//   GOPHERBENCH_SHIM_VARIANT   the micro-kernel; the best without it
//   GOPHERBENCH_SHIM_SMALL     blocks of two tiles by one, 8 of 16 steps at a time: the
//                              testers' sizes, 65 at most, cross every edge
//   GOPHERBENCH_SHIM_COUNT     a file for the number of products, written at the end:
//   that
//                              the library was used at all
#include "gemm.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long products;

static __attribute__((destructor)) void write_count(void)
{
    const char *path = getenv("GOPHERBENCH_SHIM_COUNT");
    FILE *out = path ? fopen(path, "w") : NULL;
    if (out) {
        fprintf(out, "%lu\n", products);
        fclose(out);
    }
}

// A matrix that lies anyhow: element (i, j) is at i * down + j * across.
struct view {
    void *at;
    size_t down, across;
};

static struct view view_of(const void *at, bool by_rows, size_t ld)
{
    return (struct view){(void *)(uintptr_t)at, by_rows ? ld : 1, by_rows ? 1 : ld};
}

static double get(struct view x, enum elem type, size_t i, size_t j)
{
    const size_t at = i * x.down + j * x.across;
    return type == ELEM_F32 ? (double)((float *)x.at)[at] : ((double *)x.at)[at];
}

static void put(struct view x, enum elem type, size_t i, size_t j, double value)
{
    const size_t at = i * x.down + j * x.across;
    if (type == ELEM_F32)
        ((float *)x.at)[at] = (float)value;
    else
        ((double *)x.at)[at] = value;
}

static void *space(size_t bytes)
{
    void *made = aligned_alloc(64, (bytes / 64 + 1) * 64);
    if (!made)
        abort();
    return made;
}

static void *dense(struct view x, enum elem type, size_t rows, size_t cols)
{
    void *made = space(rows * cols * elem_bytes(type));
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            put(view_of(made, true, cols), type, i, j, get(x, type, i, j));
    return made;
}

static void shrink(struct gemm *g)
{
    g->mc = 2 * g->mr;
    g->nc = g->nr;
    g->kc = 8;
    g->part_k = 16;
    g->packs_b = products % 2;  // in turn
    g->stages_a = products / 2 % 2;
    g->row_blocks = (g->job->m + g->mc - 1) / g->mc;
    g->col_blocks = (g->job->n + g->nc - 1) / g->nc;
    g->k_parts = (g->job->k + g->part_k - 1) / g->part_k;
}

static void multiply(const struct matmul *job)
{
    struct gemm g;
    struct fail why;
    if (gemm_plan(&g, job, getenv("GOPHERBENCH_SHIM_VARIANT"), 1, &why) != 0) {
        fprintf(stderr, "%s\n", why.text);
        _Exit(why.code);
    }
    products++;
    if (gemm_trivial(&g))
        return;
    if (getenv("GOPHERBENCH_SHIM_SMALL"))
        shrink(&g);
    void *cart = space(gemm_cart_bytes(&g)), *scratch = space(gemm_space_bytes(&g));
    for (size_t part = 0; part < g.k_parts; part++)
        for (size_t jc = 0; jc < g.col_blocks; jc++) {
            gemm_pack_b(&g, part, jc, 0, gemm_slivers(&g), cart);
            for (size_t ic = 0; ic < g.row_blocks; ic++)
                gemm_block(&g, part, ic, jc, cart, scratch);
        }
    free(cart);
    free(scratch);
}

// C = alpha A B + beta C. C is not read where beta is 0, A and B are not where alpha is.
static void combine(enum elem type, size_t m, size_t n, size_t k, double alpha,
                    struct view a, struct view b, double beta, struct view c)
{
    struct matmul job = {.m = m, .n = n, .k = alpha == 0 ? 0 : k, .type = type};
    void *left = dense(a, type, m, job.k), *right = dense(b, type, job.k, n);
    job.a = left;
    job.b = right;
    job.c = space(m * n * elem_bytes(type));
    multiply(&job);
    const struct view product = view_of(job.c, true, n);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            put(c, type, i, j,
                alpha * get(product, type, i, j) +
                    (beta == 0 ? 0 : beta * get(c, type, i, j)));
    free(left);
    free(right);
    free(job.c);
}

static void fortran(enum elem type, const char *ta, const char *tb, const int *size[3],
                    double alpha, const void *a, const int *lda, const void *b,
                    const int *ldb, double beta, void *c, const int *ldc)
{
    combine(type, (size_t)*size[0], (size_t)*size[1], (size_t)*size[2], alpha,
            view_of(a, toupper(*ta) != 'N', (size_t)*lda),
            view_of(b, toupper(*tb) != 'N', (size_t)*ldb), beta,
            view_of(c, false, (size_t)*ldc));
}

enum { ROW_MAJOR = 101, NO_TRANS = 111 };

static void cblas(enum elem type, int layout, const int trans[2], const int size[3],
                  double alpha, const void *a, int lda, const void *b, int ldb,
                  double beta, void *c, int ldc)
{
    const bool by_rows = layout == ROW_MAJOR;
    combine(type, (size_t)size[0], (size_t)size[1], (size_t)size[2], alpha,
            view_of(a, by_rows == (trans[0] == NO_TRANS), (size_t)lda),
            view_of(b, by_rows == (trans[1] == NO_TRANS), (size_t)ldb), beta,
            view_of(c, by_rows, (size_t)ldc));
}

// ---- the names that BLAS has for it

void sgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k,
            const float *alpha, const float *a, const int *lda, const float *b,
            const int *ldb, const float *beta, float *c, const int *ldc);
void sgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k,
            const float *alpha, const float *a, const int *lda, const float *b,
            const int *ldb, const float *beta, float *c, const int *ldc)
{
    fortran(ELEM_F32, ta, tb, (const int *[]){m, n, k}, (double)*alpha, a, lda, b, ldb,
            (double)*beta, c, ldc);
}

void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b,
            const int *ldb, const double *beta, double *c, const int *ldc);
void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b,
            const int *ldb, const double *beta, double *c, const int *ldc)
{
    fortran(ELEM_F64, ta, tb, (const int *[]){m, n, k}, *alpha, a, lda, b, ldb, *beta, c,
            ldc);
}

void cblas_sgemm(int layout, int ta, int tb, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c,
                 int ldc);
void cblas_sgemm(int layout, int ta, int tb, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c,
                 int ldc)
{
    cblas(ELEM_F32, layout, (const int[]){ta, tb}, (const int[]){m, n, k}, (double)alpha,
          a, lda, b, ldb, (double)beta, c, ldc);
}

void cblas_dgemm(int layout, int ta, int tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta,
                 double *c, int ldc);
void cblas_dgemm(int layout, int ta, int tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta,
                 double *c, int ldc)
{
    cblas(ELEM_F64, layout, (const int[]){ta, tb}, (const int[]){m, n, k}, alpha, a, lda,
          b, ldb, beta, c, ldc);
}
