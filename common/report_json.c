// report_json.c -- the result file, schema "gopherbench/1".
//
// Fields and names are fixed, because scripts rely on them; what was not measured is
// null, never a number. A cell that failed has its error, and null for every time.
#include "report.h"

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Nine digits tell any two durations that the clock can tell.
enum { JSON_FLAGS = JSON_INDENT(1) | JSON_REAL_PRECISION(9) };

static json_t *made(json_t *value)
{
    if (!value)
        die("no memory for the result file");
    return value;
}

// Takes over the value's reference.
static void put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, made(value)) != 0)
        die("no memory for the result file");
}

static void push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, made(value)) != 0)
        die("no memory for the result file");
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

// For figures of which 0 says that there are none.
static json_t *measured(double value)
{
    return value > 0 ? number(value) : json_null();
}

// A count, whole where it can be.
static json_t *whole(double value)
{
    const bool fits = value == floor(value) && fabs(value) < 0x1p53;
    return fits ? json_integer((json_int_t)value) : number(value);
}

// Text from outside; NULL gives null.
static json_t *text(const char *bytes)
{
    if (!bytes)
        return json_null();
    char *escaped = text_escape(bytes);
    if (!escaped)
        die("no memory for the result file");
    json_t *string = json_string(escaped);
    free(escaped);
    return string;
}

static json_t *bounds(struct interval interval)
{
    json_t *pair = made(json_array());
    push(pair, number(interval.lo));
    push(pair, number(interval.hi));
    return pair;
}

static json_t *tool_to_json(const struct host *host)
{
    json_t *tool = made(json_object());
    put(tool, "version", text(host->version));
    put(tool, "revision", text(host->revision));
    put(tool, "dirty", json_boolean(host->dirty));
    put(tool, "compiler", text(host->compiler));
    put(tool, "flags", text(host->flags));
    return tool;
}

static json_t *size_or_null(uint64_t bytes)
{
    return bytes > 0 ? json_integer((json_int_t)bytes) : json_null();
}

static json_t *host_to_json(const struct host *h)
{
    json_t *caches = made(json_object());
    put(caches, "l1d_bytes", size_or_null(h->l1d_bytes));
    put(caches, "l2_bytes", size_or_null(h->l2_bytes));
    put(caches, "l3_bytes", size_or_null(h->l3_bytes));
    json_t *host = made(json_object());
    put(host, "cpu", text(h->cpu));
    put(host, "cores", json_integer(h->cores));
    put(host, "threads", json_integer(h->threads_total));
    put(host, "usable_cpus", json_integer(h->usable_cpus));
    put(host, "cpu_quota", measured(h->cpu_quota));
    put(host, "memory_bytes", size_or_null(h->memory_bytes));
    put(host, "kernel", text(h->kernel));
    put(host, "isa", text(h->isa));
    put(host, "caches", caches);
    return host;
}

static json_t *limits_to_json(const struct limits *limits)
{
    json_t *object = made(json_object());
    for (int i = 0; i < limit_rows_count; i++)
        put(object, limit_rows[i].name, measured(limit_value(limits, &limit_rows[i])));
    return object;
}

static json_t *device_limits_to_json(const struct cell *cell)
{
    if (!cell->facts.gpu)
        return json_null();
    const struct device_limits *l = &cell->device_limits;
    json_t *object = made(json_object());
    put(object, "fma_f32_flops", measured(l->fma_f32_flops));
    put(object, "fma_f64_flops", measured(l->fma_f64_flops));
    put(object, "upload_bytes", measured(l->upload_bytes));
    put(object, "download_bytes", measured(l->download_bytes));
    return object;
}

static json_t *samples_to_json(const struct cell *cell)
{
    json_t *samples = made(json_array());
    for (size_t i = 0; i < cell->count; i++) {
        const struct sample *s = &cell->samples[i];
        json_t *sample = made(json_object());
        put(sample, "round", json_integer(s->round));
        put(sample, "total_s", number(s->total_s));
        put(sample, "upload_s", number(s->upload_s));
        put(sample, "run_s", number(s->run_s));
        put(sample, "download_s", number(s->download_s));
        push(samples, sample);
    }
    return samples;
}

static json_t *copy(json_t *value)
{
    return value ? json_deep_copy(value) : json_null();
}

