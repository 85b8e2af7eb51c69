// isa_other.c -- for machines without a file of their own: no names, plain loops.
#include "isa.h"

#include "fma.h"

extern const struct fma fma_scalar;

const struct fma *const fma_rows[] = {&fma_scalar, NULL};

void isa_names(char *names, size_t bytes)
{
    if (bytes > 0)
        names[0] = '\0';
}
