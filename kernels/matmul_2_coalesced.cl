// matmul_2_coalesced.cl -- rung 1 with its grid turned around.
//
// The idea: neighbours in dimension 0 compute neighbours in a row of C. In every step
// they read the same element of A and neighbouring elements of B, and they store
// neighbouring elements of C: a GPU serves 32 of them in one transaction. Nothing else
// has changed; the arithmetic is that of rung 1.
//
// What it costs: every element of A is still read n times and every element of B m times,
// from global memory. Rung 3 reads them less often.
#ifndef REAL
#define REAL float
#endif

kernel void matmul_coalesced(ulong m, ulong n, ulong k, global const REAL *restrict a,
                             global const REAL *restrict b, global REAL *restrict c)
{
    for (ulong row = get_global_id(1); row < m; row += get_global_size(1)) {
        for (ulong col = get_global_id(0); col < n; col += get_global_size(0)) {
            REAL sum = 0;
            for (ulong p = 0; p < k; p++)
                sum = fma(a[row * k + p], b[p * n + col], sum);
            c[row * n + col] = sum;
        }
    }
}
