// tune_player.c -- see tune_player.h.
#include "tune_player.h"

#include "bench.h"
#include "stats.h"
#include "text.h"
#include "text_json.h"

#include <stdlib.h>

enum { ROUNDS = 5, ROUNDS_HOPELESS = 2 };
static const double HOPELESS = 1.25;

void player_dismiss(struct player *p)
{
    if (p)
        worker_stop(&p->worker);
    free(p);
}

struct player *player_hire(const struct cell *cell, const struct engine_opts *opts,
                           const char *variant, char *chosen, size_t chosen_bytes,
                           struct fail *why)
{
    const struct worker_inheritance gets = {
        .threads = opts->threads, .save_fd = -1, .stdin_fd = -1};
    json_t *reply = NULL;
    struct player *p = calloc(1, sizeof *p);
    if (!p)
        die("out of memory");
    char *device = opts->device ? text_escape(opts->device) : NULL;
    json_t *request =
        json_pack("{s:s, s:s, s:i, s:I, s:s*, s:s*}", "do", "open", "engine",
                  cell->engine, "threads", opts->threads, "seed", (json_int_t)opts->seed,
                  "device", device, "variant", variant);
    free(device);
    if (worker_start(&p->worker, &gets, why)) {
        json_decref(request);
        free(p);
        return NULL;
    }
    if (worker_ask(&p->worker, request, bench_deadline_s(0, NULL), &reply, why) == 0) {
        json_decref(reply);
        request = json_pack("{s:s, s:s, s:O}", "do", "make", "workload", cell->workload,
                            "params", cell->params);
        if (worker_ask(&p->worker, request, bench_deadline_s(0, NULL), &reply, why) ==
            0) {
            p->work = json_number_value(json_object_get(reply, "work"));
            if (chosen)
                text_from_json(chosen, chosen_bytes, json_object_get(reply, "facts"),
                               "variant");
            json_decref(reply);
            return p;
        }
    }
    player_dismiss(p);
    return NULL;
}

int player_play(struct player *p, const char *unit, double *total_s, struct fail *why)
{
    json_t *reply;
    json_t *request = json_pack("{s:s, s:i}", "do", "sample", "sabotage", 0);
    if (worker_ask(&p->worker, request, bench_deadline_s(p->work, unit), &reply, why))
        return -1;
    const bool verified = json_is_true(json_object_get(reply, "verified"));
    *total_s = json_number_value(json_object_get(reply, "total_s"));
    json_decref(reply);
    return verified ? 0 : fail(why, EXIT_WRONG, "nobody verified its answer");
}

int player_match(struct player *best, struct player *challenger, const char *unit,
                 double *ratio, struct player **who, struct fail *why)
{
    double theirs[ROUNDS], ours[ROUNDS];
    size_t n = 0;
    for (int round = -1; round < ROUNDS; round++) {
        struct player *turn[2] = {best, challenger};
        double time_s[2];
        for (int i = 0; i < 2; i++) {
            const int at = (i + round) & 1;
            *who = turn[at];
            if (player_play(turn[at], unit, &time_s[at], why))
                return -1;
        }
        if (round < 0)
            continue;
        ours[n] = time_s[0];
        theirs[n++] = time_s[1];
        struct interval range;
        *ratio = stats_ratio(theirs, ours, n, &range);
        if (n >= ROUNDS_HOPELESS && range.lo > HOPELESS)
            return 0;
    }
    return 0;
}
