// ocl_errname.h -- OpenCL's status codes by name.
#ifndef OCL_ERRNAME_H
#define OCL_ERRNAME_H

#include "fail.h"

#include <CL/cl.h>

// "CL_OUT_OF_RESOURCES"; "unknown status" for a number that nobody has documented.
const char *ocl_errname(cl_int status);

// The exit code that a status stands for: EXIT_RESOURCE, EXIT_ABSENT, or EXIT_DIED.
enum exit_code ocl_exit_code(cl_int status);

// Fails with "<text>: CL_NAME (number)" and the status' exit code.
__attribute__((format(printf, 3, 4))) int ocl_fail(struct fail *why, cl_int status,
                                                   const char *format, ...);

#endif
