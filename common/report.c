// report.c -- what all writers of results share: the machine's description, the last
// step.
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

static void add_limits(struct lines *lines, const struct limits *l)
{
    const struct {
        const char *name;
        double value;
        const char *unit;  // NULL: seconds
    } rows[] = {
        {"f32", l->fma_f32_flops, "flop"}, {"f64", l->fma_f64_flops, "flop"},
        {"triad", l->triad_bytes, "byte"}, {"SHA-256", l->sha256_bytes, "byte"},
        {"pipe hop", l->pipe_hop_s, NULL}, {"channel hop", l->channel_hop_s, NULL},
    };
    char *text = NULL, figure[FIGURE_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].value > 0)
            append(&text, rows[i].name,
                   rows[i].unit ? text_rate(figure, rows[i].value, rows[i].unit)
                                : text_seconds(figure, rows[i].value));
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

int report_written(FILE *out, struct fail *why)
{
    errno = 0;
    if (fflush(out) != 0 || ferror(out))
        return fail_output(why, "the result", errno ? errno : EIO);
    return 0;
}
