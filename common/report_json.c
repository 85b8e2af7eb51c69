// report_json.c -- the result file, schema "gopherbench/1".
//
// Fields and names are fixed, because scripts rely on them; what was not measured is
// null, never a number. A cell that failed has its error, and null for every time.
#include "document.h"
#include "report.h"
#include "scaling_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A count, whole where it can be.
static json_t *whole(double value)
{
    const bool fits = value == floor(value) && fabs(value) < 0x1p53;
    return fits ? json_integer((json_int_t)value) : document_number(value);
}

static json_t *limits_to_json(const struct limits *limits)
{
    json_t *object = document_object();
    for (int i = 0; i < limit_rows_count; i++)
        document_put(object, limit_rows[i].name,
                     document_measured(limit_value(limits, &limit_rows[i])));
    return object;
}

static json_t *device_limits_to_json(const struct cell *cell)
{
    if (!cell->facts.gpu)
        return json_null();
    const struct device_limits *l = &cell->device_limits;
    json_t *object = document_object();
    document_put(object, "fma_f32_flops", document_measured(l->fma_f32_flops));
    document_put(object, "fma_f64_flops", document_measured(l->fma_f64_flops));
    document_put(object, "upload_bytes", document_measured(l->upload_bytes));
    document_put(object, "download_bytes", document_measured(l->download_bytes));
    return object;
}

static json_t *samples_to_json(const struct cell *cell)
{
    json_t *samples = document_array();
    for (size_t i = 0; i < cell->count; i++) {
        const struct sample *s = &cell->samples[i];
        json_t *sample = document_object();
        document_put(sample, "round", json_integer(s->round));
        document_put(sample, "total_s", document_number(s->total_s));
        document_put(sample, "upload_s", document_number(s->upload_s));
        document_put(sample, "run_s", document_number(s->run_s));
        document_put(sample, "download_s", document_number(s->download_s));
        document_put(sample, "outside_s", document_number(s->outside_s));
        document_push(samples, sample);
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
    document_put(object, "open_s", stands ? document_number(cell->open_s) : json_null());
    document_put(object, "repeats",
                 stands ? json_integer((json_int_t)cell->repeats) : json_null());
    document_put(object, "samples", samples_to_json(cell));
    document_put(object, "median_s",
                 stands ? document_number(cell->median_s) : json_null());
    // Fewer rounds hold no 95 % interval, and a range must not pass for one.
    document_put(object, "ci95_s",
                 stands && cell->count >= STATS_MIN_FOR_INTERVAL
                     ? document_bounds(cell->ci95_s)
                     : json_null());
    document_put(object, "rate", stands ? document_number(cell->rate) : json_null());
    document_put(object, "limit_fraction",
                 stands ? document_measured(cell->limit_fraction) : json_null());
    document_put(object, "limit", stands ? document_measured(cell->limit) : json_null());
    document_put(object, "limit_name",
                 stands ? document_text(cell->limit_name) : json_null());
    document_put(object, "verified", json_boolean(stands && cell->verified));
    document_put(object, "max_error",
                 stands && cell->verified ? document_number(cell->max_error)
                                          : json_null());
}

// A line an element.
static json_t *log_lines(const char *log)
{
    json_t *lines = document_array();
    for (const char *at = log; *at;) {
        size_t length = strcspn(at, "\n");
        char *line = strndup(at, length);
        json_array_append_new(lines, document_text(line));
        free(line);
        at += length + (at[length] == '\n');
    }
    return lines;
}

static json_t *cell_to_json(const struct cell *cell)
{
    json_t *object = document_object();
    document_put(object, "workload", document_text(cell->workload));
    document_put(object, "case", document_text(cell->case_name));
    document_put(object, "params", copy(cell->params));
    document_put(object, "described", copy(cell->described));
    document_put(object, "complaints", copy(cell->complaints));
    document_put(object, "engine", document_text(cell->engine));
    document_put(object, "peer", json_boolean(cell->peer));
    document_put(object, "column", document_text(cell->column));
    document_put(object, "device", document_text(cell->facts.device));
    document_put(object, "threads",
                 json_integer(result_stands(cell) ? cell->facts.threads : cell->threads));
    document_put(object, "threads_asked", json_integer(cell->threads));
    document_put(object, "variant", document_text(cell->facts.variant));
    document_put(object, "blocks",
                 cell->facts.blocks ? json_integer((json_int_t)cell->facts.blocks)
                                    : json_null());
    if (cell->facts.input_epsilon > 0)
        document_put(object, "input_epsilon", json_real(cell->facts.input_epsilon));
    if (*cell->facts.remark)
        document_put(object, "remark", document_text(cell->facts.remark));
    document_put(object, "work", whole(cell->work));
    document_put(object, "unit", document_text(cell->unit));
    put_figures(object, cell);
    document_put(object, "device_limits", device_limits_to_json(cell));
    document_put(object, "exit_code", json_integer(cell->failed));
    document_put(object, "error", document_text(cell->error));
    if (cell->log)
        document_put(object, "log", log_lines(cell->log));
    return object;
}

static json_t *pair_to_json(const struct pair *pair)
{
    json_t *object = document_object();
    document_put(object, "workload", document_text(pair->a->workload));
    document_put(object, "case", document_text(pair->a->case_name));
    document_put(object, "a", document_text(pair->a->column));
    document_put(object, "b", document_text(pair->b->column));
    document_put(object, "ratio", document_number(pair->ratio));
    document_put(object, "ci95",
                 pair->rounds >= STATS_MIN_FOR_INTERVAL ? document_bounds(pair->ci95)
                                                        : json_null());
    document_put(object, "rounds", json_integer((json_int_t)pair->rounds));
    document_put(object, "separated", json_boolean(result_separated(pair)));
    return object;
}

json_t *report_to_json(const struct result *result)
{
    json_t *cells = document_array(), *pairs = document_array();
    for (size_t i = 0; i < result->cell_count; i++)
        document_push(cells, cell_to_json(&result->cells[i]));
    for (size_t i = 0; i < result->pair_count; i++)
        document_push(pairs, pair_to_json(&result->pairs[i]));
    json_t *document = document_begin(&result->host);
    document_put(document, "command", document_command(result->command));
    document_put(document, "started", document_text(result->started));
    document_put(document, "elapsed_s", document_number(result->elapsed_s));
    document_put(document, "interrupted", json_boolean(result->interrupted));
    document_put(document, "exit_code", json_integer(result_exit(result)));
    document_put(document, "host", document_host(&result->host));
    document_put(document, "limits", limits_to_json(&result->limits));
    document_put(document, "seed", json_integer((json_int_t)result->seed));
    document_put(document, "cells", cells);
    document_put(document, "pairs", pairs);
    document_put(document, "scaling", scaling_to_json(result));
    return document;
}

int report_json(FILE *out, const struct result *result, struct fail *why)
{
    return document_write(out, report_to_json(result), why);
}
