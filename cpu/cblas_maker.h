// cblas_maker.h -- what differs from maker to maker: names, version, kernels, threads.
//
// A new maker is a row in cblas_maker.c.
#ifndef CBLAS_MAKER_H
#define CBLAS_MAKER_H

#include "cblas.h"

// Kernels for CPUs that a library may not know: those with the extension get kernels that
// leave it idle.
struct cblas_better {
    const char *extension;  // "avx512f", as isa.h calls it; NULL: the end
    const char *enough;     // kernels that use it, between blanks
    const char *kernel;     // the one to take where the library's own choice does not
};

struct cblas_maker {
    const char *choice;            // "openblas"
    const char *shown;             // "OpenBLAS"
    const char *package;           // Debian's, for the sentence when it is not here
    const char *const *libraries;  // names for the loader, best first; NULL-terminated
    const char *mark;              // a symbol that only this maker's libraries have
    const char *const *quiet;      // variables that would set threads; NULL-terminated

    // Before the first call: makes the library take these kernels. NULL: it cannot.
    int (*force)(struct cblas *, const char *kernel, struct fail *why);
    // The variable that has to be set before loading instead; NULL: none.
    const char *kernel_variable;

    const struct cblas_better *better;  // the first whose extension the CPU has counts

    void (*tell)(struct cblas *);  // fills name, kernel and wide
    // Asks for so many threads and returns how many it will use; NULL: cannot be asked.
    int (*threads)(const struct cblas *, int threads);
};

extern const struct cblas_maker cblas_makers[];  // until one without a choice

// The maker of a loaded library, by its marks; the last row, if nobody's is there.
const struct cblas_maker *cblas_maker_of(void *library);

// Finds a function of the library: *function is set and true returned, or false.
bool cblas_find(void *library, const char *symbol, void *function);

#endif
