// serve.c -- the worker's end: one engine, one job, one request after another.
#include "burst.h"
#include "clock.h"
#include "facts_json.h"
#include "machine_limits.h"
#include "message.h"
#include "text.h"
#include "text_json.h"
#include "worker.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct server {
    const struct worker_tables *tables;
    const struct engine *engine;
    const struct workload *workload;
    void *ctx, *job;
    struct engine_facts facts;
    // Texts that opts points to live as long as the engine is open.
    char *device, *variant;
};

// A failure's text may hold hostile bytes: it travels escaped.
static json_t *refusal(const struct fail *why)
{
    char *text = text_escape(why->text);
    json_t *reply = json_pack("{s:s, s:i}", "error", text ? text : "out of memory",
                              "code", (int)why->code);
    free(text);
    return reply;
}

static const char *text_of(const json_t *request, const char *key)
{
    return json_string_value(json_object_get(request, key));
}

static char *copy_of(const json_t *request, const char *key)
{
    const char *text = text_of(request, key);
    return text ? text_unescape(text) : NULL;
}

static const struct engine *find_engine(const struct server *s, const json_t *request)
{
    const char *name = text_of(request, "engine");
    for (int i = 0; name && s->tables->engines[i]; i++)
        if (strcmp(s->tables->engines[i]->name, name) == 0)
            return s->tables->engines[i];
    return NULL;
}

static json_t *do_probe(struct server *s, const json_t *request, struct fail *why)
{
    const struct engine *engine = find_engine(s, request);
    struct device found[DEVICES_MAX];
    memset(found, 0, sizeof found);
    int n = engine ? engine->probe(found, DEVICES_MAX, why)
                   : fail(why, EXIT_USAGE, "no such engine");
    if (n < 0)
        return NULL;
    json_t *devices = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(
            devices,
            json_pack("{s:s, s:o, s:o, s:i, s:b, s:I}", "address", found[i].address,
                      "name", text_to_json(found[i].name), "driver",
                      text_to_json(found[i].driver), "units", found[i].units, "gpu",
                      found[i].gpu, "memory_bytes", (json_int_t)found[i].memory_bytes));
    return json_pack("{s:o}", "devices", devices);
}

static json_t *do_open(struct server *s, const json_t *request, struct fail *why)
{
    s->engine = find_engine(s, request);
    if (!s->engine || s->ctx) {
        fail(why, EXIT_USAGE, "cannot open that engine here");
        return NULL;
    }
    s->device = copy_of(request, "device");
    s->variant = copy_of(request, "variant");
    struct engine_opts opts = {
        .threads = (int)json_integer_value(json_object_get(request, "threads")),
        .device = s->device,
        .variant = s->variant,
        .seed = (uint64_t)json_integer_value(json_object_get(request, "seed"))};
    uint64_t start_ns = clock_ns();
    if (s->engine->open(&opts, &s->facts, &s->ctx, why))
        return NULL;
    return json_pack("{s:o, s:f}", "facts", facts_to_json(&s->facts), "open_s",
                     (double)(clock_ns() - start_ns) * 1e-9);
}

static const struct workload *find_workload(const struct server *s, const json_t *request)
{
    const char *name = text_of(request, "workload");
    for (int i = 0; name && s->tables->workloads[i]; i++)
        if (strcmp(s->tables->workloads[i]->name, name) == 0)
            return s->tables->workloads[i];
    return NULL;
}

static void drop_job(struct server *s)
{
    if (s->job && s->engine->release)
        s->engine->release(s->ctx);
    if (s->job)
        s->workload->free(s->job);
    s->job = NULL;
}

