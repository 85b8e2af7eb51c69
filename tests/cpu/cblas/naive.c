// naive.c -- a CBLAS of no known maker: right, slow, and on one thread. The build makes
// others of it: LIES adds 1 to each element.
#include <stddef.h>

#ifndef LIES
#define LIES 0
#endif

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111 };

void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c,
                 int ldc);
void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta,
                 double *c, int ldc);

void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c,
                 int ldc)
{
    if (order != ROW_MAJOR || ta != NO_TRANSPOSE || tb != NO_TRANSPOSE || beta != 0)
        return;
    for (ptrdiff_t i = 0; i < m; i++)
        for (ptrdiff_t j = 0; j < n; j++) {
            float sum = LIES;
            for (ptrdiff_t l = 0; l < k; l++)
                sum += a[i * lda + l] * b[l * ldb + j];
            c[i * ldc + j] = alpha * sum;
        }
}

void cblas_dgemm(int order, int ta, int tb, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta,
                 double *c, int ldc)
{
    if (order != ROW_MAJOR || ta != NO_TRANSPOSE || tb != NO_TRANSPOSE || beta != 0)
        return;
    for (ptrdiff_t i = 0; i < m; i++)
        for (ptrdiff_t j = 0; j < n; j++) {
            double sum = LIES;
            for (ptrdiff_t l = 0; l < k; l++)
                sum += a[i * lda + l] * b[l * ldb + j];
            c[i * ldc + j] = alpha * sum;
        }
}
