// burn_2_lanes.cl -- SHA-256 of the books of a cart: one work-item, LANES books in the
// lanes of a vector.
//
// The idea: a CPU has few cores, but wide vectors. One work-item is a whole work-group
// and carries LANES books through the same rounds at once. Each step it reads one block
// of each book and transposes them: word t of all books comes to lie in vector t.
//
// The host sorts the books of a cart by length, so that the lanes of a vector end
// together; a lane that has ended goes on without effect.
#ifndef LANES
#define LANES 1
#endif
#define PARTS (16 / LANES)  // vectors that a block takes
#ifdef __has_attribute
#if __has_attribute(min_vector_width)
#define WIDE __attribute__((__min_vector_width__(512)))
#endif
#endif
#ifndef WIDE
#define WIDE
#endif

// Rows become columns, in log2(LANES) rounds: in each, rows i and i + LANES / 2 alternate
// word by word in rows 2 i and 2 i + 1.
static void transpose(WORD *x)
{
    WORD y[LANES];
    #pragma unroll
    for (int round = 1; round < LANES; round *= 2) {
        #pragma unroll
        for (int i = 0; i < LANES / 2; i++) {
            y[2 * i].even = x[i].lo;
            y[2 * i].odd = x[i + LANES / 2].lo;
            y[2 * i + 1].even = x[i].hi;
            y[2 * i + 1].odd = x[i + LANES / 2].hi;
        }
        #pragma unroll
        for (int i = 0; i < LANES; i++)
            x[i] = y[i];
    }
}

kernel __attribute__((reqd_work_group_size(1, 1, 1))) WIDE
void burn_lanes(uint count, global const uchar *restrict cart,
                global const struct piece *restrict pieces,
                global const WORD *restrict tails, global uint *restrict going,
                global uint *restrict states)
{
    for (uint first = get_group_id(0) * LANES; first < count;
         first += get_num_groups(0) * LANES) {
        global const WORD *text[LANES], *tail[LANES];
        uint blocks[LANES], end[LANES], longest = 0;
        WORD ends, state[8];
        // Lanes without a book repeat the last one; their states are not stored.
        for (uint l = 0; l < LANES; l++) {
            const uint i = min(first + l, count - 1);
            text[l] = (global const WORD *)(cart + pieces[i].at);
            tail[l] = tails + (ulong)i * 2 * PARTS;
            blocks[l] = pieces[i].blocks;
            end[l] = blocks[l] + pieces[i].tails;
            longest = max(longest, end[l]);
            ((uint *)&ends)[l] = end[l];
        }
        for (int j = 0; j < 8; j++)
            state[j] = sha256_start[j];

        for (uint b = 0; b < longest; b++) {
            WORD w[16], next[8];
            #pragma unroll
            for (uint l = 0; l < LANES; l++) {
                const uint at = min(b, end[l] - 1);
                global const WORD *from = at < blocks[l]
                                              ? text[l] + (ulong)at * PARTS
                                              : tail[l] + (at - blocks[l]) * PARTS;
                #pragma unroll
                for (int part = 0; part < PARTS; part++)
                    w[part * LANES + l] = swap_bytes(from[part]);
            }
            #pragma unroll
            for (int part = 0; part < PARTS; part++)
                transpose(w + part * LANES);
            #pragma unroll
            for (int j = 0; j < 8; j++)
                next[j] = state[j];
            sha256_block(next, w);
            #pragma unroll
            for (int j = 0; j < 8; j++)
                state[j] = ends > (WORD)b ? next[j] : state[j];
        }
        for (uint l = 0; l < LANES && first + l < count; l++)
            for (int j = 0; j < 8; j++)
                states[(first + l) * 8 + j] = ((uint *)&state[j])[l];
    }
}
