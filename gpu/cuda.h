// cuda.h -- NVIDIA's driver and cuBLAS, loaded at run time: what a product needs of them.
//
// Declared from the documented binary interface, so that no CUDA has to be installed to
// build. Functions of the driver's return 0 or its error code, cuBLAS's 0 or its status.
#ifndef CUDA_H
#define CUDA_H

#include "engine.h"
#include "fail.h"

#include <stddef.h>
#include <stdint.h>

typedef uint64_t cuda_memory;

// What a product computes in, cublasComputeType_t; and its element types, cudaDataType.
enum {
    CUBLAS_32F = 68,
    CUBLAS_32F_PEDANTIC = 69,
    CUBLAS_64F = 70,
    CUBLAS_64F_PEDANTIC = 71,
    CUBLAS_32F_FAST_16BF = 75,
    CUBLAS_32F_FAST_TF32 = 77,
    CUDA_32F = 0,
    CUDA_64F = 1
};

struct cuda {
    int (*device_count)(int *);
    int (*device)(int *, int);
    int (*device_name)(char *, int, int);
    int (*device_memory)(size_t *, int);
    int (*device_attribute)(int *, int, int);
    int (*driver_version)(int *);
    int (*retain_context)(void **, int);
    int (*release_context)(int);
    int (*set_context)(void *);
    int (*synchronize)(void);
    int (*allocate)(cuda_memory *, size_t);
    int (*release)(cuda_memory);
    int (*upload)(cuda_memory, const void *, size_t);
    int (*download)(void *, cuda_memory, size_t);
    int (*fill)(cuda_memory, unsigned char, size_t);
    int (*error_text)(int, const char **);

    int (*blas_create)(void **);
    int (*blas_destroy)(void *);
    int (*blas_property)(int, int *);
    // Column-major: handle, op a, op b, m, n, k, alpha, a, type, ld, b, type, ld, beta,
    // c, type, ld, compute type, algorithm.
    int (*blas_gemm)(void *, int, int, int, int, int, const void *, cuda_memory, int, int,
                     cuda_memory, int, int, const void *, cuda_memory, int, int, int,
                     int);
};

// Loads both and starts the driver. EXIT_ABSENT, and says what is missing.
int cuda_load(struct cuda *, struct fail *why);

// The GPUs there are, as engine.h's probe wants them.
int cuda_devices(const struct cuda *, struct device *found, int max, struct fail *why);

// The number of the wanted one: "1", a part of its name; NULL, "auto" or "gpu": the
// first. -1 and EXIT_ABSENT: there is none.
int cuda_choose(const struct cuda *, const char *want, struct fail *why);

// "cuBLAS 12.4.5"
void cuda_blas_name(const struct cuda *, char *name, size_t bytes);

// 0 where status is 0; else "<what>: the driver's sentence (number)".
int cuda_check(const struct cuda *, int status, const char *what, struct fail *why);
int cuda_check_blas(int status, const char *what, struct fail *why);

#endif
