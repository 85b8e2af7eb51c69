// matmul_mma.cl -- the operands of NVIDIA's matrix instruction: C += A B, A of MMA_M rows.
//
// The lanes of a warp hold them between them. With g = lane / 4 and t = lane % 4
//
//   A  register r of a lane is row g + 8 (r % 2), word t + 4 (r / 2) of its row
//   B  register r is word t + 4 r of column g
//   C  register r is row g + 8 (r / 2), column 2 t + r % 2
//
// A word is what a register holds: a float rounded to tf32 (11 of its 24 bits are left),
// two neighbours along k rounded to bf16 (8 bits), or a double as it is. The host defines
// TF32, BF16 or F64, WORD, and PER_WORD, how many elements that are.
#ifdef F64
#define MMA_M  8
#define A_REGS 1
#define B_REGS 1
#define C_REGS 2
#else
#define MMA_M  16
#define A_REGS 4
#define B_REGS 2
#define C_REGS 4
#endif

#define INFINITE 0x7f800000u

// Not finite stays so: a NaN may have all its bits among those that go.
static uint keep_special(uint bits)
{
    return bits & 0x7fffffu ? bits | 0x400000u : bits;
}

// To the nearest of 11 bits, ties away from zero; never to infinity.
static uint to_tf32(float x)
{
    const uint bits = as_uint(x), rounded = bits + 0x1000u;
    if ((bits & INFINITE) == INFINITE)
        return keep_special(bits);
    return ((rounded & INFINITE) == INFINITE ? bits : rounded) & ~0x1fffu;
}

// To the nearest of 8 bits, ties to even; never to infinity.
static uint to_bf16(float x)
{
    const uint bits = as_uint(x), rounded = bits + 0x7fffu + (bits >> 16 & 1);
    if ((bits & INFINITE) == INFINITE)
        return keep_special(bits) >> 16;
    return ((rounded & INFINITE) == INFINITE ? bits : rounded) >> 16;
}

// A word of elements that follow one another along k; `second` counts where there are two.
static WORD word_of(REAL first, REAL second)
{
#if defined(TF32)
    return to_tf32(first);
#elif defined(BF16)
    return to_bf16(first) | to_bf16(second) << 16;
#else
    return first;
#endif
}
