// matmul_vec.cl -- 16 bytes at a time: what rungs 6 to 8 read and write rows with.
//
// A GPU moves 16 bytes with one instruction, from global memory and from local memory:
// W = 4 floats or 2 doubles. Beyond the edges of a matrix there are zeros, and nothing is
// stored. Where rows begin at any address (ALIGNED 0) global memory is read element by
// element; local memory always in vectors.
#ifndef REAL
#define REAL float
#define VEC  float4
#define W    4
#endif
#ifndef ALIGNED
#define ALIGNED 0  // 1: n and k are multiples of W, rows may be read as vectors
#endif

// A vector and its elements; with constant indices both are registers.
union vec {
    VEC  all;
    REAL each[W];
};

// Row `row`, from column `col` on, of a tile whose rows lie `stride` apart in memory, and
// of which rows x cols exist.
static union vec fetch(global const REAL *tile, ulong stride, uint row, uint col,
                       uint rows, uint cols)
{
    global const REAL *p = tile + row * stride + col;
    union vec v;
    if (ALIGNED) {
        v.all = row < rows && col < cols ? *(global const VEC *)p : (VEC)0;
    } else {
        #pragma unroll
        for (uint i = 0; i < W; i++)
            v.each[i] = row < rows && col + i < cols ? p[i] : 0;
    }
    return v;
}

static void store(global REAL *tile, ulong stride, uint row, uint col, uint rows,
                  uint cols, union vec v)
{
    global REAL *p = tile + row * stride + col;
    if (ALIGNED) {
        if (row < rows && col < cols)
            *(global VEC *)p = v.all;
    } else {
        #pragma unroll
        for (uint i = 0; i < W; i++)
            if (row < rows && col + i < cols)
                p[i] = v.each[i];
    }
}

// How much of a tile of `size` that begins at `first` exists.
static uint within(ulong first, uint size, ulong end)
{
    return (uint)min((ulong)size, end - first);
}

static union vec read_local(local const REAL *p)
{
    union vec v;
    v.all = *(local const VEC *)p;
    return v;
}
