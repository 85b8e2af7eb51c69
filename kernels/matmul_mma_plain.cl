// matmul_mma_plain.cl -- MMA written out: what the instruction does with the registers of
// 32 lanes, for devices without it. It is slow; tests run the tensor rung with it, so that
// who holds what is proved where there is no tensor core.
//
// Each lane lays its registers on a desk in local memory; when all have, each finds the
// row of A and the column of B of its elements of C there, by the layout of the PTX manual
// (9.7.14, "Matrix Fragments for mma.m16n8k8", m16n8k16 and m8n8k4).
#define MMA_DESK      local WORD desk[ITEMS][A_REGS + B_REGS];
#define MMA(c, a, b)  mma(c, a, b, desk)

static REAL times(WORD a, WORD b, REAL sum)
{
#if defined(F64)
    return fma(a, b, sum);
#elif defined(TF32)
    return fma(as_float(a), as_float(b), sum);
#else
    sum = fma(as_float(a << 16), as_float(b << 16), sum);
    return fma(as_float(a & 0xffff0000u), as_float(b & 0xffff0000u), sum);
#endif
}

static void mma(REAL *c, const WORD *a, const WORD *b, local WORD (*desk)[A_REGS + B_REGS])
{
    const uint id = get_local_id(0), first = id / 32 * 32, lane = id % 32;
    for (uint r = 0; r < A_REGS; r++)
        desk[id][r] = a[r];
    for (uint r = 0; r < B_REGS; r++)
        desk[id][A_REGS + r] = b[r];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint r = 0; r < C_REGS; r++) {
        const uint row = lane / 4 + r / 2 * 8, col = lane % 4 * 2 + r % 2;
        for (uint w = 0; w < 4 * B_REGS; w++)
            c[r] = times(desk[first + row % 8 * 4 + w % 4][row / 8 + w / 4 * 2],
                         desk[first + col * 4 + w % 4][A_REGS + w / 4], c[r]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}
