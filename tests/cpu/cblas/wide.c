// wide.c -- a CBLAS whose integers have 64 bits, under the names that OpenBLAS gives it;
// arguments beyond the sixth lie on the stack.
#include <stdint.h>

void cblas_sgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                    float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                    float beta, float *c, int64_t ldc);
void cblas_dgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                    double alpha, const double *a, int64_t lda, const double *b,
                    int64_t ldb, double beta, double *c, int64_t ldc);

void cblas_sgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                    float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                    float beta, float *c, int64_t ldc)
{
    (void)order, (void)ta, (void)tb, (void)beta;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            c[i * ldc + j] = 0;
            for (int64_t l = 0; l < k; l++)
                c[i * ldc + j] += alpha * a[i * lda + l] * b[l * ldb + j];
        }
}

void cblas_dgemm64_(int order, int ta, int tb, int64_t m, int64_t n, int64_t k,
                    double alpha, const double *a, int64_t lda, const double *b,
                    int64_t ldb, double beta, double *c, int64_t ldc)
{
    (void)order, (void)ta, (void)tb, (void)beta;
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            c[i * ldc + j] = 0;
            for (int64_t l = 0; l < k; l++)
                c[i * ldc + j] += alpha * a[i * lda + l] * b[l * ldb + j];
        }
}
