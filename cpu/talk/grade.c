// grade.c -- see grade.h. The parent's side: it starts a child for each exercise, listens
// to what that tells, and ends it when its time is over.
#include "grade.h"
#include "clock.h"
#include "grade_page.h"
#include "grader.h"
#include "option.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

const struct exercise exercises[] = {
    {"fourth", "add the gopher who returns the empty carts",
     "cpu/talk/exercises/exercise_fourth.c", grade_fourth},
    {"deadlock", "four carts from hand to hand lock up: repair it",
     "cpu/talk/exercises/exercise_deadlock.c", grade_deadlock},
    {"fan-in", "listen to two at once, in one task",
     "cpu/talk/exercises/exercise_fan_in.c", grade_fan_in},
    {"balancer", "dispatch each request to the lightest worker",
     "cpu/talk/exercises/exercise_balancer.c", grade_balancer},
    {"replicas", "tell the losing replicas, and leave none behind",
     "cpu/talk/exercises/exercise_replicas.c", grade_replicas},
    {"grain", "hand over slices of the right size", "cpu/talk/exercises/exercise_grain.c",
     grade_grain},
};
const int exercises_count = sizeof exercises / sizeof exercises[0];

enum {
    DEADLINE_S = 10,
    OUTPUT_BYTES = 4096,    // kept of what the reader's code prints
    MEMORY_BYTES = 1 << 29  // that the reader's code may take
};

struct grading {
    struct page page;
    pid_t child;
    int told, output;  // pipes from the child; -1: at its end
    char line[700];    // told so far
    size_t line_length;
    char printed[OUTPUT_BYTES];
    size_t printed_length;
};

// What was printed before the first check that did not hold. Returns as read().
static ssize_t take_output(struct grading *g)
{
    char some[512];
    ssize_t n = g->output < 0 ? 0 : read(g->output, some, sizeof some);
    for (ssize_t i = 0; i < n && g->printed_length < sizeof g->printed - 1; i++)
        if (!g->page.broken)
            g->printed[g->printed_length++] = some[i];
    return n;
}

// Returns as read().
static ssize_t take_told(struct grading *g)
{
    char some[512];
    ssize_t n = read(g->told, some, sizeof some);
    for (ssize_t i = 0; i < n; i++) {
        if (some[i] != '\n' && g->line_length < sizeof g->line - 1) {
            g->line[g->line_length++] = some[i];
            continue;
        }
        g->line[g->line_length] = '\0';
        // What went wrong was printed before it is told.
        if (g->line[0] == MARK_BROKEN)
            while (take_output(g) > 0)
                continue;
        page_line(&g->page, g->line);
        g->line_length = 0;
    }
    return n;
}

// Closes a pipe that is at its end: n is what read() returned.
static void close_at_end(int *fd, ssize_t n)
{
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    close(*fd);
    *fd = -1;
}

static int64_t now_ms(void)
{
    return (int64_t)(clock_ns() / 1000000);
}

// Reads until both pipes are at their ends. False: the deadline came first.
static bool listen_to(struct grading *g, int64_t deadline_ms)
{
    while (g->told >= 0 || g->output >= 0) {
        int64_t rest = deadline_ms - now_ms();
        if (rest <= 0)
            return false;
        struct pollfd both[] = {{g->told, POLLIN, 0}, {g->output, POLLIN, 0}};
        if (poll(both, 2, (int)rest) <= 0)
            continue;
        if (both[0].revents)
            close_at_end(&g->told, take_told(g));
        if (both[1].revents)
            close_at_end(&g->output, take_output(g));
    }
    return true;
}

// A loop that starts tasks without end must not take the machine's memory. Counted from
// what is there: sanitizers have taken terabytes of addresses.
static void limit_memory(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%*u %*u %*u %*u %*u %lu", &pages) == 1) {
        rlim_t most = pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_BYTES;
        setrlimit(RLIMIT_DATA, &(struct rlimit){most, most});
    }
    if (f)
        fclose(f);
}

_Noreturn static void become_child(const struct exercise *e, pid_t parent, int told,
                                   int output)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    setvbuf(stdout, NULL, _IOLBF, 0);  // what is printed before a crash is seen
    limit_memory();
    grader_main(e->grade, told);
}

