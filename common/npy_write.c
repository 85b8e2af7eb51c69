// npy_write.c -- matrices out: see npy.h.
#include "npy.h"

#include "write_all.h"

#include <stdio.h>
#include <string.h>

int npy_write(int fd, const void *data, size_t rows, size_t cols, enum elem type,
              struct fail *why)
{
    enum {
        HEADER_BYTES = 128,
        MAGIC_BYTES = 8
    }; // magic and all: elements begin at a multiple of 64
    char header[HEADER_BYTES + 1] = "\x93NUMPY\x01";
    header[MAGIC_BYTES] = HEADER_BYTES - MAGIC_BYTES - 2;
    int used = MAGIC_BYTES + 2;
    used += snprintf(header + used, (size_t)(HEADER_BYTES - used),
                     "{'descr': '%s', 'fortran_order': False, 'shape': (%zu, %zu), }",
                     type == ELEM_F32 ? "<f4" : "<f8", rows, cols);
    memset(header + used, ' ', (size_t)(HEADER_BYTES - used));
    header[HEADER_BYTES - 1] = '\n';
    if (write_all(fd, header, HEADER_BYTES, why))
        return -1;
    return write_all(fd, data, rows * cols * elem_bytes(type), why);
}
