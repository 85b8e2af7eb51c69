// errands.c -- see errands.h.
#include "errands.h"

#include "registry.h"
#include "waiting.h"

#include <string.h>

const struct errand errands[] = {{"waiting", errand_waiting}, {NULL, NULL}};

int errand_ask(const char *name, int threads, json_t *request, double deadline_s,
               json_t **reply, struct fail *why)
{
    struct worker worker;
    const struct worker_inheritance gets = {
        .threads = threads, .save_fd = -1, .stdin_fd = -1};
    json_object_set_new(request, "do", json_string("errand"));
    json_object_set_new(request, "errand", json_string(name));
    json_object_set_new(request, "threads", json_integer(threads));
    if (worker_start(&worker, &gets, why)) {
        json_decref(request);
        return -1;
    }
    const int failed = worker_ask(&worker, request, deadline_s, reply, why);
    worker_stop(&worker);
    return failed;
}

static json_int_t number(const json_t *request, const char *key)
{
    return json_integer_value(json_object_get(request, key));
}

json_t *errand_waiting(const json_t *request, struct fail *why)
{
    const char *name = json_string_value(json_object_get(request, "way"));
    const struct waiting asked = {.threads = (int)number(request, "threads"),
                                  .jobs = (int)number(request, "jobs"),
                                  .wait_ns = (uint64_t)number(request, "wait_ns"),
                                  .steps = (uint64_t)number(request, "steps")};
    const struct waiting_way *way = waiting_ways;
    while (way->name && strcmp(way->name, name ? name : "") != 0)
        way++;
    struct waiting_figures found;
    if (!way->name || asked.jobs < 1 || asked.threads < 1) {
        fail(why, EXIT_USAGE, "no such way to run jobs");
        return NULL;
    }
    if (waiting_measure(way, &asked, &found, why))
        return NULL;
    return json_pack("{s:f, s:f, s:f, s:i, s:f}", "elapsed_s", found.elapsed_s, "alive",
                     found.alive, "running", found.running, "threads", found.threads,
                     "memory_bytes", found.memory_bytes);
}
