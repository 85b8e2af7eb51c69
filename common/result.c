// result.c -- see result.h.
#include "result.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grown(void *old, size_t count, size_t size)
{
    void *memory = reallocarray(old, count, size);
    if (!memory)
        die("no memory for %zu results", count);
    return memory;
}

void result_add_sample(struct cell *cell, struct sample sample)
{
    assert(cell->count == 0 || cell->samples[cell->count - 1].round < sample.round);
    if (cell->count == cell->capacity) {
        cell->capacity = cell->capacity ? 2 * cell->capacity : 16;
        cell->samples = grown(cell->samples, cell->capacity, sizeof *cell->samples);
    }
    cell->samples[cell->count++] = sample;
}

void result_fail(struct cell *cell, const struct fail *why)
{
    assert(why->code != EXIT_OK);
    if (cell->failed != EXIT_OK)
        return;
    cell->failed = why->code;
    cell->error = strdup(why->text);
    if (!cell->error)
        die("no memory for an error");
}

bool result_stands(const struct cell *cell)
{
    return cell->failed == EXIT_OK && cell->count > 0;
}

uint64_t result_grain(const struct cell *cell)
{
    return (uint64_t)json_integer_value(json_object_get(cell->params, "grain"));
}

bool result_same_case(const struct cell *a, const struct cell *b)
{
    return strcmp(a->workload, b->workload) == 0 &&
           strcmp(a->case_name, b->case_name) == 0;
}

// ---- one cell

// A wrong answer never gets a time: what was measured before the failure goes.
static void strip_times(struct cell *cell)
{
    if (cell->count > 0) {
        char *longer;
        if (asprintf(&longer, "%s (after %zu finished round%s)",
                     cell->error ? cell->error : "failed", cell->count,
                     cell->count == 1 ? "" : "s") < 0)
            die("no memory for an error");
        free(cell->error);
        cell->error = longer;
    }
    if (!cell->error && !(cell->error = strdup("failed without saying why")))
        die("no memory for an error");
    free(cell->samples);
    cell->samples = NULL;
    cell->count = cell->capacity = 0;
    cell->open_s = 0;
    cell->verified = false;
    cell->max_error = 0;
}

// f32 or f64: as asked for, or as the files turned out to be.
static bool is_f64(const struct cell *cell)
{
    const char *type = json_string_value(json_object_get(cell->described, "type"));
    if (!type)
        type = json_string_value(json_object_get(cell->params, "type"));
    if (type)
        return strcmp(type, "f64") == 0;
    const char *last_word = strrchr(cell->case_name, ' ');
    return last_word && strcmp(last_word, " f64") == 0;
}

struct roof {
    const char *name;
    double one, all;  // one CPU alone, and all usable ones at once
};

static struct roof cpu_roof(const struct cell *cell, const struct limits *l)
{
    if (strcmp(cell->workload, "gophers") == 0)
        return (struct roof){"sha256_bytes", l->sha256_bytes_1, l->sha256_bytes};
    if (strcmp(cell->workload, "matmul") != 0)
        return (struct roof){0};
    if (is_f64(cell))
        return (struct roof){"fma_f64_flops", l->fma_f64_flops_1, l->fma_f64_flops};
    return (struct roof){"fma_f32_flops", l->fma_f32_flops_1, l->fma_f32_flops};
}

// A device that burns books is fed by its bus: the upload is what bounds it.
static struct roof device_roof(const struct cell *cell)
{
    const struct device_limits *l = &cell->device_limits;
    if (strcmp(cell->workload, "gophers") == 0)
        return (struct roof){"device upload_bytes", 0, l->upload_bytes};
    if (strcmp(cell->workload, "matmul") != 0)
        return (struct roof){0};
    if (is_f64(cell))
        return (struct roof){"device fma_f64_flops", 0, l->fma_f64_flops};
    return (struct roof){"device fma_f32_flops", 0, l->fma_f32_flops};
}

// Between one thread and all usable CPUs the roof rises in a straight line. 0: not
// measured.
static double roof_at(struct roof roof, int threads, int usable_cpus)
{
    if (threads <= 0 || threads >= usable_cpus)
        return roof.all;
    if (threads == 1)
        return roof.one;
    if (roof.one <= 0 || roof.all <= 0)
        return 0;
    const double part = (double)(threads - 1) / (double)(usable_cpus - 1);
    return roof.one + part * (roof.all - roof.one);
}

static void find_limit(struct cell *cell, const struct result *result)
{
    struct roof roof;
    if (cell->facts.gpu) {
        roof = device_roof(cell);
        cell->limit = roof.all;
    } else {
        roof = cpu_roof(cell, &result->limits);
        cell->limit = roof_at(roof, cell->facts.threads, result->host.usable_cpus);
    }
    // The limit is one of plain arithmetic.
    if (!(cell->limit > 0) || cell->facts.input_epsilon > 0)
        cell->limit = 0;
    cell->limit_name = cell->limit > 0 ? roof.name : NULL;
    cell->limit_fraction = cell->limit > 0 ? cell->rate / cell->limit : 0;
}

