// judge.c -- see judge.h.
#include "judge.h"

#include "bench.h"
#include "clock.h"
#include "text.h"
#include "worker.h"
#include "write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- the judge's process

static void default_signals(void)
{
    for (int n = 1; n < NSIG; n++)
        signal(n, SIG_DFL);
    // A judge may have workers: one that dies is an error of write(2), as it is for us.
    signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// In the child: judges, and sends the evidence.
__attribute__((noreturn)) static void serve(const struct claim *claim,
                                            const struct claim_opts *opts, int to,
                                            int log, pid_t parent)
{
    setpgid(0, 0);  // the terminal's SIGINT is for the parent
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_DIED);
    default_signals();
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    // A judge that demands nothing has shown nothing.
    struct evidence evidence = {.finding = FINDING_INCONCLUSIVE};
    struct fail why;
    claim->judge(opts, &evidence);
    fflush(NULL);
    _exit(write_all(to, &evidence, sizeof evidence, &why) ? EXIT_DIED : EXIT_OK);
}

// ---- ours

enum ending { ENDING_TOLD, ENDING_SILENT, ENDING_LATE, ENDING_SIGNAL };

static double deadline_s(void)
{
    return bench_fixed_deadline_s(JUDGE_DEADLINE_S);
}

// Waits for something to read, or for the deadline or a signal.
static enum ending wait_for(int from, uint64_t until_ns)
{
    sigset_t waiting;
    sigprocmask(SIG_SETMASK, NULL, &waiting);
    sigdelset(&waiting, SIGINT);
    sigdelset(&waiting, SIGTERM);
    sigdelset(&waiting, SIGHUP);
    struct pollfd poll = {.fd = from, .events = POLLIN};
    for (;;) {
        uint64_t now = clock_ns(), left = until_ns > now ? until_ns - now : 0;
        struct timespec rest = {.tv_sec = (time_t)(left / 1000000000),
                                .tv_nsec = (long)(left % 1000000000)};
        int ready = ppoll(&poll, 1, &rest, &waiting);
        if (worker_signal())
            return ENDING_SIGNAL;
        if (ready > 0)
            return ENDING_TOLD;
        if (ready == 0)
            return ENDING_LATE;
    }
}

static enum ending hear(int from, uint64_t until_ns, struct evidence *evidence)
{
    char *to = (char *)evidence;
    size_t missing = sizeof *evidence;
    while (missing > 0) {
        enum ending ending = wait_for(from, until_ns);
        if (ending != ENDING_TOLD)
            return ending;
        ssize_t n = read(from, to, missing);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ENDING_SILENT;
        to += n;
        missing -= (size_t)n;
    }
    return ENDING_TOLD;
}

// The last line that the judge printed, escaped; "" if there is none. Malloced.
static char *last_words(int log)
{
    enum { TAIL = 2000 };
    char tail[TAIL + 1];
    off_t end = lseek(log, 0, SEEK_END);
    ssize_t n = pread(log, tail, TAIL, end > TAIL ? end - TAIL : 0);
    while (n > 0 && tail[n - 1] == '\n')
        n--;
    tail[n > 0 ? n : 0] = '\0';
    const char *line = strrchr(tail, '\n');
    char *words = text_escape(line ? line + 1 : tail);
    if (!words)
        die("out of memory");
    return words;
}

// What is to be said of a judge that said nothing.
static void blame(struct evidence *e, enum ending ending, int status, int log)
{
    char how[64];
    if (ending == ENDING_LATE)
        snprintf(how, sizeof how, "took longer than %.3g s", deadline_s());
    else if (WIFSIGNALED(status))
        snprintf(how, sizeof how, "died of signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(how, sizeof how, "ended with %d", WEXITSTATUS(status));
    char *words = last_words(log);
    *e = (struct evidence){.finding = FINDING_INCONCLUSIVE};
    snprintf(e->figure, sizeof e->figure, "none: its judge %s%s%.110s", how,
             *words ? ": " : "", words);
    free(words);
}

// Whatever the child wrote, the texts end within themselves.
static void end_texts(struct evidence *e)
{
    e->figure[sizeof e->figure - 1] = '\0';
    e->formula[sizeof e->formula - 1] = '\0';
    e->bound[sizeof e->bound - 1] = '\0';
    e->real[sizeof e->real - 1] = '\0';
}

static int follow(pid_t pid, int from, int log, struct evidence *evidence,
                  struct fail *why)
{
    uint64_t until_ns = clock_ns() + (uint64_t)(deadline_s() * 1e9);
    enum ending ending = hear(from, until_ns, evidence);
    int status = 0;
    if (ending != ENDING_SILENT)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (ending == ENDING_SIGNAL)
        return fail(why, (enum exit_code)(EXIT_SIGNAL + worker_signal()), "interrupted");
    if (ending == ENDING_TOLD)
        end_texts(evidence);
    else
        blame(evidence, ending, status, log);
    return 0;
}

int judge_claim(const struct claim *claim, const struct claim_opts *opts,
                struct evidence *evidence, struct fail *why)
{
    int fd[2], log = memfd_create("words", MFD_CLOEXEC);
    if (log < 0 || pipe2(fd, O_CLOEXEC)) {
        int error = errno;
        if (log >= 0)
            close(log);
        return fail(why, EXIT_RESOURCE, "cannot judge claim %d: %s", claim->number,
                    strerror(error));
    }
    fflush(NULL);
    pid_t self = getpid(), pid = fork();
    if (pid == 0)
        serve(claim, opts, fd[1], log, self);
    int error = errno;
    close(fd[1]);
    int bad = pid < 0 ? fail(why, EXIT_RESOURCE, "cannot judge claim %d: no process: %s",
                             claim->number, strerror(error))
                      : follow(pid, fd[0], log, evidence, why);
    close(fd[0]);
    close(log);
    return bad;
}
