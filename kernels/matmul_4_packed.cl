// matmul_4_packed.cl -- C = A B for CPUs: wide vectors, packed operands, no sharing.
//
// The idea: on a CPU a work-group runs on one core, local memory is ordinary memory and a
// barrier is a loop cut in two. So one work-item is a whole work-group, and its program
// is that of a CPU's micro-kernel (Goto and van de Geijn, Anatomy of high-performance
// matrix multiplication, TOMS 2008):
//
//   pack      A into slivers of MR rows: for each k, the MR elements lie together
//             B into slivers of NR = 2 VW columns: for each k, two vectors lie together
//   multiply  C in blocks; in each, MR x NR tiles stay in 2 MR vector registers while k
//             goes by: two vectors of B, MR broadcasts of A, 2 MR fused multiply-adds
//
// `kc` steps of k at a time keep a block of A and a sliver of B in the second cache. C is
// loaded back between them, which is exact: each element is summed in the order of k with
// one rounding a step, as in the triple loop.
//
// min_vector_width, because LLVM likes to split 64-byte vectors into halves, and then the
// tile's accumulators no longer fit into registers. fma, because PoCL's mad is not fused.
// Slivers at the edges are padded with zeros that only reach elements which are not
// stored.
#ifndef REAL
#define REAL float
#define VW   16  // elements of a vector
#define MR   14  // rows of a tile: 2, and any number of fours
#define CPU  1   // it is PoCL or another compiler that is clang
#endif
#define NR (2 * VW)
#ifdef __has_attribute
#if __has_attribute(min_vector_width)
#define WIDE __attribute__((__min_vector_width__(512)))
#endif
#endif
#ifndef WIDE
#define WIDE
#endif
#define ALONE __attribute__((reqd_work_group_size(1, 1, 1)))

// OpenCL's own prefetch does nothing on PoCL. clang's is not known on every device.
#if CPU
#define FETCH_TO_WRITE(at) __builtin_prefetch((const void *)(ulong)(at), 1)
#else
#define FETCH_TO_WRITE(at) prefetch(at, 1)
#endif

#define PASTE(name, n)  name##n
#define VECTOR(name, n) PASTE(name, n)
typedef VECTOR(REAL, VW) vec;
typedef VECTOR(REAL, 4) four;
typedef VECTOR(REAL, 2) two;
typedef vec  vec_anywhere __attribute__((aligned(sizeof(REAL))));
typedef four four_anywhere __attribute__((aligned(sizeof(REAL))));
typedef two  two_anywhere __attribute__((aligned(sizeof(REAL))));

#define FOUR_AT(p) (*(global const four_anywhere *)(p))

// Four rows of A to every MR-th place: 4 x 4 transposed at a time.
static void pack_4_rows(ulong lda, ulong steps, global const REAL *a, global REAL *to)
{
    ulong p = 0;
    for (; p + 4 <= steps; p += 4) {
        const four r0 = FOUR_AT(a + p), r1 = FOUR_AT(a + lda + p);
        const four r2 = FOUR_AT(a + 2 * lda + p), r3 = FOUR_AT(a + 3 * lda + p);
        *(global four_anywhere *)(to + p * MR) = (four)(r0.s0, r1.s0, r2.s0, r3.s0);
        *(global four_anywhere *)(to + (p + 1) * MR) = (four)(r0.s1, r1.s1, r2.s1, r3.s1);
        *(global four_anywhere *)(to + (p + 2) * MR) = (four)(r0.s2, r1.s2, r2.s2, r3.s2);
        *(global four_anywhere *)(to + (p + 3) * MR) = (four)(r0.s3, r1.s3, r2.s3, r3.s3);
    }
    for (; p < steps; p++)
        for (ulong r = 0; r < 4; r++)
            to[p * MR + r] = a[r * lda + p];
}

static void pack_2_rows(ulong lda, ulong steps, global const REAL *a, global REAL *to)
{
    ulong p = 0;
    for (; p + 4 <= steps; p += 4) {
        const four r0 = FOUR_AT(a + p), r1 = FOUR_AT(a + lda + p);
        *(global two_anywhere *)(to + p * MR) = (two)(r0.s0, r1.s0);
        *(global two_anywhere *)(to + (p + 1) * MR) = (two)(r0.s1, r1.s1);
        *(global two_anywhere *)(to + (p + 2) * MR) = (two)(r0.s2, r1.s2);
        *(global two_anywhere *)(to + (p + 3) * MR) = (two)(r0.s3, r1.s3);
    }
    for (; p < steps; p++) {
        to[p * MR] = a[p];
        to[p * MR + 1] = a[lda + p];
    }
}

// `steps` steps of a sliver of A, of which `rows` rows exist.
static void pack_a(ulong rows, ulong lda, ulong steps, global const REAL *a,
                   global REAL *to)
{
    if (rows == MR) {
        for (ulong r = 0; r + 4 <= MR; r += 4)
            pack_4_rows(lda, steps, a + r * lda, to + r);
        pack_2_rows(lda, steps, a + (MR - 2) * lda, to + MR - 2);
    } else {
        for (ulong r = 0; r < MR; r++)
            for (ulong p = 0; p < steps; p++)
                to[p * MR + r] = r < rows ? a[r * lda + p] : 0;
    }
}

