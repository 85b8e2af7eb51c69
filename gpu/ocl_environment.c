// ocl_environment.c -- see ocl_environment.h.
//
// The environment belongs to the process, and so does the state here: each engine runs in
// a worker process of its own.
#include "ocl_environment.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

// PoCL builds longer paths below the cache in buffers of 1024 bytes.
enum { CACHE_PATH_MAX = 512, VENDOR_PATH_MAX = 4096 };

const char ocl_vendors[] = "/etc/OpenCL/vendors";

static char temporary_cache[CACHE_PATH_MAX];
static char temporary_vendors[CACHE_PATH_MAX];
static bool loader_asked;

static int remove_entry(const char *path, const struct stat *info, int kind,
                        struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    remove(path);
    return 0;
}

// Empties and removes a folder that this file made, and forgets its name.
static void remove_folder(char *path)
{
    if (path[0])
        nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    path[0] = '\0';
}

static const char *temporary_parent(void)
{
    const char *parent = getenv("TMPDIR");
    return parent && parent[0] == '/' ? parent : "/tmp";
}

// False when the name does not fit.
static bool make_temporary(const char *parent, const char *what, char *made, size_t bytes)
{
    const int n = snprintf(made, bytes, "%s/gopherbench-%s-XXXXXX", parent, what);
    if (n < 0 || (size_t)n >= bytes || !mkdtemp(made)) {
        made[0] = '\0';
        return false;
    }
    return true;
}

// Makes the folder or finds it, ours alone: whoever can write there can run code as us. A
// link is trusted if we made it ourselves.
static bool own_folder(const char *path)
{
    struct stat info;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return false;
    if (lstat(path, &info) != 0 || info.st_uid != geteuid())
        return false;
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid())
        return false;
    return !(info.st_mode & (S_IWGRP | S_IWOTH)) || chmod(path, 0700) == 0;
}

// PoCL writes shared objects there and loads them.
static bool may_hold_code(const char *path)
{
    struct statvfs volume;
    return access(path, R_OK | W_OK | X_OK) == 0 && statvfs(path, &volume) == 0 &&
           !(volume.f_flag & (ST_NOEXEC | ST_RDONLY));
}

// $XDG_CACHE_HOME/gopherbench/pocl or ~/.cache/gopherbench/pocl.
static bool user_cache(char *path, size_t bytes)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n;
    if (cache && cache[0] == '/')
        n = snprintf(path, bytes, "%s", cache);
    else if (home && home[0] == '/')
        n = snprintf(path, bytes, "%s/.cache", home);
    else
        return false;
    if (n < 0 || (size_t)n + sizeof "/gopherbench/pocl" > bytes)
        return false;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return false;
    snprintf(path + n, bytes - (size_t)n, "/gopherbench");
    if (!own_folder(path))
        return false;
    snprintf(path + n, bytes - (size_t)n, "/gopherbench/pocl");
    return own_folder(path) && may_hold_code(path);
}

static int set_cache(struct fail *why)
{
    char path[CACHE_PATH_MAX];
    if (getenv("POCL_CACHE_DIR") && !temporary_cache[0])
        return 0;
    if (temporary_cache[0])
        return own_folder(temporary_cache)
                   ? 0
                   : fail(why, EXIT_RESOURCE, "%s: not ours any more", temporary_cache);
    if (user_cache(path, sizeof path))
        return setenv("POCL_CACHE_DIR", path, 1);
    if (make_temporary(temporary_parent(), "pocl", temporary_cache,
                       sizeof temporary_cache) &&
        may_hold_code(temporary_cache))
        return setenv("POCL_CACHE_DIR", temporary_cache, 1);
    remove_folder(temporary_cache);
    return fail(
        why, EXIT_RESOURCE,
        "no folder for compiled kernels: neither $XDG_CACHE_HOME/gopherbench/pocl, "
        "~/.cache/gopherbench/pocl nor a new folder in %s can be written and hold "
        "code; set POCL_CACHE_DIR to one that can",
        temporary_parent());
}

static bool is_icd(const char *name)
{
    const size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, ".icd") == 0;
}

