// narrator.c -- see talk.h. Lines come from tasks on several threads: the stream's own
// lock keeps them, and the counts of what held, whole.
#include "host.h"
#include "talk.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static struct narrator {
    struct talk_opts opts;
    struct talk_result result;
    uint64_t began_ns;  // the run that is on
    bool running;
    bool traced;  // the first run has been
} it;

static const char *paint(const char *sgr)
{
    return it.opts.color ? sgr : "";
}

// The lines of text, each after an indent of two.
static void print_lines(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(it.opts.out, "  %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void print_head(const struct program *p)
{
    fprintf(it.opts.out, "%s%s%s -- %s\n\n", paint("\33[1m"), p->name, paint("\33[0m"),
            p->summary);
    print_lines(p->story);
    if (!p->question)
        return;
    fprintf(it.opts.out, "\n  %sWhat do you expect?%s\n", paint("\33[1m"),
            paint("\33[0m"));
    print_lines(p->question);
    if (!it.opts.ask)
        return;
    fprintf(it.opts.out, "  (Enter goes on) ");
    fflush(it.opts.out);
    for (int c; (c = getchar()) != '\n' && c != EOF;)
        continue;
}

struct talk_result talk_tell(const struct program *p, const struct talk_opts *opts)
{
    it.opts = *opts;
    it.result = (struct talk_result){0};
    it.running = it.traced = false;
    print_head(p);
    if (p->real_time_only && opts->virtual_time) {
        it.opts.virtual_time = false;
        fprintf(it.opts.out, "  (In real time: virtual time could show nothing here.)\n");
    }
    fprintf(it.opts.out, "\n");
    p->tell();
    fprintf(it.opts.out, "\n");
    print_lines(p->moral);
    return it.result;
}

double talk_figure(const struct talk_result *result, const char *name)
{
    for (int i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0)
            return result->figures[i].value;
    return NAN;
}

const char *talk_trace(void)
{
    const char *path = it.traced ? NULL : it.opts.trace;
    it.traced = true;
    return path;
}

static int run(int procs, void (*first)(void *), void *arg, struct csp_stats *stats)
{
    struct csp_opts opts = {.procs = procs,
                            .seed = it.opts.seed,
                            .virtual_time = it.opts.virtual_time,
                            .policy = it.opts.policy,
                            .trace = talk_trace()};
    it.running = true;
    it.began_ns = it.opts.virtual_time ? 0 : csp_now();
    int result = csp_run(first, arg, &opts, stats);
    it.running = false;
    return result;
}

int talk_run_on(int procs, void (*first)(void *), void *arg, struct csp_stats *stats)
{
    int result = run(procs, first, arg, stats);
    if (result != CSP_OK) {
        it.result.run = result;
        say("the run ended with %d", result);
    }
    return result;
}

int talk_run(void (*first)(void *), void *arg)
{
    return talk_run_on(it.opts.procs, first, arg, NULL);
}

int talk_run_for(int expected, void (*first)(void *), void *arg)
{
    int result = run(it.opts.procs, first, arg, NULL);
    if (result != expected)
        it.result.run = result == CSP_OK ? it.result.run : result;
    return result;
}

struct whole {
    void (*first)(void *);
    void *arg;
};

static void run_whole(void *arg)
{
    const struct whole *whole = arg;
    whole->first(whole->arg);
    // Virtual time passes only when nobody has anything left to do.
    csp_sleep(it.opts.virtual_time ? MILLISECONDS : 20 * MILLISECONDS);
}

int talk_run_whole(void (*first)(void *), void *arg)
{
    struct csp_stats stats;
    struct whole whole = {first, arg};
    int result = talk_run_on(it.opts.procs, run_whole, &whole, &stats);
    if (result != CSP_OK)
        return result;
    if (stats.leaked == 0)
        holds(true, "all of the %" PRIu64 " tasks have ended", stats.spawned);
    else if (it.opts.virtual_time)
        holds(false, "tasks left over: %" PRIu64 " of %" PRIu64, stats.leaked,
              stats.spawned);
    else
        say("tasks that had not ended yet: %" PRIu64 " of %" PRIu64, stats.leaked,
            stats.spawned);
    return CSP_OK;
}

int talk_procs(void)
{
    return it.opts.procs;
}

bool talk_virtual(void)
{
    return it.opts.virtual_time;
}

uint64_t talk_tasks(uint64_t usual)
{
    if (it.opts.tasks)
        return it.opts.tasks;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t room = host_available_memory() / (page + page / 4);
    return usual < room ? usual : room;
}

uint64_t talk_seed(void)
{
    return it.opts.seed;
}

struct rng talk_rng(uint64_t who)
{
    struct rng rng = {it.opts.seed};
    uint64_t mixed = rng_next(&rng);
    rng.state ^= mixed + who * UINT64_C(0x9e3779b97f4a7c15);
    return rng;
}

static void print_stamp(void)
{
    if (it.running)
        fprintf(it.opts.out, "  %s%9.3f ms%s  ", paint("\33[2m"),
                (double)(csp_now() - it.began_ns) / 1e6, paint("\33[0m"));
    else
        fprintf(it.opts.out, "                ");
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    flockfile(it.opts.out);
    print_stamp();
    vfprintf(it.opts.out, format, args);
    fputc('\n', it.opts.out);
    funlockfile(it.opts.out);
    va_end(args);
}

__attribute__((format(printf, 2, 0))) static void print_fact(bool truth,
                                                             const char *format,
                                                             va_list args)
{
    *(truth ? &it.result.held : &it.result.broken) += 1;
    fprintf(it.opts.out, "  %s%s%s ", paint(truth ? "\33[32m" : "\33[31m"),
            truth ? "✓" : "✗", paint("\33[0m"));
    vfprintf(it.opts.out, format, args);
}

void holds(bool truth, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    flockfile(it.opts.out);
    print_fact(truth, format, args);
    fputc('\n', it.opts.out);
    funlockfile(it.opts.out);
    va_end(args);
}

void lasted(uint64_t ns, uint64_t should_ns, const char *format, ...)
{
    bool exact = ns == should_ns;
    va_list args;
    va_start(args, format);
    flockfile(it.opts.out);
    print_fact(exact || (!it.opts.virtual_time && ns > should_ns), format, args);
    fprintf(it.opts.out, " %.3f ms", (double)ns / 1e6);
    if (!exact)
        fprintf(it.opts.out, "; %.3f were due", (double)should_ns / 1e6);
    fputc('\n', it.opts.out);
    funlockfile(it.opts.out);
    va_end(args);
}

void finds(const char *name, double value)
{
    assert(it.result.figure_count < FIGURES_MOST);
    it.result.figures[it.result.figure_count++] = (struct figure){name, value};
}
