// roster.c -- see roster.h.
#include "roster.h"

#include "bench.h"
#include "host.h"
#include "text_json.h"
#include "worker.h"

#include <stdio.h>
#include <stdlib.h>

static void read_devices(struct presence *p, const json_t *reply)
{
    const json_t *list = json_object_get(reply, "devices");
    size_t n = json_array_size(list);
    p->devices = calloc(n + 1, sizeof *p->devices);
    if (!p->devices)
        die("out of memory");
    for (size_t i = 0; i < n; i++) {
        const json_t *from = json_array_get(list, i);
        struct device *to = &p->devices[i];
        text_from_json(to->address, sizeof to->address, from, "address");
        text_from_json(to->name, sizeof to->name, from, "name");
        text_from_json(to->driver, sizeof to->driver, from, "driver");
        to->units = (int)json_integer_value(json_object_get(from, "units"));
        to->gpu = json_is_true(json_object_get(from, "gpu"));
        to->memory_bytes =
            (uint64_t)json_integer_value(json_object_get(from, "memory_bytes"));
    }
    p->count = (int)n;
}

void roster_probe(struct presence *p, const struct engine *engine)
{
    *p = (struct presence){.engine = engine};
    struct worker worker;
    json_t *reply;
    struct worker_inheritance gets = {
        // As many as a run would get: a device of the CPU shows that count.
        .threads = host_usable_cpus(NULL),
        .save_fd = -1,
        .stdin_fd = -1};
    if (worker_start(&worker, &gets, &p->why))
        return;
    json_t *request = json_pack("{s:s, s:s}", "do", "probe", "engine", engine->name);
    if (worker_ask(&worker, request, bench_deadline_s(0, NULL), &reply, &p->why) == 0) {
        read_devices(p, reply);
        json_decref(reply);
    }
    worker_stop(&worker);
}

void roster_free(struct presence *p)
{
    free(p->devices);
    *p = (struct presence){0};
}