static json_t *do_make(struct server *s, const json_t *request, struct fail *why)
{
    drop_job(s);
    s->workload = find_workload(s, request);
    if (!s->workload || !s->engine) {
        fail(why, EXIT_USAGE, "cannot make that workload here");
        return NULL;
    }
    s->job = s->workload->make(json_object_get(request, "params"), why);
    if (!s->job)
        return NULL;
    uint64_t start_ns = clock_ns();
    if (s->workload->prepare(s->engine, s->ctx, s->job, &s->facts, why)) {
        drop_job(s);
        return NULL;
    }
    double open_s = (double)(clock_ns() - start_ns) * 1e-9;
    return json_pack("{s:o, s:f, s:f, s:s, s:o}", "facts", facts_to_json(&s->facts),
                     "open_s", open_s, "work", s->workload->amount(s->job), "unit",
                     s->workload->unit, "described", s->workload->describe(s->job));
}

// Threads of an engine may spin for a while after their work. The reply waits until they
// have stopped, so that they take no time from the next engine; at most 20 ms.
static void wait_until_quiet(void)
{
    for (int i = 0; i < 40; i++) {
        uint64_t before_ns = clock_process_ns();
        usleep(500);
        if (clock_process_ns() - before_ns < 100000)
            return;
    }
}

// The outputs are poisoned before the runs and judged after them. A warm-up also finds
// out how many runs shall make a sample from now on.
static json_t *do_sample(struct server *s, const json_t *request, struct fail *why)
{
    if (!s->job) {
        fail(why, EXIT_USAGE, "no job to sample");
        return NULL;
    }
    enum sabotage sabotage =
        (enum sabotage)json_integer_value(json_object_get(request, "sabotage"));
    const bool warming_up = json_is_true(json_object_get(request, "warmup"));
    json_int_t repeats = json_integer_value(json_object_get(request, "repeats"));
    uint64_t chosen = repeats > 0 ? (uint64_t)repeats : 1;
    const struct burst burst = {s->engine, s->workload, s->ctx, s->job};
    struct burst_times times = {0};
    s->workload->reset(s->job);
    if (sabotage != SABOTAGE_NULL_KERNEL && burst_run(&burst, chosen, &times, why))
        return NULL;
    if (sabotage != SABOTAGE_NONE)
        s->workload->damage(s->job, sabotage);
    double max_error = 0;
    if (s->workload->check(s->job, &max_error, why))
        return NULL;
    if (warming_up && sabotage == SABOTAGE_NONE &&
        burst_choose(&burst, times.total_s, &chosen, why))
        return NULL;
    wait_until_quiet();
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:b, s:f, s:I}", "total_s", times.total_s,
                     "upload_s", times.upload_s, "run_s", times.run_s, "download_s",
                     times.download_s, "outside_s", times.outside_s, "verified", 1,
                     "max_error", max_error, "repeats", (json_int_t)chosen);
}

static json_t *do_save(struct server *s, struct fail *why)
{
    if (!s->job) {
        fail(why, EXIT_USAGE, "no result to save");
        return NULL;
    }
    return s->workload->save(s->job, SAVE_FD, why) ? NULL : json_object();
}

static json_t *do_keep(struct server *s, struct fail *why)
{
    if (!s->job || !s->engine->keep_matmul) {
        fail(why, EXIT_USAGE, "nothing to remember here");
        return NULL;
    }
    return s->engine->keep_matmul(s->ctx, why) ? NULL : json_object();
}

static json_t *do_complaints(const struct server *s)
{
    json_t *list =
        s->job && s->workload->complaints ? s->workload->complaints(s->job) : NULL;
    return json_pack("{s:o}", "complaints", list ? list : json_array());
}

static void pin(const json_t *request)
{
    json_t *cpu = json_object_get(request, "cpu");
    cpu_set_t *set = CPU_ALLOC(CPU_SETSIZE);
    if (!json_is_integer(cpu) || !set) {
        CPU_FREE(set);
        return;
    }
    // The n-th usable CPU, whatever its number; if the system refuses, it stays unpinned.
    size_t size = CPU_ALLOC_SIZE(CPU_SETSIZE);
    json_int_t n = json_integer_value(cpu);
    if (sched_getaffinity(0, size, set) == 0) {
        for (size_t i = 0; i < CPU_SETSIZE; i++)
            if (CPU_ISSET_S(i, size, set) && n-- != 0)
                CPU_CLR_S(i, size, set);
        if (CPU_COUNT_S(size, set) == 1)
            sched_setaffinity(0, size, set);
    }
    CPU_FREE(set);
}

