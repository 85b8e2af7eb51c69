// matmul_3_registers.cl -- C = A B with an 8 x 8 tile of C in each work-item's registers.
//
// The idea: on rung 2 every multiplication needs two reads of local memory, and local memory
// is slower than arithmetic. Here a work-item reads 8 elements of A and 8 of B and makes 64
// multiplications of them. A work-group computes BM x BN of C in steps of BK along k:
//
//   - Global memory is read four elements at a time (where rows are aligned for it), one step
//     ahead of the arithmetic: the next tile is in flight while this one is multiplied.
//   - Local memory is double: one half is read while the other is filled; one barrier a step.
//   - A's tile is stored transposed, so that both operands are read four at a time.
//   - 32 neighbouring work-items (a warp) own a 64 x 32 patch, each as four 4 x 4 pieces
//     that lie 32 rows and 16 columns apart: their reads are broadcasts or neighbours,
//     which local memory serves without conflicts.
//   - Tiles are visited in bands of BAND tile rows, so that work-groups that run at the same
//     time share rows of A and columns of B in the cache.
//
// Any m, n, k: tiles beyond the edges are filled with zeros that only reach elements which are
// not stored; the last step along k is cut short instead.
#ifndef REAL
#define REAL  float
#define REAL4 float4
#endif
#ifndef BM
#define BM 128  // rows of C a work-group, a multiple of 64
#define BN 128  // columns, a multiple of 32
#define BK 16   // steps of k at a time, a multiple of 4
#endif
#ifndef ALIGNED
#define ALIGNED 0  // 1: n and k are multiples of 4, rows may be read as vectors
#endif

#define ITEMS   (BM / 8 * (BN / 8))
#define A_QUADS (BM * BK / 4 / ITEMS)  // vectors of A a work-item fetches each step
#define B_QUADS (BK * BN / 4 / ITEMS)
#define A_ROW   (BM + 4)  // padded: the transposing stores meet fewer conflicts
#define BAND    8

// Four elements of a row; zeros beyond the edges.
static REAL4 fetch(global const REAL *from, ulong row, ulong col, ulong rows, ulong cols)
{
    global const REAL *p = from + row * cols + col;
    if (ALIGNED && row < rows && col < cols)
        return *(global const REAL4 *)p;
    REAL4 v = 0;
    if (row < rows) {
        if (col + 0 < cols)
            v.s0 = p[0];
        if (col + 1 < cols)
            v.s1 = p[1];
        if (col + 2 < cols)
            v.s2 = p[2];
        if (col + 3 < cols)
            v.s3 = p[3];
    }
    return v;
}

static void store(global REAL *to, ulong row, ulong col, ulong rows, ulong cols, REAL4 v)
{
    global REAL *p = to + row * cols + col;
    if (row >= rows)
        return;
    if (ALIGNED && col < cols) {
        *(global REAL4 *)p = v;
        return;
    }
    if (col + 0 < cols)
        p[0] = v.s0;
    if (col + 1 < cols)
        p[1] = v.s1;
    if (col + 2 < cols)
        p[2] = v.s2;
    if (col + 3 < cols)
        p[3] = v.s3;
}

static REAL4 fma_row(REAL a, REAL4 b, REAL4 c)
{
    return fma((REAL4)(a), b, c);
}

// One step of k: the outer product of 8 elements of A with 8 of B. sum[i] holds row i's eight
// elements as two halves.
static void step(local const REAL *a, local const REAL *b, REAL4 sum[8][2])
{
    const REAL4 a0 = *(local const REAL4 *)a, a1 = *(local const REAL4 *)(a + 32);
    const REAL4 b0 = *(local const REAL4 *)b, b1 = *(local const REAL4 *)(b + 16);
    const REAL  col[8] = {a0.s0, a0.s1, a0.s2, a0.s3, a1.s0, a1.s1, a1.s2, a1.s3};
    #pragma unroll
    for (int i = 0; i < 8; i++) {
        sum[i][0] = fma_row(col[i], b0, sum[i][0]);
        sum[i][1] = fma_row(col[i], b1, sum[i][1]);
    }
}

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_registers(ulong m, ulong n, ulong k, global const REAL *restrict a,
                      global const REAL *restrict b, global REAL *restrict c)
{
    local REAL a_tile[2][BK * A_ROW] __attribute__((aligned(32)));
    local REAL b_tile[2][BK * BN] __attribute__((aligned(32)));
    const uint  id = get_local_id(0), warp = id / 32, lane = id % 32;
    const uint  my_row = warp / (BN / 32) * 64 + lane / 4 * 4;
    const uint  my_col = warp % (BN / 32) * 32 + lane % 4 * 4;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
    const ulong steps = (k + BK - 1) / BK;

    for (ulong tile = get_group_id(0); tile < tiles_m * tiles_n; tile += get_num_groups(0)) {
        const ulong band = tile / (BAND * tiles_n);
        const ulong band_rows = min((ulong)BAND, tiles_m - band * BAND);
        const ulong in_band = tile - band * BAND * tiles_n;
        const ulong row0 = (band * BAND + in_band % band_rows) * BM;
        const ulong col0 = in_band / band_rows * BN;

        REAL4 sum[8][2], a_next[A_QUADS], b_next[B_QUADS];
        #pragma unroll
        for (int i = 0; i < 8; i++)
            sum[i][0] = sum[i][1] = 0;

        for (ulong s = 0; s <= steps; s++) {
            const ulong p = s * BK;
            if (s < steps) {
                #pragma unroll
                for (uint q = 0; q < A_QUADS; q++) {
                    const uint at = q * ITEMS + id;
                    a_next[q] = fetch(a, row0 + at / (BK / 4), p + at % (BK / 4) * 4, m, k);
                }
                #pragma unroll
                for (uint q = 0; q < B_QUADS; q++) {
                    const uint at = q * ITEMS + id;
                    b_next[q] = fetch(b, p + at / (BN / 4), col0 + at % (BN / 4) * 4, k, n);
                }
            }
            if (s > 0) {
                local const REAL *a_now = a_tile[(s - 1) & 1] + my_row;
                local const REAL *b_now = b_tile[(s - 1) & 1] + my_col;
                const uint left = (uint)min((ulong)BK, k - (p - BK));
                if (left == BK) {
                    #pragma unroll
                    for (uint q = 0; q < BK; q++)
                        step(a_now + q * A_ROW, b_now + q * BN, sum);
                } else {
                    for (uint q = 0; q < left; q++)
                        step(a_now + q * A_ROW, b_now + q * BN, sum);
                }
            }
            if (s < steps) {
                #pragma unroll
                for (uint q = 0; q < A_QUADS; q++) {
                    const uint at = q * ITEMS + id, row = at / (BK / 4), p4 = at % (BK / 4) * 4;
                    local REAL *to = a_tile[s & 1] + p4 * A_ROW + row;
                    to[0 * A_ROW] = a_next[q].s0;
                    to[1 * A_ROW] = a_next[q].s1;
                    to[2 * A_ROW] = a_next[q].s2;
                    to[3 * A_ROW] = a_next[q].s3;
                }
                #pragma unroll
                for (uint q = 0; q < B_QUADS; q++)
                    *(local REAL4 *)(b_tile[s & 1] + (q * ITEMS + id) * 4) = b_next[q];
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }

        #pragma unroll
        for (int i = 0; i < 8; i++) {
            const ulong row = row0 + my_row + i % 4 + i / 4 * 32;
            store(c, row, col0 + my_col, m, n, sum[i][0]);
            store(c, row, col0 + my_col + 16, m, n, sum[i][1]);
        }
    }
}
