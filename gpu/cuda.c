// cuda.c -- see cuda.h.
#include "cuda.h"

#include <dlfcn.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Of CUdevice_attribute, libraryPropertyType, CUresult and cublasStatus_t.
enum {
    MULTIPROCESSOR_COUNT = 16,
    MAJOR_VERSION = 0,
    MINOR_VERSION = 1,
    PATCH_LEVEL = 2,
    OUT_OF_MEMORY = 2,
    NO_DEVICE = 100,
    BLAS_ALLOC_FAILED = 3
};

struct wanted {
    const char *symbol;
    void *function;  // a pointer to a pointer to a function
};

static int find(void *library, const char *name, const struct wanted *w, size_t count,
                struct fail *why)
{
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library, w[i].symbol);
        if (!address)
            return fail(why, EXIT_ABSENT, "%s has no %s: it is another release, or none",
                        name, w[i].symbol);
        memcpy(w[i].function, &address, sizeof address);
    }
    return 0;
}

static int load_driver(struct cuda *c, struct fail *why)
{
    static const char name[] = "libcuda.so.1";
    int (*start)(unsigned) = NULL;
    const struct wanted wanted[] = {
        {"cuInit", &start},
        {"cuDeviceGetCount", &c->device_count},
        {"cuDeviceGet", &c->device},
        {"cuDeviceGetName", &c->device_name},
        {"cuDeviceTotalMem_v2", &c->device_memory},
        {"cuDeviceGetAttribute", &c->device_attribute},
        {"cuDriverGetVersion", &c->driver_version},
        {"cuDevicePrimaryCtxRetain", &c->retain_context},
        {"cuDevicePrimaryCtxRelease_v2", &c->release_context},
        {"cuCtxSetCurrent", &c->set_context},
        {"cuCtxSynchronize", &c->synchronize},
        {"cuMemAlloc_v2", &c->allocate},
        {"cuMemFree_v2", &c->release},
        {"cuMemcpyHtoD_v2", &c->upload},
        {"cuMemcpyDtoH_v2", &c->download},
        {"cuMemsetD8_v2", &c->fill},
        {"cuGetErrorString", &c->error_text},
    };
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return fail(why, EXIT_ABSENT, "no NVIDIA driver here: %s cannot be loaded", name);
    if (find(library, name, wanted, sizeof wanted / sizeof *wanted, why) != 0)
        return -1;
    return cuda_check(c, start(0), "NVIDIA's driver does not start", why);
}

// The newest of the folders where CUDA installs itself; the loader does not look there.
static void *load_from_toolkit(void)
{
    static const char *const patterns[] = {
        "/usr/local/cuda*/lib64/libcublas.so.1[0-9]",
        "/usr/local/cuda*/lib/libcublas.so.1[0-9]",
        "/usr/local/cuda*/targets/*/lib/libcublas.so.1[0-9]"};
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) != 0)
            continue;
        for (size_t n = found.gl_pathc; !library && n > 0; n--) {
            // What it needs lies beside it.
            const char *path = found.gl_pathv[n - 1], *version = strrchr(path, '.');
            char light[512];
            snprintf(light, sizeof light, "%.*s/libcublasLt.so%s",
                     (int)(strrchr(path, '/') - path), path, version);
            dlopen(light, RTLD_NOW | RTLD_GLOBAL);
            library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        }
        globfree(&found);
    }
    return library;
}

static int load_blas(struct cuda *c, struct fail *why)
{
    static const char *const names[] = {"libcublas.so.13", "libcublas.so.12",
                                        "libcublas.so.11", "libcublas.so"};
    const struct wanted wanted[] = {
        {"cublasCreate_v2", &c->blas_create},
        {"cublasDestroy_v2", &c->blas_destroy},
        {"cublasGetProperty", &c->blas_property},
        {"cublasGemmEx", &c->blas_gemm},
    };
    void *library = NULL;
    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library)
        library = load_from_toolkit();
    if (!library)
        return fail(why, EXIT_ABSENT,
                    "no cuBLAS here: neither libcublas.so.13, .12 nor .11 can be loaded; "
                    "install it, or name its folder in LD_LIBRARY_PATH");
    return find(library, "libcublas", wanted, sizeof wanted / sizeof *wanted, why);
}

