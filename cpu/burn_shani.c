// burn_shani.c -- SHA-256 with the CPU's own instructions, two messages at once: one
// round instruction takes several cycles, and the other message's fills them.
//
// The instructions keep the state as two vectors, (A B E F) and (C D G H), highest word
// first: Intel, Architecture Instruction Set Extensions, SHA256RNDS2.
#include "burn_kernels.h"

#include <cpuid.h>
#include <immintrin.h>

static const _Alignas(16) uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

struct stream {
    __m128i abef, cdgh;
    __m128i w[4];  // 16 words of schedule, rolling
};

static inline __attribute__((always_inline)) void open_stream(struct stream *s,
                                                              const uint32_t state[8])
{
    const __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)state);
    const __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(state + 4));
    const __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1),
                  efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    s->abef = _mm_alignr_epi8(cdab, efgh, 8);
    s->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

static inline __attribute__((always_inline)) void close_stream(const struct stream *s,
                                                               uint32_t state[8])
{
    const __m128i feba = _mm_shuffle_epi32(s->abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(s->cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static inline __attribute__((always_inline)) void load(struct stream *s,
                                                       const uint8_t *text)
{
    const __m128i swap =
        _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
    for (int i = 0; i < 4; i++) {
        const __m128i raw =
            _mm_loadu_si128((const __m128i *)(const void *)(text + 16 * i));
        s->w[i] = _mm_shuffle_epi8(raw, swap);
    }
}

// Rounds 4q to 4q + 3, on word group q & 3.
static inline __attribute__((always_inline)) void rounds_4(struct stream *s, int q)
{
    const __m128i k = _mm_load_si128((const __m128i *)(const void *)(constants + 4 * q));
    const __m128i wk = _mm_add_epi32(s->w[q & 3], k);
    s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, wk);
    s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

// The words of group q, q >= 4, in place of those of group q - 4.
static inline __attribute__((always_inline)) void roll_4(struct stream *s, int q)
{
    const __m128i last = s->w[(q + 3) & 3], before = s->w[(q + 2) & 3];
    const __m128i seven_back = _mm_alignr_epi8(last, before, 4);
    const __m128i small_0 = _mm_sha256msg1_epu32(s->w[q & 3], s->w[(q + 1) & 3]);
    s->w[q & 3] = _mm_sha256msg2_epu32(_mm_add_epi32(small_0, seven_back), last);
}

// The second pointer may be NULL, a constant in each of the two callers.
static inline __attribute__((always_inline)) void rounds(struct stream *x,
                                                         struct stream *y, int q)
{
    if (q >= 4) {
        roll_4(x, q);
        if (y != NULL)
            roll_4(y, q);
    }
    rounds_4(x, q);
    if (y != NULL)
        rounds_4(y, q);
}

static inline __attribute__((always_inline)) void all_rounds(struct stream *x,
                                                             struct stream *y)
{
    rounds(x, y, 0);
    rounds(x, y, 1);
    rounds(x, y, 2);
    rounds(x, y, 3);
    rounds(x, y, 4);
    rounds(x, y, 5);
    rounds(x, y, 6);
    rounds(x, y, 7);
    rounds(x, y, 8);
    rounds(x, y, 9);
    rounds(x, y, 10);
    rounds(x, y, 11);
    rounds(x, y, 12);
    rounds(x, y, 13);
    rounds(x, y, 14);
    rounds(x, y, 15);
}

static inline __attribute__((always_inline)) void add(struct stream *to,
                                                      const struct stream *s)
{
    to->abef = _mm_add_epi32(to->abef, s->abef);
    to->cdgh = _mm_add_epi32(to->cdgh, s->cdgh);
}

static void compress(uint32_t *const state[], const uint8_t *const text[], size_t blocks)
{
    struct stream x, y;
    open_stream(&x, state[0]);
    open_stream(&y, state[1]);
    for (size_t at = 0; at < blocks * 64; at += 64) {
        const struct stream x_before = x, y_before = y;
        load(&x, text[0] + at);
        load(&y, text[1] + at);
        all_rounds(&x, &y);
        add(&x, &x_before);
        add(&y, &y_before);
    }
    close_stream(&x, state[0]);
    close_stream(&y, state[1]);
}

static void compress_1(uint32_t state[8], const uint8_t *text, size_t blocks)
{
    struct stream x;
    open_stream(&x, state);
    for (size_t at = 0; at < blocks * 64; at += 64) {
        const struct stream before = x;
        load(&x, text + at);
        all_rounds(&x, NULL);
        add(&x, &before);
    }
    close_stream(&x, state);
}

// CPUID leaf 7, EBX bit 29: no name for __builtin_cpu_supports in the compilers we build
// with.
static bool usable(void)
{
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    const int known = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx);
    return known && (ebx & (1u << 29)) != 0 && __builtin_cpu_supports("sse4.1");
}

const struct burn_kernel burn_shani = {"shani", 2, usable, compress, compress_1};
