// report_trace.c -- when each sample ran, as a Chrome trace that Perfetto opens: a row a
// column of the table, a slice a sample, and inside it the phases upload, run and
// download where an engine has them (one after another: overlapped phases are drawn to
// scale only in length). A sample of several runs is one slice with all of them, and its
// phases are the runs' together; "repeats" says how many they are.
#include "report.h"

#include "text.h"
#include "text_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void add_slice(json_t *events, int row, const char *name, double start_s,
                      double length_s, uint64_t repeats)
{
    json_array_append_new(events, json_pack("{s:s, s:s, s:i, s:i, s:f, s:f, s:{s:I}}",
                                            "ph", "X", "name", name, "pid", 1, "tid", row,
                                            "ts", start_s * 1e6, "dur", length_s * 1e6,
                                            "args", "repeats", (json_int_t)repeats));
}

static void add_sample(json_t *events, int row, const char *name, const struct sample *s,
                       uint64_t repeats)
{
    const double runs = repeats > 0 ? (double)repeats : 1;
    add_slice(events, row, name, s->start_s, runs * s->total_s, repeats);
    const struct {
        const char *name;
        double length_s;
    } phases[] = {
        {"upload", s->upload_s}, {"run", s->run_s}, {"download", s->download_s}};
    double at_s = s->start_s;
    if (s->upload_s + s->run_s + s->download_s > s->total_s)
        return;  // they overlapped
    for (int i = 0; i < 3; i++) {
        if (phases[i].length_s > 0)
            add_slice(events, row, phases[i].name, at_s, runs * phases[i].length_s,
                      repeats);
        at_s += runs * phases[i].length_s;
    }
}

// The row of a column: the first cell that has its name.
static int row_of(const struct result *r, const struct cell *c)
{
    size_t i = 0;
    while (strcmp(r->cells[i].column, c->column))
        i++;
    return (int)i;
}

int report_trace(FILE *to, const struct result *r, struct fail *why)
{
    json_t *events = json_array();
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *c = &r->cells[i];
        int row = row_of(r, c);
        if (row == (int)i)
            json_array_append_new(events,
                                  json_pack("{s:s, s:s, s:i, s:i, s:{s:o}}", "ph", "M",
                                            "name", "thread_name", "pid", 1, "tid", row,
                                            "args", "name", text_to_json(c->column)));
        char *name = text_escape(c->case_name);
        for (size_t j = 0; j < c->count; j++)
            add_sample(events, row, name ? name : "", &c->samples[j], c->repeats);
        free(name);
    }
    json_t *trace =
        json_pack("{s:o, s:s}", "traceEvents", events, "displayTimeUnit", "ms");
    int bad = json_dumpf(trace, to, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(trace);
    if (bad)
        return fail_output(why, "the trace", errno ? errno : EIO);
    return report_written(to, why);
}