// `steps` rows of B through a range of slivers, of which `cols` columns exist. Along the
// rows: down a single sliver every row would be on another page.
static void pack_b(ulong cols, ulong n, ulong k, ulong steps, global const REAL *b,
                   global vec *to)
{
    for (ulong p = 0; p < steps; p++) {
        ulong col = 0;
        for (; col + NR <= cols; col += NR) {
            global vec *out = to + (col / NR * k + p) * 2;
            out[0] = *(global const vec_anywhere *)(b + p * n + col);
            out[1] = *(global const vec_anywhere *)(b + p * n + col + VW);
        }
        if (col < cols) {
            global REAL *out = (global REAL *)(to + (col / NR * k + p) * 2);
            for (ulong i = 0; i < NR; i++)
                out[i] = col + i < cols ? b[p * n + col + i] : 0;
        }
    }
}

// A and B in pieces: those of A are a sliver wide and PIECE_STEPS long, those of B
// PIECE_SLIVERS wide. `own` and `next` are matmul_packed's, which follows.
enum { PIECE_STEPS = 256, PIECE_SLIVERS = 16, PIECE_ROWS = 16 };

kernel ALONE WIDE void pack(ulong m, ulong n, ulong k, global const REAL *restrict a,
                            global const REAL *restrict b, global REAL *restrict packed_a,
                            global vec *restrict packed_b, uint own, global uint *next)
{
    const ulong slivers_m = own ? 0 : (m + MR - 1) / MR;
    const ulong pieces_a = slivers_m * ((k + PIECE_STEPS - 1) / PIECE_STEPS);
    const ulong wide = NR * PIECE_SLIVERS, across = (n + wide - 1) / wide;
    const ulong pieces_b = m ? across * ((k + PIECE_ROWS - 1) / PIECE_ROWS) : 0;

    if (get_group_id(0) == 0)
        *next = 0;
    for (ulong g = get_group_id(0); g < pieces_a + pieces_b; g += get_num_groups(0)) {
        if (g < pieces_b) {
            const ulong p = g / across * PIECE_ROWS, col = g % across * wide;
            pack_b(min(wide, n - col), n, k, min((ulong)PIECE_ROWS, k - p),
                   b + p * n + col, packed_b + (col / NR * k + p) * 2);
        } else {
            const ulong p = (g - pieces_b) / slivers_m * PIECE_STEPS;
            const ulong row = (g - pieces_b) % slivers_m * MR;
            pack_a(min((ulong)MR, m - row), k, min((ulong)PIECE_STEPS, k - p),
                   a + row * k + p, packed_a + row * k + p * MR);
        }
    }
}

// Adds `steps` steps of k to an MR x NR tile of C, of which rows x cols exist. `first`:
// the tile starts from zero.
static void tile(ulong steps, global const REAL *a, global const vec *b,
                 global REAL *c, ulong ldc, ulong rows, ulong cols, bool first)
{
    vec        left[MR], right[MR];
    vec        edge[MR * 2];
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
        const vec b0 = b[0], b1 = b[1];
        #pragma unroll
        for (int r = 0; r < MR; r++) {
            const vec x = a[r];
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

static void fetch_tile(global REAL *c, ulong ldc, ulong rows, ulong cols)
{
    for (ulong r = 0; r < rows; r++)
        for (ulong i = 0; i < cols; i += 64 / sizeof(REAL))
            FETCH_TO_WRITE(c + r * ldc + i);
}

// C in blocks of block_m x block_n slivers. Each group takes the next one until there are
// no more, down the columns first, so that neighbours in time share their slivers of B.
// `own`: a group packs the rows of A that it needs when it needs them, into its own part
// of packed_a, which stays in its cache; otherwise all of A is packed there.
kernel ALONE WIDE void matmul_packed(ulong m, ulong n, ulong k,
                                     global const REAL *restrict a, global REAL *packed_a,
                                     global const vec *restrict b, global REAL *restrict c,
                                     ulong block_m, ulong block_n, ulong kc, uint own,
                                     global uint *next)
{
    global REAL *mine = packed_a + get_group_id(0) * block_m * MR * kc;
    const ulong slivers_m = (m + MR - 1) / MR, slivers_n = (n + NR - 1) / NR;
    const ulong blocks_m = (slivers_m + block_m - 1) / block_m;
    const ulong blocks_n = (slivers_n + block_n - 1) / block_n;

    for (ulong g; (g = atomic_inc(next)) < blocks_m * blocks_n;) {
        const ulong i0 = g % blocks_m * block_m, i1 = min(slivers_m, i0 + block_m);
        const ulong j0 = g / blocks_m * block_n, j1 = min(slivers_n, j0 + block_n);
        ulong       p = 0;
        do {
            const ulong steps = min(kc, k - p);
            for (ulong i = i0; own && i < i1; i++)
                pack_a(min((ulong)MR, m - i * MR), k, steps, a + i * MR * k + p,
                       mine + (i - i0) * MR * steps);
            for (ulong j = j0; j < j1; j++)
                for (ulong i = i0; i < i1; i++) {
                    global REAL *at = c + i * MR * n + j * NR;
                    const ulong  rows = min((ulong)MR, m - i * MR);
                    const ulong  cols = min((ulong)NR, n - j * NR);
                    if (i + 2 < i1)
                        fetch_tile(at + MR * n, n, MR, cols);
                    tile(steps,
                         own ? mine + (i - i0) * MR * steps : packed_a + (i * k + p) * MR,
                         b + (j * k + p) * 2, at, n, rows, cols, p == 0);
                }
            p += kc;
        } while (p < k);
    }
}
