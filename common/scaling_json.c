// scaling_json.c -- see scaling_json.h.
#include "scaling_json.h"

#include "document.h"
#include "scaling.h"

static json_t *bounds_or_null(struct interval interval, bool there)
{
    return there ? document_bounds(interval) : json_null();
}

static json_t *case_or_null(const struct crossover *c, int at)
{
    return at < 0 ? json_null() : document_text(c->at[at].a->case_name);
}

static json_t *crossover_to_json(const struct crossover *c)
{
    json_t *object = document_object(), *at = document_array();
    for (size_t i = 0; i < c->count; i++) {
        const struct pair *p = &c->at[i];
        json_t *point = document_object();
        document_put(point, "case", document_text(p->a->case_name));
        document_put(point, "ratio", document_number(p->ratio));
        document_put(point, "ci95",
                     bounds_or_null(p->ci95, p->rounds >= STATS_MIN_FOR_INTERVAL));
        document_put(point, "rounds", json_integer((json_int_t)p->rounds));
        document_put(point, "separated", json_boolean(result_separated(p)));
        document_push(at, point);
    }
    document_put(object, "workload", document_text(c->sweep->first[0]->workload));
    document_put(object, "a", document_text(c->a));
    document_put(object, "b", document_text(c->b));
    document_put(object, "kernels", json_boolean(c->kernels));
    document_put(object, "after", case_or_null(c, c->after));
    document_put(object, "from", case_or_null(c, c->from));
    document_put(object, "at", at);
    return object;
}

static json_t *speedup_to_json(const struct speedup *up)
{
    json_t *object = document_object();
    const bool sure = up->pair.rounds >= STATS_MIN_FOR_INTERVAL;
    document_put(object, "workload", document_text(up->many->workload));
    document_put(object, "case", document_text(up->many->case_name));
    document_put(object, "engine", document_text(up->many->engine));
    document_put(object, "column", document_text(up->many->column));
    document_put(object, "threads", json_integer(up->many->facts.threads));
    document_put(object, "speedup", document_number(up->pair.ratio));
    document_put(object, "ci95", bounds_or_null(up->pair.ci95, sure));
    document_put(object, "rounds", json_integer((json_int_t)up->pair.rounds));
    document_put(object, "efficiency", document_number(up->efficiency));
    document_put(object, "efficiency_ci95", bounds_or_null(up->efficiency_ci95, sure));
    document_put(object, "serial_fraction", document_number(up->serial_fraction));
    document_put(object, "serial_fraction_ci95",
                 bounds_or_null(up->serial_fraction_ci95,
                                sure && up->serial_fraction == up->serial_fraction));
    return object;
}

static json_t *payback_to_json(const struct payback *p)
{
    json_t *object = document_object();
    document_put(object, "workload", document_text(p->device->workload));
    document_put(object, "case", document_text(p->device->case_name));
    document_put(object, "column", document_text(p->device->column));
    document_put(object, "beside", document_text(p->other->column));
    document_put(object, "open_s", document_number(p->open_s));
    document_put(object, "gain_s", document_number(p->gain_s));
    document_put(object, "gain_ci95_s",
                 bounds_or_null(p->gain_ci95_s, p->rounds >= STATS_MIN_FOR_INTERVAL));
    document_put(object, "rounds", json_integer((json_int_t)p->rounds));
    document_put(object, "runs", p->paid ? document_number(p->runs) : json_null());
    document_put(object, "runs_ci95", bounds_or_null(p->runs_ci95, p->paid));
    return object;
}

json_t *scaling_to_json(const struct result *result)
{
    struct scaling s;
    json_t *object = document_object(), *crossovers = document_array(),
           *speedups = document_array(), *paybacks = document_array();
    scaling_find(&s, result);
    for (size_t i = 0; i < s.crossover_count; i++)
        document_push(crossovers, crossover_to_json(&s.crossovers[i]));
    for (size_t i = 0; i < s.speedup_count; i++)
        document_push(speedups, speedup_to_json(&s.speedups[i]));
    for (size_t i = 0; i < s.payback_count; i++)
        document_push(paybacks, payback_to_json(&s.paybacks[i]));
    document_put(object, "crossovers", crossovers);
    document_put(object, "speedups", speedups);
    document_put(object, "paybacks", paybacks);
    scaling_free(&s);
    return object;
}
