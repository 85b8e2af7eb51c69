// ocl_operands.c -- see ocl_operands.h.
#include "ocl_operands.h"

#include "clock.h"
#include "ocl_errname.h"

static int make_buffers(struct ocl_operands *x, struct fail *why)
{
    const struct matmul *job = x->job;
    const struct ocl *o = x->ocl;
    const size_t element = elem_bytes(job->type);
    struct ocl_matrices *on = &x->on_device;
    x->a_bytes = job->m * job->k * element;
    x->b_bytes = job->k * job->n * element;
    x->c_bytes = job->m * job->n * element;
    const double all = (double)x->a_bytes + (double)x->b_bytes + (double)x->c_bytes;
    // Buffers of const memory are read-only: kernels do not write to A and B.
    if (ocl_fits(o, "this product", all, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_ONLY, x->a_bytes, (void *)job->a, &on->a, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_ONLY, x->b_bytes, (void *)job->b, &on->b, why) != 0 ||
        ocl_buffer(o, CL_MEM_READ_WRITE, x->c_bytes, job->c, &on->c, why) != 0)
        return -1;
    if (o->device.unified)
        return 0;
    return ocl_touch(o, 3, (const cl_mem[]){on->a, on->b, on->c}, why);
}

static int map_c(struct ocl_operands *x, struct fail *why)
{
    cl_int status;
    void *mapped = clEnqueueMapBuffer(x->ocl->queue, x->on_device.c, CL_TRUE,
                                      CL_MAP_READ | CL_MAP_WRITE, 0, x->c_bytes, 0, NULL,
                                      NULL, &status);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "cannot map C");
    x->c_mapped = mapped;
    return 0;
}

// C goes to the device, unless it has stayed there when a run failed.
static int unmap_c(struct ocl_operands *x, struct fail *why)
{
    if (!x->c_mapped)
        return 0;
    const cl_int status = clEnqueueUnmapMemObject(x->ocl->queue, x->on_device.c,
                                                  x->c_mapped, 0, NULL, NULL);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "cannot unmap C");
    x->c_mapped = NULL;
    return 0;
}

int ocl_operands_make(struct ocl_operands *x, const struct ocl *o,
                      const struct matmul *job, struct fail *why)
{
    const struct device *seen = &o->device.seen;
    *x = (struct ocl_operands){.ocl = o, .job = job};
    if (job->type == ELEM_F64 && !o->f64)
        return fail(why, EXIT_ABSENT, "%s %s has no double precision", seen->address,
                    seen->name);
    if (make_buffers(x, why) != 0)
        return -1;
    return o->device.unified ? map_c(x, why) : 0;
}

void ocl_operands_free(struct ocl_operands *x)
{
    struct fail nobody_asks;
    if (!x->ocl)
        return;
    unmap_c(x, &nobody_asks);
    clFinish(x->ocl->queue);
    ocl_release_buffer(&x->on_device.c);
    ocl_release_buffer(&x->on_device.b);
    ocl_release_buffer(&x->on_device.a);
    *x = (struct ocl_operands){0};
}

static int upload(struct ocl_operands *x, struct fail *why)
{
    cl_command_queue queue = x->ocl->queue;
    cl_int status = CL_SUCCESS;
    if (x->ocl->device.unified)
        return unmap_c(x, why);
    if (x->a_bytes > 0)
        status = clEnqueueWriteBuffer(queue, x->on_device.a, CL_FALSE, 0, x->a_bytes,
                                      x->job->a, 0, NULL, NULL);
    if (status == CL_SUCCESS && x->b_bytes > 0)
        status = clEnqueueWriteBuffer(queue, x->on_device.b, CL_FALSE, 0, x->b_bytes,
                                      x->job->b, 0, NULL, NULL);
    if (status != CL_SUCCESS)
        return ocl_fail(why, status, "cannot write to the device");
    return ocl_finish(queue, "writing to the device", why);
}

static int download(struct ocl_operands *x, struct fail *why)
{
    if (x->ocl->device.unified)
        return map_c(x, why);
    const cl_int status = clEnqueueReadBuffer(x->ocl->queue, x->on_device.c, CL_TRUE, 0,
                                              x->c_bytes, x->job->c, 0, NULL, NULL);
    return status == CL_SUCCESS ? 0
                                : ocl_fail(why, status, "cannot read from the device");
}

static int there_and_back(struct ocl_operands *x,
                          int (*multiply)(void *arg, struct fail *why), void *arg,
                          struct phases *phases, struct fail *why)
{
    const uint64_t start_ns = clock_ns();
    if (upload(x, why) != 0)
        return -1;
    const uint64_t uploaded_ns = clock_ns();
    if (multiply(arg, why) != 0)
        return -1;
    const uint64_t computed_ns = clock_ns();
    if (download(x, why) != 0)
        return -1;
    const uint64_t end_ns = clock_ns();
    // Where memory is shared, taking it over is not a transfer.
    if (x->ocl->device.unified) {
        phases->run_ns = end_ns - start_ns;
    } else {
        phases->upload_ns = uploaded_ns - start_ns;
        phases->run_ns = computed_ns - uploaded_ns;
        phases->download_ns = end_ns - computed_ns;
    }
    return 0;
}

int ocl_operands_multiply(struct ocl_operands *x,
                          int (*multiply)(void *arg, struct fail *why), void *arg,
                          struct phases *phases, struct fail *why)
{
    struct fail nobody_asks;
    *phases = (struct phases){0};
    if (there_and_back(x, multiply, arg, phases, why) == 0)
        return 0;
    clFinish(x->ocl->queue);
    if (x->ocl->device.unified && !x->c_mapped)
        map_c(x, &nobody_asks);
    return -1;
}
