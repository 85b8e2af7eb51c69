// burn_avx2.c -- SHA-256 of 8 messages at once, one in each lane of a 32-byte vector.
#include "burn_kernels.h"

#include <immintrin.h>

// A vector type cannot be written without a typedef.
typedef uint32_t words __attribute__((vector_size(32)));

#define WORD words
#include "sha256.h"

// Four messages' half blocks: within each half vector, a 4 x 4 transposition of words.
static inline __attribute__((always_inline)) void load_4(const uint8_t *const text[4],
                                                         size_t at, __m256i u[4])
{
    const __m256i r0 = _mm256_loadu_si256((const __m256i *)(const void *)(text[0] + at));
    const __m256i r1 = _mm256_loadu_si256((const __m256i *)(const void *)(text[1] + at));
    const __m256i r2 = _mm256_loadu_si256((const __m256i *)(const void *)(text[2] + at));
    const __m256i r3 = _mm256_loadu_si256((const __m256i *)(const void *)(text[3] + at));
    const __m256i lo_01 = _mm256_unpacklo_epi32(r0, r1),
                  hi_01 = _mm256_unpackhi_epi32(r0, r1);
    const __m256i lo_23 = _mm256_unpacklo_epi32(r2, r3),
                  hi_23 = _mm256_unpackhi_epi32(r2, r3);
    u[0] = _mm256_unpacklo_epi64(lo_01, lo_23);
    u[1] = _mm256_unpackhi_epi64(lo_01, lo_23);
    u[2] = _mm256_unpacklo_epi64(hi_01, hi_23);
    u[3] = _mm256_unpackhi_epi64(hi_01, hi_23);
}

// Eight words of all 8 blocks, in the machine's byte order: word i becomes vector i.
static inline __attribute__((always_inline)) void load_8(const uint8_t *const text[],
                                                         size_t at, words w[8])
{
    const __m256i swap = _mm256_broadcastsi128_si256(
        _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
    __m256i u0[4], u1[4];
    load_4(text, at, u0);
    load_4(text + 4, at, u1);
    for (int j = 0; j < 4; j++) {
        const __m256i lo = _mm256_permute2x128_si256(u0[j], u1[j], 0x20);
        const __m256i hi = _mm256_permute2x128_si256(u0[j], u1[j], 0x31);
        w[j] = (words)_mm256_shuffle_epi8(lo, swap);
        w[4 + j] = (words)_mm256_shuffle_epi8(hi, swap);
    }
}

static void compress(uint32_t *const state[], const uint8_t *const text[], size_t blocks)
{
    words all[8], w[16];
    for (int i = 0; i < 8; i++)
        for (int lane = 0; lane < 8; lane++)
            all[i][lane] = state[lane][i];
    for (size_t at = 0; at < blocks * 64; at += 64) {
        load_8(text, at, w);
        load_8(text, at + 32, w + 8);
        sha256_block(all, w);
    }
    for (int i = 0; i < 8; i++)
        for (int lane = 0; lane < 8; lane++)
            state[lane][i] = all[i][lane];
}

static bool usable(void)
{
    return __builtin_cpu_supports("avx2");
}

const struct burn_kernel burn_avx2 = {"avx2", 8, usable, compress, NULL};
