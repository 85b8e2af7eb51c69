// matmul_1_naive.cl -- C = A B, the definition: one work-item, one element of C.
//
// The idea: the two outer loops of the triple loop are gone. All elements of C are
// independent, so each gets a work-item; what is left is the loop over k. Neighbours in
// dimension 0 compute neighbours in a row of C: they read the same element of A and
// neighbouring elements of B, which a GPU fetches in one go.
//
// What it costs: every element of A is read n times and every element of B m times, from
// global memory. The rungs above read them less often.
//
// Row-major; m, n and k may be anything. A grid smaller than C strides over it. The host
// defines REAL as float or double; fma rounds once per step, in the order of k, on every
// rung, so all rungs give the same bits.
#ifndef REAL
#define REAL float
#endif

kernel void matmul_naive(ulong m, ulong n, ulong k, global const REAL *restrict a,
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
