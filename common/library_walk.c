// library_walk.c -- real books: the files that paths lead to. See library.h.
//
// A folder is read to its end and closed before its members are visited, so that no depth
// of folders uses up the descriptors; the length of a path bounds the recursion.
#include "library.h"

#include "pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STDIN_STEP_BYTES = 1 << 20 };

struct names {
    char **name;
    size_t count, capacity;
};

static void free_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->name[i]);
    free(names->name);
}

static int no_memory(struct fail *why)
{
    return fail(why, EXIT_RESOURCE, "no memory for the names of the books");
}

static int add_name(struct names *names, const char *name, struct fail *why)
{
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? 2 * names->capacity : 64;
        char **larger = reallocarray(names->name, capacity, sizeof *larger);
        if (!larger)
            return no_memory(why);
        names->name = larger;
        names->capacity = capacity;
    }
    names->name[names->count] = strdup(name);
    return names->name[names->count++] ? 0 : no_memory(why);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int complain_errno(struct library *lib, const char *path, struct fail *why)
{
    char reason[128];
    snprintf(reason, sizeof reason, "cannot be read: %s", strerror(errno));
    return library_complain(lib, path, reason, why);
}

// The members of a folder, sorted; one that cannot be read is a complaint.
static int read_folder(struct library *lib, const char *path, struct names *names,
                       struct fail *why)
{
    DIR *folder = opendir(path);
    if (!folder)
        return complain_errno(lib, path, why);
    int rc = 0;
    const struct dirent *entry;
    while (rc == 0 && (errno = 0, entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            rc = add_name(names, entry->d_name, why);
    if (rc == 0 && errno)
        rc = complain_errno(lib, path, why);
    closedir(folder);
    if (names->count > 1)
        qsort(names->name, names->count, sizeof *names->name, by_bytes);
    return rc;
}

static const char *kind_of(mode_t mode)
{
    if (S_ISFIFO(mode))
        return "is a FIFO; only regular files are read";
    if (S_ISSOCK(mode))
        return "is a socket; only regular files are read";
    return "is a device; only regular files are read";
}

static int visit_folder(struct library *lib, const char *path, struct fail *why);

static int visit(struct library *lib, const char *path, bool named, struct fail *why)
{
    struct stat st;
    if (named ? stat(path, &st) : lstat(path, &st))
        return complain_errno(lib, path, why);
    bool link = S_ISLNK(st.st_mode);
    if (link && stat(path, &st))
        return complain_errno(lib, path, why);
    if (S_ISDIR(st.st_mode))
        return link ? 0 : visit_folder(lib, path, why);
    if (!S_ISREG(st.st_mode))
        return library_complain(lib, path, kind_of(st.st_mode), why);
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS))
        return complain_errno(lib, path, why);
    return library_add(lib, path, NULL, (uint64_t)st.st_size, why);
}

static int visit_folder(struct library *lib, const char *path, struct fail *why)
{
    struct names names = {0};
    int rc = read_folder(lib, path, &names, why);
    const char *slash = path[0] && path[strlen(path) - 1] == '/' ? "" : "/";
    for (size_t i = 0; i < names.count && rc == 0; i++) {
        char *member = NULL;
        if (asprintf(&member, "%s%s%s", path, slash, names.name[i]) < 0) {
            rc = no_memory(why);
            break;
        }
        rc = visit(lib, member, false, why);
        free(member);
    }
    free_names(&names);
    return rc;
}

// Room for one more step behind the bytes that are there.
static int grow(struct library *lib, size_t *room, struct fail *why)
{
    if (*room - lib->memory_bytes >= STDIN_STEP_BYTES)
        return 0;
    size_t larger = *room ? 2 * *room : 2 * (size_t)STDIN_STEP_BYTES;
    if (pages_available(larger, "standard input as a book", why))
        return -1;
    uint8_t *memory = realloc(lib->memory, larger);
    if (!memory)
        return fail(why, EXIT_RESOURCE, "no memory for standard input as a book");
    lib->memory = memory;
    *room = larger;
    return 0;
}

// All of standard input, as one book. Named twice, it is empty the second time.
static int read_stdin(struct library *lib, struct fail *why)
{
    static const uint8_t nothing[1];
    size_t room = 0;
    ssize_t got = 0;
    if (lib->memory)
        return library_add(lib, "-", nothing, 0, why);
    do {
        if (grow(lib, &room, why))
            return -1;
        got = read(STDIN_FILENO, lib->memory + lib->memory_bytes, STDIN_STEP_BYTES);
        if (got > 0)
            lib->memory_bytes += (size_t)got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0)
        return complain_errno(lib, "-", why);
    return library_add(lib, "-", lib->memory, lib->memory_bytes, why);
}

int library_walk(struct library *lib, const char *const *paths, size_t count,
                 struct fail *why)
{
    int rc = 0;
    *lib = (struct library){0};
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = strcmp(paths[i], "-") == 0 ? read_stdin(lib, why)
                                        : visit(lib, paths[i], true, why);
    if (rc == 0 && lib->count == 0 && lib->complaint_count > 0) {
        const char *first = lib->complaints[0];
        rc = lib->complaint_count == 1
                 ? fail(why, EXIT_INPUT, "%s", first)
                 : fail(why, EXIT_INPUT,
                        "no book can be read (%zu complaints); the first: %s",
                        lib->complaint_count, first);
    }
    if (rc)
        library_free(lib);
    return rc;
}
