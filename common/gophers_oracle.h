// gophers_oracle.h -- says whether the ash is right: libcrypto's SHA-256 of every book,
// or of a sample of a large library, read from its file in a way of its own.
//
// A digest that was never written is found in every book. A book with an error must be
// one that the oracle cannot read either. A file that changes under the readers is
// nobody's mistake: it gets ESTALE and leaves the manifest.
#ifndef GOPHERS_ORACLE_H
#define GOPHERS_ORACLE_H

#include "fail.h"
#include "gophers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// `sample`: at most 64 books or 256 MiB, but at least one book, drawn by the seed.
struct gophers_oracle *gophers_oracle_make(const struct library *, bool sample,
                                           uint64_t seed, struct fail *why);
void gophers_oracle_free(struct gophers_oracle *);           // NULL is fine
size_t gophers_oracle_books(const struct gophers_oracle *);  // how many it verifies

// 0; or EXIT_WRONG, naming the first wrong book. The first call reads the books.
int gophers_oracle_check(struct gophers *, struct fail *why);

// Ash that no book burns to, different from book to book, without an error.
void gophers_poison(struct gophers *, size_t book);

#endif
