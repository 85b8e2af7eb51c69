// gemm.h -- one block of a product is one function; engines differ in who calls it when.
//
// C = A B, row-major, blocked as in Goto and van de Geijn, Anatomy of high-performance
// matrix multiplication (TOMS 2008): a sliver of B, kc x nr, stays in L1, a block of A,
// mc x kc, in L2. Unlike there A is not reordered: the micro-kernel reads a stream a row.
// B is packed where it is read often enough to pay for that, and read in place elsewhere.
// The micro-kernel adds its product to the tile of C that is there, in the order of k, so
// every engine, every blocking and every partition of the work gives the same bits.
//
// The two steps that engines hand out:
//   gemm_pack_b   copies columns of B into a cart, sliver by sliver
//   gemm_block    multiplies rows of A with a cart into one block of C
// A block of C needs its cart packed before; blocks of one part are independent of each
// other. Where B is so long that a cart of all its rows would be too large, k is cut into
// parts: part p + 1 of a block of C must come after part p.
//
// Padding never reaches C, so NaN and Inf land where the definition puts them.
#ifndef GEMM_H
#define GEMM_H

#include "matmul.h"

#include <stdbool.h>
#include <stddef.h>

// C += A B for one tile: `rows` of C, 1 to mr, and nr columns, or nr / 2 if cols is no
// more than that. Whole vectors of B and C are read and written, so both must have that
// many columns. Leading dimensions are in elements; nothing need be aligned.
struct ukr_tile {
    size_t rows, cols, k;
    const void *a, *b;
    void *c;
    const void *next_c;  // the tile that is computed after this one: it is called for
    size_t lda, ldb, ldc;
    bool first;  // C is not read, the sum starts from zero
};

typedef void (*ukr_fn)(const struct ukr_tile *);

struct ukr {
    const char *name;      // "avx512", "avx2", "neon", "scalar"
    bool (*usable)(void);  // by CPUID feature bits and what the OS has enabled
    struct {
        ukr_fn run;    // a tile
        ukr_fn strip;  // any rows and columns, going along them: for few rows
        size_t mr, nr;
    } of[2];  // by enum elem
};

enum { UKR_TILE_BYTES_MAX = 4096 };  // no tile is larger

extern const struct ukr *const ukrs[];  // best first, NULL-terminated
extern const char
    *const gemm_variants[];  // their names, plain ones first, NULL-terminated

// The plan of one product: micro-kernel, blocking, and the grid of C's blocks.
struct gemm {
    const struct matmul *job;
    const struct ukr *ukr;
    size_t mr, nr;      // the micro-kernel's tile
    size_t mc, nc, kc;  // rows and columns of a block of C, steps between two loads of C
    size_t part_k;      // rows of B in one cart, a multiple of kc unless it is all of k
    bool packs_b;       // else B is read in place, and carts are empty
    bool strips;        // C's rows are few and go whole, not in tiles
    bool stages_a;      // A's rows are copied closer together before they are read
    size_t row_blocks, col_blocks, k_parts;
};

// variant NULL or "auto": the best this CPU has. Fails with EXIT_USAGE and the known
// names, or EXIT_ABSENT. `threads` shapes the blocks: several for each thread where the
// size allows. A job with a grain shapes them instead: the block whose work comes near it
// from below, one tile of C at the least, all of C at the most.
int gemm_plan(struct gemm *, const struct matmul *job, const char *variant, int threads,
              struct fail *why);

size_t gemm_space_bytes(const struct gemm *);  // scratch of one gemm_block at a time
size_t gemm_cart_bytes(const struct gemm *);   // a packed cart: part_k x nc
// In a full cart; the last cart may hold fewer. 0: there is nothing to pack.
size_t gemm_slivers(const struct gemm *);

// Packs slivers [first, last) of column block jc, of the rows of B that belong to `part`,
// into `cart`; several threads may pack different slivers of one cart at once. Slivers
// beyond the last column are skipped.
void gemm_pack_b(const struct gemm *, size_t part, size_t jc, size_t first, size_t last,
                 void *cart);

// Adds part `part` to block (ic, jc) of C, from A and the cart packed for (part, jc).
// `space` is scratch of gemm_space_bytes, aligned to 64 bytes.
void gemm_block(const struct gemm *, size_t part, size_t ic, size_t jc, const void *cart,
                void *space);

// True when there is nothing to sum: the product is empty, or k = 0 and C has been
// zeroed.
bool gemm_trivial(const struct gemm *);

#endif
