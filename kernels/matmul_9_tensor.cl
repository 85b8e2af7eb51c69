// matmul_9_tensor.cl -- rung 8 with the matrix instruction of NVIDIA's tensor cores.
//
// The idea: a warp multiplies small matrices with one instruction, mma. Its 32 lanes hold
// the operands between them, as matmul_mma.cl says; what is left to do is to bring the
// right words to the right lanes. Floats are rounded to fewer bits when they are stored to
// local memory: this is no product of floats, and is not compared with one. (Doubles stay
// as they are.)
//
// Rows of A's tile have 4 words more than needed, rows of B's 32 bytes, so that
// the 32 words that a register's lanes read lie in 32 banks: with 16 words a step g (16 +
// 4) + t and t (BN + 8) + g take every value mod 32 once. Doubles are read 16 lanes at a
// time: with 8 a step g (8 + 4) + t and t (BN + 4) + g take every value mod 16.
#ifndef BM
#define BM 128  // rows of C a work-group
#define BN 128  // columns
#define WM 64   // rows of C a warp, a multiple of the instruction's
#define WN 32   // columns, a multiple of 8
#endif

#define ITEMS    (BM / WM * (BN / WN) * 32)
#define BK       (STEP_WORDS * PER_WORD)  // steps of k at a time
#define A_ROW    (STEP_WORDS + 4)
#define B_ROW    (BN + 32 / sizeof(WORD))
#define A_VECS   (BM * BK / W / ITEMS)
#define B_VECS   (BK * BN / W / ITEMS / PER_WORD)
#define BAND     8

// A work-item's part of the next tiles. B comes in as many rows as a word holds elements.
struct next {
    union vec a[A_VECS], b[B_VECS][PER_WORD];
};

static void fetch_tiles(struct next *next, uint id, global const REAL *a,
                        global const REAL *b, ulong n, ulong k, uint rows, uint cols,
                        uint steps)
{
    #pragma unroll
    for (uint v = 0; v < A_VECS; v++) {
        const uint at = v * ITEMS + id;
        next->a[v] = fetch(a, k, at / (BK / W), at % (BK / W) * W, rows, steps);
    }
    #pragma unroll
    for (uint v = 0; v < B_VECS; v++) {
        const uint at = v * ITEMS + id, q = at / (BN / W) * PER_WORD;
        #pragma unroll
        for (uint i = 0; i < PER_WORD; i++)
            next->b[v][i] = fetch(b, n, q + i, at % (BN / W) * W, steps, cols);
    }
}

static void keep_tiles(const struct next *next, uint id, local WORD *a_tile,
                       local WORD *b_tile)
{
    #pragma unroll
    for (uint v = 0; v < A_VECS; v++) {
        const uint at = v * ITEMS + id;
        #pragma unroll
        for (uint i = 0; i < W; i += PER_WORD)
            a_tile[at / (BK / W) * A_ROW + (at % (BK / W) * W + i) / PER_WORD] =
                word_of(next->a[v].each[i], next->a[v].each[i + PER_WORD - 1]);
    }
    #pragma unroll
    for (uint v = 0; v < B_VECS; v++) {
        const uint at = v * ITEMS + id;
        #pragma unroll
        for (uint i = 0; i < W; i++)
            b_tile[at / (BN / W) * B_ROW + at % (BN / W) * W + i] =
                word_of(next->b[v][0].each[i], next->b[v][PER_WORD - 1].each[i]);
    }
}

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_tensor(ulong m, ulong n, ulong k, global const REAL *restrict a,
                   global const REAL *restrict b, global REAL *restrict c)
{
    local WORD a_tile[2][BM * A_ROW] __attribute__((aligned(16)));
    local WORD b_tile[2][STEP_WORDS * B_ROW] __attribute__((aligned(16)));
    MMA_DESK
    const uint  id = get_local_id(0), warp = id / 32, g = id % 32 / 4, t = id % 4;
    const uint  my_row = warp / (BN / WN) * WM, my_col = warp % (BN / WN) * WN;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
    const ulong tile = get_group_id(1) * get_num_groups(0) + get_group_id(0);
    if (tile >= tiles_m * tiles_n)
        return;

    const ulong band = tile / (BAND * tiles_n), in_band = tile % (BAND * tiles_n);
    const ulong band_rows = min((ulong)BAND, tiles_m - band * BAND);
    const ulong row0 = (band * BAND + in_band % band_rows) * BM;
    const ulong col0 = in_band / band_rows * BN;
    const uint  rows = within(row0, BM, m), cols = within(col0, BN, n);
    ulong       left = k;
    struct next next;
    REAL        sum[WM / MMA_M][WN / 8][C_REGS] = {{{0}}};
    uint        now = 0;

    a += row0 * k;
    b += col0;
    fetch_tiles(&next, id, a, b, n, k, rows, cols, within(0, BK, left));
    do {
        keep_tiles(&next, id, a_tile[now], b_tile[now]);
        barrier(CLK_LOCAL_MEM_FENCE);
        left -= within(0, BK, left);
        a += BK;
        b += BK * n;
        fetch_tiles(&next, id, a, b, n, k, rows, cols, within(0, BK, left));
        #pragma unroll
        for (uint q = 0; q < STEP_WORDS; q += 4 * B_REGS) {
            WORD of_a[WM / MMA_M][A_REGS], of_b[WN / 8][B_REGS];
            #pragma unroll
            for (uint i = 0; i < WM / MMA_M; i++) {
                #pragma unroll
                for (uint r = 0; r < A_REGS; r++)
                    of_a[i][r] = a_tile[now][(my_row + i * MMA_M + g + r % 2 * 8) * A_ROW +
                                             q + t + r / 2 * 4];
            }
            #pragma unroll
            for (uint j = 0; j < WN / 8; j++) {
                #pragma unroll
                for (uint r = 0; r < B_REGS; r++)
                    of_b[j][r] = b_tile[now][(q + t + r * 4) * B_ROW + my_col + j * 8 + g];
            }
            #pragma unroll
            for (uint i = 0; i < WM / MMA_M; i++) {
                #pragma unroll
                for (uint j = 0; j < WN / 8; j++)
                    MMA(sum[i][j], of_a[i], of_b[j]);
            }
        }
        now ^= 1;
    } while (left > 0);

    #pragma unroll
    for (uint i = 0; i < WM / MMA_M; i++) {
        #pragma unroll
        for (uint j = 0; j < WN / 8; j++) {
            #pragma unroll
            for (uint r = 0; r < C_REGS; r++) {
                const uint row = my_row + i * MMA_M + g + r / 2 * 8;
                const uint col = my_col + j * 8 + 2 * t + r % 2;
                if (row < rows && col < cols)
                    c[(row0 + row) * n + col0 + col] = sum[i][j][r];
            }
        }
    }
}
