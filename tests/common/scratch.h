// scratch.h -- a folder of its own for a test that needs files; removed with all it
// holds.
#ifndef SCRATCH_H
#define SCRATCH_H

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
    char folder[64];
    char path[512];  // of the file named last
};

static inline void scratch_make(struct scratch *s)
{
    snprintf(s->folder, sizeof s->folder, "/tmp/gopherbench-test-XXXXXX");
    if (!mkdtemp(s->folder))
        abort();
}

// The path of a name in the folder; it lasts until the next one is asked for.
static inline const char *scratch_path(struct scratch *s, const char *name)
{
    snprintf(s->path, sizeof s->path, "%s/%s", s->folder, name);
    return s->path;
}

static inline const char *scratch_file(struct scratch *s, const char *name,
                                       const void *bytes, size_t n)
{
    int fd = open(scratch_path(s, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd))
        abort();
    return s->path;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int kind,
                                     struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void scratch_remove(struct scratch *s)
{
    nftw(s->folder, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
