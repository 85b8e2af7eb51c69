// matmul_8_buffered.cl -- rung 7, fetching the next tiles while these are multiplied.
//
// The idea: a work-item fetches its part of the next tiles into registers before it
// multiplies the ones at hand; some 500 cycles of waiting for global memory pass under a
// thousand multiplications. Local memory is there twice: one half is read while the other
// is filled, so one barrier a step is enough: nobody fills a half before all have passed
// the barrier after its last use.
//
// And where C has too few tiles to keep a GPU busy, k is cut into slices of `slice` steps
// (a multiple of BK), one a row of the grid. Each leaves its sums in a matrix of its own,
// the first at c, and matmul_reduce adds these up, slice by slice: the same bits on every
// run, though not those of the other rungs. With one slice C is at c.
//
// All parameters come from the host, so that a tuner can search them.
#ifndef BM
#define BM 128  // rows of C a work-group
#define BN 128  // columns
#define BK 16   // steps of k at a time, a multiple of 2 W
#define TM 8    // rows of C a work-item, a multiple of W
#define TN 8    // columns, a multiple of W
#endif

#define WM     (4 * TM)  // rows of C a warp
#define WN     (8 * TN)  // columns
#define ITEMS  (BM / WM * (BN / WN) * 32)
#define A_VECS (BM * BK / W / ITEMS)  // vectors of A a work-item fetches each step
#define B_VECS (BK * BN / W / ITEMS)
#define PAD    4
#define A_ROW  (BM + PAD)
#define BAND   8

// A work-item's part of the next tiles, on its way from global to local memory.
struct next {
    union vec a[A_VECS], b[B_VECS];
};

// Of the tile of A, rows x steps exist, of B's steps x cols.
static void fetch_tiles(struct next *next, uint id, global const REAL *a,
                        global const REAL *b, ulong n, ulong k, uint rows, uint cols, uint steps)
{
    #pragma unroll
    for (uint v = 0; v < A_VECS; v++) {
        const uint at = v * ITEMS + id;
        const uint row = at / 2 % BM, q = (at / (2 * BM) * 2 + at % 2) * W;
        next->a[v] = fetch(a, k, row, q, rows, steps);
    }
    #pragma unroll
    for (uint v = 0; v < B_VECS; v++) {
        const uint at = v * ITEMS + id;
        next->b[v] = fetch(b, n, at / (BN / W), at % (BN / W) * W, steps, cols);
    }
}

static void keep_tiles(const struct next *next, uint id, local REAL *a_tile,
                       local REAL *b_tile)
{
    #pragma unroll
    for (uint v = 0; v < A_VECS; v++) {
        const uint at = v * ITEMS + id;
        const uint row = at / 2 % BM, q = (at / (2 * BM) * 2 + at % 2) * W;
        #pragma unroll
        for (uint i = 0; i < W; i++)
            a_tile[(q + i) * A_ROW + row] = next->a[v].each[i];
    }
    #pragma unroll
    for (uint v = 0; v < B_VECS; v++)
        *(local VEC *)(b_tile + (v * ITEMS + id) * W) = next->b[v].all;
}

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
void matmul_buffered(ulong m, ulong n, ulong k, global const REAL *restrict a,
                     global const REAL *restrict b, global REAL *restrict c, ulong slice)
{
    local REAL a_tile[2][BK * A_ROW] __attribute__((aligned(16)));
    local REAL b_tile[2][BK * BN] __attribute__((aligned(16)));
    const uint  id = get_local_id(0), warp = id / 32, lane = id % 32;
    const uint  my_row = warp / (BN / WN) * WM + (lane / 16 * 2 + lane % 2) * W;
    const uint  my_col = warp % (BN / WN) * WN + lane / 2 % 8 * W;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
    if (m == 0)
        return;
    const ulong group = get_group_id(1) * get_num_groups(0) + get_group_id(0);
    const ulong part = group / (tiles_m * tiles_n), tile = group % (tiles_m * tiles_n);
    const ulong first = part * slice;
    if (part > 0 && first >= k)
        return;

    const ulong band = tile / (BAND * tiles_n), in_band = tile % (BAND * tiles_n);
    const ulong band_rows = min((ulong)BAND, tiles_m - band * BAND);
    const ulong row0 = (band * BAND + in_band % band_rows) * BM;
    const ulong col0 = in_band / band_rows * BN;
    const uint  rows = within(row0, BM, m), cols = within(col0, BN, n);
    ulong       left = min(slice, k - first);  // steps of k that are still to be fetched
    struct next next;
    REAL        sum[TM][TN] = {{0}};
    uint        now = 0;  // the half of local memory in use

    a += row0 * k + first;
    b += first * n + col0;
    fetch_tiles(&next, id, a, b, n, k, rows, cols, within(0, BK, left));
    do {
        keep_tiles(&next, id, a_tile[now], b_tile[now]);
        barrier(CLK_LOCAL_MEM_FENCE);
        left -= within(0, BK, left);
        a += BK;
        b += BK * n;
        // Behind the end this fetches nothing: asking first would cost more.
        fetch_tiles(&next, id, a, b, n, k, rows, cols, within(0, BK, left));
        #pragma unroll
        for (uint q = 0; q < BK; q++)
            step(a_tile[now] + q * A_ROW + my_row, b_tile[now] + q * BN + my_col, sum);
        now ^= 1;
    } while (left > 0);

    c += (part * m + row0) * n + col0;
    #pragma unroll
    for (int i = 0; i < TM; i++) {
        #pragma unroll
        for (int j = 0; j < TN / W; j++) {
            union vec v;
            #pragma unroll
            for (int s = 0; s < W; s++)
                v.each[s] = sum[i][j * W + s];
            store(c, n, my_row + i / W * 4 * W + i % W, my_col + j * 8 * W, rows, cols, v);
        }
    }
}

// Adds up what the slices of k gave, in their order.
kernel void matmul_reduce(ulong m, ulong n, ulong slices, global const REAL *restrict part,
                          global REAL *restrict c)
{
    for (ulong i = get_global_id(0); i < m * n; i += get_global_size(0)) {
        REAL sum = part[i];
        for (ulong s = 1; s < slices; s++)
            sum += part[s * m * n + i];
        c[i] = sum;
    }
}
