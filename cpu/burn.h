// burn.h -- SHA-256 on the CPU: many books at once in the lanes of a vector, or one long
// book piece by piece.
//
// The compression function stands once, in kernels/sha256.h, over a WORD type. Each
// burn_<isa>.c compiles it for its own vectors, or says it with its own instructions.
// Lanes are refilled as their books end, not padded to the longest; when no book is left
// to refill them, a narrower kernel takes over as soon as it is the faster one.
#ifndef BURN_H
#define BURN_H

#include "gophers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BURN_LANES_MAX = 16 };

struct burn_kernel {
    const char *name;  // for --variant: "avx512", "avx2", "shani", "scalar"
    size_t lanes;
    bool (*usable)(void);  // by CPUID feature bits and what the OS has enabled
    // Adds `blocks` blocks of 64 bytes of each lane's text to that lane's 8 words of
    // state.
    void (*compress)(uint32_t *const state[], const uint8_t *const text[], size_t blocks);
    // The same for one message, where that is faster than leaving lanes idle; else NULL.
    void (*compress_1)(uint32_t state[8], const uint8_t *text, size_t blocks);
};

extern const struct burn_kernel *const burn_kernels[];  // widest first, NULL-terminated
extern const char *const burn_variants[];               // their names, plain ones first, NULL-terminated

// Which kernel to use when so many lanes are alive, 1 to `lanes`.
struct burner {
    char name[64];  // of the widest and, if it is another one, of the one for one book
    size_t lanes;   // books that burn at once
    const struct burn_kernel *by_live[BURN_LANES_MAX + 1];
};

// NULL or "auto": every kernel where it is fastest, by a measurement that takes some
// milliseconds, once a process, by one thread at a time. A kernel's name: that kernel for
// everything. Fails with EXIT_USAGE and the known names, or EXIT_ABSENT when this CPU
// lacks it.
int burn_choose(const char *variant, struct burner *, struct fail *why);

// Whole books.
struct message {
    const uint8_t *text;
    size_t bytes;
    uint8_t *digest;  // DIGEST_BYTES
};
void burn_many(const struct burner *, const struct message *, size_t count);

// A long book's running digest.
struct burning {
    uint32_t state[8];
    uint64_t bytes;
    uint8_t tail[64];  // the bytes % 64 last ones
};
void burn_begin(struct burning *);
void burn_more(const struct burner *, struct burning *, const uint8_t *text,
               size_t bytes);
void burn_end(const struct burner *, struct burning *, uint8_t digest[DIGEST_BYTES]);

// Burns one loaded cart: the digests of its books go to job->ash, except books whose ash
// already has an error. `scratch` holds job->longest_load_segments messages. `going`
// carries a long book from one load of its shipment to the next.
void burn_cart(const struct burner *, const struct gophers *job, const struct load *,
               const uint8_t *cart, struct message *scratch, struct burning *going);

// Bytes per second of the fastest kernels on books that stay in the cache: a limit.
double burn_limit(double seconds);

#endif
