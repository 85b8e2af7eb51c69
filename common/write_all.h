// write_all.h -- writing to a descriptor until everything is out.
#ifndef WRITE_ALL_H
#define WRITE_ALL_H

#include "fail.h"

#include <stddef.h>

// Goes on after signals and short writes. Fails with EXIT_OUTPUT and the system's reason.
int write_all(int fd, const void *data, size_t bytes, struct fail *why);

#endif
