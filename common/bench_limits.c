// bench_limits.c -- the machine's roofs, by as many workers at once as there are usable
// CPUs.
#include "bench.h"
#include "host.h"
#include "worker.h"

#include <stdlib.h>

static double field(const json_t *reply, const char *key)
{
    return json_number_value(json_object_get(reply, key));
}

// Asks workers 0..n-1 at once, each on a CPU of its own, and adds up what they reach.
static int ask_limits(struct worker *workers, int n, struct limits *sum, struct fail *why)
{
    static const double seconds = 0.05;
    // Three arrays for the triad in each worker; together at most a quarter of the
    // memory.
    const uint64_t most = 4 << 20, room = host_available_memory() / 4 / 24 / (uint64_t)n;
    const json_int_t doubles = (json_int_t)(room < most ? room : most);
    *sum = (struct limits){0};
    for (int i = 0; i < n; i++)
        worker_tell(&workers[i], json_pack("{s:s, s:i, s:f, s:I}", "do", "limits", "cpu",
                                           i, "seconds", seconds, "doubles", doubles));
    int bad = 0;
    for (int i = 0; i < n; i++) {
        json_t *reply;
        if (worker_hear(&workers[i], bench_deadline_s(0, NULL), &reply, why)) {
            bad = -1;
            continue;
        }
        sum->fma_f32_flops += field(reply, "fma_f32_flops");
        sum->fma_f64_flops += field(reply, "fma_f64_flops");
        sum->triad_bytes += field(reply, "triad_bytes");
        sum->sha256_bytes += field(reply, "sha256_bytes");
        json_decref(reply);
    }
    return bad;
}

static int measure_limits(struct worker *workers, int cpus, struct limits *limits,
                          struct fail *why)
{
    struct limits alone;
    json_t *hop;
    if (worker_ask(&workers[0], json_pack("{s:s}", "do", "hop"),
                   bench_deadline_s(0, NULL), &hop, why))
        return -1;
    double pipe_s = field(hop, "pipe_hop_s"), channel_s = field(hop, "channel_hop_s");
    json_decref(hop);
    if (ask_limits(workers, 1, &alone, why) || ask_limits(workers, cpus, limits, why))
        return -1;
    limits->fma_f32_flops_1 = alone.fma_f32_flops;
    limits->fma_f64_flops_1 = alone.fma_f64_flops;
    limits->triad_bytes_1 = alone.triad_bytes;
    limits->sha256_bytes_1 = alone.sha256_bytes;
    limits->pipe_hop_s = pipe_s;
    limits->channel_hop_s = channel_s;
    return 0;
}

int bench_limits(struct limits *limits, int cpus, struct fail *why)
{
    *limits = (struct limits){0};
    struct worker *workers = calloc((size_t)cpus, sizeof *workers);
    if (!workers)
        die("out of memory");
    struct worker_inheritance gets = {.threads = cpus, .save_fd = -1, .stdin_fd = -1};
    int started = 0, bad = 0;
    while (started < cpus && !bad) {
        bad = worker_start(&workers[started], &gets, why);
        started += !bad;
    }
    if (!bad)
        bad = measure_limits(workers, cpus, limits, why);
    for (int i = 0; i < started; i++)
        worker_stop(&workers[i]);
    free(workers);
    return bad;
}
