// burn_words.cl -- what burn_1_scalar.cl and burn_2_lanes.cl share, and what sha256.h has
// to know in OpenCL C. Goes first, then sha256.h, then one of them.
//
// The host has cut each book's stretch of the cart into whole blocks of 64 bytes, which
// lie where they were loaded, and one or two tail blocks with the last bytes, the padding
// and the length, which it made itself. No byte is looked at on the device: a block is 16
// words.
#ifndef WORD
#define WORD uint  // or a vector of LANES words
#endif
#define ROTR(x, n)   rotate((x), (WORD)(32 - (n)))
#define CH(x, y, z)  bitselect((z), (y), (x))
#define MAJ(x, y, z) bitselect((x), (y), (z) ^ (x))

struct piece {
    ulong at;       // of the first whole block, in the cart, in bytes; a multiple of 64
    uint  blocks;   // whole blocks there
    uint  tails;    // blocks made by the host: 1 or 2 at a book's end, 0 before it
    uint  goes_on;  // starts from the running state
    uint  segment;  // the host's own
};

constant uint sha256_start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Big-endian words, as SHA-256 wants them, from a little-endian device's.
static WORD swap_bytes(WORD x)
{
    return bitselect(rotate(x, (WORD)24), rotate(x, (WORD)8), (WORD)0x00ff00ff);
}
