// scaling.c -- see scaling.h.
#include "scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *more(void *old, size_t count, size_t size)
{
    void *memory = reallocarray(old, count, size);
    if (!memory)
        die("no memory for how %zu results scale", count);
    return memory;
}

// ---- sweeps

// "f32" of "64x64x64 f32".
static const char *type_of(const struct cell *cell)
{
    const char *space = strchr(cell->case_name, ' ');
    return space ? space + 1 : "";
}

static bool same_sweep(const struct cell *a, const struct cell *b)
{
    return strcmp(a->workload, b->workload) == 0 && strcmp(type_of(a), type_of(b)) == 0;
}

// Only of products the size is a number that can be put in order.
static bool opens_sweep(const struct result *r, size_t at)
{
    if (strcmp(r->cells[at].workload, "matmul") != 0)
        return false;
    for (size_t i = 0; i < at; i++)
        if (same_sweep(&r->cells[i], &r->cells[at]))
            return false;
    return true;
}

// A cell that failed may not know its work: any of its case that stands does.
static double work_of(const struct result *r, const struct cell *first)
{
    for (size_t i = 0; i < r->cell_count; i++)
        if (result_stands(&r->cells[i]) && result_same_case(&r->cells[i], first))
            return r->cells[i].work;
    return 0;
}

static struct sweep take_sweep(const struct result *r, size_t at)
{
    struct sweep s = {.first = more(NULL, r->cell_count, sizeof *s.first)};
    for (size_t i = at; i < r->cell_count; i++) {
        const struct cell *cell = &r->cells[i];
        if (!same_sweep(&r->cells[at], cell) || !result_opens_case(r, i) ||
            !(work_of(r, cell) > 0))
            continue;
        size_t to = s.count++;
        for (; to > 0 && work_of(r, s.first[to - 1]) > work_of(r, cell); to--)
            s.first[to] = s.first[to - 1];
        s.first[to] = cell;
    }
    return s;
}

static void find_sweeps(struct scaling *s, const struct result *r)
{
    s->sweeps = more(NULL, r->cell_count + 1, sizeof *s->sweeps);
    for (size_t i = 0; i < r->cell_count; i++) {
        if (!opens_sweep(r, i))
            continue;
        struct sweep sweep = take_sweep(r, i);
        if (sweep.count >= SWEEP_MIN)
            s->sweeps[s->sweep_count++] = sweep;
        else
            free(sweep.first);
    }
}

// ---- crossovers

const struct cell *scaling_cell(const struct result *r, const struct cell *first,
                                const char *column)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *cell = &r->cells[i];
        if (result_stands(cell) && result_same_case(cell, first) &&
            strcmp(cell->column, column) == 0)
            return cell;
    }
    return NULL;
}

bool scaling_better_threads(int a, int b, int cpus)
{
    const bool a_fits = a <= cpus, b_fits = b <= cpus;
    if (a_fits != b_fits)
        return a_fits;
    return a_fits ? a > b : a < b;
}

// The engine's column at the largest size, at as many threads as there are CPUs for; of a
// device's several the fastest.
static const struct cell *champion(const struct result *r, const struct sweep *s,
                                   const char *engine, const char *device)
{
    const struct cell *best = NULL, *last = s->first[s->count - 1];
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *c = &r->cells[i];
        if (!result_stands(c) || !result_same_case(c, last) ||
            strcmp(c->engine, engine) != 0 ||
            (device && strcmp(c->facts.device, device) != 0) ||
            c->facts.input_epsilon > 0 || result_grain(c) > 0)
            continue;
        const int cpus = r->host.usable_cpus;
        if (!best ||
            scaling_better_threads(c->facts.threads, best->facts.threads, cpus) ||
            (c->facts.threads == best->facts.threads && c->median_s < best->median_s))
            best = c;
    }
    return best;
}

void crossover_find(const int *faster, size_t count, int *after, int *from)
{
    int at = (int)count;
    while (at > 0 && faster[at - 1] > 0)
        at--;
    *from = at < (int)count ? at : -1;
    while (at > 0 && faster[at - 1] >= 0)
        at--;
    *after = at - 1;
}

