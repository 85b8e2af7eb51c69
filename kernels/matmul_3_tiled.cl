// matmul_3_tiled.cl -- C = A B through tiles in local memory.
//
// The idea: a work-group computes a TILE x TILE tile of C. It walks along k in steps of
// TILE; in each step every work-item fetches one element of A and one of B into local
// memory, all wait (a barrier), and all use all of it. Each element that comes from
// global memory is so used TILE times, not once as on rung 2.
//
// Beyond the edges the tiles hold zeros. They reach only elements of C that are not
// stored, or, beyond the end of k, meet zeros: Inf and NaN mean the same as in the triple
// loop.
//
// What it costs: two reads of local memory for every multiplication. Rung 5 makes more of
// each read.
#ifndef REAL
#define REAL float
#endif
#ifndef TILE
#define TILE 16
#endif

kernel __attribute__((reqd_work_group_size(TILE, TILE, 1)))
void matmul_tiled(ulong m, ulong n, ulong k, global const REAL *restrict a,
                  global const REAL *restrict b, global REAL *restrict c)
{
    local REAL a_tile[TILE][TILE], b_tile[TILE][TILE];
    const uint  x = get_local_id(0), y = get_local_id(1);
    const ulong tiles_m = (m + TILE - 1) / TILE, tiles_n = (n + TILE - 1) / TILE;
    const ulong tiles = tiles_m * tiles_n;

    for (ulong tile = get_group_id(0); tile < tiles; tile += get_num_groups(0)) {
        const ulong row = tile / tiles_n * TILE + y, col = tile % tiles_n * TILE + x;
        REAL sum = 0;
        for (ulong p = 0; p < k; p += TILE) {
            a_tile[y][x] = row < m && p + x < k ? a[row * k + p + x] : 0;
            b_tile[y][x] = p + y < k && col < n ? b[(p + y) * n + col] : 0;
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll
            for (uint q = 0; q < TILE; q++)
                sum = fma(a_tile[y][q], b_tile[q][x], sum);
            barrier(CLK_LOCAL_MEM_FENCE);
        }
        if (row < m && col < n)
            c[row * n + col] = sum;
    }
}
