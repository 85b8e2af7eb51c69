// npy.h -- matrices in and out, in NumPy's file format (NEP 1, versions 1.0 to 3.0).
//
// Reads 2-D arrays of little-endian f4 or f8 in C or Fortran order, from regular files
// only; refuses every other type, shape and truncation with one sentence. A 1-D array is
// a row. Writes version 1.0, C order.
#ifndef NPY_H
#define NPY_H

#include "fail.h"
#include "matmul.h"

#include <stddef.h>

struct npy {
    size_t rows, cols;
    enum elem type;
    void *data;  // row-major, page-aligned, padded to a multiple of 4096 bytes
};

int npy_load(const char *path, struct npy *,
             struct fail *why);  // EXIT_INPUT, EXIT_RESOURCE
int npy_write(int fd, const void *data, size_t rows, size_t cols, enum elem,
              struct fail *why);  // EXIT_OUTPUT
void npy_free(struct npy *);

#endif
