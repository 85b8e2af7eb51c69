// burn_scalar.c -- SHA-256 of one message at a time, in plain C.
#include "burn_kernels.h"

#define WORD uint32_t
#include "sha256.h"

static void compress_1(uint32_t state[8], const uint8_t *text, size_t blocks)
{
    for (; blocks > 0; blocks--) {
        uint32_t w[16];
        for (int i = 0; i < 16; i++, text += 4)
            w[i] = (uint32_t)text[0] << 24 | (uint32_t)text[1] << 16 |
                   (uint32_t)text[2] << 8 | text[3];
        sha256_block(state, w);
    }
}

static void compress(uint32_t *const state[], const uint8_t *const text[], size_t blocks)
{
    compress_1(state[0], text[0], blocks);
}

static bool usable(void)
{
    return true;
}

const struct burn_kernel burn_scalar = {"scalar", 1, usable, compress, compress_1};
