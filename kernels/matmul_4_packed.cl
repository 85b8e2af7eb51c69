// matmul_4_packed.cl -- C = A B for CPUs: wide vectors, packed operands, no sharing.
//
// The idea: on a CPU a work-group runs on one core, local memory is ordinary memory and a
// barrier is a loop cut in two. So one work-item is a whole work-group, and its program
// is that of a CPU's micro-kernel (Goto and van de Geijn, Anatomy of high-performance
// matrix multiplication, TOMS 2008):
//
//   pack_a    A into slivers of MR rows: for each k, the MR elements lie together
//   pack_b    B into slivers of NR = 2 VW columns: for each k, two vectors lie together
//   multiply  C in blocks; in each, MR x NR tiles stay in 2 MR vector registers while k
//             goes by: two vectors of B, MR broadcasts of A, 2 MR fused multiply-adds
//
// KC steps of k at a time keep a sliver of B in the first cache and a block of A in the
// second. C is loaded back between them, which is exact: each element is summed in the
// order of k with one rounding a step, as in the triple loop.
//
// min_vector_width, because LLVM likes to split 64-byte vectors into halves, and then the
// tile's accumulators no longer fit into registers. fma, because PoCL's mad is not fused.
// Slivers at the edges are padded with zeros that only reach elements which are not
// stored.
#ifndef REAL
#define REAL float
#define VEC  float16
#define VW   16  // elements of a vector
#define MR   12  // rows of a tile
#endif
#define NR (2 * VW)
#ifndef KC
#define KC 256
#endif
#ifdef __has_attribute
#if __has_attribute(min_vector_width)
#define WIDE __attribute__((__min_vector_width__(512)))
#endif
#endif
#ifndef WIDE
#define WIDE
#endif
#define ALONE __attribute__((reqd_work_group_size(1, 1, 1)))

typedef VEC vec_anywhere __attribute__((aligned(sizeof(REAL))));

kernel ALONE void pack_a(ulong m, ulong k, global const REAL *restrict a,
                         global REAL *restrict to)
{
    const ulong slivers = (m + MR - 1) / MR;
    for (ulong s = get_group_id(0); s < slivers; s += get_num_groups(0)) {
        global REAL *out = to + s * MR * k;
        for (ulong r = 0; r < MR; r++) {
            const ulong row = s * MR + r;
            if (row < m)
                for (ulong p = 0; p < k; p++)
                    out[p * MR + r] = a[row * k + p];
            else
                for (ulong p = 0; p < k; p++)
                    out[p * MR + r] = 0;
        }
    }
}

kernel ALONE WIDE void pack_b(ulong n, ulong k, global const REAL *restrict b,
                              global VEC *restrict to)
{
    const ulong slivers = (n + NR - 1) / NR, pieces = (k + KC - 1) / KC;
    for (ulong g = get_group_id(0); g < slivers * pieces; g += get_num_groups(0)) {
        const ulong s = g % slivers, first = g / slivers * KC, last = min(k, first + KC);
        const ulong cols = min((ulong)NR, n - s * NR);
        for (ulong p = first; p < last; p++) {
            global const REAL *from = b + p * n + s * NR;
            global VEC *out = to + (s * k + p) * 2;
            if (cols == NR) {
                out[0] = *(global const vec_anywhere *)from;
                out[1] = *(global const vec_anywhere *)(from + VW);
            } else {
                for (ulong i = 0; i < NR; i++)
                    ((global REAL *)out)[i] = i < cols ? from[i] : 0;
            }
        }
    }
}

// Adds `steps` steps of k to an MR x NR tile of C, of which rows x cols exist. `first`:
// the tile starts from zero.
static void tile(ulong steps, global const REAL *a, global const VEC *b,
                 global REAL *c, ulong ldc, ulong rows, ulong cols, bool first)
{
    VEC        left[MR], right[MR];
    VEC        edge[MR * 2];
    const bool whole = rows == MR && cols == NR;

    if (!first && !whole)
        for (ulong r = 0; r < rows; r++)
            for (ulong i = 0; i < cols; i++)
                ((REAL *)edge)[r * NR + i] = c[r * ldc + i];
    #pragma unroll
    for (int r = 0; r < MR; r++) {
        if (first) {
            left[r] = right[r] = 0;
        } else if (whole) {
            left[r] = *(global const vec_anywhere *)(c + r * ldc);
            right[r] = *(global const vec_anywhere *)(c + r * ldc + VW);
        } else {
            left[r] = edge[2 * r];
            right[r] = edge[2 * r + 1];
        }
    }

    for (ulong p = 0; p < steps; p++) {
        const VEC b0 = b[0], b1 = b[1];
        #pragma unroll
        for (int r = 0; r < MR; r++) {
            const VEC x = a[r];
            left[r] = fma(x, b0, left[r]);
            right[r] = fma(x, b1, right[r]);
        }
        a += MR;
        b += 2;
    }

    #pragma unroll
    for (int r = 0; r < MR; r++) {
        if (whole) {
            *(global vec_anywhere *)(c + r * ldc) = left[r];
            *(global vec_anywhere *)(c + r * ldc + VW) = right[r];
        } else {
            edge[2 * r] = left[r];
            edge[2 * r + 1] = right[r];
        }
    }
    if (!whole)
        for (ulong r = 0; r < rows; r++)
            for (ulong i = 0; i < cols; i++)
                c[r * ldc + i] = ((REAL *)edge)[r * NR + i];
}

// C in blocks of block_m x block_n slivers, down the columns first, so that neighbours in
// time share their slivers of B.
kernel ALONE WIDE void matmul_packed(ulong m, ulong n, ulong k,
                                     global const REAL *restrict a,
                                     global const VEC *restrict b, global REAL *restrict c,
                                     ulong block_m, ulong block_n)
{
    const ulong slivers_m = (m + MR - 1) / MR, slivers_n = (n + NR - 1) / NR;
    const ulong blocks_m = (slivers_m + block_m - 1) / block_m;
    const ulong blocks_n = (slivers_n + block_n - 1) / block_n;

    for (ulong g = get_group_id(0); g < blocks_m * blocks_n; g += get_num_groups(0)) {
        const ulong i0 = g % blocks_m * block_m, i1 = min(slivers_m, i0 + block_m);
        const ulong j0 = g / blocks_m * block_n, j1 = min(slivers_n, j0 + block_n);
        ulong       p = 0;
        do {
            const ulong steps = min((ulong)KC, k - p);
            for (ulong j = j0; j < j1; j++)
                for (ulong i = i0; i < i1; i++)
                    tile(steps, a + (i * k + p) * MR, b + (j * k + p) * 2,
                         c + i * MR * n + j * NR, n, min((ulong)MR, m - i * MR),
                         min((ulong)NR, n - j * NR), p == 0);
            p += KC;
        } while (p < k);
    }
}
