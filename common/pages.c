// pages.c -- see pages.h.
#include "pages.h"

#include "host.h"
#include "text.h"

#include <stdlib.h>
#include <sys/mman.h>

enum {
    WORTH_ASKING_BYTES = 1 << 20, // less than this is not worth a look at /proc
    HUGE_BYTES = 1 << 21          // a huge page of x86-64 and of most aarch64 kernels
};

int pages_available(uint64_t bytes, const char *what, struct fail *why)
{
    if (bytes < WORTH_ASKING_BYTES)
        return 0;
    uint64_t available = host_available_memory();
    if (bytes <= available)
        return 0;
    char needs[FIGURE_BYTES], has[FIGURE_BYTES];
    return fail(why, EXIT_RESOURCE, "%s needs %s of memory, only %s is available", what,
                text_bytes(needs, (double)bytes), text_bytes(has, (double)available));
}

void *pages_make(size_t bytes, const char *what, struct fail *why)
{
    char needs[FIGURE_BYTES];
    if (pages_available(bytes, what, why))
        return NULL;
    // Arrays of many pages go on huge ones: every engine walks them in long strides.
    size_t align = bytes >= 2 * (size_t)HUGE_BYTES ? HUGE_BYTES : PAGE_BYTES;
    size_t whole =
        bytes ? (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES : PAGE_BYTES;
    void *memory = NULL;
    if (whole < bytes || posix_memalign(&memory, align, whole)) {
        fail(why, EXIT_RESOURCE, "%s needs %s of memory, which cannot be had", what,
             text_bytes(needs, (double)bytes));
        return NULL;
    }
    if (align == HUGE_BYTES)
        madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
}