static json_t *do_limits(struct server *s, const json_t *request)
{
    double seconds = json_number_value(json_object_get(request, "seconds"));
    size_t doubles = (size_t)json_integer_value(json_object_get(request, "doubles"));
    pin(request);
    return json_pack("{s:f, s:f, s:f, s:f}", "fma_f32_flops", limits_fma_f32(seconds),
                     "fma_f64_flops", limits_fma_f64(seconds), "triad_bytes",
                     limits_triad(doubles, seconds), "sha256_bytes",
                     s->tables->sha256_bytes ? s->tables->sha256_bytes(seconds) : 0.0);
}

static json_t *do_hop(struct server *s)
{
    return json_pack("{s:f, s:f}", "pipe_hop_s", limits_pipe_hop(2000), "channel_hop_s",
                     s->tables->channel_hop_s ? s->tables->channel_hop_s() : 0.0);
}

static json_t *do_device_limits(struct server *s, struct fail *why)
{
    struct device_limits limits = {0};
    if (s->ctx && s->engine->limits && s->engine->limits(s->ctx, &limits, why))
        return NULL;
    return json_pack("{s:f, s:f, s:f, s:f}", "fma_f32_flops", limits.fma_f32_flops,
                     "fma_f64_flops", limits.fma_f64_flops, "upload_bytes",
                     limits.upload_bytes, "download_bytes", limits.download_bytes);
}

static json_t *do_errand(const struct server *s, const json_t *request, struct fail *why)
{
    const char *name = text_of(request, "errand");
    for (const struct errand *e = s->tables->errands; name && e && e->name; e++)
        if (strcmp(e->name, name) == 0)
            return e->run(request, why);
    fail(why, EXIT_USAGE, "no such errand");
    return NULL;
}

static json_t *serve(struct server *s, const json_t *request, struct fail *why)
{
    const char *what = text_of(request, "do");
    if (!what)
        what = "";
    if (strcmp(what, "probe") == 0)
        return do_probe(s, request, why);
    if (strcmp(what, "open") == 0)
        return do_open(s, request, why);
    if (strcmp(what, "make") == 0)
        return do_make(s, request, why);
    if (strcmp(what, "sample") == 0)
        return do_sample(s, request, why);
    if (strcmp(what, "save") == 0)
        return do_save(s, why);
    if (strcmp(what, "keep") == 0)
        return do_keep(s, why);
    if (strcmp(what, "complaints") == 0)
        return do_complaints(s);
    if (strcmp(what, "limits") == 0)
        return do_limits(s, request);
    if (strcmp(what, "hop") == 0)
        return do_hop(s);
    if (strcmp(what, "device_limits") == 0)
        return do_device_limits(s, why);
    if (strcmp(what, "errand") == 0)
        return do_errand(s, request, why);
    fail(why, EXIT_USAGE, "the worker does not know the request '%s'", what);
    return NULL;
}

int worker_main(const struct worker_tables *tables)
{
    struct server s = {.tables = tables};
    json_t *request;
    while (message_receive(REQUEST_FD, &request, NULL) == MESSAGE_OK) {
        struct fail why = {.code = EXIT_DIED, .text = "the worker has no answer"};
        json_t *reply = serve(&s, request, &why);
        json_decref(request);
        if (!reply)
            reply = refusal(&why);
        enum message_end end = message_send(REPLY_FD, reply);
        json_decref(reply);
        if (end != MESSAGE_OK)
            break;
    }
    drop_job(&s);
    if (s.engine)
        s.engine->close(s.ctx);
    free(s.device);
    free(s.variant);
    return 0;
}
