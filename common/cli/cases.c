// cases.c -- see cases.h.
#include "cases.h"

#include "design.h"
#include "gophers.h"
#include "matmul.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SIZE = 1024, DEFAULT_BOOKS = 1024, CARTS_A_LANE = 4 };
static const uint64_t DEFAULT_BOOK_BYTES = 64 << 10, DEFAULT_CART_BYTES = 2 << 20;

static json_t *escaped_path(const char *path)
{
    char *text = text_escape(path);
    if (!text)
        die("out of memory");
    json_t *made = json_string(text);
    free(text);
    return made;
}

// ---- matmul

// "4M", "tile", "whole".
static void name_grain(char *name, size_t size, uint64_t grain)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t unit = 0;
    for (; unit < 4 && grain % 1000 == 0; unit++)
        grain /= 1000;
    if (grain == GRAIN_TILE && unit == 0)
        snprintf(name, size, "tile");
    else if (grain == GRAIN_WHOLE)
        snprintf(name, size, "whole");
    else
        snprintf(name, size, "%llu%s", (unsigned long long)grain, units[unit]);
}

// The product once more, its blocks of C cut to the grain: a cell for every column of the
// case.
static void add_grain(struct plan *p, const char *case_name, const json_t *params,
                      uint64_t grain)
{
    char name[32];
    const size_t before = p->result->cell_count;
    json_t *cut = json_copy((json_t *)(uintptr_t)params);
    if (!cut)
        die("out of memory");
    json_object_set_new(cut, "grain", json_integer((json_int_t)grain));
    name_grain(name, sizeof name, grain);
    plan_case(p, &workload_matmul, case_name, cut);
    for (size_t i = before; i < p->result->cell_count; i++) {
        char *column = p->result->cells[i].column;
        const size_t used = strlen(column), room = sizeof p->result->cells->column - used;
        snprintf(column + used, room, " %s", name);
    }
}

// From a tile to the whole product, each four times the one before. What a tile is, the
// kernel decides; those of any kernel here are smaller than the second step.
static void add_sweep(struct plan *p, const char *case_name, const json_t *params,
                      struct size3 size)
{
    static const uint64_t steps[] = {1, 4, 16, 64, 250};
    const double whole = 2.0 * (double)size.m * (double)size.n * (double)size.k;
    const double tile = 2.0 * 512 * (double)size.k;
    add_grain(p, case_name, params, GRAIN_TILE);
    for (uint64_t unit = 1000; unit <= 1000000000000; unit *= 1000)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
            if ((double)(steps[i] * unit) > tile && (double)(steps[i] * unit) < whole / 2)
                add_grain(p, case_name, params, steps[i] * unit);
    add_grain(p, case_name, params, GRAIN_WHOLE);
}

static int add_product(struct plan *p, const struct options *o, struct size3 size,
                       enum elem type, struct fail *why)
{
    const char *type_name = type == ELEM_F32 ? "f32" : "f64";
    size_t bytes;
    if (size.m > INT64_MAX || size.n > INT64_MAX || size.k > INT64_MAX)
        return fail(why, EXIT_USAGE, "--size: a side is too large");
    if (matmul_bytes(size.m, size.k, type, &bytes, why) ||
        matmul_bytes(size.k, size.n, type, &bytes, why) ||
        matmul_bytes(size.m, size.n, type, &bytes, why))
        return -1;
    char name[80];
    snprintf(name, sizeof name, "%llux%llux%llu %s", (unsigned long long)size.m,
             (unsigned long long)size.n, (unsigned long long)size.k, type_name);
    json_t *params = json_pack("{s:I, s:I, s:I, s:s, s:s, s:I}", "m", (json_int_t)size.m,
                               "n", (json_int_t)size.n, "k", (json_int_t)size.k, "type",
                               type_name, "fill", "uniform", "seed", (json_int_t)o->seed);
    if (!params)
        die("out of memory");
    plan_case(p, &workload_matmul, name, json_incref(params));
    for (size_t i = 0; i < o->grain_count; i++)
        if (o->grains[i] == GRAIN_SWEEP)
            add_sweep(p, name, params, size);
        else
            add_grain(p, name, params, o->grains[i]);
    json_decref(params);
    return 0;
}

// Messages are csp's; serial and omp are there as loops over the same blocks.
static int check_grains(const struct plan *p, const struct options *o, struct fail *why)
{
    bool messages = false;
    for (size_t i = 0; i < p->column_count && o->grain_count; i++) {
        const char *name = p->columns[i].engine->name;
        messages = messages || strcmp(name, "csp") == 0;
        if (strcmp(name, "csp") && strcmp(name, "serial") && strcmp(name, "omp"))
            return fail(why, EXIT_USAGE,
                        "--grain is the size of csp's messages; it goes with the engines "
                        "serial, csp and omp, not with %s",
                        name);
    }
    if (o->grain_count && !messages)
        return fail(
            why, EXIT_USAGE,
            "--grain is the size of csp's messages: the engines must include csp");
    return 0;
}

