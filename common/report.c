// report.c -- what all writers of results share: the machine's description, how the
// text report looks, the last step.
#include "report.h"

#include "lines.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void append(char **text, const char *name, const char *figure)
{
    char *longer = lines_format("%s%s%s%s%s", *text ? *text : "", *text ? ", " : "", name,
                                *name ? " " : "", figure);
    free(*text);
    *text = longer;
}

// "f32 440 GFLOP/s (220 on one CPU)": the unit only where it differs.
static void append_one(char **text, const char *all, const char *one)
{
    const char *const unit = strchr(one, ' '), *const other = strchr(all, ' ');
    const bool same = unit && other && strcmp(unit, other) == 0;
    char *longer = lines_format("%s (%.*s on one CPU)", *text,
                                same ? (int)(unit - one) : (int)strlen(one), one);
    free(*text);
    *text = longer;
}

static void add_limits(struct lines *lines, const struct limits *l)
{
    const struct {
        const char *name;
        double value, one;  // of all CPUs; of one alone, where that is of interest
        const char *unit;   // NULL: seconds
    } rows[] = {
        {"f32", l->fma_f32_flops, l->fma_f32_flops_1, "flop"},
        {"f64", l->fma_f64_flops, l->fma_f64_flops_1, "flop"},
        {"triad", l->triad_bytes, 0, "byte"},
        {"SHA-256", l->sha256_bytes, 0, "byte"},
        {"pipe hop", l->pipe_hop_s, 0, NULL},
        {"channel hop", l->channel_hop_s, 0, NULL},
    };
    char *text = NULL, figure[FIGURE_BYTES], one[FIGURE_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(rows[i].value > 0))
            continue;
        append(&text, rows[i].name,
               rows[i].unit ? text_rate(figure, rows[i].value, rows[i].unit)
                            : text_seconds(figure, rows[i].value));
        if (rows[i].one > 0)
            append_one(&text, figure, text_rate(one, rows[i].one, rows[i].unit));
    }
    if (text)
        lines_add(lines, "%s", text);
    free(text);
}

void report_machine(struct lines *lines, const struct result *result)
{
    const struct host *host = &result->host;
    char *cpu = lines_escape(host->cpu), *kernel = lines_escape(host->kernel);
    char quota[48] = "", memory[FIGURE_BYTES];
    if (host->cpu_quota > 0)
        snprintf(quota, sizeof quota, " (quota %.2f)", host->cpu_quota);
    lines_add(lines, "%s, %d core%s, %d usable CPU%s%s, %s, %s", cpu, host->cores,
              text_plural((uint64_t)host->cores), host->usable_cpus,
              text_plural((uint64_t)host->usable_cpus), quota,
              text_bytes(memory, (double)host->memory_bytes), kernel);
    free(cpu);
    free(kernel);
    add_limits(lines, &result->limits);
}

// As setlocale would decide, without changing the process's locale.
static bool locale_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

struct report_look report_look_here(int columns, bool color)
{
    return (struct report_look){
        .columns = columns, .color = color, .ascii = !locale_is_utf8()};
}

int report_written(FILE *out, struct fail *why)
{
    errno = 0;
    if (fflush(out) != 0 || ferror(out))
        return fail_output(why, "the result", errno ? errno : EIO);
    return 0;
}
