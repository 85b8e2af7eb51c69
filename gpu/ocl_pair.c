// ocl_pair.c -- see ocl_pair.h.
#include "ocl_pair.h"

#include "ocl_errname.h"
#include "pages.h"

#include <stdlib.h>

static void *map(const struct ocl_pair *p, cl_command_queue queue, cl_mem buffer,
                 cl_bool blocking, cl_event wait, cl_event *done, cl_int *status)
{
    return clEnqueueMapBuffer(queue, buffer, blocking, CL_MAP_READ | CL_MAP_WRITE, 0,
                              p->bytes, wait ? 1 : 0, wait ? &wait : NULL, done, status);
}

static int make_shared(struct ocl_pair *p, struct fail *why)
{
    cl_int status;
    p->host = pages_make(p->bytes, "a cart", why);
    if (!p->host ||
        ocl_buffer(p->ocl, CL_MEM_READ_WRITE, p->bytes, p->host, &p->device, why) != 0)
        return -1;
    map(p, p->ocl->queue, p->device, CL_TRUE, NULL, NULL, &status);
    return status == CL_SUCCESS ? 0 : ocl_fail(why, status, "cannot map a cart");
}

static int make_two(struct ocl_pair *p, struct fail *why)
{
    cl_int status;
    if (ocl_buffer(p->ocl, CL_MEM_READ_WRITE, p->bytes, NULL, &p->device, why) != 0 ||
        ocl_buffer(p->ocl, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, p->bytes, NULL,
                   &p->pinned, why) != 0)
        return -1;
    p->host = map(p, p->ocl->queue, p->pinned, CL_TRUE, NULL, NULL, &status);
    if (status != CL_SUCCESS) {
        p->host = NULL;
        return ocl_fail(why, status, "cannot map a cart");
    }
    return ocl_touch(p->ocl, 1, &p->device, why);
}

int ocl_pair_make(struct ocl_pair *p, const struct ocl *o, size_t bytes, struct fail *why)
{
    *p = (struct ocl_pair){.ocl = o, .bytes = bytes > 0 ? bytes : 1};
    if ((o->device.unified ? make_shared(p, why) : make_two(p, why)) == 0)
        return 0;
    ocl_pair_free(p);
    return -1;
}

void ocl_pair_free(struct ocl_pair *p)
{
    if (!p->ocl)
        return;
    cl_mem mapped = p->pinned ? p->pinned : p->device;
    if (p->host && mapped && !p->away)
        clEnqueueUnmapMemObject(p->ocl->queue, mapped, p->host, 0, NULL, NULL);
    clFinish(p->ocl->queue);
    ocl_release_buffer(&p->pinned);
    ocl_release_buffer(&p->device);
    if (p->ocl->device.unified)
        free(p->host);
    *p = (struct ocl_pair){0};
}

int ocl_pair_give(struct ocl_pair *p, cl_command_queue queue, size_t bytes,
                  cl_event *done, struct fail *why)
{
    cl_int status;
    if (p->pinned)
        status = clEnqueueWriteBuffer(queue, p->device, CL_FALSE, 0,
                                      bytes > 0 ? bytes : 1, p->host, 0, NULL, done);
    else
        status = clEnqueueUnmapMemObject(queue, p->device, p->host, 0, NULL, done);
    p->away = !p->pinned && status == CL_SUCCESS;
    return status == CL_SUCCESS ? 0 : ocl_fail(why, status, "cannot write to the device");
}

int ocl_pair_take(struct ocl_pair *p, cl_command_queue queue, size_t bytes, cl_event wait,
                  cl_event *done, struct fail *why)
{
    cl_int status = CL_SUCCESS;
    if (!p->pinned) {
        map(p, queue, p->device, CL_FALSE, wait, done, &status);
        p->away = status != CL_SUCCESS;
    } else if (bytes > 0) {
        status = clEnqueueReadBuffer(queue, p->device, CL_FALSE, 0, bytes, p->host, 1,
                                     &wait, done);
    }
    return status == CL_SUCCESS ? 0
                                : ocl_fail(why, status, "cannot read from the device");
}

void ocl_pair_recall(struct ocl_pair *p)
{
    cl_int status;
    if (!p->away)
        return;
    map(p, p->ocl->queue, p->device, CL_TRUE, NULL, NULL, &status);
    p->away = status != CL_SUCCESS;
}
