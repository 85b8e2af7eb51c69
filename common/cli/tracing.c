// tracing.c -- see tracing.h.
#include "tracing.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int tracing_open(struct tracing *t, const char *file, struct fail *why)
{
    *t = (struct tracing){.fd = -1};
    if (!file)
        return 0;
    if (strcmp(file, "-") == 0)
        return fail(why, EXIT_USAGE,
                    "--trace needs a file: standard output is the program's");
    if (outfile_open(&t->out, file, why))
        return -1;
    t->fd = memfd_create("trace", MFD_CLOEXEC);
    if (t->fd < 0)
        return fail(why, EXIT_RESOURCE, "no memory for the trace: %s", strerror(errno));
    snprintf(t->path, sizeof t->path, "/proc/self/fd/%d", t->fd);
    return 0;
}

const char *tracing_path(const struct tracing *t)
{
    return t->fd >= 0 ? t->path : NULL;
}

bool tracing_written(const struct tracing *t)
{
    struct stat memory;
    return t->fd >= 0 && fstat(t->fd, &memory) == 0 && memory.st_size > 0;
}

int tracing_commit(struct tracing *t, struct fail *why)
{
    if (t->fd < 0)
        return 0;
    return outfile_fill(&t->out, t->fd, why) ? -1 : outfile_commit(&t->out, why);
}

void tracing_close(struct tracing *t)
{
    outfile_abandon(&t->out);
    if (t->fd >= 0)
        close(t->fd);
}
