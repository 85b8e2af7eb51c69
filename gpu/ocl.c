// ocl.c -- see ocl.h.
#include "ocl.h"

#include "ocl_environment.h"
#include "ocl_errname.h"
#include "text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

// What the driver reports by itself: often the only word about a kernel that went wrong.
static void CL_CALLBACK on_context_error(const char *text, const void *data, size_t bytes,
                                         void *user)
{
    (void)data, (void)bytes, (void)user;
    fputs("OpenCL: ", stderr);
    text_print(stderr, text);
    fputc('\n', stderr);
}

static uint64_t info_ulong(cl_device_id id, cl_device_info what)
{
    cl_ulong value = 0;
    clGetDeviceInfo(id, what, sizeof value, &value, NULL);
    return value;
}

static cl_uint info_uint(cl_device_id id, cl_device_info what)
{
    cl_uint value = 0;
    clGetDeviceInfo(id, what, sizeof value, &value, NULL);
    return value;
}

static size_t info_size(cl_device_id id, cl_device_info what)
{
    size_t value = 0;
    clGetDeviceInfo(id, what, sizeof value, &value, NULL);
    return value;
}

// Unless the device says otherwise, it has vectors of four.
static int vector_width(cl_device_id id)
{
    const cl_uint width = info_uint(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
    return width >= 16 ? 16 : width >= 8 ? 8 : 4;
}

// A CPU device with more units than threads is cut: engines are compared on as many CPUs.
static int restrict_units(struct ocl *o, int threads, struct fail *why)
{
    const cl_device_partition_property cut[] = {CL_DEVICE_PARTITION_BY_COUNTS, threads,
                                                CL_DEVICE_PARTITION_BY_COUNTS_LIST_END,
                                                0};
    cl_uint made = 0;
    if (o->device.gpu || o->device.seen.units <= threads)
        return 0;
    const cl_int status = clCreateSubDevices(o->device.id, cut, 1, &o->part, &made);
    if (status != CL_SUCCESS || made != 1) {
        o->part = NULL;
        return fail(
            why, EXIT_RESOURCE,
            "%s has %d compute units where %d threads were asked for, and cannot be "
            "divided: %s (%d); set POCL_MAX_PTHREAD_COUNT=%d if it is PoCL",
            o->device.seen.address, o->device.seen.units, threads, ocl_errname(status),
            status, threads);
    }
    o->id = o->part;
    return 0;
}

static bool has_extension(cl_device_id id, const char *name)
{
    char extensions[8192] = "";
    if (clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, sizeof extensions, extensions, NULL) !=
        CL_SUCCESS)
        return false;
    return strstr(extensions, name) != NULL;
}

