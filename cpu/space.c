// space.c -- see space.h.
#include "space.h"

#include "pages.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

struct space_block {
    struct space_block *next;
    void *memory;
};

void *space_take(struct space *s, size_t count, size_t bytes, const char *what,
                 struct fail *why)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total))
        total = (size_t)-1 / 2;  // which nobody has
    struct space_block *block = malloc(sizeof *block);
    const size_t padded = (total / ALIGNMENT + 1) * ALIGNMENT;
    void *memory = padded < PAGE_BYTES ? aligned_alloc(ALIGNMENT, padded)
                                       : pages_make(padded, what, why);
    if (block == NULL || memory == NULL) {
        free(block);
        free(memory);
        if (padded < PAGE_BYTES || memory != NULL)
            fail(why, EXIT_RESOURCE, "%s: out of memory", what);
        return NULL;
    }
    memset(memory, 0, padded);
    *block = (struct space_block){s->blocks, memory};
    s->blocks = block;
    return memory;
}

void space_free(struct space *s)
{
    while (s->blocks != NULL) {
        struct space_block *block = s->blocks;
        s->blocks = block->next;
        free(block->memory);
        free(block);
    }
}
