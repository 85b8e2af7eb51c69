// write_all.c -- see write_all.h.
#include "write_all.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int write_all(int fd, const void *data, size_t bytes, struct fail *why)
{
    const char *from = data;
    while (bytes > 0) {
        ssize_t n = write(fd, from, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(why, EXIT_OUTPUT, "cannot write the output: %s", strerror(errno));
        from += n;
        bytes -= (size_t)n;
    }
    return 0;
}
