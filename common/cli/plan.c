// plan.c -- see plan.h.
#include "plan.h"

#include "registry.h"
#include "roster.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
    if (!memory)
        die("out of memory");
    return memory;
}

// ---- columns

static struct column *new_column(struct plan *p, const struct engine *engine)
{
    p->columns =
        checked(reallocarray(p->columns, p->column_count + 1, sizeof *p->columns));
    struct column *c = &p->columns[p->column_count++];
    *c = (struct column){.engine = engine};
    return c;
}

static void add_column(struct plan *p, const struct engine *engine, const char *device,
                       const char *shown_device, int threads, const struct options *o,
                       const struct fail *absent)
{
    for (size_t i = 0; i < p->column_count; i++) {
        const struct column *known = &p->columns[i];
        bool same_device = known->device && device ? strcmp(known->device, device) == 0
                                                   : !known->device == !device;
        if (known->engine == engine && known->opts.threads == threads && same_device)
            return;  // asked for twice
    }
    struct column *c = new_column(p, engine);
    c->device = device ? checked(strdup(device)) : NULL;
    c->opts =
        (struct engine_opts){.threads = threads, .device = c->device, .seed = o->seed};
    c->sole_default = o->engines.count == 0;
    c->absent = absent ? *absent : (struct fail){.code = EXIT_OK};
    char sweep[16] = "";
    if (o->thread_count > 1 && !absent)
        snprintf(sweep, sizeof sweep, " t%d", threads);
    snprintf(c->name, sizeof c->name, "%s%s%.40s%s", engine->name,
             shown_device ? ":" : "", shown_device ? shown_device : "", sweep);
}

// A column for every thread count that makes a difference to the engine on that device.
static void add_threads(struct plan *p, const struct engine *engine,
                        const struct device *device, const char *address,
                        const struct options *o)
{
    if (engine->sequential || (device && device->gpu)) {
        add_column(p, engine, address, address, engine->sequential ? 1 : o->threads[0], o,
                   NULL);
        return;
    }
    for (size_t i = 0; i < o->thread_count; i++)
        add_column(p, engine, address, address, o->threads[i], o, NULL);
}

static void add_engine(struct plan *p, const struct engine *engine, const char *device,
                       const struct options *o, bool each_device)
{
    struct presence here;
    if (device) {  // whether it is there, opening it finds out
        add_threads(p, engine, NULL, device, o);
        return;
    }
    roster_probe(&here, engine);
    if (here.count == 0)
        add_column(p, engine, NULL, NULL, 1, o, &here.why);
    int devices = here.count > 1 && each_device ? here.count : here.count > 0;
    for (int d = 0; d < devices; d++)
        add_threads(p, engine, &here.devices[d],
                    devices > 1 ? here.devices[d].address : NULL, o);
    roster_free(&here);
}

// What structure costs shows on one thread, beside serial: a comparison whose thread
// counts nobody chose has tasks and channels on one thread, too.
static void add_structure_alone(struct plan *p, const struct options *o)
{
    const struct column *last = p->column_count ? &p->columns[p->column_count - 1] : NULL;
    if (o->threads_given || o->threads[0] == 1 || !last || last->absent.code ||
        strcmp(last->engine->name, "csp") != 0)
        return;
    const struct engine *engine = last->engine;
    size_t before = p->column_count;
    add_column(p, engine, NULL, NULL, 1, o, NULL);
    if (p->column_count == before)
        return;
    snprintf(p->columns[p->column_count - 1].name, sizeof p->columns->name, "%s t1",
             engine->name);
    // The one-thread column stands first.
    struct column swapped = p->columns[p->column_count - 1];
    p->columns[p->column_count - 1] = p->columns[p->column_count - 2];
    p->columns[p->column_count - 2] = swapped;
}

// An engine takes no part after the colon: says which do, and how.
static int refuse_device(const char *text, struct fail *why)
{
    char forms[256] = "";
    for (int i = 0; engines[i]; i++)
        if (engines[i]->takes)
            snprintf(forms + strlen(forms), sizeof forms - strlen(forms), "%s%s",
                     *forms ? "; " : "", engines[i]->takes);
    return fail(why, EXIT_USAGE, "'%.100s': what takes a device is %s", text, forms);
}

// One element of --engine: "csp", "ocl:0:1".
static int add_named(struct plan *p, const char *text, const struct options *o,
                     bool each_device, struct fail *why)
{
    const char *colon = strchr(text, ':');
    char name[32];
    snprintf(name, sizeof name, "%.*s", colon ? (int)(colon - text) : 31, text);
    const struct engine *engine = registry_engine(name);
    char known[160];
    if (!engine)
        return fail(why, EXIT_USAGE, "no engine is called '%.100s'; known are %s", text,
                    registry_engine_names(known, sizeof known));
    if (colon && (!colon[1] || !engine->takes))
        return refuse_device(text, why);
    add_engine(p, engine, colon ? colon + 1 : NULL, o, each_device);
    if (each_device)
        add_structure_alone(p, o);
    return 0;
}