static void put_figures(json_t *object, const struct cell *cell)
{
    const bool stands = result_stands(cell);
    put(object, "open_s", stands ? number(cell->open_s) : json_null());
    put(object, "samples", samples_to_json(cell));
    put(object, "median_s", stands ? number(cell->median_s) : json_null());
    // Fewer rounds hold no 95 % interval, and a range must not pass for one.
    put(object, "ci95_s",
        stands && cell->count >= STATS_MIN_FOR_INTERVAL ? bounds(cell->ci95_s)
                                                        : json_null());
    put(object, "rate", stands ? number(cell->rate) : json_null());
    put(object, "limit_fraction", stands ? measured(cell->limit_fraction) : json_null());
    put(object, "limit", stands ? measured(cell->limit) : json_null());
    put(object, "limit_name", stands ? text(cell->limit_name) : json_null());
    put(object, "verified", json_boolean(stands && cell->verified));
    put(object, "max_error",
        stands && cell->verified ? number(cell->max_error) : json_null());
}

// A line an element.
static json_t *log_lines(const char *log)
{
    json_t *lines = made(json_array());
    for (const char *at = log; *at;) {
        size_t length = strcspn(at, "\n");
        char *line = strndup(at, length);
        json_array_append_new(lines, text(line));
        free(line);
        at += length + (at[length] == '\n');
    }
    return lines;
}

static json_t *cell_to_json(const struct cell *cell)
{
    json_t *object = made(json_object());
    put(object, "workload", text(cell->workload));
    put(object, "case", text(cell->case_name));
    put(object, "params", copy(cell->params));
    put(object, "described", copy(cell->described));
    put(object, "complaints", copy(cell->complaints));
    put(object, "engine", text(cell->engine));
    put(object, "column", text(cell->column));
    put(object, "device", text(cell->facts.device));
    put(object, "threads",
        json_integer(result_stands(cell) ? cell->facts.threads : cell->threads));
    put(object, "threads_asked", json_integer(cell->threads));
    put(object, "variant", text(cell->facts.variant));
    put(object, "work", whole(cell->work));
    put(object, "unit", text(cell->unit));
    put_figures(object, cell);
    put(object, "device_limits", device_limits_to_json(cell));
    put(object, "exit_code", json_integer(cell->failed));
    put(object, "error", text(cell->error));
    if (cell->log)
        put(object, "log", log_lines(cell->log));
    return object;
}

static json_t *pair_to_json(const struct pair *pair)
{
    json_t *object = made(json_object());
    put(object, "workload", text(pair->a->workload));
    put(object, "case", text(pair->a->case_name));
    put(object, "a", text(pair->a->column));
    put(object, "b", text(pair->b->column));
    put(object, "ratio", number(pair->ratio));
    put(object, "ci95",
        pair->rounds >= STATS_MIN_FOR_INTERVAL ? bounds(pair->ci95) : json_null());
    put(object, "rounds", json_integer((json_int_t)pair->rounds));
    put(object, "separated", json_boolean(result_separated(pair)));
    return object;
}

json_t *report_to_json(const struct result *result)
{
    json_t *cells = made(json_array()), *pairs = made(json_array());
    for (size_t i = 0; i < result->cell_count; i++)
        push(cells, cell_to_json(&result->cells[i]));
    for (size_t i = 0; i < result->pair_count; i++)
        push(pairs, pair_to_json(&result->pairs[i]));
    json_t *document = made(json_object());
    put(document, "schema", json_string(RESULT_SCHEMA));
    put(document, "tool", tool_to_json(&result->host));
    // The command was escaped when it was kept; only what is not UTF-8 after all is
    // again.
    json_t *command = result->command ? json_string(result->command) : json_null();
    put(document, "command", command ? command : text(result->command));
    put(document, "started", text(result->started));
    put(document, "elapsed_s", number(result->elapsed_s));
    put(document, "interrupted", json_boolean(result->interrupted));
    put(document, "exit_code", json_integer(result_exit(result)));
    put(document, "host", host_to_json(&result->host));
    put(document, "limits", limits_to_json(&result->limits));
    put(document, "seed", json_integer((json_int_t)result->seed));
    put(document, "cells", cells);
    put(document, "pairs", pairs);
    return document;
}

int report_json(FILE *out, const struct result *result, struct fail *why)
{
    json_t *document = report_to_json(result);
    const int failed = json_dumpf(document, out, JSON_FLAGS);
    json_decref(document);
    if (failed && !ferror(out))
        die("no memory for the result file");
    fputc('\n', out);
    return report_written(out, why);
}
