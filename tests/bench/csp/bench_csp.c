// bench_csp.c -- the CSP runtime's benchmarks, under the names of Go's, in the format of
// Go's, for benchstat and tests/bench/versus_go.sh.
//
// Exit codes: 0; 1 where a benchmark's own counts do not add up; 2 for bad usage.

#include "bench_csp.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { PROCS_MOST = 16, DEPTH_MOST = 8, NAME_SPACE = 128, PROCS_LIMIT = 1024 };

static const char *const usage =
    "usage: bench_csp [-bench REGEX] [-procs LIST] [-benchtime D] [-count N]\n"
    "                 [-tasks N] [-list] [-h]\n"
    "  -bench REGEX   those whose names match (default: all); POSIX extended, one for\n"
    "                 each part of the name where slashes separate them\n"
    "  -procs LIST    workers, e.g. 1,2,4 (default: 1,2)\n"
    "  -benchtime D   for how long (1s, 100ms, 1m30s) or how often (100x) (default: 1s)\n"
    "  -count N       each so many times (default: 1)\n"
    "  -tasks N       how many Million and DaisyChain make (default: 1000000)\n"
    "  -list          only names what -bench chooses\n";

struct choice {
    regex_t parts[DEPTH_MOST];
    int n_parts;
    int procs[PROCS_MOST];
    int n_procs;
    struct bench_time time;
    int64_t count, tasks;
    bool list;
};

static const struct bench_entry *const tables[] = {
    bench_chan_entries, bench_select_entries, bench_spawn_entries, bench_wake_entries,
    bench_many_entries};

_Noreturn static void refuse(const char *option, const char *value, const char *what)
{
    fprintf(stderr, "bench_csp: %s %s: %s\n", option, value, what);
    exit(2);
}

// One part of a pattern or name, up to the slash that is not in brackets.
static size_t part_length(const char *text)
{
    int brackets = 0;
    size_t n = 0;
    for (; text[n] && (text[n] != '/' || brackets > 0); n++) {
        if (text[n] == '[')
            brackets++;
        else if (text[n] == ']' && brackets > 0)
            brackets--;
    }
    return n;
}

static void compile(struct choice *c, const char *pattern)
{
    const char *rest = pattern;
    for (c->n_parts = 0;; rest++) {
        size_t n = part_length(rest);
        char part[NAME_SPACE * 2];
        if (n >= sizeof part || c->n_parts == DEPTH_MOST)
            refuse("-bench", pattern, "the expression is too long");
        snprintf(part, sizeof part, "%.*s", (int)n, rest);
        // An empty expression is everybody's, but POSIX does not say so.
        if (regcomp(&c->parts[c->n_parts++], n ? part : ".*", REG_EXTENDED | REG_NOSUB))
            refuse("-bench", pattern, "this is no extended regular expression");
        rest += n;
        if (!*rest)
            return;
    }
}

static bool chosen(const struct choice *c, const struct bench_entry *e)
{
    char name[NAME_SPACE], *rest = name;
    snprintf(name, sizeof name, "Benchmark%s", e->name);
    for (int i = 0; i < c->n_parts; i++) {
        if (!rest)
            return false;
        char *slash = strchr(rest, '/');
        if (slash)
            *slash = '\0';
        if (regexec(&c->parts[i], rest, 0, NULL, 0) != 0)
            return false;
        rest = slash ? slash + 1 : NULL;
    }
    return true;
}

// A whole number from 1 to most, ending at `end`.
static int64_t whole(const char *text, char **end, int64_t most)
{
    if (*text < '0' || *text > '9')
        return 0;
    uint64_t n = strtoull(text, end, 10);
    return n <= (uint64_t)most ? (int64_t)n : 0;
}

static int64_t parse_count(const char *option, const char *value, int64_t most)
{
    char *end;
    int64_t n = whole(value, &end, most);
    if (n == 0 || *end)
        refuse(option, value, "wanted is a whole number from 1 on, and not too large");
    return n;
}

static void parse_procs(struct choice *c, const char *value)
{
    const char *rest = value;
    for (c->n_procs = 0; c->n_procs < PROCS_MOST; rest++) {
        char *end;
        int64_t n = whole(rest, &end, PROCS_LIMIT);
        if (n == 0 || (*end && *end != ','))
            break;
        c->procs[c->n_procs++] = (int)n;
        if (!*end)
            return;
        rest = end;
    }
    refuse("-procs", value, "wanted is a list like 1,2,4, of at most 16 numbers to 1024");
}

// Go's durations: numbers, each with a unit. Negative: this is none.
static double duration_ns(const char *text)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1},  {"us", 1e3}, {"µs", 1e3},  {"ms", 1e6},
                 {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
    double sum = 0;
    do {
        size_t digits = strspn(text, "0123456789."), i;
        char *end;
        double number = strtod(text, &end);
        if (digits == 0 || end != text + digits)
            return -1;
        text += digits;
        size_t length = strcspn(text, "0123456789.");
        for (i = 0; i < sizeof units / sizeof *units; i++) {
            if (strlen(units[i].name) == length &&
                strncmp(text, units[i].name, length) == 0)
                break;
        }
        if (i == sizeof units / sizeof *units)
            return -1;
        sum += number * units[i].ns;
        text += length;
    } while (*text);
    return sum;
}