// a's time over b's, of whole runs or of a's kernels.
static bool compare(const struct cell *a, const struct cell *b, bool kernels,
                    struct pair *pair)
{
    const size_t room = a->count < b->count ? a->count : b->count;
    double *a_s = more(NULL, room, sizeof *a_s), *b_s = more(NULL, room, sizeof *b_s);
    const size_t field =
        kernels ? offsetof(struct sample, run_s) : offsetof(struct sample, total_s);
    *pair = (struct pair){.a = a, .b = b};
    pair->rounds =
        result_common_rounds(a, field, b, offsetof(struct sample, total_s), a_s, b_s);
    if (pair->rounds > 0)
        pair->ratio = stats_ratio(a_s, b_s, pair->rounds, &pair->ci95);
    free(a_s);
    free(b_s);
    return pair->rounds > 0;
}

static void add_crossover(struct scaling *s, const struct result *r,
                          const struct sweep *sweep, const struct cell *a,
                          const struct cell *b, bool kernels)
{
    if (!a || !b)
        return;
    struct crossover c = {.sweep = sweep, .kernels = kernels};
    int *faster = more(NULL, sweep->count, sizeof *faster);
    memcpy(c.a, a->column, sizeof c.a);
    memcpy(c.b, b->column, sizeof c.b);
    c.at = more(NULL, sweep->count, sizeof *c.at);
    for (size_t i = 0; i < sweep->count; i++) {
        const struct cell *x = scaling_cell(r, sweep->first[i], c.a);
        const struct cell *y = scaling_cell(r, sweep->first[i], c.b);
        if (!x || !y || !compare(x, y, kernels, &c.at[c.count]))
            continue;
        const struct pair *p = &c.at[c.count];
        faster[c.count++] = !result_separated(p) ? 0 : p->ratio < 1 ? 1 : -1;
    }
    crossover_find(faster, c.count, &c.after, &c.from);
    free(faster);
    s->crossovers = more(s->crossovers, s->crossover_count + 1, sizeof *s->crossovers);
    s->crossovers[s->crossover_count++] = c;
}

static void find_crossovers(struct scaling *s, const struct result *r,
                            const struct sweep *sweep)
{
    const struct cell *serial = champion(r, sweep, "serial", NULL);
    const struct cell *omp = champion(r, sweep, "omp", NULL);
    const struct cell *csp = champion(r, sweep, "csp", NULL);
    add_crossover(s, r, sweep, omp, serial, false);
    add_crossover(s, r, sweep, csp, serial, false);
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *c = &r->cells[i];
        if (strcmp(c->engine, "ocl") != 0 ||
            champion(r, sweep, "ocl", c->facts.device) != c)
            continue;
        add_crossover(s, r, sweep, c, serial, false);
        add_crossover(s, r, sweep, c, omp, false);
        // Where memory is shared a run is all there is.
        if (c->samples[0].upload_s + c->samples[0].download_s > 0)
            add_crossover(s, r, sweep, c, omp, true);
    }
}

// ---- threads

double karp_flatt(double speedup, int threads)
{
    return (1 / speedup - 1.0 / threads) / (1 - 1.0 / threads);
}

static void add_speedup(struct scaling *s, const struct result *r, const struct cell *one,
                        const struct cell *many)
{
    struct speedup up = {.one = one, .many = many, .serial_fraction = NAN};
    const int n = many->facts.threads;
    if (!result_pair(r, one, many, &up.pair))
        return;
    const struct interval ci = up.pair.ci95;
    up.efficiency = up.pair.ratio / n;
    up.efficiency_ci95 = (struct interval){ci.lo / n, ci.hi / n};
    if (n <= r->host.usable_cpus && up.pair.ratio > 1) {
        up.serial_fraction = karp_flatt(up.pair.ratio, n);
        up.serial_fraction_ci95 =
            (struct interval){karp_flatt(ci.hi, n), karp_flatt(ci.lo, n)};
    }
    s->speedups = more(s->speedups, s->speedup_count + 1, sizeof *s->speedups);
    s->speedups[s->speedup_count++] = up;
}

