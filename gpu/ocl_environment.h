// ocl_environment.h -- what must stand in the environment before OpenCL's first call.
//
// The loader and PoCL read their variables once a process, at the first call. Whatever
// the user has set stays as it is; the rest is made safe:
//   POCL_CACHE_DIR         a folder of this user alone (PoCL loads machine code from it)
//   POCL_MAX_PTHREAD_COUNT the thread count that every engine gets
//   POCL_CPU_MAX_CU_COUNT  the same; newer PoCL reads this name
//   POCL_SIGFPE_HANDLER    0: PoCL must not swallow division by zero in the whole process
//   PATH                   the system's, for the linker that PoCL runs
//   OCL_ICD_VENDORS        where NVIDIA's driver lacks its .icd file, as in many
//                          containers: a folder with that file beside the system's
#ifndef OCL_ENVIRONMENT_H
#define OCL_ENVIRONMENT_H

#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

// Before any call of OpenCL; calling again is harmless. threads 0: as many as PoCL likes.
int ocl_environment_enter(int threads, struct fail *why);

// After the loader has answered its first call: takes back what only it had to see.
void ocl_environment_loaded(void);

// Removes the cache if it had to be a temporary one.
void ocl_environment_leave(void);

// Makes a folder in `parent` with links to every .icd file of `vendors` and one more,
// that names `library`. False, and nothing made, when an .icd file for NVIDIA is there
// already, or `library` cannot be loaded, or the folder cannot be made.
bool ocl_vendor_folder(const char *vendors, const char *library, const char *parent,
                       char *made, size_t made_bytes);

// Files in `vendors` that name a driver; 0 when there is no such folder.
int ocl_vendor_files(const char *vendors);

extern const char ocl_vendors[];  // where the loader looks

#endif
