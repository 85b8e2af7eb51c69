// ocl_store.c -- see ocl_store.h.
#include "ocl_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// $XDG_CACHE_HOME or ~/.cache; false without either.
static bool cache_home(char *path, size_t bytes)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n = -1;
    if (cache && cache[0] == '/')
        n = snprintf(path, bytes, "%s", cache);
    else if (home && home[0] == '/')
        n = snprintf(path, bytes, "%s/.cache", home);
    return n > 0 && (size_t)n < bytes;
}

// What makes a folder or a file not ours alone; NULL: nothing does.
static const char *distrust(const struct stat *info)
{
    if (info->st_uid != geteuid())
        return "it belongs to another user";
    if (info->st_mode & (S_IWGRP | S_IWOTH))
        return "others may write to it";
    return NULL;
}

// A folder that is ours alone, made if `make`; -1 with an empty sentence when it is
// missing.
static int open_folder(const char *path, bool make, struct fail *why)
{
    struct stat info;
    why->text[0] = '\0';
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return fail(why, EXIT_OUTPUT, "cannot make %s: %s", path, strerror(errno));
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT
                   ? -1
                   : fail(why, EXIT_OUTPUT, "%s is not used: %s", path,
                          errno == ELOOP || errno == ENOTDIR ? "it is a link or no folder"
                                                             : strerror(errno));
    const char *reason =
        fstat(folder, &info) == 0 ? distrust(&info) : "it cannot be looked at";
    if (!reason)
        return folder;
    close(folder);
    return fail(why, EXIT_OUTPUT, "%s is not used: %s", path, reason);
}

// The folder of the store, and its name; -1 with an empty sentence when there is none.
static int open_store(bool make, char *path, struct fail *why)
{
    char home[STORE_PATH_BYTES - sizeof "/gopherbench"];
    why->text[0] = '\0';
    if (!cache_home(home, sizeof home))
        return make ? fail(why, EXIT_OUTPUT,
                           "there is no folder to remember it in: neither XDG_CACHE_HOME "
                           "nor HOME is set")
                    : -1;
    if (make)
        mkdir(home, 0700);
    snprintf(path, STORE_PATH_BYTES, "%s/gopherbench", home);
    return open_folder(path, make, why);
}

// Not a link, a regular file, ours, not too large.
static int open_file(int folder, const char *path, const char *name, struct fail *why)
{
    struct stat info;
    const int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? -1
                               : fail(why, EXIT_INPUT, "%s/%s is ignored: %s", path, name,
                                      errno == ELOOP ? "it is a link" : strerror(errno));
    const char *reason = "it cannot be looked at";
    if (fstat(file, &info) == 0)
        reason = !S_ISREG(info.st_mode)            ? "it is no regular file"
                 : info.st_size > STORE_FILE_BYTES ? "it is too large"
                                                   : distrust(&info);
    if (!reason)
        return file;
    close(file);
    return fail(why, EXIT_INPUT, "%s/%s is ignored: %s", path, name, reason);
}

char *ocl_store_read(const char *name, struct fail *why)
{
    char path[STORE_PATH_BYTES];
    const int folder = open_store(false, path, why);
    if (folder < 0)
        return NULL;
    const int file = open_file(folder, path, name, why);
    char *text = file < 0 ? NULL : calloc(1, STORE_FILE_BYTES + 1);
    size_t used = 0;
    ssize_t n = 1;
    while (text && n > 0 && used < STORE_FILE_BYTES) {
        n = read(file, text + used, STORE_FILE_BYTES - used);
        used += n > 0 ? (size_t)n : 0;
    }
    if (file >= 0)
        close(file);
    close(folder);
    return text;
}

static bool write_all_of(int file, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        const ssize_t n = write(file, text, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        left -= (size_t)n;
    }
    return fsync(file) == 0;
}

int ocl_store_write(const char *name, const char *text, struct fail *why)
{
    char path[STORE_PATH_BYTES], temporary[128];
    const int folder = open_store(true, path, why);
    if (folder < 0)
        return -1;
    snprintf(temporary, sizeof temporary, "%s.%ld.new", name, (long)getpid());
    // One that a killed process of the same number left behind.
    unlinkat(folder, temporary, 0);
    const int file = openat(folder, temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool written = file >= 0 && write_all_of(file, text);
    if (file >= 0)
        written = close(file) == 0 && written;
    if (!written || renameat(folder, temporary, folder, name) != 0) {
        fail(why, EXIT_OUTPUT, "cannot write %s/%s: %s", path, name, strerror(errno));
        unlinkat(folder, temporary, 0);
        close(folder);
        return -1;
    }
    close(folder);
    return 0;
}