static struct bench_time parse_time(const char *value)
{
    char *end;
    int64_t times = whole(value, &end, 1000000000);
    if (times && strcmp(end, "x") == 0)
        return (struct bench_time){.n = times};
    double ns = duration_ns(value);
    if (ns < 1 || ns > 1e18)
        refuse("-benchtime", value, "wanted is a duration like 1s or 100ms, or 100x");
    return (struct bench_time){.ns = (uint64_t)ns};
}

static struct choice parse(int argc, char **argv)
{
    struct choice c = {.time = {.ns = 1000000000}, .count = 1, .tasks = 1000000};
    const char *pattern = "";
    parse_procs(&c, "1,2");
    for (int i = 1; i < argc; i++) {
        // As Go's, an option may have one dash or two.
        const char *o = argv[i] + (strncmp(argv[i], "--", 2) == 0);
        if (strcmp(o, "-h") == 0 || strcmp(o, "-help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(o, "-list") == 0) {
            c.list = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!value)
            refuse("what is", argv[i], "no option, or one without its value; -h helps");
        if (strcmp(o, "-bench") == 0)
            pattern = value;
        else if (strcmp(o, "-procs") == 0)
            parse_procs(&c, value);
        else if (strcmp(o, "-benchtime") == 0)
            c.time = parse_time(value);
        else if (strcmp(o, "-count") == 0)
            c.count = parse_count(o, value, 1000000);
        else if (strcmp(o, "-tasks") == 0)
            c.tasks = parse_count(o, value, 100000000);
        else
            refuse("what is", argv[i], "there is no such option; -h helps");
        i++;
    }
    compile(&c, pattern);
    return c;
}

static void print_head(const struct choice *c)
{
    struct utsname u;
    char line[512], *colon;
    printf("goos: linux\n");
    if (uname(&u) == 0)
        printf("goarch: %s\n", strcmp(u.machine, "x86_64") == 0    ? "amd64"
                               : strcmp(u.machine, "aarch64") == 0 ? "arm64"
                                                                   : u.machine);
    printf("pkg: gopherbench/cpu/csp\n");
    if (c->tasks != 1000000)
        printf("tasks: %" PRId64 "\n", c->tasks);
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "model name", 10) == 0 && (colon = strchr(line, ':'))) {
            printf("cpu:%s", colon + 1);
            break;
        }
    }
    if (f)
        fclose(f);
}

// Go's widths: ten places before the decimal point, four figures.
static void print_figure(double x, const char *unit)
{
    static const struct {
        double least;
        int width, decimals;
    } forms[] = {{999.95, 10, 0},    {99.995, 12, 1},   {9.9995, 13, 2},
                 {0.99995, 14, 3},   {0.099995, 15, 4}, {0.0099995, 16, 5},
                 {0.00099995, 17, 6}};
    int width = 18, decimals = 7;
    if (x == 0)
        width = 10, decimals = 0;
    for (size_t i = 0; x > 0 && i < sizeof forms / sizeof *forms; i++) {
        if (x >= forms[i].least) {
            width = forms[i].width;
            decimals = forms[i].decimals;
            break;
        }
    }
    printf("\t%*.*f %s", width, decimals, x, unit);
}

static void full_name(char *name, const struct bench_entry *e, int procs)
{
    if (procs == 1)
        snprintf(name, NAME_SPACE, "Benchmark%s", e->name);
    else
        snprintf(name, NAME_SPACE, "Benchmark%s-%d", e->name, procs);
}

static bool run_one(const struct choice *c, const struct bench_entry *e, int procs,
                    int width)
{
    char name[NAME_SPACE];
    full_name(name, e, procs);
    printf("%-*s\t", width, name);
    fflush(stdout);
    struct bench_result r = bench_run(e, procs, c->tasks, c->time);
    if (r.failure[0]) {
        printf("--- FAIL: %s\n    %s\n", name, r.failure);
        return false;
    }
    printf("%8" PRId64, r.n);
    if (r.ns > 0)
        print_figure((double)r.ns / (double)r.n, "ns/op");
    for (int i = 0; i < r.n_metrics; i++)
        print_figure(r.metrics[i].value, r.metrics[i].unit);
    putchar('\n');
    fflush(stdout);
    return true;
}

static bool run_entry(const struct choice *c, const struct bench_entry *e, int width)
{
    bool ok = true;
    for (int i = 0; i < c->n_procs; i++) {
        for (int64_t j = 0; j < c->count && c->procs[i] >= e->procs_least; j++)
            ok &= run_one(c, e, c->procs[i], width);
    }
    return ok;
}

// The longest name of those that are chosen, with any number of workers.
static int name_width(const struct choice *c)
{
    size_t width = 0;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct bench_entry *e = tables[t]; e->name; e++) {
            for (int i = 0; i < c->n_procs && chosen(c, e); i++) {
                char name[NAME_SPACE];
                full_name(name, e, c->procs[i]);
                width = strlen(name) > width ? strlen(name) : width;
            }
        }
    }
    return (int)width;
}

int main(int argc, char **argv)
{
    struct choice c = parse(argc, argv);
    int width = name_width(&c);
    bool ok = true;
    if (!c.list)
        print_head(&c);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct bench_entry *e = tables[t]; e->name; e++) {
            if (!chosen(&c, e))
                continue;
            if (c.list)
                printf("Benchmark%s\n", e->name);
            else
                ok &= run_entry(&c, e, width);
        }
    }
    for (int i = 0; i < c.n_parts; i++)
        regfree(&c.parts[i]);
    if (!c.list)
        puts(ok ? "PASS" : "FAIL");
    return ok ? 0 : 1;
}