static void read_facts(struct ocl *o)
{
    const cl_uint units = info_uint(o->id, CL_DEVICE_MAX_COMPUTE_UNITS);
    o->units = units < 1 ? 1 : units > INT32_MAX ? INT32_MAX : (int)units;
    o->f64 = info_ulong(o->id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
    o->nv_options = has_extension(o->id, "cl_nv_compiler_options");
    o->vector_f32 = vector_width(o->id);
    o->group_items = info_size(o->id, CL_DEVICE_MAX_WORK_GROUP_SIZE);
    o->local_bytes = info_ulong(o->id, CL_DEVICE_LOCAL_MEM_SIZE);
    o->largest_bytes = info_ulong(o->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    o->memory_bytes = info_ulong(o->id, CL_DEVICE_GLOBAL_MEM_SIZE);
}

static int choose(struct ocl *o, const char *want, struct fail *why)
{
    struct ocl_device found[DEVICES_MAX];
    const int count = ocl_devices(found, DEVICES_MAX, why);
    const int chosen = count < 0 ? -1 : ocl_device_choose(found, count, want, why);
    if (chosen < 0)
        return -1;
    o->device = found[chosen];
    o->id = o->device.id;

    const struct device *seen = &o->device.seen;
    if (!info_uint(o->id, CL_DEVICE_AVAILABLE))
        return fail(why, EXIT_ABSENT, "%s %s is not available", seen->address,
                    seen->name);
    if (!info_uint(o->id, CL_DEVICE_COMPILER_AVAILABLE))
        return fail(why, EXIT_ABSENT, "%s %s has no compiler", seen->address, seen->name);
    if (!info_uint(o->id, CL_DEVICE_ENDIAN_LITTLE))
        return fail(why, EXIT_ABSENT, "%s %s is big-endian", seen->address, seen->name);
    return 0;
}

int ocl_queue(const struct ocl *o, cl_command_queue *queue, struct fail *why)
{
    cl_int status;
    *queue = clCreateCommandQueue(o->context, o->id, CL_QUEUE_PROFILING_ENABLE, &status);
    return status == CL_SUCCESS ? 0 : ocl_fail(why, status, "cannot make a queue");
}

static int open_context(struct ocl *o, struct fail *why)
{
    const cl_context_properties on[] = {CL_CONTEXT_PLATFORM,
                                        (cl_context_properties)o->device.platform, 0};
    cl_int status;
    o->context = clCreateContext(on, 1, &o->id, on_context_error, NULL, &status);
    if (status != CL_SUCCESS) {
        o->context = NULL;
        return ocl_fail(why, status, "cannot open %s %s", o->device.seen.address,
                        o->device.seen.name);
    }
    return ocl_queue(o, &o->queue, why);
}

int ocl_open(struct ocl *o, const struct engine_opts *opts, struct fail *why)
{
    *o = (struct ocl){0};
    assert(opts->threads >= 1);
    if (ocl_environment_enter(opts->threads, why) == 0 &&
        choose(o, opts->device, why) == 0 && restrict_units(o, opts->threads, why) == 0) {
        read_facts(o);
        if (open_context(o, why) == 0)
            return 0;
    }
    ocl_close(o);
    return -1;
}

void ocl_close(struct ocl *o)
{
    ocl_release_queue(&o->queue);
    if (o->context)
        clReleaseContext(o->context);
    // A sub-device is left to the end of the process: PoCL's threads may still be letting
    // go of the last command when its waiter has gone on, and look at the device for
    // that.
    *o = (struct ocl){0};
    ocl_environment_leave();
}

int ocl_buffer(const struct ocl *o, cl_mem_flags flags, size_t bytes, void *host,
               cl_mem *buffer, struct fail *why)
{
    char need[FIGURE_BYTES], allowed[FIGURE_BYTES];
    cl_int status;
    if (o->largest_bytes && bytes > o->largest_bytes)
        return fail(why, EXIT_RESOURCE,
                    "%s allows no buffer larger than %s; this needs one of %s",
                    o->device.seen.address, text_bytes(allowed, (double)o->largest_bytes),
                    text_bytes(need, (double)bytes));
    if (bytes == 0 || !o->device.unified)
        host = NULL;
    if (bytes == 0)
        bytes = 64;
    *buffer = clCreateBuffer(o->context, flags | (host ? CL_MEM_USE_HOST_PTR : 0), bytes,
                             host, &status);
    if (status == CL_SUCCESS)
        return 0;
    *buffer = NULL;
    return ocl_fail(why, status, "%s has no memory for a buffer of %s",
                    o->device.seen.address, text_bytes(need, (double)bytes));
}

int ocl_fits(const struct ocl *o, const char *what, double bytes, struct fail *why)
{
    char need[FIGURE_BYTES], have[FIGURE_BYTES];
    if (!o->memory_bytes || bytes <= (double)o->memory_bytes)
        return 0;
    return fail(why, EXIT_RESOURCE, "%s needs %s and %s has %s", what,
                text_bytes(need, bytes), o->device.seen.address,
                text_bytes(have, (double)o->memory_bytes));
}

void ocl_arg(cl_kernel kernel, cl_uint index, size_t bytes, const void *value)
{
    const cl_int status = clSetKernelArg(kernel, index, bytes, value);
    assert(status == CL_SUCCESS);
    (void)status;
}

void ocl_arg_ulong(cl_kernel kernel, cl_uint index, uint64_t value)
{
    const cl_ulong number = value;
    ocl_arg(kernel, index, sizeof number, &number);
}

void ocl_arg_buffer(cl_kernel kernel, cl_uint index, cl_mem buffer)
{
    ocl_arg(kernel, index, sizeof(cl_mem), &buffer);
}

int ocl_launch(cl_command_queue queue, cl_kernel kernel, const struct grid *grid,
               cl_uint wait_count, const cl_event *wait, cl_event *done, struct fail *why)
{
    const size_t global[2] = {grid->groups[0] * grid->items[0],
                              grid->groups[1] * grid->items[1]};
    cl_int status = clEnqueueNDRangeKernel(queue, kernel, 2, NULL, global, grid->items,
                                           wait_count, wait, done);
    if (status == CL_SUCCESS)
        status = clFlush(queue);
    return status == CL_SUCCESS ? 0
                                : ocl_fail(why, status, "the device refuses a kernel");
}

int ocl_finish(cl_command_queue queue, const char *what, struct fail *why)
{
    const cl_int status = clFinish(queue);
    return status == CL_SUCCESS ? 0 : ocl_fail(why, status, "%s failed", what);
}

int ocl_touch(const struct ocl *o, cl_uint count, const cl_mem *buffers, struct fail *why)
{
    const cl_int status = clEnqueueMigrateMemObjects(
        o->queue, count, buffers, CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0, NULL, NULL);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "%s has no memory for the buffers",
                        o->device.seen.address);
    return ocl_finish(o->queue, "taking memory for the buffers", why);
}

void ocl_release_kernel(cl_kernel *kernel)
{
    if (*kernel)
        clReleaseKernel(*kernel);
    *kernel = NULL;
}

void ocl_release_program(cl_program *program)
{
    if (*program)
        clReleaseProgram(*program);
    *program = NULL;
}

void ocl_release_buffer(cl_mem *buffer)
{
    if (*buffer)
        clReleaseMemObject(*buffer);
    *buffer = NULL;
}

void ocl_release_queue(cl_command_queue *queue)
{
    if (*queue)
        clReleaseCommandQueue(*queue);
    *queue = NULL;
}

void ocl_release_event(cl_event *event)
{
    if (*event)
        clReleaseEvent(*event);
    *event = NULL;
}
