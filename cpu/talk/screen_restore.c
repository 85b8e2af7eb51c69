// screen_restore.c -- see screen_restore.h.
#include "screen_restore.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int signals[] = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGBUS,
                              SIGABRT, SIGFPE,  SIGILL, SIGPIPE, SIGALRM, SIGXCPU};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct {
    bool armed;
    struct termios settings;
    bool has_settings;
    char bytes[512];
    size_t length;
    struct sigaction old[SIGNALS];
    int stderr_fd;  // the real one, while stderr is kept; -1: it is not
    FILE *kept;
} it = {.stderr_fd = -1};

static void write_fully(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n <= 0)
            return;
        bytes += n;
        length -= (size_t)n;
    }
}

// Only calls that a signal handler may make.
static void release_stderr(void)
{
    char buffer[4096];
    if (it.stderr_fd < 0)
        return;
    int kept = dup(STDERR_FILENO);
    dup2(it.stderr_fd, STDERR_FILENO);
    close(it.stderr_fd);
    it.stderr_fd = -1;
    lseek(kept, 0, SEEK_SET);
    for (ssize_t n; (n = read(kept, buffer, sizeof buffer)) > 0;)
        write_fully(STDERR_FILENO, buffer, (size_t)n);
    close(kept);
}

// Only such calls, too.
static void leave(void)
{
    write_fully(STDOUT_FILENO, it.bytes, it.length);
    if (it.has_settings)
        tcsetattr(STDIN_FILENO, TCSANOW, &it.settings);
    release_stderr();
}

// Then the signal does what it does: also where a handler that was installed over this
// one, as the runtime's is for faults, has asked it, and would be called again.
static void on_signal(int sig)
{
    leave();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_exit_of_process(void)
{
    if (it.armed)
        leave();
}

static void keep_stderr(void)
{
    fflush(stderr);
    it.kept = tmpfile();
    int fd = it.kept ? dup(STDERR_FILENO) : -1;
    if (fd < 0)
        return;
    dup2(fileno(it.kept), STDERR_FILENO);
    it.stderr_fd = fd;
}

void screen_restore_arm(const char *bytes, size_t length)
{
    static bool at_exit;
    if (!at_exit)
        at_exit = atexit(on_exit_of_process) == 0;
    it.length = length < sizeof it.bytes ? length : sizeof it.bytes;
    memcpy(it.bytes, bytes, it.length);
    it.has_settings = tcgetattr(STDIN_FILENO, &it.settings) == 0;
    keep_stderr();
    it.armed = true;
    // A task's stack is small, so the handler has one of its own where there is one.
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigemptyset(&sa.sa_mask);
    for (int i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &it.old[i]);
        if (it.old[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &sa, NULL);
    }
}

void screen_restore_disarm(void)
{
    fflush(stderr);
    release_stderr();
    it.armed = false;
    // Only now: until here a signal would lose what was kept.
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &it.old[i], NULL);
    if (it.kept)
        fclose(it.kept);
    it.kept = NULL;
}
