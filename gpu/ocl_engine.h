// ocl_engine.h -- the engine of devices: work is handed to OpenCL as grids of work-items.
#ifndef OCL_ENGINE_H
#define OCL_ENGINE_H

#include "engine.h"
#include "ocl.h"
#include "ocl_gophers.h"
#include "ocl_matmul.h"

extern const struct engine engine_ocl;

// What its open makes; the tests look inside.
struct ocl_engine {
    struct ocl ocl;
    char variant[64];  // "": the engine chooses
    struct ocl_matmul *matmul;
    struct ocl_gophers *gophers;
};

#endif
