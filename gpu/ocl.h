// ocl.h -- one opened OpenCL device: context, queues, programs, buffers.
//
// Nothing here knows a workload. Every function that can fail says so in one sentence; a
// program that does not build also shows its log, beside the numbered source, on stderr.
#ifndef OCL_H
#define OCL_H

#include "engine.h"
#include "fail.h"
#include "ocl_device.h"

#include <CL/cl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A grid of this many work-groups at most: PoCL compiles another kernel for larger ones,
// and some drivers refuse them. Kernels stride over what is left.
enum { OCL_GROUPS_MAX = 32768 };

struct ocl {
    struct ocl_device device;
    cl_device_id part;  // the sub-device of as many units as threads; NULL: none needed
    cl_device_id id;    // what kernels run on
    cl_context context;
    cl_command_queue queue;  // in order, profiled
    bool f64;
    bool nv_options;  // the compiler takes NVIDIA's options
    const char *mma;  // the source that has MMA; NULL: the device is asked for its own
    int units;
    int vector_f32;  // elements in the device's own vectors: 4, 8 or 16
    size_t group_items;
    uint64_t local_bytes, largest_bytes, memory_bytes;  // 0: not known
};

// Chooses, checks and opens. A CPU device gets exactly opts->threads compute units, or
// fewer if it has no more.
int ocl_open(struct ocl *, const struct engine_opts *opts, struct fail *why);
void ocl_close(struct ocl *);  // a zeroed or half-opened one is fine

int ocl_queue(const struct ocl *, cl_command_queue *queue, struct fail *why);

// Builds the embedded sources of these names (NULL-terminated), one after the other, as
// one program. `defines` are options that the sources need.
int ocl_program(const struct ocl *, const char *const *sources, const char *defines,
                cl_program *program, struct fail *why);
// The same for what may well not build: says nothing, and prints no log.
bool ocl_program_try(const struct ocl *, const char *const *sources, const char *defines,
                     cl_program *program);
int ocl_kernel(cl_program, const char *name, cl_kernel *kernel, struct fail *why);

// A device buffer; with `host`, host memory itself (page-aligned) where the device shares
// it. bytes 0 gives a small one. Fails when the device allows no buffer so large.
int ocl_buffer(const struct ocl *, cl_mem_flags, size_t bytes, void *host, cl_mem *buffer,
               struct fail *why);

// Fails with EXIT_RESOURCE when the device's memory cannot hold `bytes` in all.
int ocl_fits(const struct ocl *, const char *what, double bytes, struct fail *why);

// Sets argument `index`; asserts, for a wrong one is our own bug.
void ocl_arg(cl_kernel, cl_uint index, size_t bytes, const void *value);
void ocl_arg_ulong(cl_kernel, cl_uint index, uint64_t value);
void ocl_arg_buffer(cl_kernel, cl_uint index, cl_mem buffer);

// Work-groups, and work-items in each, in dimensions 0 and 1.
struct grid {
    size_t groups[2], items[2];
};

// Enqueues a kernel over the grid, after the events it has to wait for, and flushes.
int ocl_launch(cl_command_queue, cl_kernel, const struct grid *, cl_uint wait_count,
               const cl_event *wait, cl_event *done, struct fail *why);

int ocl_finish(cl_command_queue, const char *what, struct fail *why);

// Makes the device take the memory of these buffers now, where drivers would wait for the
// first use.
int ocl_touch(const struct ocl *, cl_uint count, const cl_mem *buffers, struct fail *why);

// Releases and forgets; NULL is fine.
void ocl_release_kernel(cl_kernel *);
void ocl_release_program(cl_program *);
void ocl_release_buffer(cl_mem *);
void ocl_release_queue(cl_command_queue *);
void ocl_release_event(cl_event *);

#endif
