// matmul_3_registers.cl -- C = A B with an 8 x 8 tile of C in each work-item's registers.
//
// The idea: on rung 2 every multiplication needs two reads of local memory, and local
// memory is slower than arithmetic. Here a work-item reads 8 elements of A and 8 of B and
// makes 64 multiplications of them. A work-group computes BM x BN of C in steps of BK
// along k:
//
//   - Global memory is read four elements at a time (where rows are aligned for it), one
//     step ahead of the arithmetic: the next tile is in flight while this one is multiplied.
//   - Local memory is double: one half is read while the other is filled, with one barrier
//     a step.
//   - A's tile is stored transposed, so that both operands are read four at a time.
//   - 32 neighbouring work-items (a warp) own a 64 x 32 patch, each as four 4 x 4 pieces
//     that lie 32 rows and 16 columns apart: their reads are broadcasts or neighbours,
//     which local memory serves without conflicts.
//   - Tiles are visited in bands of BAND tile rows, so that work-groups that run at the
//     same time share rows of A and columns of B in the cache.
//
// Any m, n, k: tiles beyond the edges are filled with zeros that only reach elements
// which are not stored; the last step along k is cut short instead.
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

// One step of k: the outer product of 8 elements of A with 8 of B. sum[i] holds row i's
// eight elements as two halves.
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

// A work-item's part of the next tiles of A and B, on their way from global memory.
struct next {
    REAL4 a[A_QUADS], b[B_QUADS];
};

static void fetch_tiles(struct next *next, global const REAL *a, global const REAL *b,
                        ulong row0, ulong col0, ulong p, ulong m, ulong n, ulong k)
{
    #pragma unroll
    for (uint q = 0; q < A_QUADS; q++) {
        const uint at = q * ITEMS + get_local_id(0);
        next->a[q] = fetch(a, row0 + at / (BK / 4), p + at % (BK / 4) * 4, m, k);
    }
    #pragma unroll
    for (uint q = 0; q < B_QUADS; q++) {
        const uint at = q * ITEMS + get_local_id(0);
        next->b[q] = fetch(b, p + at / (BN / 4), col0 + at % (BN / 4) * 4, k, n);
    }
}

static void keep_tiles(const struct next *next, local REAL *a_tile, local REAL *b_tile)
{
    #pragma unroll
    for (uint q = 0; q < A_QUADS; q++) {
        const uint  at = q * ITEMS + get_local_id(0);
        local REAL *to = a_tile + at % (BK / 4) * 4 * A_ROW + at / (BK / 4);
        to[0 * A_ROW] = next->a[q].s0;
        to[1 * A_ROW] = next->a[q].s1;
        to[2 * A_ROW] = next->a[q].s2;
        to[3 * A_ROW] = next->a[q].s3;
    }
    #pragma unroll
    for (uint q = 0; q < B_QUADS; q++)
        *(local REAL4 *)(b_tile + (q * ITEMS + get_local_id(0)) * 4) = next->b[q];
}

static void multiply_tiles(local const REAL *a, local const REAL *b, uint steps,
                           REAL4 sum[8][2])
{
    if (steps == BK) {
        #pragma unroll
        for (uint q = 0; q < BK; q++)
            step(a + q * A_ROW, b + q * BN, sum);
    } else {
        for (uint q = 0; q < steps; q++)
            step(a + q * A_ROW, b + q * BN, sum);
    }
}

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_registers(ulong m, ulong n, ulong k, global const REAL *restrict a,
                      global const REAL *restrict b, global REAL *restrict c)
{
    local REAL a_tile[2][BK * A_ROW] __attribute__((aligned(32)));
    local REAL b_tile[2][BK * BN] __attribute__((aligned(32)));
    const uint  warp = get_local_id(0) / 32, lane = get_local_id(0) % 32;
    const uint  my_row = warp / (BN / 32) * 64 + lane / 4 * 4;
    const uint  my_col = warp % (BN / 32) * 32 + lane % 4 * 4;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
    const ulong tiles = tiles_m * tiles_n, steps = (k + BK - 1) / BK;

    for (ulong tile = get_group_id(0); tile < tiles; tile += get_num_groups(0)) {
        const ulong band = tile / (BAND * tiles_n), in_band = tile % (BAND * tiles_n);
        const ulong band_rows = min((ulong)BAND, tiles_m - band * BAND);
        const ulong row0 = (band * BAND + in_band % band_rows) * BM;
        const ulong col0 = in_band / band_rows * BN;
        struct next next;
        REAL4       sum[8][2];
        #pragma unroll
        for (int i = 0; i < 8; i++)
            sum[i][0] = sum[i][1] = 0;

        // In turn s the tiles of step s are fetched while those of step s - 1 are multiplied.
        for (ulong s = 0; s <= steps; s++) {
            if (s < steps)
                fetch_tiles(&next, a, b, row0, col0, s * BK, m, n, k);
            if (s > 0)
                multiply_tiles(a_tile[(s - 1) & 1] + my_row, b_tile[(s - 1) & 1] + my_col,
                               (uint)min((ulong)BK, k - (s - 1) * BK), sum);
            if (s < steps)
                keep_tiles(&next, a_tile[s & 1], b_tile[s & 1]);
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