static void conclude_cell(struct cell *cell, const struct result *result)
{
    cell->median_s = cell->rate = cell->limit_fraction = cell->limit = 0;
    cell->limit_name = NULL;
    cell->ci95_s = (struct interval){0};
    if (cell->failed != EXIT_OK)
        strip_times(cell);
    if (!result_stands(cell))
        return;
    double *totals = grown(NULL, cell->count, sizeof *totals);
    for (size_t i = 0; i < cell->count; i++)
        totals[i] = cell->samples[i].total_s;
    cell->median_s = stats_median(totals, cell->count);
    cell->ci95_s = stats_median_ci95(totals, cell->count);
    free(totals);
    if (cell->median_s > 0)
        cell->rate = cell->work / cell->median_s;
    find_limit(cell, result);
}

// ---- two cells

static double field_of(const struct sample *sample, size_t offset)
{
    double value;
    memcpy(&value, (const char *)sample + offset, sizeof value);
    return value;
}

size_t result_common_rounds(const struct cell *a, size_t a_field, const struct cell *b,
                            size_t b_field, double *a_s, double *b_s)
{
    size_t i = 0, j = 0, n = 0;
    while (i < a->count && j < b->count) {
        const uint32_t at = a->samples[i].round, other = b->samples[j].round;
        if (at == other) {
            a_s[n] = field_of(&a->samples[i], a_field);
            b_s[n++] = field_of(&b->samples[j], b_field);
        }
        i += at <= other;
        j += other <= at;
    }
    return n;
}

static void add_pair(struct result *result, const struct cell *a, const struct cell *b)
{
    const size_t room = a->count < b->count ? a->count : b->count;
    double *a_s = grown(NULL, room, sizeof *a_s);
    double *b_s = grown(NULL, room, sizeof *b_s);
    const size_t total = offsetof(struct sample, total_s);
    struct pair pair = {.a = a, .b = b};
    pair.rounds = result_common_rounds(a, total, b, total, a_s, b_s);
    if (pair.rounds > 0) {
        pair.ratio = stats_ratio(a_s, b_s, pair.rounds, &pair.ci95);
        result->pairs =
            grown(result->pairs, result->pair_count + 1, sizeof *result->pairs);
        result->pairs[result->pair_count++] = pair;
    }
    free(a_s);
    free(b_s);
}

void result_conclude(struct result *result)
{
    for (size_t i = 0; i < result->cell_count; i++)
        conclude_cell(&result->cells[i], result);
    result->pair_count = 0;
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t j = i + 1; j < result->cell_count; j++) {
            const struct cell *a = &result->cells[i], *b = &result->cells[j];
            if (result_stands(a) && result_stands(b) && result_same_case(a, b))
                add_pair(result, a, b);
        }
}

bool result_opens_case(const struct result *r, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (result_same_case(&r->cells[i], &r->cells[at]))
            return false;
    return true;
}

bool result_pair(const struct result *result, const struct cell *a, const struct cell *b,
                 struct pair *found)
{
    for (size_t i = 0; i < result->pair_count; i++) {
        const struct pair *p = &result->pairs[i];
        if (p->a == a && p->b == b) {
            *found = *p;
            return true;
        }
        if (p->a == b && p->b == a) {
            *found = (struct pair){.a = a,
                                   .b = b,
                                   .ratio = 1 / p->ratio,
                                   .ci95 = {.lo = 1 / p->ci95.hi, .hi = 1 / p->ci95.lo},
                                   .rounds = p->rounds};
            return true;
        }
    }
    return false;
}

bool result_separated(const struct pair *pair)
{
    return pair->rounds >= STATS_MIN_FOR_INTERVAL && stats_separated(pair->ci95);
}

// ---- the whole

void result_free(struct result *result)
{
    for (size_t i = 0; i < result->cell_count; i++) {
        struct cell *cell = &result->cells[i];
        free(cell->case_name);
        json_decref(cell->params);
        json_decref(cell->described);
        json_decref(cell->complaints);
        free(cell->samples);
        free(cell->error);
        free(cell->log);
    }
    free(result->cells);
    free(result->pairs);
    free(result->command);
    *result = (struct result){0};
}

static enum exit_code cell_exit(const struct cell *cell)
{
    if (cell->failed == EXIT_ABSENT && cell->sole_default)
        return EXIT_OK;
    if (result_stands(cell) && !cell->verified)
        return EXIT_INCONCLUSIVE;
    return cell->failed;
}

// The larger, the more serious. A code that is not in the list still beats success.
static int severity(enum exit_code code)
{
    static const enum exit_code order[] = {
        EXIT_OK,     EXIT_INCONCLUSIVE, EXIT_REGRESSION, EXIT_USAGE,
        EXIT_ABSENT, EXIT_INPUT,        EXIT_DEADLOCK,   EXIT_RESOURCE,
        EXIT_DIED,   EXIT_OUTPUT,       EXIT_WRONG};
    const int count = (int)(sizeof order / sizeof *order);
    for (int i = 0; i < count; i++)
        if (order[i] == code)
            return i;
    return 1;
}

enum exit_code result_exit(const struct result *result)
{
    if (result->interrupted)
        return (enum exit_code)(EXIT_SIGNAL + result->signal);
    enum exit_code worst = EXIT_OK;
    for (size_t i = 0; i < result->cell_count; i++) {
        const enum exit_code code = cell_exit(&result->cells[i]);
        if (severity(code) > severity(worst))
            worst = code;
    }
    return worst;
}