// The same engine, kernel and device, but for the threads.
static bool differ_in_threads(const struct cell *one, const struct cell *many)
{
    return result_stands(one) && result_stands(many) && one->facts.threads == 1 &&
           many->facts.threads > 1 && result_same_case(one, many) &&
           result_grain(one) == 0 && result_grain(many) == 0 &&
           strcmp(one->engine, many->engine) == 0 &&
           strcmp(one->facts.variant, many->facts.variant) == 0 &&
           strcmp(one->facts.device, many->facts.device) == 0;
}

static void find_speedups(struct scaling *s, const struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++)
        for (size_t j = 0; j < r->cell_count; j++)
            if (differ_in_threads(&r->cells[i], &r->cells[j]))
                add_speedup(s, r, &r->cells[i], &r->cells[j]);
}

bool scaling_threads_swept(const struct scaling *s, const struct speedup *up)
{
    for (size_t i = 0; i < s->speedup_count; i++) {
        const struct speedup *other = &s->speedups[i];
        if (other != up && result_same_case(other->one, up->one))
            return true;
    }
    return false;
}

// ---- payback

static void add_payback(struct scaling *s, const struct cell *device,
                        const struct cell *other)
{
    struct payback p = {.device = device, .other = other};
    const size_t room = device->count < other->count ? device->count : other->count;
    double *device_s = more(NULL, room, sizeof *device_s),
           *other_s = more(NULL, room, sizeof *other_s);
    const size_t total = offsetof(struct sample, total_s);
    p.rounds = result_common_rounds(device, total, other, total, device_s, other_s);
    for (size_t i = 0; i < p.rounds; i++)
        other_s[i] -= device_s[i];
    if (p.rounds > 0) {
        p.open_s = fmax(device->open_s - other->open_s, 0);
        p.gain_s = stats_median(other_s, p.rounds);
        p.gain_ci95_s = stats_median_ci95(other_s, p.rounds);
        p.paid = p.rounds >= STATS_MIN_FOR_INTERVAL && p.gain_ci95_s.lo > 0;
        if (p.paid) {
            p.runs = ceil(p.open_s / p.gain_s);
            p.runs_ci95 = (struct interval){ceil(p.open_s / p.gain_ci95_s.hi),
                                            ceil(p.open_s / p.gain_ci95_s.lo)};
        }
        s->paybacks = more(s->paybacks, s->payback_count + 1, sizeof *s->paybacks);
        s->paybacks[s->payback_count++] = p;
    }
    free(device_s);
    free(other_s);
}

static void find_paybacks(struct scaling *s, const struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct cell *device = &r->cells[i], *omp = NULL;
        for (size_t j = 0; j < r->cell_count; j++) {
            const struct cell *c = &r->cells[j];
            if (result_stands(c) && strcmp(c->engine, "omp") == 0 &&
                result_same_case(c, device) &&
                (!omp || scaling_better_threads(c->facts.threads, omp->facts.threads,
                                                r->host.usable_cpus)))
                omp = c;
        }
        if (omp && result_stands(device) && strcmp(device->engine, "ocl") == 0)
            add_payback(s, device, omp);
    }
}

// ---- the whole

void scaling_find(struct scaling *s, const struct result *r)
{
    *s = (struct scaling){0};
    find_sweeps(s, r);
    for (size_t i = 0; i < s->sweep_count; i++)
        find_crossovers(s, r, &s->sweeps[i]);
    find_speedups(s, r);
    find_paybacks(s, r);
}

void scaling_free(struct scaling *s)
{
    for (size_t i = 0; i < s->sweep_count; i++)
        free(s->sweeps[i].first);
    for (size_t i = 0; i < s->crossover_count; i++)
        free(s->crossovers[i].at);
    free(s->sweeps);
    free(s->crossovers);
    free(s->speedups);
    free(s->paybacks);
    *s = (struct scaling){0};
}
