// ocl_store.h -- small files of this user alone, under $XDG_CACHE_HOME/gopherbench or
// ~/.cache/gopherbench.
//
// What is read here decides what a device compiles, so nobody else may write it: the
// folder is made 0700; it and the file must be ours, no symbolic links, and closed to
// other writers, or they are not used. Files are written under another name and renamed.
// There is no other place: without a folder of the user's own nothing is remembered.
#ifndef OCL_STORE_H
#define OCL_STORE_H

#include "fail.h"

#include <stddef.h>

enum { STORE_PATH_BYTES = 512, STORE_FILE_BYTES = 1 << 16 };

// The text of a file, malloced. NULL with an empty sentence when there is none, or no
// folder to look in; NULL with a sentence when it is there and cannot be trusted.
char *ocl_store_read(const char *name, struct fail *why);

// Makes the folder where it is missing, and replaces the file. EXIT_OUTPUT and why not.
int ocl_store_write(const char *name, const char *text, struct fail *why);

#endif
