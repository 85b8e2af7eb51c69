// blis_mime.c -- says that it is BLIS, with kernels of its own choosing, to test how
// kernels are forced and threads are checked. It multiplies nothing.
#include <stdint.h>
#include <stdlib.h>

static const char *const names[] = {"skx", "haswell", "generic"};
static int64_t threads = 1;

const char *bli_info_get_version_str(void);
const char *bli_arch_string(int id);
int bli_arch_query_id(void);
int64_t bli_info_get_enable_threading(void);
void bli_thread_set_num_threads(int64_t n);
int64_t bli_thread_get_num_threads(void);
void cblas_sgemm(void);
void cblas_dgemm(void);

const char *bli_info_get_version_str(void)
{
    return "9.9\033[31m";
}

const char *bli_arch_string(int id)
{
    return names[id];
}

int bli_arch_query_id(void)
{
    const char *text = getenv("BLIS_ARCH_TYPE");
    return text ? atoi(text) : 2;
}

int64_t bli_info_get_enable_threading(void)
{
    return getenv("BLIS_MIME_SERIAL") == NULL;
}

// It has two threads, and no more.
void bli_thread_set_num_threads(int64_t n)
{
    threads = n > 2 ? 2 : n;
}

int64_t bli_thread_get_num_threads(void)
{
    return threads;
}

void cblas_sgemm(void)
{
}
void cblas_dgemm(void)
{
}
