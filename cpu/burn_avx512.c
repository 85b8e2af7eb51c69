// burn_avx512.c -- SHA-256 of 16 messages at once, one in each lane of a 64-byte vector.
//
// AVX-512 rotates in one instruction, and does any function of three bits in one: 26
// instructions a round instead of some 40.
#include "burn_kernels.h"

#include <immintrin.h>

// A vector type cannot be written without a typedef.
typedef uint32_t words __attribute__((vector_size(64)));

#define WORD words
#define TERNARY(x, y, z, table)                                                          \
    ((words)_mm512_ternarylogic_epi32((__m512i)(x), (__m512i)(y), (__m512i)(z), (table)))
#define ROTR(x, n)    ((words)_mm512_ror_epi32((__m512i)(x), (n)))
#define CH(x, y, z)   TERNARY(x, y, z, 0xca)
#define MAJ(x, y, z)  TERNARY(x, y, z, 0xe8)
#define XOR3(x, y, z) TERNARY(x, y, z, 0x96)
#include "sha256.h"

// Four rows of u, spread over the four quarters of their vectors, become rows j, 4 + j, 8
// + j and 12 + j of w: a 4 x 4 transposition of quarters.
static inline __attribute__((always_inline)) void spread(const __m512i u[4], __m512i swap,
                                                         words *w)
{
    const __m512i even_01 = _mm512_shuffle_i32x4(u[0], u[1], 0x88);
    const __m512i even_23 = _mm512_shuffle_i32x4(u[2], u[3], 0x88);
    const __m512i odd_01 = _mm512_shuffle_i32x4(u[0], u[1], 0xdd);
    const __m512i odd_23 = _mm512_shuffle_i32x4(u[2], u[3], 0xdd);
    w[0] = (words)_mm512_shuffle_epi8(_mm512_shuffle_i32x4(even_01, even_23, 0x88), swap);
    w[4] = (words)_mm512_shuffle_epi8(_mm512_shuffle_i32x4(odd_01, odd_23, 0x88), swap);
    w[8] = (words)_mm512_shuffle_epi8(_mm512_shuffle_i32x4(even_01, even_23, 0xdd), swap);
    w[12] = (words)_mm512_shuffle_epi8(_mm512_shuffle_i32x4(odd_01, odd_23, 0xdd), swap);
}

// Four messages' blocks: within each quarter, a 4 x 4 transposition of words.
static inline __attribute__((always_inline)) void load_4(const uint8_t *const text[4],
                                                         size_t at, __m512i u[4])
{
    const __m512i r0 = _mm512_loadu_si512(text[0] + at),
                  r1 = _mm512_loadu_si512(text[1] + at);
    const __m512i r2 = _mm512_loadu_si512(text[2] + at),
                  r3 = _mm512_loadu_si512(text[3] + at);
    const __m512i lo_01 = _mm512_unpacklo_epi32(r0, r1),
                  hi_01 = _mm512_unpackhi_epi32(r0, r1);
    const __m512i lo_23 = _mm512_unpacklo_epi32(r2, r3),
                  hi_23 = _mm512_unpackhi_epi32(r2, r3);
    u[0] = _mm512_unpacklo_epi64(lo_01, lo_23);
    u[1] = _mm512_unpackhi_epi64(lo_01, lo_23);
    u[2] = _mm512_unpacklo_epi64(hi_01, hi_23);
    u[3] = _mm512_unpackhi_epi64(hi_01, hi_23);
}

// Word i of all 16 blocks, in the machine's byte order, becomes vector i.
static inline __attribute__((always_inline)) void load(const uint8_t *const text[],
                                                       size_t at, words w[16])
{
    const __m512i swap = _mm512_broadcast_i32x4(
        _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
    __m512i u0[4], u1[4], u2[4], u3[4];
    load_4(text, at, u0);
    load_4(text + 4, at, u1);
    load_4(text + 8, at, u2);
    load_4(text + 12, at, u3);
    spread((const __m512i[4]){u0[0], u1[0], u2[0], u3[0]}, swap, w);
    spread((const __m512i[4]){u0[1], u1[1], u2[1], u3[1]}, swap, w + 1);
    spread((const __m512i[4]){u0[2], u1[2], u2[2], u3[2]}, swap, w + 2);
    spread((const __m512i[4]){u0[3], u1[3], u2[3], u3[3]}, swap, w + 3);
}

static void compress(uint32_t *const state[], const uint8_t *const text[], size_t blocks)
{
    words all[8], w[16];
    for (int i = 0; i < 8; i++)
        for (int lane = 0; lane < 16; lane++)
            all[i][lane] = state[lane][i];
    for (size_t at = 0; at < blocks * 64; at += 64) {
        load(text, at, w);
        sha256_block(all, w);
    }
    for (int i = 0; i < 8; i++)
        for (int lane = 0; lane < 16; lane++)
            state[lane][i] = all[i][lane];
}

static bool usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

const struct burn_kernel burn_avx512 = {"avx512", 16, usable, compress, NULL};
