// book.h -- books that have bytes: written from a seed, and burnt to their SHA-256.
#ifndef BOOK_H
#define BOOK_H

#include <stddef.h>
#include <stdint.h>

// The books of a cartload: the same seed and number, the same bytes.
void books_write(uint8_t *books, size_t bytes, uint64_t seed, uint64_t number);

// FIPS 180-4.
void books_digest(const uint8_t *books, size_t bytes, uint8_t digest[static 32]);

// The digest folded into one number; the ash of many loads is the sum of theirs.
uint64_t books_burn(const uint8_t *books, size_t bytes);

#endif
