// worker.c -- the supervisor's end of the messages: start a worker, ask it, be rid of it.
//
// A worker that aborts, hangs or exits costs what it was asked for, nothing else: its
// signal and its last words become the sentence of that failure.
#include "worker.h"

#include "clock.h"
#include "message.h"
#include "text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signal_seen;
static sigset_t while_waiting;  // what is blocked then

static void note_signal(int n)
{
    if (signal_seen)  // the second one means it
        _exit(EXIT_SIGNAL + n);
    signal_seen = n;
}

void worker_watch_signals(void)
{
    struct sigaction note = {.sa_handler = note_signal};
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction before;
        sigaction(ending[i], NULL, &before);
        if (before.sa_handler == SIG_IGN)
            continue;  // as nohup wants it
        sigaction(ending[i], &note, NULL);
        sigaddset(&blocked, ending[i]);
    }
    // They are taken only while waiting for a message: none is slept through, and none
    // meets a half-written file.
    sigprocmask(SIG_BLOCK, &blocked, &while_waiting);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        sigdelset(&while_waiting, ending[i]);
    // A reader that goes away is an error of write(2), handled where it happens.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int worker_signal(void)
{
    return signal_seen;
}

// ---- starting

// What a worker's environment keeps; everything else, OMP_* above all, is ours to set.
static const char *const kept[] = {
    "PATH=",    "HOME=",     "USER=", "LOGNAME=", "LANG=",        "LC_",   "TZ=",
    "TMPDIR=",  "XDG_",      "LD_",   "OCL_ICD_", "OPENCL_",      "POCL_", "CUDA_",
    "NVIDIA_",  "RUSTICL_",  "ASAN_", "LSAN_",    "UBSAN_",       "TSAN_", "ARCHER_",
    "OMP_TOOL", "OPENBLAS_", "BLIS_", "MKL_",     "GOPHERBENCH_", NULL};

extern char **environ;

static bool is_kept(const char *variable)
{
    for (int i = 0; kept[i]; i++)
        if (strncmp(variable, kept[i], strlen(kept[i])) == 0)
            return true;
    return false;
}

// The worker's environment; the strings in `own` are ours, the array is malloced.
static char **make_environment(char own[3][64], int threads)
{
    size_t n = 0, used = 0;
    while (environ[n])
        n++;
    char **made = calloc(n + 5, sizeof *made);
    if (!made)
        die("out of memory");
    for (size_t i = 0; i < n; i++)
        if (is_kept(environ[i]) && strncmp(environ[i], "POCL_MAX_PTHREAD_COUNT=", 23) &&
            strncmp(environ[i], "POCL_CPU_MAX_CU_COUNT=", 22))
            made[used++] = environ[i];
    snprintf(own[0], sizeof own[0], "OMP_NUM_THREADS=%d", threads);
    snprintf(own[1], sizeof own[1], "POCL_MAX_PTHREAD_COUNT=%d", threads);
    // Later releases of PoCL know the count by this name.
    snprintf(own[2], sizeof own[2], "POCL_CPU_MAX_CU_COUNT=%d", threads);
    for (int i = 0; i < 3; i++)
        made[used++] = own[i];
    made[used] = "OMP_DYNAMIC=false";
    return made;
}

// In the child: puts the descriptors where the worker expects them and becomes the
// worker. Only async-signal-safe calls.
static void become_worker(const int fd[5], char *const *environment, pid_t supervisor)
{
    setpgid(0, 0);  // the terminal's SIGINT is for the supervisor
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor)
        _exit(EXIT_DIED);
    int high[5];
    for (int i = 0; i < 5; i++) {
        high[i] = fd[i] < 0 ? -1 : fcntl(fd[i], F_DUPFD, 16);
        if (high[i] < 0 && fd[i] >= 0)
            _exit(EXIT_RESOURCE);  // no descriptor left
    }
    static const int place[5] = {0, REQUEST_FD, REPLY_FD, 1, SAVE_FD};
    for (int i = 0; i < 5; i++)
        if (high[i] >= 0)
            dup2(high[i], place[i]);
    dup2(1, 2);
    close_range(high[4] >= 0 ? FIRST_FREE_FD : SAVE_FD, ~0u, 0);
    for (int n = 1; n < NSIG; n++)
        signal(n, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    char *arguments[] = {"gopherbench", WORKER_ARGUMENT, NULL};
    execve("/proc/self/exe", arguments, environment);
    _exit(127);
}

