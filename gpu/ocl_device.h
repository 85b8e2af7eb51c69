// ocl_device.h -- the devices of every platform, and the choice of one.
#ifndef OCL_DEVICE_H
#define OCL_DEVICE_H

#include "engine.h"
#include "fail.h"

#include <CL/cl.h>

struct ocl_device {
    cl_platform_id platform;
    cl_device_id id;
    struct device seen;  // address "P:D", texts cut to fit
    bool cpu, gpu;       // a simulator may say that it is both
    bool unified;        // shares the host's memory: nothing needs to be copied
};

// Fills up to max devices and returns how many (>= 1), or -1 with EXIT_ABSENT and the
// reason. ocl_environment_enter goes before.
int ocl_devices(struct ocl_device *found, int max, struct fail *why);

// The index of the device that `want` means: NULL or "auto": a GPU of its own, else one
// that shares the host's memory, else a CPU; "gpu", "cpu"; "P:D"; or a part of the name,
// regardless of case. No match or more than one: -1, EXIT_ABSENT and what there is.
int ocl_device_choose(const struct ocl_device *found, int count, const char *want,
                      struct fail *why);

#endif
