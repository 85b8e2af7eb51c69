// gophers.h -- the workload of the talk: gophers burn a library of books.
//
// Burning a book computes its SHA-256 (FIPS 180-4); the ash is the manifest of all
// digests, in input order, in sha256sum's format. The library is cut into loads, each at
// most a cart. A book larger than a cart takes several loads, which must burn in order;
// loads that belong together so are one shipment. Every engine handles the same loads:
//   load     gophers_load copies a load's books into a cart
//   carry    the cart's bytes move to the incinerator's memory
//   burn     the digests of whole books, and the running digest of a long one
//   return   the empty cart goes back
//
// Parameters: {"design": name, "carts": N, "cart_bytes": N} and either {"books": N,
// "book_bytes": N, "skew": name, "seed": N} or {"paths": [...]} (as text_escape writes
// them). Where absent: design four, a cart for every gopher, 1 MiB carts, books of 64 KiB
// without skew, seed 1. {"verify": "all"} reads every book again for the check, "sample"
// 64 of them or 256 MiB; where absent, all, but a sample of real files above 1 GiB.
#ifndef GOPHERS_H
#define GOPHERS_H

#include "design.h"
#include "library.h"
#include "workload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, CART_BYTES_MIN = 64 };

// A stretch of one book in a cart. Whole when it begins and ends the book.
struct segment {
    uint32_t book;
    bool first, last;
    uint64_t offset;  // in the book
    size_t bytes;
    size_t at;  // in the cart, a multiple of 64
};

struct load {
    uint32_t first_segment, segments;
    uint32_t shipment;
    size_t cart_bytes;  // used, with padding between segments
    size_t text_bytes;  // of the books themselves
};

// Loads [first_load, first_load + loads) burn in order: one load of whole books, or the
// several loads of one long book.
struct shipment {
    uint32_t first_load, loads;
    uint64_t bytes;
};

struct ash {
    uint8_t digest[DIGEST_BYTES];
    int error;  // 0, or the errno that kept the book from burning
};

struct gophers {
    struct design design;
    int carts;          // in all lanes together; at least one a lane
    size_t cart_bytes;  // capacity of one cart
    struct library library;
    struct segment *segment;
    struct load *load;
    struct shipment *shipment;
    uint32_t segments, loads, shipments;
    size_t longest_load_segments;  // the most books in one cart
    struct ash *ash;  // one a book; written by whoever burns that book, and only once
    struct gophers_oracle *oracle;  // gophers_oracle.c's own
};

extern const struct workload workload_gophers;

// Copies one load into a cart of job->cart_bytes. A book that cannot be read gets its
// errno in job->ash and its stretch is zeroed; the others go on. Blocks on files: a task
// calls it through csp_blocking. The cursor stays with one reader of one lane.
void gophers_load(const struct gophers *job, const struct load *, uint8_t *cart,
                  struct library_cursor *);

// Cuts job->library for carts of job->cart_bytes: the segments, loads and shipments,
// freed with the job. `make` has done it. EXIT_USAGE when there are too many to count,
// EXIT_RESOURCE.
int gophers_cut(struct gophers *job, struct fail *why);

// True when loading only copies memory and so never blocks.
bool gophers_in_memory(const struct gophers *job);

#endif
