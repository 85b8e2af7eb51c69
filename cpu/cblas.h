// cblas.h -- somebody else's product: a CBLAS library, loaded at run time, never linked.
//
// A choice names one: "openblas", "blis", "mkl", "cblas" (whatever else is installed), a
// maker's kernels after a colon ("blis:skx", "openblas:Haswell"), or a path with a slash.
// A library says itself what it is, whatever its file is called. It stays loaded to the
// end of the process: it may have started threads. One process loads one library once,
// since makers read their variables only at the first call.
#ifndef CBLAS_H
#define CBLAS_H

#include "fail.h"
#include "matmul.h"

#include <stdbool.h>

struct cblas_maker;

struct cblas {
    void *library;
    const struct cblas_maker *maker;
    bool wide;           // its integers have 64 bits
    int threads_before;  // of this process, before it was loaded
    void (*sgemm)(void), (*dgemm)(void);
    char name[40];    // "OpenBLAS 0.3.21"
    char kernel[24];  // "SkylakeX"; empty where the library does not tell
    bool forced;      // the kernel is the choice's, not the library's own
    char path[128];   // as the loader found it
};

// Loads the choice; NULL: the first maker of the list that is here. EXIT_ABSENT when it
// is not here, is no CBLAS or has no such kernels.
int cblas_load(struct cblas *, const char *choice, struct fail *why);

// Fails: no library that this file knows is here.
int cblas_absent(struct fail *why);

// Makes the library use so many threads, and checks that it will. EXIT_RESOURCE if not.
int cblas_threads(const struct cblas *, int threads, struct fail *why);

// "BLIS 0.9.0, skx (forced)"
void cblas_describe(const struct cblas *, char *text, size_t bytes);

// Whether the library's integers can hold the job's sides. EXIT_RESOURCE if not.
int cblas_fits(const struct cblas *, const struct matmul *, struct fail *why);

// C = A B, by cblas_sgemm or cblas_dgemm.
void cblas_multiply(const struct cblas *, const struct matmul *);

#endif
