// grain_model.c -- see grain_model.h.
#include "grain_model.h"

#include "csp.h"

#include <assert.h>
#include <inttypes.h>

typedef CSP_CHAN(uint64_t) count_chan;

struct table {
    const struct grain_model *m;
    count_chan orders;
    uint64_t took_ns;
    bool starved;  // the dealer could not be started
};

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// ---- the formulas

uint64_t grain_messages(const struct grain_model *m)
{
    assert(m->elements >= 1 && m->grain >= 1);
    return m->elements / m->grain + (m->elements % m->grain != 0);
}

uint64_t grain_formula_ns(const struct grain_model *m)
{
    const uint64_t messages = grain_messages(m), d = m->hand_over_ns;
    if (m->procs == 1)
        return messages * d + m->elements * m->work_ns;
    const uint64_t full = m->grain * m->work_ns;
    const uint64_t last = m->elements - (messages - 1) * m->grain;
    return d + (messages - 1) * (d > full ? d : full) + last * m->work_ns;
}

uint64_t grain_crossover(const struct grain_model *m, uint64_t percent)
{
    assert(m->hand_over_ns >= 1);
    const uint64_t most = m->elements * m->work_ns * percent / (100 * m->hand_over_ns);
    if (most == 0)
        return 0;
    const struct grain_model evenly = {.elements = m->elements,
                                       .grain = min_u64(most, m->elements)};
    return grain_messages(&evenly);
}

// ---- the run

static void deal(void *arg)
{
    const struct table *t = arg;
    for (uint64_t left = t->m->elements; left > 0;) {
        const uint64_t count = min_u64(left, t->m->grain);
        csp_work(t->m->hand_over_ns);
        csp_send(t->orders, count);
        left -= count;
    }
    csp_close(t->orders);
}

static void work(void *arg)
{
    struct table *t = arg;
    t->starved = csp_go(deal, t) != CSP_OK;
    for (uint64_t count; !t->starved && csp_recv(t->orders, &count);)
        csp_work(count * t->m->work_ns);
    t->took_ns = csp_now();
}

int grain_run_ns(const struct grain_model *m, uint64_t *ns, struct fail *why)
{
    const struct csp_opts opts = {.procs = m->procs, .seed = 1, .virtual_time = true};
    struct table t = {.m = m, .orders = CSP_MAKE(count_chan, 0)};
    if (!t.orders.ch)
        return fail(why, EXIT_RESOURCE, "out of memory for a channel");
    const int end = csp_run(work, &t, &opts, NULL);
    csp_free(t.orders);
    if (end == CSP_ENOMEM || t.starved)
        return fail(why, EXIT_RESOURCE, "out of memory for two tasks");
    if (end != CSP_OK)
        return fail(why, EXIT_DEADLOCK, "the run of dealer and worker did not end well");
    *ns = t.took_ns;
    return 0;
}

int grain_find(const struct grain_model *model, uint64_t percent, uint64_t *grain,
               struct fail *why)
{
    struct grain_model m = *model;
    const uint64_t plain_ns = m.elements * m.work_ns;
    *grain = 0;
    m.procs = 1;
    for (m.grain = 1; m.grain <= m.elements; m.grain++) {
        uint64_t ns;
        if (grain_run_ns(&m, &ns, why))
            return -1;
        if (ns != grain_formula_ns(&m))
            return fail(why, EXIT_WRONG,
                        "%" PRIu64 " elements a message took %" PRIu64
                        " ns of virtual time, not the formula's %" PRIu64,
                        m.grain, ns, grain_formula_ns(&m));
        if ((ns - plain_ns) * 100 <= plain_ns * percent) {
            *grain = m.grain;
            return 0;
        }
    }
    return 0;
}