// Opens a folder's .icd file if it is a regular one: a FIFO would block the reader for
// ever.
static FILE *icd_open(const char *vendors, const char *name)
{
    char path[VENDOR_PATH_MAX];
    struct stat info;
    if (!is_icd(name) ||
        snprintf(path, sizeof path, "%s/%s", vendors, name) >= VENDOR_PATH_MAX ||
        stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return NULL;
    return fopen(path, "re");
}

int ocl_vendor_files(const char *vendors)
{
    int count = 0;
    DIR *folder = opendir(vendors);
    if (!folder)
        return 0;
    for (struct dirent *e; (e = readdir(folder));) {
        FILE *icd = icd_open(vendors, e->d_name);
        if (icd) {
            count++;
            fclose(icd);
        }
    }
    closedir(folder);
    return count;
}

static bool nvidia_named(const char *vendors)
{
    bool found = false;
    DIR *folder = opendir(vendors);
    if (!folder)
        return false;
    for (struct dirent *e; !found && (e = readdir(folder));) {
        char line[256] = "";
        FILE *icd = icd_open(vendors, e->d_name);
        if (!icd)
            continue;
        found = fgets(line, sizeof line, icd) && strcasestr(line, "nvidia");
        fclose(icd);
    }
    closedir(folder);
    return found;
}

static void link_vendors(const char *vendors, const char *into)
{
    DIR *folder = opendir(vendors);
    if (!folder)
        return;
    for (struct dirent *e; (e = readdir(folder));) {
        char from[VENDOR_PATH_MAX], to[VENDOR_PATH_MAX];
        if (is_icd(e->d_name) &&
            snprintf(from, sizeof from, "%s/%s", vendors, e->d_name) < VENDOR_PATH_MAX &&
            snprintf(to, sizeof to, "%s/%s", into, e->d_name) < VENDOR_PATH_MAX)
            (void)!symlink(from, to);
    }
    closedir(folder);
}

bool ocl_vendor_folder(const char *vendors, const char *library, const char *parent,
                       char *made, size_t made_bytes)
{
    char path[VENDOR_PATH_MAX];
    if (nvidia_named(vendors))
        return false;
    // It stays loaded: the loader opens it next.
    if (!dlopen(library, RTLD_LAZY | RTLD_LOCAL))
        return false;
    if (!make_temporary(parent, "icd", made, made_bytes))
        return false;
    link_vendors(vendors, made);
    snprintf(path, sizeof path, "%s/gopherbench-nvidia.icd", made);
    FILE *icd = fopen(path, "we");
    const bool written = icd && fprintf(icd, "%s\n", library) > 0;
    if (!icd || fclose(icd) != 0 || !written) {
        remove_folder(made);
        return false;
    }
    return true;
}

static void set_vendors(void)
{
    if (loader_asked || getenv("OCL_ICD_VENDORS") || getenv("OPENCL_VENDOR_PATH") ||
        getenv("OCL_ICD_FILENAMES"))
        return;
    if (ocl_vendor_folder(ocl_vendors, "libnvidia-opencl.so.1", temporary_parent(),
                          temporary_vendors, sizeof temporary_vendors))
        setenv("OCL_ICD_VENDORS", temporary_vendors, 1);
}

int ocl_environment_enter(int threads, struct fail *why)
{
    char count[16];
    if (set_cache(why) != 0)
        return -1;
    set_vendors();
    setenv("POCL_SIGFPE_HANDLER", "0", 0);
    // PoCL calls the linker by its name.
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 0);
    snprintf(count, sizeof count, "%d", threads);
    if (threads > 0) {
        setenv("POCL_MAX_PTHREAD_COUNT", count, 0);
        setenv("POCL_CPU_MAX_CU_COUNT", getenv("POCL_MAX_PTHREAD_COUNT"), 0);
    }
    return 0;
}

void ocl_environment_loaded(void)
{
    loader_asked = true;
    if (temporary_vendors[0])
        unsetenv("OCL_ICD_VENDORS");
    remove_folder(temporary_vendors);
}

void ocl_environment_leave(void)
{
    char path[CACHE_PATH_MAX];
    memcpy(path, temporary_cache, sizeof path);
    remove_folder(path);
}
