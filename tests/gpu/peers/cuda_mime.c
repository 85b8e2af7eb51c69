// cuda_mime.c -- NVIDIA's driver as far as a product needs it, with one GPU whose memory
// is the host's. It keeps the rules that a real one would: memory is valid only between
// allocation and release, transfers stay inside it, a context has to be current.
// GOPHERBENCH_MIME names what goes wrong: no-device, no-context, no-memory, no-download.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, INVALID = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, NO_CONTEXT = 201 };
enum { BLOCKS = 8, ECC_ERROR = 214, MULTIPROCESSOR_COUNT = 16 };

static struct {
    char *at;
    size_t bytes;
} blocks[BLOCKS];

static bool started, current;
static int retained;

int cuInit(unsigned flags);
int cuDeviceGetCount(int *count);
int cuDeviceGet(int *device, int number);
int cuDeviceGetName(char *name, int bytes, int device);
int cuDeviceTotalMem_v2(size_t *bytes, int device);
int cuDeviceGetAttribute(int *value, int what, int device);
int cuDriverGetVersion(int *version);
int cuDevicePrimaryCtxRetain(void **context, int device);
int cuDevicePrimaryCtxRelease_v2(int device);
int cuCtxSetCurrent(void *context);
int cuCtxSynchronize(void);
int cuMemAlloc_v2(uint64_t *memory, size_t bytes);
int cuMemFree_v2(uint64_t memory);
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes);
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes);
int cuMemsetD8_v2(uint64_t to, unsigned char byte, size_t bytes);
int cuGetErrorString(int error, const char **text);

static bool wrong(const char *what)
{
    const char *set = getenv("GOPHERBENCH_MIME");
    return set && strcmp(set, what) == 0;
}

static bool inside(uint64_t memory, size_t bytes)
{
    const char *at = (const char *)(uintptr_t)memory;
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].at && at >= blocks[i].at &&
            at + bytes <= blocks[i].at + blocks[i].bytes)
            return current;
    return false;
}

int cuInit(unsigned flags)
{
    started = flags == 0;
    return started ? OK : INVALID;
}

int cuDeviceGetCount(int *count)
{
    *count = wrong("no-device") ? 0 : 1;
    return started ? OK : INVALID;
}

int cuDeviceGet(int *device, int number)
{
    *device = number;
    return number == 0 ? OK : INVALID;
}

int cuDeviceGetName(char *name, int bytes, int device)
{
    snprintf(name, (size_t)bytes, "Mime H0\033[31m");
    return device == 0 ? OK : INVALID;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device)
{
    *bytes = (size_t)1 << 30;
    return device == 0 ? OK : INVALID;
}

int cuDeviceGetAttribute(int *value, int what, int device)
{
    *value = what == MULTIPROCESSOR_COUNT ? 7 : -1;
    return device == 0 ? OK : INVALID;
}

int cuDriverGetVersion(int *version)
{
    *version = 12040;
    return OK;
}

int cuDevicePrimaryCtxRetain(void **context, int device)
{
    retained += device == 0;
    *context = &retained;
    return wrong("no-context") ? OUT_OF_MEMORY : OK;
}

int cuDevicePrimaryCtxRelease_v2(int device)
{
    // Nothing is left behind, and nothing is given back twice.
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].at)
            abort();
    if (device != 0 || retained-- != 1)
        abort();
    return OK;
}

int cuCtxSetCurrent(void *context)
{
    current = context == &retained;
    return current ? OK : INVALID;
}

int cuCtxSynchronize(void)
{
    return current ? OK : NO_CONTEXT;
}

int cuMemAlloc_v2(uint64_t *memory, size_t bytes)
{
    for (int i = 0; i < BLOCKS && bytes > 0 && current && !wrong("no-memory"); i++)
        if (!blocks[i].at) {
            blocks[i].at = malloc(bytes);
            blocks[i].bytes = bytes;
            *memory = (uint64_t)(uintptr_t)blocks[i].at;
            return OK;
        }
    return OUT_OF_MEMORY;
}

int cuMemFree_v2(uint64_t memory)
{
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].at && blocks[i].at == (char *)(uintptr_t)memory) {
            free(blocks[i].at);
            blocks[i].at = NULL;
            return OK;
        }
    abort();
}

int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes)
{
    if (!inside(to, bytes))
        return INVALID;
    memcpy((void *)(uintptr_t)to, from, bytes);
    return OK;
}

int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes)
{
    if (!inside(from, bytes))
        return INVALID;
    memcpy(to, (const void *)(uintptr_t)from, bytes);
    return wrong("no-download") ? ECC_ERROR : OK;
}

int cuMemsetD8_v2(uint64_t to, unsigned char byte, size_t bytes)
{
    if (!inside(to, bytes))
        return INVALID;
    memset((void *)(uintptr_t)to, byte, bytes);
    return OK;
}

int cuGetErrorString(int error, const char **text)
{
    *text = error == OUT_OF_MEMORY ? "out of memory" : "an error of the mime's";
    return OK;
}
