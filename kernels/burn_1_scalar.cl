// burn_1_scalar.cl -- SHA-256 of the books of a cart: one work-item, one book.
//
// The idea: books are independent, so a GPU burns thousands at a time, each as the
// definition says, block after block. A device with few cores leaves most of a vector
// unused; see burn_2_lanes.cl.
//
// A long book comes in several carts: its running state waits in `going` from one launch
// to the next. Such a stretch is alone in its cart.

kernel void burn_scalar(uint count, global const uchar *restrict cart,
                        global const struct piece *restrict pieces,
                        global const uint4 *restrict tails, global uint *restrict going,
                        global uint *restrict states)
{
    for (uint i = get_global_id(0); i < count; i += get_global_size(0)) {
        const struct piece p = pieces[i];
        global const uint4 *text = (global const uint4 *)(cart + p.at);
        uint state[8], w[16];
        for (int j = 0; j < 8; j++)
            state[j] = p.goes_on ? going[j] : sha256_start[j];
        for (uint b = 0; b < p.blocks + p.tails; b++) {
            global const uint4 *from = b < p.blocks
                                           ? text + (ulong)b * 4
                                           : tails + (ulong)i * 8 + (b - p.blocks) * 4;
            #pragma unroll
            for (int j = 0; j < 4; j++) {
                w[4 * j + 0] = swap_bytes(from[j].s0);
                w[4 * j + 1] = swap_bytes(from[j].s1);
                w[4 * j + 2] = swap_bytes(from[j].s2);
                w[4 * j + 3] = swap_bytes(from[j].s3);
            }
            sha256_block(state, w);
        }
        for (int j = 0; j < 8; j++)
            states[i * 8 + j] = state[j];
        if (p.tails == 0)
            for (int j = 0; j < 8; j++)
                going[j] = state[j];
    }
}