static void close_all(int fd[], int n)
{
    for (int i = 0; i < n; i++)
        if (fd[i] >= 0)
            close(fd[i]);
}

int worker_start(struct worker *w, const struct worker_inheritance *gets,
                 struct fail *why)
{
    *w = (struct worker){.to = -1, .from = -1, .log = -1};
    // requests r/w, replies r/w, words r/w, /dev/null
    int fd[7] = {-1, -1, -1, -1, -1, -1, -1};
    if (pipe2(fd, O_CLOEXEC) || pipe2(fd + 2, O_CLOEXEC) || pipe2(fd + 4, O_CLOEXEC) ||
        (fd[6] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0) {
        close_all(fd, 7);
        return fail(why, EXIT_RESOURCE, "cannot start a worker: no pipe: %s",
                    strerror(errno));
    }
    char own[3][64];
    char **environment = make_environment(own, gets->threads);
    const int child[5] = {gets->stdin_fd >= 0 ? gets->stdin_fd : fd[6], fd[0], fd[3],
                          fd[5], gets->save_fd};
    pid_t self = getpid();
    w->pid = fork();
    if (w->pid == 0)
        become_worker(child, environment, self);
    free(environment);
    int childs[4] = {fd[6], fd[0], fd[3], fd[5]};
    close_all(childs, 4);
    w->to = fd[1];
    w->from = fd[2];
    w->log = fd[4];
    if (w->pid < 0) {
        int error = errno;
        close_all((int[]){fd[1], fd[2], fd[4]}, 3);
        *w = (struct worker){0};
        return fail(why, EXIT_RESOURCE, "cannot start a worker process: %s",
                    strerror(error));
    }
    fcntl(w->log, F_SETFL, O_NONBLOCK);
    return 0;
}

// ---- asking

// Keeps the end of what the worker prints.
static bool drain_words(void *arg)
{
    enum { CHUNKS_AT_ONCE = 64 };  // one that prints without end must not hold us up
    struct worker *w = arg;
    char chunk[1024];
    ssize_t n = 1;
    for (int i = 0; i < CHUNKS_AT_ONCE; i++) {
        n = read(w->log, chunk, sizeof chunk);
        if (n <= 0)
            break;
        size_t room = sizeof w->words - 1;
        size_t drop =
            w->words_used + (size_t)n > room ? w->words_used + (size_t)n - room : 0;
        memmove(w->words, w->words + drop, w->words_used - drop);
        memcpy(w->words + w->words_used - drop, chunk, (size_t)n);
        w->words_used += (size_t)n - drop;
        w->words[w->words_used] = '\0';
    }
    return n > 0 || (n < 0 && errno == EAGAIN);
}

// The last line with something on it, for a sentence; "" when it printed nothing.
static const char *last_words(struct worker *w)
{
    while (w->words_used > 0 && strchr("\n\r ", w->words[w->words_used - 1]))
        w->words[--w->words_used] = '\0';
    const char *line = strrchr(w->words, '\n');
    line = line ? line + 1 : w->words;
    size_t length = strlen(line);
    return length > 300 ? line + length - 300 : line;
}

// Waits for the child to end, at most seconds; true when it has.
static bool reaped(pid_t pid, int *status, double seconds)
{
    uint64_t deadline_ns = clock_ns() + (uint64_t)(seconds * 1e9);
    for (;;) {
        pid_t got = waitpid(pid, status, WNOHANG);
        if (got == pid || (got < 0 && errno == ECHILD))
            return true;
        if (clock_ns() >= deadline_ns)
            return false;
        usleep(500);
    }
}

static void release(struct worker *w)
{
    close_all((int[]){w->to, w->from, w->log}, 3);
    w->to = w->from = w->log = -1;
    w->pid = 0;
}

// Ends the worker's whole process group; returns its status, -1 if it cannot be killed.
static int put_down(struct worker *w, bool politely)
{
    int status = 0;
    assert(w->pid > 0);  // 0 would be our own process group
    if (politely) {
        kill(-w->pid, SIGTERM);
        if (reaped(w->pid, &status, 1))
            return status;
    }
    kill(-w->pid, SIGKILL);
    return reaped(w->pid, &status, 10) ? status : -1;
}

static int died(struct worker *w, struct fail *why)
{
    int status = 0;
    if (!reaped(w->pid, &status, 5))
        status = put_down(w, false);
    drain_words(w);
    const char *words = last_words(w);
    const char *glue = *words ? ": " : "";
    enum exit_code code =
        strstr(words, "Thread creation failed") ? EXIT_RESOURCE : EXIT_DIED;
    release(w);
    if (WIFSIGNALED(status))
        return fail(why, code, "the worker was killed by SIG%s%s%s%s",
                    sigabbrev_np(WTERMSIG(status)),
                    WTERMSIG(status) == SIGKILL ? " (out of memory?)" : "", glue, words);
    return fail(why, code, "the worker ended by itself with status %d%s%s",
                WEXITSTATUS(status), glue, words);
}

static int overran(struct worker *w, double deadline_s, struct fail *why)
{
    put_down(w, true);
    drain_words(w);
    const char *words = last_words(w);
    release(w);
    return fail(why, EXIT_DIED, "no answer within %.3g s; the worker was ended%s%s",
                deadline_s, *words ? ": " : "", words);
}

void worker_tell(struct worker *w, json_t *request)
{
    // A worker that cannot be told has died: worker_hear finds out and says how.
    message_send(w->to, request);
    json_decref(request);
}

int worker_hear(struct worker *w, double deadline_s, json_t **reply, struct fail *why)
{
    *reply = NULL;
    if (w->pid <= 0)
        return fail(why, EXIT_DIED, "the worker is gone");
    struct message_wait wait = {.deadline_ns = clock_ns() + (uint64_t)(deadline_s * 1e9),
                                .other = w->log,
                                .drain = drain_words,
                                .arg = w,
                                .signalled = worker_signal,
                                .blocked = &while_waiting};
    enum message_end end = message_receive(w->from, reply, &wait);
    if (end == MESSAGE_SIGNAL)
        return fail(why, (enum exit_code)(EXIT_SIGNAL + worker_signal()), "interrupted");
    if (end == MESSAGE_LATE)
        return overran(w, deadline_s, why);
    if (end != MESSAGE_OK)
        return died(w, why);
    const char *error = json_string_value(json_object_get(*reply, "error"));
    if (!error)
        return 0;
    int code = (int)json_integer_value(json_object_get(*reply, "code"));
    char *plain = text_unescape(error);
    fail(why, (enum exit_code)code, "%s", plain ? plain : error);
    free(plain);
    json_decref(*reply);
    *reply = NULL;
    return -1;
}

int worker_ask(struct worker *w, json_t *request, double deadline_s, json_t **reply,
               struct fail *why)
{
    worker_tell(w, request);
    return worker_hear(w, deadline_s, reply, why);
}

void worker_stop(struct worker *w)
{
    if (w->pid <= 0)
        return;
    close(w->to);  // the worker reads the end of its requests and goes
    w->to = -1;
    int status;
    bool gone = !worker_signal() && reaped(w->pid, &status, 2);
    if (!gone)
        put_down(w, true);
    release(w);
}

char *worker_log(const struct worker *w)
{
    const char *end = strchr(w->words, '\n');
    char *log = end && end[1] ? strdup(w->words) : NULL;
    if (end && end[1] && !log)
        die("out of memory");
    return log;
}
