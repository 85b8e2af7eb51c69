// peak.cl -- how fast this device can multiply and add: the roof over every product.
//
// Each work-item keeps CHAINS vectors that do not depend on one another, more than the
// latency of a fused multiply-add needs, and nothing else. The factor is 1 and the addend
// 0 at run time only, so the compiler can leave nothing out.
#ifndef REAL
#define REAL float
#define VEC  float4
#endif
#ifndef CHAINS
#define CHAINS 16
#endif
#ifdef __has_attribute
#if __has_attribute(min_vector_width)
#define WIDE __attribute__((__min_vector_width__(512)))
#endif
#endif
#ifndef WIDE
#define WIDE
#endif

kernel WIDE void peak(ulong steps, REAL factor, REAL addend, global VEC *restrict out)
{
    const VEC x = factor, y = addend;
    VEC       sum[CHAINS];
    #pragma unroll
    for (int i = 0; i < CHAINS; i++)
        sum[i] = (VEC)((REAL)i + (REAL)get_global_id(0));
    for (ulong s = 0; s < steps; s++) {
        #pragma unroll
        for (int i = 0; i < CHAINS; i++)
            sum[i] = fma(sum[i], x, y);
    }
    #pragma unroll
    for (int i = 1; i < CHAINS; i++)
        sum[0] += sum[i];
    out[get_global_id(0)] = sum[0];
}