int cases_matmul(struct plan *p, const struct options *o, struct fail *why)
{
    static const struct size3 one = {DEFAULT_SIZE, DEFAULT_SIZE, DEFAULT_SIZE};
    const struct size3 *sizes = o->size_count ? o->sizes : &one;
    size_t count = o->size_count ? o->size_count : 1;
    if (plan_check_variants(p, o, &workload_matmul, why) || check_grains(p, o, why))
        return -1;
    for (size_t i = 0; i < count; i++)
        for (int type = ELEM_F32; type <= ELEM_F64; type++) {
            bool wanted = o->types.count == 0;
            for (size_t t = 0; t < o->types.count; t++)
                wanted = wanted ||
                         (strcmp(o->types.item[t], "f64") == 0) == (type == ELEM_F64);
            if (wanted && add_product(p, o, sizes[i], (enum elem)type, why))
                return -1;
        }
    return 0;
}

int cases_multiply(struct plan *p, const struct options *o, const char *a, const char *b,
                   struct fail *why)
{
    if (plan_check_variants(p, o, &workload_matmul, why))
        return -1;
    char *name;
    if (asprintf(&name, "%s x %s", a, b) < 0)
        die("out of memory");
    json_t *left = escaped_path(a), *right = escaped_path(b);
    plan_case(p, &workload_matmul, name, json_pack("{s:o, s:o}", "a", left, "b", right));
    free(name);
    return 0;
}

// ---- gophers

// The parameters that every gopher case has.
static json_t *gopher_params(const struct options *o, const struct design *d)
{
    int carts = o->carts ? o->carts : CARTS_A_LANE * d->lanes * d->halves;
    uint64_t cart_bytes = o->cart_bytes ? o->cart_bytes : DEFAULT_CART_BYTES;
    return json_pack("{s:s, s:i, s:I, s:I}", "design", d->name, "carts", carts,
                     "cart_bytes", (json_int_t)cart_bytes, "seed", (json_int_t)o->seed);
}

static int check_carts(const struct options *o, const struct design *d, struct fail *why)
{
    if (o->carts && o->carts < d->lanes * d->halves)
        return fail(why, EXIT_USAGE, "--carts: the design %s needs at least %d", d->name,
                    d->lanes * d->halves);
    return 0;
}

static int add_generated(struct plan *p, const struct options *o, const struct design *d)
{
    uint64_t books = o->books ? o->books : DEFAULT_BOOKS;
    uint64_t book_bytes = o->book_bytes ? o->book_bytes : DEFAULT_BOOK_BYTES;
    char name[128], size[FIGURE_BYTES];
    text_bytes(size, (double)book_bytes);
    bool skewed = o->skew && strcmp(o->skew, "none") != 0;
    snprintf(name, sizeof name, "%.32s, %llu books of %.31s%s%.16s", d->name,
             (unsigned long long)books, size, skewed ? " " : "", skewed ? o->skew : "");
    json_t *params = gopher_params(o, d);
    json_object_set_new(params, "books", json_integer((json_int_t)books));
    json_object_set_new(params, "book_bytes", json_integer((json_int_t)book_bytes));
    json_object_set_new(params, "skew", json_string(o->skew ? o->skew : "none"));
    plan_case(p, &workload_gophers, name, params);
    return 0;
}

static void add_real(struct plan *p, const struct options *o, const struct design *d,
                     const char *const *paths, int count)
{
    json_t *params = gopher_params(o, d);
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, escaped_path(paths[i]));
    char *name;
    if (asprintf(&name, "%s, %s%s", d->name, paths[0], count > 1 ? ", ..." : "") < 0)
        die("out of memory");
    json_object_set_new(params, "paths", list);
    plan_case(p, &workload_gophers, name, params);
    free(name);
}

// The designs asked for, or the default ones: alone, four in a row, and as many rows as
// CPUs.
static int designs_of(const struct options *o, int cpus, struct design *found, int max,
                      struct fail *why)
{
    char rows[32];
    snprintf(rows, sizeof rows, "four*%d", cpus);
    char *names[] = {"one", "four", cpus == 2 ? "eight" : rows};
    struct list standard = {.item = names, .count = cpus > 1 ? 3 : 2};
    const struct list *wanted = o->designs.count ? &o->designs : &standard;
    if (wanted->count > (size_t)max)
        return fail(why, EXIT_USAGE, "--design: at most %d at once", max);
    for (size_t i = 0; i < wanted->count; i++)
        if (design_find(wanted->item[i], &found[i], why) ||
            check_carts(o, &found[i], why))
            return -1;
    return (int)wanted->count;
}

int cases_gophers(struct plan *p, const struct options *o, struct fail *why)
{
    enum { DESIGNS_MAX = 64 };
    struct design found[DESIGNS_MAX];
    int count = designs_of(o, p->result->host.usable_cpus, found, DESIGNS_MAX, why);
    if (count < 0 || plan_check_variants(p, o, &workload_gophers, why))
        return -1;
    for (int i = 0; i < count; i++) {
        if (o->library)
            add_real(p, o, &found[i], &o->library, 1);
        else
            add_generated(p, o, &found[i]);
    }
    return 0;
}

int cases_burn(struct plan *p, const struct options *o, const char *const *paths,
               int count, struct fail *why)
{
    char rows[32];
    struct design design;
    snprintf(rows, sizeof rows, "four*%d", o->threads[0]);
    if (o->designs.count > 1)
        return fail(why, EXIT_USAGE, "--design: burn takes one");
    if (design_find(o->designs.count ? o->designs.item[0] : rows, &design, why) ||
        check_carts(o, &design, why) || plan_check_variants(p, o, &workload_gophers, why))
        return -1;
    add_real(p, o, &design, paths, count);
    return 0;
}
