// matmul_mma_ptx.cl -- MMA as NVIDIA's instruction: C += A B over the 32 lanes of a warp,
// which hold the operands as matmul_mma.cl says. Needs sm_80.
//
// mma_probe is what a host compiles and runs to know whether there is such a thing: every
// element of A and B is 1, so every lane must find in C how many steps of k there were.
#if defined(F64)
#define MMA(c, a, b)                                                                     \
    __asm__ volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 "                  \
                     "{%0, %1}, {%2}, {%3}, {%0, %1};"                                   \
                     : "+d"((c)[0]), "+d"((c)[1])                                        \
                     : "d"((a)[0]), "d"((b)[0]))
#else
#ifdef TF32
#define MMA_NAME "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
#else
#define MMA_NAME "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
#endif
#define MMA(c, a, b)                                                                     \
    __asm__ volatile(MMA_NAME "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "           \
                              "{%0, %1, %2, %3};"                                        \
                     : "+f"((c)[0]), "+f"((c)[1]), "+f"((c)[2]), "+f"((c)[3])            \
                     : "r"((a)[0]), "r"((a)[1]), "r"((a)[2]), "r"((a)[3]), "r"((b)[0]),  \
                       "r"((b)[1]))
#endif

#define MMA_DESK  // the lanes need no place to meet

kernel void mma_probe(global REAL *restrict out)
{
    REAL c[4] = {0, 0, 0, 0};
#if defined(F64)
    const double ones[4] = {1, 1, 1, 1};
#elif defined(TF32)
    const uint ones[4] = {0x3f800000u, 0x3f800000u, 0x3f800000u, 0x3f800000u};
#else
    const uint ones[4] = {0x3f803f80u, 0x3f803f80u, 0x3f803f80u, 0x3f803f80u};
#endif
    MMA(c, ones, ones);
    out[get_global_id(0)] = c[0];
}
