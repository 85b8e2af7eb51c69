// crash.c -- a CBLAS that crashes at its first product, or when loaded (AT_LOAD).
#include <signal.h>
#include <stdio.h>

#ifndef AT_LOAD
#define AT_LOAD 0
#endif

void cblas_sgemm(void);
void cblas_dgemm(void);

static void crash(void)
{
    fputs("about to crash on purpose\n", stderr);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

__attribute__((constructor)) static void loaded(void)
{
    if (AT_LOAD)
        crash();
}

void cblas_sgemm(void)
{
    crash();
}

void cblas_dgemm(void)
{
    crash();
}
