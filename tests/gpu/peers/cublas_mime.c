// cublas_mime.c -- cuBLAS's column-major product, naive, on the memory of cuda_mime.c's
// GPU. TF32 and bf16 cut the fractions of what they multiply, as tensor cores do.
// GOPHERBENCH_MIME: no-handle, no-product.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, ALLOC_FAILED = 3, INVALID_VALUE = 7, EXECUTION_FAILED = 13 };
enum {
    F32 = 68,
    F32_PEDANTIC = 69,
    F64 = 70,
    F64_PEDANTIC = 71,
    F32_BF16 = 75,
    F32_TF32 = 77,
    DATA_32F = 0,
    DATA_64F = 1,
    DEFAULT_ALGORITHM = -1
};

int cublasCreate_v2(void **handle);
int cublasDestroy_v2(void *handle);
int cublasGetProperty(int what, int *value);
int cublasGemmEx(void *handle, int ta, int tb, int m, int n, int k, const void *alpha,
                 const void *a, int a_type, int lda, const void *b, int b_type, int ldb,
                 const void *beta, void *c, int c_type, int ldc, int compute,
                 int algorithm);

static int handles;

static bool wrong(const char *what)
{
    const char *set = getenv("GOPHERBENCH_MIME");
    return set && strcmp(set, what) == 0;
}

int cublasCreate_v2(void **handle)
{
    if (wrong("no-handle"))
        return ALLOC_FAILED;
    handles++;
    *handle = &handles;
    return OK;
}

int cublasDestroy_v2(void *handle)
{
    if (handle != &handles || handles-- != 1)
        abort();
    return OK;
}

int cublasGetProperty(int what, int *value)
{
    static const int version[] = {99, 8, 7};
    *value = version[what];
    return OK;
}

static float cut(float x, int bits)
{
    uint32_t word;
    memcpy(&word, &x, sizeof word);
    word &= ~0u << bits;
    memcpy(&x, &word, sizeof word);
    return x;
}

static void multiply_f32(int m, int n, int k, const float *a, int lda, const float *b,
                         int ldb, float *c, int ldc, int bits)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            float sum = 0;
            for (int p = 0; p < k; p++)
                sum += cut(a[(size_t)p * (size_t)lda + (size_t)i], bits) *
                       cut(b[(size_t)j * (size_t)ldb + (size_t)p], bits);
            c[(size_t)j * (size_t)ldc + (size_t)i] = sum;
        }
}

static void multiply_f64(int m, int n, int k, const double *a, int lda, const double *b,
                         int ldb, double *c, int ldc)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < m; i++) {
            double sum = 0;
            for (int p = 0; p < k; p++)
                sum += a[(size_t)p * (size_t)lda + (size_t)i] *
                       b[(size_t)j * (size_t)ldb + (size_t)p];
            c[(size_t)j * (size_t)ldc + (size_t)i] = sum;
        }
}

int cublasGemmEx(void *handle, int ta, int tb, int m, int n, int k, const void *alpha,
                 const void *a, int a_type, int lda, const void *b, int b_type, int ldb,
                 const void *beta, void *c, int c_type, int ldc, int compute,
                 int algorithm)
{
    const bool f32 = compute == F32 || compute == F32_PEDANTIC || compute == F32_BF16 ||
                     compute == F32_TF32;
    const bool f64 = compute == F64 || compute == F64_PEDANTIC;
    const int type = f32 ? DATA_32F : DATA_64F;
    if (handle != &handles || ta || tb || m < 1 || n < 1 || k < 1 || lda < m || ldb < k ||
        ldc < m || a_type != type || b_type != type || c_type != type || !(f32 || f64) ||
        algorithm != DEFAULT_ALGORITHM)
        return INVALID_VALUE;
    if (f32 ? *(const float *)alpha != 1 || *(const float *)beta != 0
            : *(const double *)alpha != 1 || *(const double *)beta != 0)
        return INVALID_VALUE;
    if (wrong("no-product"))
        return EXECUTION_FAILED;
    if (f32)
        multiply_f32(m, n, k, a, lda, b, ldb, c, ldc,
                     compute == F32_BF16   ? 16
                     : compute == F32_TF32 ? 13
                                           : 0);
    else
        multiply_f64(m, n, k, a, lda, b, ldb, c, ldc);
    return OK;
}
