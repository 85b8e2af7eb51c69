// clblast_mime.c -- a CLBlast that refuses every product with the status in
// GOPHERBENCH_STATUS, and does nothing when that is 0.
#include <stdlib.h>

int CLBlastSgemm(void);
int CLBlastDgemm(void);

int CLBlastSgemm(void)
{
    const char *status = getenv("GOPHERBENCH_STATUS");
    return status ? atoi(status) : 0;
}

int CLBlastDgemm(void)
{
    return CLBlastSgemm();
}