static int start(struct grading *g, struct fail *why)
{
    int told[2], output[2];
    pid_t parent = getpid();
    if (pipe2(told, O_CLOEXEC))
        return fail(why, EXIT_RESOURCE, "no pipe to grade with: %s", strerror(errno));
    if (pipe2(output, O_CLOEXEC)) {
        close(told[0]);
        close(told[1]);
        return fail(why, EXIT_RESOURCE, "no pipe to grade with: %s", strerror(errno));
    }
    fflush(NULL);
    g->child = fork();
    if (g->child == 0)
        become_child(g->page.exercise, parent, told[1], output[1]);
    close(told[1]);
    close(output[1]);
    g->told = told[0];
    g->output = output[0];
    fcntl(g->output, F_SETFL, O_NONBLOCK);  // it is read ahead of what is told
    if (g->child < 0) {
        close(told[0]);
        close(output[0]);
        return fail(why, EXIT_RESOURCE, "no process to grade in: %s", strerror(errno));
    }
    return 0;
}

// Who computes all the time gets a fifth of a processor even on a crowded machine; who
// waits uses next to nothing.
static void print_late(struct grading *g, int deadline_s, const struct rusage *used)
{
    char text[300];
    const struct timeval *user = &used->ru_utime, *system = &used->ru_stime;
    double cpu_s = (double)(user->tv_sec + system->tv_sec) +
                   (double)(user->tv_usec + system->tv_usec) / 1e6;
    snprintf(
        text, sizeof text,
        "expected an end; seen none within %d s, so it was stopped: %s", deadline_s,
        cpu_s >= deadline_s / 5.0
            ? "it computes all the time. A loop that never waits, or that tries again "
              "and again?"
            : "it waits for something that does not come");
    page_broken(&g->page, text);
}

static void print_death(struct grading *g, int status)
{
    char text[200];
    if (WIFSIGNALED(status))
        snprintf(text, sizeof text, "it crashed: %s", strsignal(WTERMSIG(status)));
    else
        snprintf(text, sizeof text, "it ended the process, with exit code %d",
                 WEXITSTATUS(status));
    page_broken(&g->page, text);
}

// 1: passed; 0: not; -1: it could not be tried.
static int grade_one(const struct exercise *e, const struct grade_opts *opts,
                     struct fail *why)
{
    struct grading g = {.page = {.exercise = e, .out = opts->out, .color = opts->color}};
    int deadline_s = opts->deadline_s > 0 ? opts->deadline_s : DEADLINE_S;
    page_head(&g.page);
    if (start(&g, why))
        return -1;
    bool in_time = listen_to(&g, now_ms() + deadline_s * INT64_C(1000));
    if (!in_time)
        kill(g.child, SIGKILL);
    int status;
    struct rusage used;
    while (wait4(g.child, &status, 0, &used) < 0 && errno == EINTR)
        continue;
    if (!in_time) {
        if (g.told >= 0)
            close(g.told);
        if (g.output >= 0)
            close(g.output);
    }
    if (!in_time)
        print_late(&g, deadline_s, &used);
    else if (!g.page.ended)
        print_death(&g, status);
    g.printed[g.printed_length] = '\0';
    page_output(&g.page, g.printed);
    bool passed = g.page.ended && in_time && g.page.broken == 0 && g.page.held > 0;
    page_verdict(&g.page, passed);
    return passed;
}

static const struct exercise *find(const char *name, struct fail *why)
{
    enum { MOST = 32 };
    const char *names[MOST] = {0};
    for (int i = 0; i < exercises_count && i < MOST - 1; i++)
        names[i] = exercises[i].name;
    int i = option_word("talk --grade", name, names, why);
    return i < 0 ? NULL : &exercises[i];
}

int grade_run(const char *const *names, const struct grade_opts *opts, struct fail *why)
{
    bool all = !names || !names[0];
    int asked = 0, passed = 0;
    for (; !all && names[asked]; asked++)
        if (!find(names[asked], why))
            return -1;
    if (all)
        asked = exercises_count;
    for (int i = 0; i < asked; i++) {
        int one = grade_one(all ? &exercises[i] : find(names[i], why), opts, why);
        if (one < 0)
            return -1;
        passed += one;
    }
    if (passed < asked)
        return fail(why, EXIT_WRONG, "%d of %d exercises pass", passed, asked);
    fprintf(opts->out, "%d of %d exercises pass\n", passed, asked);
    return 0;
}