// Every peer that is here; those that are not are no news, for nobody named them.
static void add_peers(struct plan *p, const struct options *o, bool each_device)
{
    for (int i = 0; engines[i]; i++) {
        const size_t before = p->column_count;
        if (!engines[i]->peer)
            continue;
        add_engine(p, engines[i], NULL, o, each_device);
        if (p->column_count > before && p->columns[before].absent.code)
            p->column_count = before;
        for (size_t c = before; c < p->column_count; c++)
            p->columns[c].sole_default = true;
    }
}

int plan_columns(struct plan *p, const struct options *o, const char *const *fallback,
                 bool each_device, struct fail *why)
{
    p->variants = &o->variants;
    for (size_t i = 0; i < o->engines.count; i++)
        if (add_named(p, o->engines.item[i], o, each_device, why))
            return -1;
    for (int i = 0; o->engines.count == 0 && engines[i]; i++) {
        bool wanted = !fallback && !engines[i]->peer;
        for (int j = 0; fallback && fallback[j]; j++)
            wanted = wanted || strcmp(fallback[j], engines[i]->name) == 0;
        if (wanted)
            add_engine(p, engines[i], NULL, o, each_device);
        if (wanted && each_device)
            add_structure_alone(p, o);
    }
    if (o->peers)
        add_peers(p, o, each_device);
    return 0;
}

// ---- cells

static bool knows(const struct engine *e, const struct workload *w, const char *variant)
{
    const char *const *names = registry_variants(e, w);
    for (int i = 0; names && names[i]; i++)
        if (strcmp(names[i], variant) == 0)
            return true;
    return false;
}

int plan_check_variants(const struct plan *p, const struct options *o,
                        const struct workload *w, struct fail *why)
{
    for (size_t i = 0; i < o->variants.count; i++) {
        bool known = strcmp(o->variants.item[i], "all") == 0;
        for (size_t j = 0; j < p->column_count && !known; j++)
            known = knows(p->columns[j].engine, w, o->variants.item[i]);
        if (known)
            continue;
        char all[256] = "";
        for (size_t j = 0; j < p->column_count; j++) {
            const char *const *names = registry_variants(p->columns[j].engine, w);
            for (int k = 0; names && names[k]; k++)
                if (!strstr(all, names[k]))
                    snprintf(all + strlen(all), sizeof all - strlen(all), " %s",
                             names[k]);
        }
        return fail(why, EXIT_USAGE,
                    "--variant: these engines have no '%.60s' for %s; known are all%s",
                    o->variants.item[i], w->name, all);
    }
    return 0;
}

static struct cell *new_cell(struct plan *p)
{
    struct result *r = p->result;
    r->cells = checked(reallocarray(r->cells, r->cell_count + 1, sizeof *r->cells));
    p->opts = checked(reallocarray(p->opts, r->cell_count + 1, sizeof *p->opts));
    return &r->cells[r->cell_count++];
}

// `variant` NULL: the engine chooses. `named`: somebody asked for it by name.
static void add_cell(struct plan *p, const struct column *c, const struct workload *w,
                     const char *case_name, json_t *params, const char *variant,
                     bool named)
{
    struct cell *cell = new_cell(p);
    *cell = (struct cell){.workload = w->name,
                          .case_name = checked(strdup(case_name)),
                          .params = json_incref(params),
                          .engine = c->engine->name,
                          .threads = c->opts.threads,
                          .sole_default = c->sole_default || !named,
                          .peer = c->engine->peer,
                          .rung = variant,
                          .unit = w->unit,
                          .failed = c->absent.code};
    snprintf(cell->column, sizeof cell->column, "%.40s%s%.20s", c->name,
             variant ? " " : "", variant ? variant : "");
    if (c->absent.code)
        cell->error = checked(strdup(c->absent.text));
    struct engine_opts *opts = &p->opts[p->result->cell_count - 1];
    *opts = c->opts;
    opts->variant = variant;
}

struct cell *plan_repeat(struct plan *p)
{
    struct cell *cell = new_cell(p);
    *cell = cell[-1];
    cell->case_name = checked(strdup(cell->case_name));
    json_incref(cell->params);
    if (cell->error)
        cell->error = checked(strdup(cell->error));
    p->opts[p->result->cell_count - 1] = p->opts[p->result->cell_count - 2];
    return cell;
}

void plan_case(struct plan *p, const struct workload *w, const char *case_name,
               json_t *params)
{
    for (size_t i = 0; i < p->column_count; i++) {
        const struct column *c = &p->columns[i];
        const char *const *names = registry_variants(c->engine, w);
        size_t before = p->result->cell_count;
        if (c->engine->peer && c->sole_default && !registry_offers(c->engine, w))
            continue;
        for (size_t v = 0; v < p->variants->count && !c->absent.code; v++) {
            const char *asked = p->variants->item[v];
            bool all = strcmp(asked, "all") == 0;
            for (int k = 0; names && names[k]; k++)
                if (all || strcmp(names[k], asked) == 0)
                    add_cell(p, c, w, case_name, params, names[k], !all);
        }
        if (p->result->cell_count == before)
            add_cell(p, c, w, case_name, params, NULL, true);
    }
    json_decref(params);
}

void plan_free(struct plan *p)
{
    for (size_t i = 0; i < p->column_count; i++)
        free(p->columns[i].device);
    free(p->columns);
    free(p->opts);
    *p = (struct plan){0};
}
