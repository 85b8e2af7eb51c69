// omp_race.c -- a sum with a race on purpose: ThreadSanitizer with Archer must be loud.
#include <stdio.h>

int main(void)
{
    long sum = 0;
#pragma omp parallel for num_threads(4) shared(sum)
    for (long i = 0; i < 100000; i++)
        sum += i;
    printf("%ld\n", sum);
    return 0;
}
