// ocl_device.c -- see ocl_device.h.
//
// What a driver says about itself may be of any length, hold anything and lack its NUL:
// it is read into buffers of our own size. Numbers are clamped to what makes sense.
#include "ocl_device.h"

#include "ocl_environment.h"
#include "ocl_errname.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { INFO_MAX = 4096, PLATFORMS_MAX = 32 };

// Strips white space at both ends and copies what fits.
static void copy_trimmed(char *to, size_t room, char *text)
{
    static const char space[] = " \t\r\n\v\f";
    text += strspn(text, space);
    size_t n = strlen(text);
    while (n > 0 && strchr(space, text[n - 1]))
        n--;
    if (n >= room)
        n = room - 1;
    memcpy(to, text, n);
    to[n] = '\0';
}

static void device_text(cl_device_id id, cl_device_info what, char *to, size_t room)
{
    char text[INFO_MAX + 1] = "";
    if (clGetDeviceInfo(id, what, INFO_MAX, text, NULL) != CL_SUCCESS)
        text[0] = '\0';
    text[INFO_MAX] = '\0';
    copy_trimmed(to, room, text);
    if (!to[0])
        snprintf(to, room, "unnamed");
}

static void platform_text(cl_platform_id id, char *to, size_t room)
{
    char text[INFO_MAX + 1] = "";
    if (clGetPlatformInfo(id, CL_PLATFORM_NAME, INFO_MAX, text, NULL) != CL_SUCCESS)
        text[0] = '\0';
    text[INFO_MAX] = '\0';
    copy_trimmed(to, room, text);
}

static void describe(struct ocl_device *d, int platform, int device)
{
    cl_device_type type = 0;
    cl_uint units = 0;
    cl_ulong memory = 0;
    cl_bool unified = CL_FALSE;
    char name[48], version[80];

    clGetDeviceInfo(d->id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(d->id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
    clGetDeviceInfo(d->id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    clGetDeviceInfo(d->id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof unified, &unified, NULL);
    d->cpu = type & CL_DEVICE_TYPE_CPU;
    d->gpu = type & CL_DEVICE_TYPE_GPU;
    d->unified = unified || d->cpu;

    struct device *seen = &d->seen;
    snprintf(seen->address, sizeof seen->address, "%d:%d", platform, device);
    device_text(d->id, CL_DEVICE_NAME, seen->name, sizeof seen->name);
    platform_text(d->platform, name, sizeof name);
    device_text(d->id, CL_DRIVER_VERSION, version, sizeof version);
    snprintf(seen->driver, sizeof seen->driver, "%s %s", name, version);
    seen->units = units < 1 ? 1 : units > INT32_MAX ? INT32_MAX : (int)units;
    seen->gpu = d->gpu;
    seen->memory_bytes = memory;
}

static int no_platform(cl_int status, struct fail *why)
{
    const char *set = getenv("OCL_ICD_VENDORS");
    static const char hint[] =
        "install pocl-opencl-icd to run on the CPU, or the driver of "
        "your GPU";
    if (status != CL_SUCCESS && status != -1001)
        return ocl_fail(why, status, "OpenCL's loader does not answer");
    if (set && set[0])
        return fail(
            why, EXIT_ABSENT,
            "no OpenCL platform: the loader is here, but OCL_ICD_VENDORS=%.100s leads "
            "it to no driver; unset it, or %s",
            set, hint);
    return fail(
        why, EXIT_ABSENT,
        "no OpenCL platform: the loader is here, but none of the %d drivers that %s "
        "names answers; %s",
        ocl_vendor_files(ocl_vendors), ocl_vendors, hint);
}

int ocl_devices(struct ocl_device *found, int max, struct fail *why)
{
    cl_platform_id platforms[PLATFORMS_MAX];
    cl_uint platform_count = 0;
    int count = 0;
    const cl_int status = clGetPlatformIDs(PLATFORMS_MAX, platforms, &platform_count);

    ocl_environment_loaded();
    if (status != CL_SUCCESS || platform_count == 0)
        return no_platform(status, why);
    if (platform_count > PLATFORMS_MAX)
        platform_count = PLATFORMS_MAX;
    for (cl_uint p = 0; p < platform_count; p++) {
        cl_device_id ids[DEVICES_MAX];
        cl_uint n = 0;
        if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, DEVICES_MAX, ids, &n) !=
            CL_SUCCESS)
            continue;
        for (cl_uint d = 0; d < n && d < DEVICES_MAX && count < max; d++) {
            found[count] = (struct ocl_device){.platform = platforms[p], .id = ids[d]};
            describe(&found[count++], (int)p, (int)d);
        }
    }
    if (count == 0)
        return fail(
            why, EXIT_ABSENT,
            "no OpenCL device: %u platforms answer, and none has a device; clinfo may "
            "say more",
            platform_count);
    return count;
}

static int rank(const struct ocl_device *d)
{
    return d->gpu && !d->unified ? 3 : d->gpu ? 2 : d->cpu ? 1 : 0;
}

// The best of the devices that are of the wanted kind; the first of equals. -1: none.
static int best(const struct ocl_device *found, int count, bool gpus, bool cpus)
{
    int chosen = -1;
    for (int i = 0; i < count; i++)
        if (((gpus && found[i].gpu) || (cpus && !found[i].gpu)) &&
            (chosen < 0 || rank(&found[i]) > rank(&found[chosen])))
            chosen = i;
    return chosen;
}

static int fail_listing(const struct ocl_device *found, int count, const char *problem,
                        const char *want, struct fail *why)
{
    char list[360] = "";
    size_t used = 0;
    for (int i = 0; i < count && used < sizeof list; i++)
        used +=
            (size_t)snprintf(list + used, sizeof list - used, "%s%s %s", i ? ", " : "",
                             found[i].seen.address, found[i].seen.name);
    return fail(why, EXIT_ABSENT, "%s '%.80s'; there is: %s", problem, want, list);
}

int ocl_device_choose(const struct ocl_device *found, int count, const char *want,
                      struct fail *why)
{
    int chosen = -1, matches = 0;

    if (!want || strcmp(want, "auto") == 0)
        return best(found, count, true, true);
    if (strcmp(want, "gpu") == 0 || strcmp(want, "cpu") == 0) {
        const bool gpu = want[0] == 'g';
        chosen = best(found, count, gpu, !gpu);
        return chosen >= 0
                   ? chosen
                   : fail_listing(found, count, "no OpenCL device is a", want, why);
    }
    for (int i = 0; i < count; i++) {
        if (strcmp(found[i].seen.address, want) == 0)
            return i;
        if (strcasestr(found[i].seen.name, want)) {
            chosen = i;
            matches++;
        }
    }
    if (matches == 1)
        return chosen;
    return fail_listing(found, count,
                        matches ? "more than one OpenCL device is called"
                                : "no OpenCL device is called",
                        want, why);
}
