// matmul_7_warps.cl -- rung 6, arranged by warps.
//
// The idea: a GPU runs 32 neighbouring work-items in lockstep, a warp. So it is 32 of
// them, not one, whose reads and writes have to fit together. No new instruction is
// needed, only another answer to who does what:
//
//   - A warp owns a patch of C, 4 TM rows by 8 TN columns. In a step it reads 4 TM + 8 TN
//     elements; spread over the tile, as on rung 6, it would read up to all of a column.
//   - Its 32 lanes lie 4 down and 8 across, numbered so that 8 in a row have 2 different
//     rows and 4 different columns. Local memory serves 8 reads of 16 bytes at a time,
//     from 32 banks of 4 bytes: equal addresses are one, and the different ones here are
//     neighbours, so no two meet in a bank.
//   - When A is fetched, two lanes read 32 bytes of a row, the unit in which global memory
//     is read, and a warp reads 16 rows. Storing these transposed it writes 16 neighbours
//     in each of two rows of the tile that lie W rows of BM + PAD elements apart: for
//     floats 4 (BM + 4) = 16 (mod 32), the other half of the banks. For doubles, of which
//     local memory takes 16 at a time, 8 rows of A: 2 (BM + 4) = 8 (mod 16). BM is a
//     multiple of 16 for that.
//   - Work-groups take tiles in bands of BAND tile rows, so that those which run at the
//     same time share rows of A and columns of B in the cache.
//
// What it costs: while a tile is fetched nobody multiplies. Rung 8 does both at once.
#ifndef BM
#define BM 128  // rows of C a work-group
#define BN 128  // columns
#define BK 16   // steps of k at a time, a multiple of 2 W
#define TM 8    // rows of C a work-item, a multiple of W
#define TN 8    // columns, a multiple of W
#endif

#define WM    (4 * TM)  // rows of C a warp
#define WN    (8 * TN)  // columns
#define ITEMS (BM / WM * (BN / WN) * 32)
#define PAD   4
#define A_ROW (BM + PAD)
#define BAND  8

static void step(local const REAL *a, local const REAL *b, REAL sum[TM][TN])
{
    union vec of_a[TM / W], of_b[TN / W];
    #pragma unroll
    for (int i = 0; i < TM / W; i++)
        of_a[i] = read_local(a + i * 4 * W);
    #pragma unroll
    for (int j = 0; j < TN / W; j++)
        of_b[j] = read_local(b + j * 8 * W);
    #pragma unroll
    for (int i = 0; i < TM; i++) {
        #pragma unroll
        for (int j = 0; j < TN; j++)
            sum[i][j] = fma(of_a[i / W].each[i % W], of_b[j / W].each[j % W], sum[i][j]);
    }
}

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_warps(ulong m, ulong n, ulong k, global const REAL *restrict a,
                  global const REAL *restrict b, global REAL *restrict c)
{
    local REAL a_tile[BK * A_ROW] __attribute__((aligned(16)));
    local REAL b_tile[BK * BN] __attribute__((aligned(16)));
    const uint  id = get_local_id(0), warp = id / 32, lane = id % 32;
    const uint  my_row = warp / (BN / WN) * WM + (lane / 16 * 2 + lane % 2) * W;
    const uint  my_col = warp % (BN / WN) * WN + lane / 2 % 8 * W;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;

    for (ulong tile = get_group_id(0); tile < tiles_m * tiles_n; tile += get_num_groups(0)) {
        const ulong band = tile / (BAND * tiles_n), in_band = tile % (BAND * tiles_n);
        const ulong band_rows = min((ulong)BAND, tiles_m - band * BAND);
        const ulong row0 = (band * BAND + in_band % band_rows) * BM;
        const ulong col0 = in_band / band_rows * BN;
        const uint  rows = within(row0, BM, m), cols = within(col0, BN, n);
        REAL        sum[TM][TN] = {{0}};

        for (ulong p = 0; p < k; p += BK) {
            const uint steps = within(p, BK, k);
            for (uint at = id; at < BM * BK / W; at += ITEMS) {
                const uint      row = at / 2 % BM, q = (at / (2 * BM) * 2 + at % 2) * W;
                const union vec v = fetch(a + row0 * k + p, k, row, q, rows, steps);
                #pragma unroll
                for (int i = 0; i < W; i++)
                    a_tile[(q + i) * A_ROW + row] = v.each[i];
            }
            for (uint at = id; at < BK * BN / W; at += ITEMS) {
                const uint      q = at / (BN / W), col = at % (BN / W) * W;
                const union vec v = fetch(b + p * n + col0, n, q, col, steps, cols);
                *(local VEC *)(b_tile + q * BN + col) = v.all;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll
            for (uint q = 0; q < BK; q++)
                step(a_tile + q * A_ROW + my_row, b_tile + q * BN + my_col, sum);
            barrier(CLK_LOCAL_MEM_FENCE);
        }

        #pragma unroll
        for (int i = 0; i < TM; i++) {
            #pragma unroll
            for (int j = 0; j < TN / W; j++) {
                union vec v;
                #pragma unroll
                for (int s = 0; s < W; s++)
                    v.each[s] = sum[i][j * W + s];
                store(c + row0 * n + col0, n, my_row + i / W * 4 * W + i % W,
                      my_col + j * 8 * W, rows, cols, v);
            }
        }
    }
}
