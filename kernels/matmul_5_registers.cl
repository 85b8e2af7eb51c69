// matmul_5_registers.cl -- C = A B with a tile of C in each work-item's registers.
//
// The idea: on rung 3 every multiplication needs two reads of local memory, and local
// memory is slower than arithmetic. Here a work-item owns TM x TN elements of C: it reads
// TM elements of A and TN of B and makes TM TN multiplications of them.
//
//   strip      TM = 8, TN = 1:  9 reads for  8 multiplications
//   registers  TM = 8, TN = 8: 16 reads for 64 multiplications
//
// A work-group computes BM x BN of C in steps of BK along k, as on rung 3. Each loop over
// the private arrays has a constant length and is unrolled: an index that is known when
// the kernel is compiled names a register, any other would be an address in memory.
//
// A work-item's rows lie BM / TM apart and its columns BN / TN apart: its neighbours read
// neighbouring columns of b_tile, one from each bank of local memory, and the few rows
// that they share. a_tile's rows have one element more than needed, so that those rows
// begin in different banks.
//
// What it costs: each of the 16 reads is an instruction of its own. Rung 6 reads four
// elements at a time.
#ifndef REAL
#define REAL float
#endif
#ifndef BM
#define BM 64  // rows of C a work-group
#define BN 64  // columns
#define BK 16  // steps of k at a time
#define TM 8   // rows of C a work-item
#define TN 8   // columns
#endif

#define ACROSS (BN / TN)  // work-items beside each other
#define DOWN   (BM / TM)
#define ITEMS  (ACROSS * DOWN)

kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void matmul_registers(ulong m, ulong n, ulong k, global const REAL *restrict a,
                      global const REAL *restrict b, global REAL *restrict c)
{
    local REAL a_tile[BM][BK + 1], b_tile[BK][BN];
    const uint  id = get_local_id(0), x = id % ACROSS, y = id / ACROSS;
    const ulong tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;

    for (ulong tile = get_group_id(0); tile < tiles_m * tiles_n; tile += get_num_groups(0)) {
        const ulong row0 = tile / tiles_n * BM, col0 = tile % tiles_n * BN;
        REAL        sum[TM][TN] = {{0}};

        for (ulong p = 0; p < k; p += BK) {
            for (uint at = id; at < BM * BK; at += ITEMS) {
                const ulong row = row0 + at / BK, col = p + at % BK;
                a_tile[at / BK][at % BK] = row < m && col < k ? a[row * k + col] : 0;
            }
            for (uint at = id; at < BK * BN; at += ITEMS) {
                const ulong row = p + at / BN, col = col0 + at % BN;
                b_tile[at / BN][at % BN] = row < k && col < n ? b[row * n + col] : 0;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            for (uint q = 0; q < BK; q++) {
                REAL of_a[TM], of_b[TN];
                #pragma unroll
                for (int i = 0; i < TM; i++)
                    of_a[i] = a_tile[i * DOWN + y][q];
                #pragma unroll
                for (int j = 0; j < TN; j++)
                    of_b[j] = b_tile[q][j * ACROSS + x];
                #pragma unroll
                for (int i = 0; i < TM; i++) {
                    #pragma unroll
                    for (int j = 0; j < TN; j++)
                        sum[i][j] = fma(of_a[i], of_b[j], sum[i][j]);
                }
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }

        #pragma unroll
        for (int i = 0; i < TM; i++) {
            #pragma unroll
            for (int j = 0; j < TN; j++) {
                const ulong row = row0 + i * DOWN + y, col = col0 + j * ACROSS + x;
                if (row < m && col < n)
                    c[row * n + col] = sum[i][j];
            }
        }
    }
}