int cuda_load(struct cuda *c, struct fail *why)
{
    *c = (struct cuda){0};
    // It would make TF32 of no variant, whatever was asked for.
    unsetenv("NVIDIA_TF32_OVERRIDE");
    return load_driver(c, why) != 0 || load_blas(c, why) != 0 ? -1 : 0;
}

// ---- devices

static int count_devices(const struct cuda *c, struct fail *why)
{
    int count = 0;
    if (cuda_check(c, c->device_count(&count), "NVIDIA's driver has no devices", why))
        return -1;
    if (count < 1)
        return fail(why, EXIT_ABSENT, "NVIDIA's driver is here, but no GPU");
    return count;
}

static void describe(const struct cuda *c, int number, struct device *d)
{
    char blas[40];
    int handle = 0, driver = 0;
    size_t memory = 0;
    *d = (struct device){.gpu = true};
    snprintf(d->address, sizeof d->address, "%d", number);
    c->device(&handle, number);
    if (c->device_name(d->name, (int)sizeof d->name - 1, handle) != 0)
        snprintf(d->name, sizeof d->name, "unnamed");
    c->device_memory(&memory, handle);
    c->device_attribute(&d->units, MULTIPROCESSOR_COUNT, handle);
    c->driver_version(&driver);
    cuda_blas_name(c, blas, sizeof blas);
    d->memory_bytes = memory;
    snprintf(d->driver, sizeof d->driver, "%s, driver for CUDA %d.%d", blas,
             driver / 1000, driver % 1000 / 10);
}

int cuda_devices(const struct cuda *c, struct device *found, int max, struct fail *why)
{
    const int count = count_devices(c, why);
    if (count < 0)
        return -1;
    for (int i = 0; i < count && i < max; i++)
        describe(c, i, &found[i]);
    return count < max ? count : max;
}

int cuda_choose(const struct cuda *c, const char *want, struct fail *why)
{
    struct device found[DEVICES_MAX];
    const int count = cuda_devices(c, found, DEVICES_MAX, why);
    if (count < 0)
        return -1;
    if (!want || strcmp(want, "auto") == 0 || strcmp(want, "gpu") == 0)
        return 0;
    for (int i = 0; i < count; i++)
        if (strcmp(found[i].address, want) == 0)
            return i;
    for (int i = 0; i < count; i++)
        if (strcasestr(found[i].name, want))
            return i;
    return fail(why, EXIT_ABSENT,
                "no NVIDIA GPU is called '%.80s'; the first of %d is 0 %s", want, count,
                found[0].name);
}

void cuda_blas_name(const struct cuda *c, char *name, size_t bytes)
{
    int major = 0, minor = 0, patch = 0;
    c->blas_property(MAJOR_VERSION, &major);
    c->blas_property(MINOR_VERSION, &minor);
    c->blas_property(PATCH_LEVEL, &patch);
    snprintf(name, bytes, "cuBLAS %d.%d.%d", major, minor, patch);
}

// ---- failures

int cuda_check(const struct cuda *c, int status, const char *what, struct fail *why)
{
    const char *text = NULL;
    if (status == 0)
        return 0;
    c->error_text(status, &text);
    return fail(why,
                status == OUT_OF_MEMORY ? EXIT_RESOURCE
                : status == NO_DEVICE   ? EXIT_ABSENT
                                        : EXIT_DIED,
                "%s: %s (%d)", what, text ? text : "unknown error", status);
}

int cuda_check_blas(int status, const char *what, struct fail *why)
{
    static const struct {
        int status;
        const char *name;
    } names[] = {{1, "NOT_INITIALIZED"}, {3, "ALLOC_FAILED"},   {7, "INVALID_VALUE"},
                 {8, "ARCH_MISMATCH"},   {11, "MAPPING_ERROR"}, {13, "EXECUTION_FAILED"},
                 {14, "INTERNAL_ERROR"}, {15, "NOT_SUPPORTED"}, {16, "LICENSE_ERROR"}};
    const char *name = "a status nobody has documented";
    if (status == 0)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].status == status)
            name = names[i].name;
    return fail(why, status == BLAS_ALLOC_FAILED ? EXIT_RESOURCE : EXIT_DIED,
                "%s: %s (%d)", what, name, status);
}
