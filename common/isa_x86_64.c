// isa_x86_64.c -- feature bits and loops of x86-64.
#include "isa.h"

#include "fma.h"

#include <cpuid.h>
#include <stdio.h>

extern const struct fma fma_avx512, fma_avx2, fma_scalar;

const struct fma *const fma_rows[] = {&fma_avx512, &fma_avx2, &fma_scalar, NULL};

// gcc 12 has no name for it: leaf 7, EBX bit 29.
static bool has_sha(void)
{
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx >> 29 & 1);
}

void isa_names(char *names, size_t bytes)
{
    const struct {
        const char *name;
        bool here;
    } rows[] = {
        {"sse4.2", __builtin_cpu_supports("sse4.2")},
        {"avx", __builtin_cpu_supports("avx")},
        {"avx2", __builtin_cpu_supports("avx2")},
        {"fma", __builtin_cpu_supports("fma")},
        {"avx512f", __builtin_cpu_supports("avx512f")},
        {"avx512bw", __builtin_cpu_supports("avx512bw")},
        {"avx512vl", __builtin_cpu_supports("avx512vl")},
        {"sha", has_sha()},
    };
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].here && used < bytes)
            used += (size_t)snprintf(names + used, bytes - used, "%s%s", used ? " " : "",
                                     rows[i].name);
}
