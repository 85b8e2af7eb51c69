// sha256.h -- SHA-256's compression function (FIPS 180-4, section 6.2.2), once, in the
// common subset of C and OpenCL C, over a WORD that is one 32-bit word or a vector of
// them, one lane a message.
//
// It includes nothing, so that a kernel's text may simply follow it. The includer defines
//   WORD             an unsigned 32-bit type, or a vector type whose operators work lane
//   by lane
// and may define, where the target has an instruction for it,
//   ROTR(x, n)       rotation to the right, n a literal from 1 to 31
//   CH(x, y, z)      for each bit, x ? y : z
//   MAJ(x, y, z)     for each bit, what at least two of them say
//   XOR3(x, y, z)
// Arguments are plain names or array elements and have no side effects. Everything is
// unrolled with literal indices: state and schedule live in registers where there are
// enough of them.
#ifndef SHA256_H
#define SHA256_H

#ifndef ROTR
#define ROTR(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#endif
#ifndef CH
#define CH(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#endif
#ifndef MAJ
// One of the two differences is the last round's other one, which the compiler keeps.
#define MAJ(x, y, z) ((y) ^ (((x) ^ (y)) & ((y) ^ (z))))
#endif
#ifndef XOR3
#define XOR3(x, y, z) ((x) ^ (y) ^ (z))
#endif

#define SHA256_BIG_0(x)   XOR3(ROTR(x, 2), ROTR(x, 13), ROTR(x, 22))
#define SHA256_BIG_1(x)   XOR3(ROTR(x, 6), ROTR(x, 11), ROTR(x, 25))
#define SHA256_SMALL_0(x) XOR3(ROTR(x, 7), ROTR(x, 18), (x) >> 3)
#define SHA256_SMALL_1(x) XOR3(ROTR(x, 17), ROTR(x, 19), (x) >> 10)

// The schedule rolls through 16 words: round t + 16's word takes the place of round t's.
#define SHA256_KEEP(t)
#define SHA256_ROLL(t)                                                                   \
    w[t] += SHA256_SMALL_1(w[((t) + 14) & 15]) + w[((t) + 9) & 15] +                     \
            SHA256_SMALL_0(w[((t) + 1) & 15])

#define SHA256_ROUND(SCHEDULE, a, b, c, d, e, f, g, h, t, k)                             \
    SCHEDULE(t);                                                                         \
    h += w[t] + k + CH(e, f, g) + SHA256_BIG_1(e);                                       \
    d += h;                                                                              \
    h += MAJ(a, b, c) + SHA256_BIG_0(a)

// Eight rounds bring the names back to where they were. SCHEDULE is KEEP or ROLL.
#define SHA256_ROUNDS_8(SCHEDULE, t, k0, k1, k2, k3, k4, k5, k6, k7)                     \
    SHA256_ROUND(SCHEDULE, a, b, c, d, e, f, g, h, (t), k0);                             \
    SHA256_ROUND(SCHEDULE, h, a, b, c, d, e, f, g, (t) + 1, k1);                         \
    SHA256_ROUND(SCHEDULE, g, h, a, b, c, d, e, f, (t) + 2, k2);                         \
    SHA256_ROUND(SCHEDULE, f, g, h, a, b, c, d, e, (t) + 3, k3);                         \
    SHA256_ROUND(SCHEDULE, e, f, g, h, a, b, c, d, (t) + 4, k4);                         \
    SHA256_ROUND(SCHEDULE, d, e, f, g, h, a, b, c, (t) + 5, k5);                         \
    SHA256_ROUND(SCHEDULE, c, d, e, f, g, h, a, b, (t) + 6, k6);                         \
    SHA256_ROUND(SCHEDULE, b, c, d, e, f, g, h, a, (t) + 7, k7)

// Adds one block of 16 words, in the machine's byte order, to the 8 words of state. The
// words of w are used up.
static inline void sha256_block(WORD *state, WORD *w)
{
    WORD a = state[0], b = state[1], c = state[2], d = state[3];
    WORD e = state[4], f = state[5], g = state[6], h = state[7];
    SHA256_ROUNDS_8(SHA256_KEEP, 0, 0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u,
                    0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u);
    SHA256_ROUNDS_8(SHA256_KEEP, 8, 0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u,
                    0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u);
    SHA256_ROUNDS_8(SHA256_ROLL, 0, 0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu,
                    0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau);
    SHA256_ROUNDS_8(SHA256_ROLL, 8, 0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u,
                    0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u);
    SHA256_ROUNDS_8(SHA256_ROLL, 0, 0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u,
                    0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u);
    SHA256_ROUNDS_8(SHA256_ROLL, 8, 0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u,
                    0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u);
    SHA256_ROUNDS_8(SHA256_ROLL, 0, 0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u,
                    0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u);
    SHA256_ROUNDS_8(SHA256_ROLL, 8, 0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u,
                    0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u);
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

#endif
