// omp_clean.c -- a reduction without a race: ThreadSanitizer with Archer must be silent.
#include <stdio.h>

int main(void)
{
    long sum = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(4)
    for (long i = 0; i < 100000; i++)
        sum += i;
    printf("%ld\n", sum);
    return sum == 4999950000 ? 0 : 1;
}
