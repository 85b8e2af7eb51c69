// judge_bits.h -- whether a product has the same bits on every engine of the CPU, and how
// long each took.
#ifndef JUDGE_BITS_H
#define JUDGE_BITS_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

struct bits {
    int products;       // compared on each engine
    int different;      // that had other bits than serial's
    char engines[100];  // "serial, csp t1, csp t2, omp t2": those that were here
};

// Has serial, csp on one and on `procs` threads, and omp on procs multiply the same
// matrices, each in a worker, checks every product by its oracle and compares the bytes.
// An absent engine is left out of the list; EXIT_ABSENT when serial is left with no other.
// EXIT_WRONG when an oracle objects.
int bits_compare(struct bits *, int procs, uint64_t seed, struct fail *why);

// The times of one product on the same engines, paired, as one line of text: what
// structure cost on one thread and what more threads gained, with the ceiling; or why
// there are none.
void bits_time(char *text, size_t size, int procs, uint64_t seed);

#endif
