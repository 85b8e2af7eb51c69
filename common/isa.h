// isa.h -- what the CPU can do, from its feature bits.
#ifndef ISA_H
#define ISA_H

#include <stddef.h>

// The extensions that code here has loops for, "avx2 fma avx512f sha"; cut to fit, and
// empty where feature bits are not known.
void isa_names(char *names, size_t bytes);

#endif
