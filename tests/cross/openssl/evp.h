// evp.h -- SHA-256 as test_burn asks libcrypto for it, where there is no libcrypto:
// written from FIPS 180-4, for reading, not for speed. It shares no line with
// kernels/sha256.h; even its constants are computed, as the standard defines them: 32
// bits of the fractional parts of the roots of the first primes. test_burn's vectors
// judge both.
#ifndef CROSS_OPENSSL_EVP_H
#define CROSS_OPENSSL_EVP_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The floor of the root, by bisection: x^power <= n 2^(32 power).
static inline uint32_t cross_root_bits(unsigned n, int power)
{
    uint64_t low = 0, high = (uint64_t)1 << 37;
    while (high - low > 1) {
        const uint64_t x = low + (high - low) / 2;
        unsigned __int128 raised = x;
        for (int i = 1; i < power; i++)
            raised *= x;
        if (raised <= (unsigned __int128)n << (32 * power))
            low = x;
        else
            high = x;
    }
    return (uint32_t)low;
}

static inline unsigned cross_prime(int index)
{
    unsigned n = 1;
    while (index >= 0) {
        unsigned divisor = 2;
        for (n++; n % divisor != 0; divisor++)
            continue;
        index -= divisor == n;
    }
    return n;
}

static inline uint32_t cross_turn(uint32_t x, int bits)
{
    return x >> bits | x << (32 - bits);
}

typedef struct {
    uint32_t h[8], k[64];
    uint8_t block[64];
    uint64_t bytes;
} EVP_MD_CTX;

static inline void cross_block(EVP_MD_CTX *x)
{
    const uint8_t *block = x->block;
    uint32_t w[64], s[8];
    for (int t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (int t = 16; t < 64; t++)
        w[t] = w[t - 16] + w[t - 7] +
               (cross_turn(w[t - 15], 7) ^ cross_turn(w[t - 15], 18) ^ w[t - 15] >> 3) +
               (cross_turn(w[t - 2], 17) ^ cross_turn(w[t - 2], 19) ^ w[t - 2] >> 10);
    memcpy(s, x->h, sizeof s);
    for (int t = 0; t < 64; t++) {
        const uint32_t e = s[4], a = s[0];
        const uint32_t t1 = s[7] + x->k[t] + w[t] + ((e & s[5]) ^ (~e & s[6])) +
                            (cross_turn(e, 6) ^ cross_turn(e, 11) ^ cross_turn(e, 25));
        const uint32_t t2 = ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2])) +
                            (cross_turn(a, 2) ^ cross_turn(a, 13) ^ cross_turn(a, 22));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        x->h[i] += s[i];
}

static inline const void *EVP_sha256(void)
{
    return NULL;
}

static inline EVP_MD_CTX *EVP_MD_CTX_new(void)
{
    return calloc(1, sizeof(EVP_MD_CTX));
}

static inline void EVP_MD_CTX_free(EVP_MD_CTX *x)
{
    free(x);
}

static inline int EVP_DigestInit_ex(EVP_MD_CTX *x, const void *sha256, void *engine)
{
    static EVP_MD_CTX fresh;
    (void)sha256;
    (void)engine;
    for (int i = 0; i < 64 && fresh.k[63] == 0; i++) {
        fresh.h[i % 8] = cross_root_bits(cross_prime(i % 8), 2);
        fresh.k[i] = cross_root_bits(cross_prime(i), 3);
    }
    *x = fresh;
    return 1;
}

static inline int EVP_DigestUpdate(EVP_MD_CTX *x, const void *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        x->block[x->bytes++ % 64] = ((const uint8_t *)text)[i];
        if (x->bytes % 64 == 0)
            cross_block(x);
    }
    return 1;
}

static inline int EVP_DigestFinal_ex(EVP_MD_CTX *x, uint8_t *digest, unsigned *bytes)
{
    uint8_t end[8], pad = 0x80;
    for (int i = 0; i < 8; i++)
        end[i] = (uint8_t)(8 * x->bytes >> (56 - 8 * i));
    do {
        EVP_DigestUpdate(x, &pad, 1);
        pad = 0;
    } while (x->bytes % 64 != 56);
    EVP_DigestUpdate(x, end, sizeof end);
    for (int i = 0; i < 32; i++)
        digest[i] = (uint8_t)(x->h[i / 4] >> (24 - 8 * (i % 4)));
    if (bytes)
        *bytes = 32;
    return 1;
}

static inline int EVP_Digest(const void *text, size_t count, uint8_t *digest,
                             unsigned *bytes, const void *sha256, void *engine)
{
    EVP_MD_CTX x;
    EVP_DigestInit_ex(&x, sha256, engine);
    EVP_DigestUpdate(&x, text, count);
    return EVP_DigestFinal_ex(&x, digest, bytes);
}

#endif
