// matmul_1_naive.cl -- C = A B, the definition: one work-item, one element of C.
//
// The idea: the two outer loops of the triple loop are gone. All elements of C are
// independent, so each gets a work-item; what is left is the loop over k. Dimension 0
// counts rows, as the outermost loop did.
//
// What it costs: neighbouring work-items, which a GPU runs in lockstep, are neighbours in
// a column. In every step their elements of A lie k apart, and their stores to C n apart:
// each is a transaction of its own. Rung 2 turns the grid around.
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
    for (ulong row = get_global_id(0); row < m; row += get_global_size(0)) {
        for (ulong col = get_global_id(1); col < n; col += get_global_size(1)) {
            REAL sum = 0;
            for (ulong p = 0; p < k; p++)
                sum = fma(a[row * k + p], b[p * n + col], sum);
            c[row * n + col] = sum;
        }
    }
}
