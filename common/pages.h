// pages.h -- big memory: page-aligned, padded to whole pages, refused before the machine
// starts to swap or the kernel ends somebody.
#ifndef PAGES_H
#define PAGES_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

enum { PAGE_BYTES = 4096 };

// Fails with EXIT_RESOURCE and "<what> needs 3.2 GiB, only 1.1 GiB is available".
int pages_available(uint64_t bytes, const char *what, struct fail *why);

// At least bytes, in whole pages of PAGE_BYTES, never NULL for 0; content undefined; for
// free(). NULL on failure, with EXIT_RESOURCE.
void *pages_make(size_t bytes, const char *what, struct fail *why);

#endif
