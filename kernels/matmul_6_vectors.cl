// matmul_6_vectors.cl -- rung 5, reading and writing 16 bytes at a time (matmul_vec.cl).
//
// The idea: one instruction that moves four floats takes the place of four. For B that
// is simple, its rows lie as the vectors need them. A work-item's part of a column of A
// does not: so A's tile is stored transposed, a_tile[q] being column q, and both operands
// of a step are rows of local memory.
//
// A work-item's elements of C now come in pieces of W x W: TM / W pieces down, TN / W
// across. A step reads TM / W + TN / W vectors for TM TN multiplications: 4 instead of 16
// reads for 64.
//
// What it costs: a work-item's neighbours are those beside it in the whole tile of C, and
// the transposing stores meet in the same banks of local memory: W elements that one
// work-item stores lie a whole row of the tile apart, and so do those of its neighbours.
// Rung 7 looks at 32 work-items at a time.
#ifndef BM
#define BM 64  // rows of C a work-group
#define BN 64  // columns
#define BK 16  // steps of k at a time
#define TM 8   // rows of C a work-item, a multiple of W
#define TN 8   // columns, a multiple of W
#endif

#define ACROSS (BN / TN)  // work-items beside each other
#define DOWN   (BM / TM)
#define ITEMS  (ACROSS * DOWN)

// One step of k: TM elements of A, TN of B, all their products.
static void step(local const REAL *a, local const REAL *b, REAL sum[TM][TN])
{
    union vec of_a[TM / W], of_b[TN / W];
    #pragma unroll
    for (int i = 0; i < TM / W; i++)
        of_a[i] = read_local(a + i * DOWN * W);
    #pragma unroll
    for (int j = 0; j < TN / W; j++)
        of_b[j] = read_local(b + j * ACROSS * W);
    #pragma unroll
    for (int i = 0; i < TM; i++) {
        #pragma unroll
        for (int j = 0; j < TN; j++)
            sum[i][j] = fma(of_a[i / W].each[i % W], of_b[j / W].each[j % W], sum[i][j]);
    }
}

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_vectors(ulong m, ulong n, ulong k, global const REAL *restrict a,
                    global const REAL *restrict b, global REAL *restrict c)
{
    local REAL a_tile[BK * BM] __attribute__((aligned(16)));
    local REAL b_tile[BK * BN] __attribute__((aligned(16)));
    const uint  id = get_local_id(0), x = id % ACROSS, y = id / ACROSS;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;

    for (ulong tile = get_group_id(0); tile < tiles_m * tiles_n; tile += get_num_groups(0)) {
        const ulong row0 = tile / tiles_n * BM, col0 = tile % tiles_n * BN;
        const uint  rows = within(row0, BM, m), cols = within(col0, BN, n);
        REAL        sum[TM][TN] = {{0}};

        for (ulong p = 0; p < k; p += BK) {
            const uint steps = within(p, BK, k);
            for (uint at = id; at < BM * BK / W; at += ITEMS) {
                const uint      row = at / (BK / W), q = at % (BK / W) * W;
                const union vec v = fetch(a + row0 * k + p, k, row, q, rows, steps);
                #pragma unroll
                for (int i = 0; i < W; i++)
                    a_tile[(q + i) * BM + row] = v.each[i];
            }
            for (uint at = id; at < BK * BN / W; at += ITEMS) {
                const uint      q = at / (BN / W), col = at % (BN / W) * W;
                const union vec v = fetch(b + p * n + col0, n, q, col, steps, cols);
                *(local VEC *)(b_tile + q * BN + col) = v.all;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll
            for (uint q = 0; q < BK; q++)
                step(a_tile + q * BM + y * W, b_tile + q * BN + x * W, sum);
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
                store(c + row0 * n + col0, n, (i / W * DOWN + y) * W + i % W,
                      (j * ACROSS + x) * W, rows, cols, v);
            }
        }
    }
}
