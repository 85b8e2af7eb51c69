// outfile.c -- see outfile.h.
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- what a signal takes away
//
// A program that handles no signal dies of one with its temporary files where they are.
// Here they are unlinked first. Who handles signals otherwise abandons them in order.

enum { DOOMED_MOST = 8 };

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
static struct {
    volatile sig_atomic_t used;
    char path[PATH_MAX];
} doomed[DOOMED_MOST];
static pid_t owner;  // a forked child has no part in them

static void take_away(int n)
{
    for (int i = 0; i < DOOMED_MOST && getpid() == owner; i++)
        if (doomed[i].used)
            unlink(doomed[i].path);
    signal(n, SIG_DFL);
    raise(n);  // taken when this returns
}

static void watch_signals(void)
{
    const struct sigaction ours = {.sa_handler = take_away, .sa_flags = SA_ONSTACK};
    owner = getpid();
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction now;
        if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(ending[i], &ours, NULL);
    }
}

static void doom(const char *path)
{
    for (int i = 0; i < DOOMED_MOST && strlen(path) < PATH_MAX; i++)
        if (!doomed[i].used) {
            strcpy(doomed[i].path, path);
            doomed[i].used = true;
            return;
        }
}

static void spare(const char *path)
{
    for (int i = 0; i < DOOMED_MOST; i++)
        if (doomed[i].used && strcmp(doomed[i].path, path) == 0)
            doomed[i].used = false;
}

// As mkostemp, but no signal falls between the file and its note.
static int make_doomed(char *template)
{
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        sigaddset(&blocked, ending[i]);
    watch_signals();
    sigprocmask(SIG_BLOCK, &blocked, &before);
    const int fd = mkostemp(template, O_CLOEXEC);
    const int error = errno;
    if (fd >= 0)
        doom(template);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return fd;
}

// ---- the file

static int refuse(struct outfile *out, const char *path, int error, struct fail *why)
{
    // The sentence first: path may be the very text that abandoning frees.
    fail_output(why, path, error);
    outfile_abandon(out);
    return -1;
}

// A temporary file beside the target, so that the rename stays in one file system.
static int open_temporary(struct outfile *out, const char *path, struct fail *why)
{
    if (asprintf(&out->temporary, "%s.XXXXXX", path) < 0)
        die("out of memory");
    mode_t mask = umask(0);
    umask(mask);
    int fd = make_doomed(out->temporary);
    if (fd < 0) {
        int error = errno;
        free(out->temporary);
        out->temporary = NULL;
        return refuse(out, path, error, why);
    }
    fchmod(fd, 0666 & ~mask);
    out->stream = fdopen(fd, "w");
    return out->stream ? 0 : refuse(out, path, errno, why);
}

int outfile_open(struct outfile *out, const char *path, struct fail *why)
{
    *out = (struct outfile){0};
    if (!*path)
        return fail(why, EXIT_USAGE, "an output file needs a name");
    if (strcmp(path, "-") == 0) {
        out->stream = stdout;
        return 0;
    }
    out->path = strdup(path);
    if (!out->path)
        die("out of memory");
    struct stat at;
    bool exists = stat(path, &at) == 0;
    if (exists && S_ISDIR(at.st_mode))
        return refuse(out, path, EISDIR, why);
    if (!exists || S_ISREG(at.st_mode)) {
        if (exists && access(path, W_OK))
            return refuse(out, path, errno, why);
        return open_temporary(out, path, why);
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return refuse(out, path, errno, why);
    fcntl(fd, F_SETFL, 0);
    out->stream = fdopen(fd, "w");
    return out->stream ? 0 : refuse(out, path, errno, why);
}

void outfile_blame(const struct outfile *out, struct fail *why)
{
    if (!out->path || why->code != EXIT_OUTPUT || strstr(why->text, out->path))
        return;
    struct fail named;
    fail(&named, why->code, "%.150s: %.300s", out->path, why->text);
    *why = named;
}

int outfile_fill(struct outfile *out, int from, struct fail *why)
{
    char chunk[1 << 16];
    ssize_t n;
    if (lseek(from, 0, SEEK_SET) != 0)
        return fail(why, EXIT_OUTPUT, "cannot read the result back: %s", strerror(errno));
    while ((n = read(from, chunk, sizeof chunk)) > 0)
        if (fwrite(chunk, 1, (size_t)n, out->stream) != (size_t)n)
            return fail_output(why, out->path ? out->path : "standard output", errno);
    if (n < 0)
        return fail(why, EXIT_OUTPUT, "cannot read the result back: %s", strerror(errno));
    return 0;
}

int outfile_commit(struct outfile *out, struct fail *why)
{
    const char *name = out->path ? out->path : "standard output";
    errno = 0;
    if (fflush(out->stream) || ferror(out->stream))
        return refuse(out, name, errno ? errno : EIO, why);
    if (!out->path) {
        *out = (struct outfile){0};
        return 0;
    }
    if (out->temporary && fsync(fileno(out->stream)))
        return refuse(out, name, errno, why);
    FILE *stream = out->stream;
    out->stream = NULL;
    if (fclose(stream))
        return refuse(out, name, errno, why);
    if (out->temporary && rename(out->temporary, out->path))
        return refuse(out, name, errno, why);
    if (out->temporary)
        spare(out->temporary);
    free(out->temporary);
    free(out->path);
    *out = (struct outfile){0};
    return 0;
}

void outfile_abandon(struct outfile *out)
{
    if (out->stream && out->path)
        fclose(out->stream);
    if (out->temporary) {
        unlink(out->temporary);
        spare(out->temporary);
    }
    free(out->temporary);
    free(out->path);
    *out = (struct outfile){0};
}
