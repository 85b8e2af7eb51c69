// document.c -- see document.h.
#include "document.h"

#include "report.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>

// Nine digits tell any two durations that the clock can tell.
enum { JSON_FLAGS = JSON_INDENT(1) | JSON_REAL_PRECISION(9) };

static json_t *made(json_t *value)
{
    if (!value)
        die("no memory for the result file");
    return value;
}

json_t *document_array(void)
{
    return made(json_array());
}

json_t *document_object(void)
{
    return made(json_object());
}

void document_put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, made(value)) != 0)
        die("no memory for the result file");
}

void document_push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, made(value)) != 0)
        die("no memory for the result file");
}

json_t *document_text(const char *bytes)
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

json_t *document_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *document_measured(double value)
{
    return value > 0 ? document_number(value) : json_null();
}

json_t *document_bounds(struct interval interval)
{
    json_t *pair = document_array();
    document_push(pair, document_number(interval.lo));
    document_push(pair, document_number(interval.hi));
    return pair;
}

json_t *document_command(const char *escaped)
{
    // Only what is not UTF-8 after all is escaped again.
    json_t *command = escaped ? json_string(escaped) : json_null();
    return command ? command : document_text(escaped);
}

static json_t *tool_to_json(const struct host *host)
{
    json_t *tool = document_object();
    document_put(tool, "version", document_text(host->version));
    document_put(tool, "revision", document_text(host->revision));
    document_put(tool, "dirty", json_boolean(host->dirty));
    document_put(tool, "compiler", document_text(host->compiler));
    document_put(tool, "flags", document_text(host->flags));
    return tool;
}

json_t *document_begin(const struct host *host)
{
    json_t *document = document_object();
    document_put(document, "schema", json_string(RESULT_SCHEMA));
    document_put(document, "tool", tool_to_json(host));
    return document;
}

static json_t *size_or_null(uint64_t bytes)
{
    return bytes > 0 ? json_integer((json_int_t)bytes) : json_null();
}

json_t *document_host(const struct host *h)
{
    json_t *caches = document_object();
    document_put(caches, "l1d_bytes", size_or_null(h->l1d_bytes));
    document_put(caches, "l2_bytes", size_or_null(h->l2_bytes));
    document_put(caches, "l3_bytes", size_or_null(h->l3_bytes));
    json_t *host = document_object();
    document_put(host, "cpu", document_text(h->cpu));
    document_put(host, "cores", json_integer(h->cores));
    document_put(host, "threads", json_integer(h->threads_total));
    document_put(host, "usable_cpus", json_integer(h->usable_cpus));
    document_put(host, "cpu_quota", document_measured(h->cpu_quota));
    document_put(host, "memory_bytes", size_or_null(h->memory_bytes));
    document_put(host, "kernel", document_text(h->kernel));
    document_put(host, "isa", document_text(h->isa));
    document_put(host, "caches", caches);
    return host;
}

int document_write(FILE *out, json_t *document, struct fail *why)
{
    const int failed = json_dumpf(document, out, JSON_FLAGS);
    json_decref(document);
    if (failed && !ferror(out))
        die("no memory for the result file");
    fputc('\n', out);
    return report_written(out, why);
}
