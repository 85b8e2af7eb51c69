// book.c -- see book.h.
#include "book.h"

#include "rng.h"

#include <string.h>

#define WORD uint32_t
#include "sha256.h"

enum { BLOCK = 64, LENGTH_AT = 56 };

void books_write(uint8_t *books, size_t bytes, uint64_t seed, uint64_t number)
{
    struct rng rng = {seed + (number + 1) * UINT64_C(0x9e3779b97f4a7c15)};
    rng.state = rng_next(&rng);
    for (size_t at = 0; at < bytes; at += 8) {
        uint64_t word = rng_next(&rng);
        memcpy(books + at, &word, bytes - at < 8 ? bytes - at : 8);
    }
}

static void add_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[16];
    for (int i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
               (uint32_t)block[2] << 8 | block[3];
    sha256_block(state, w);
}

static void store(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        to[i] = (uint8_t)value;
}

// The last bytes, a one, zeros, and the length in bits: one block or two.
static void add_tail(uint32_t state[8], const uint8_t *tail, size_t bytes)
{
    uint8_t last[2 * BLOCK] = {0};
    const size_t left = bytes % BLOCK, blocks = left < LENGTH_AT ? 1 : 2;
    if (left > 0)
        memcpy(last, tail, left);
    last[left] = 0x80;
    store(last + blocks * BLOCK - 8, bytes * UINT64_C(8), 8);
    for (size_t i = 0; i < blocks; i++)
        add_block(state, last + i * BLOCK);
}

void books_digest(const uint8_t *books, size_t bytes, uint8_t digest[static 32])
{
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const size_t whole = bytes / BLOCK * BLOCK;
    for (size_t at = 0; at < whole; at += BLOCK)
        add_block(state, books + at);
    add_tail(state, books + whole, bytes);
    for (int i = 0; i < 8; i++)
        store(digest + 4 * i, state[i], 4);
}

uint64_t books_burn(const uint8_t *books, size_t bytes)
{
    uint8_t digest[32];
    uint64_t ash = 0;
    books_digest(books, bytes, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        ash = ash * 257 + digest[i];
    return ash;
}
