// office_log.c -- see office_log.h.
#include "office_log.h"

#include "stats.h"
#include "talk.h"

#include <assert.h>

void office_log_loads(struct office_log *log, const struct worker_heap *heap)
{
    struct unevenness now = worker_heap_unevenness(heap);
    log->dispatches++;
    log->ranges += now.range;
    log->deviations += now.deviation;
}

void office_log_answer(struct office_log *log, uint64_t latency_ns)
{
    assert(log->answers < OFFICE_LOG_MOST);
    log->latency_ms[log->answers++] = (double)latency_ns / 1e6;
}

// All but one of a hundred are answered within this.
static double p99_ms(const struct office_log *log)
{
    return stats_quantile(log->latency_ms, (size_t)log->answers, 0.99);
}

static void show(const char *name, const struct office_log *log)
{
    say("%-15s %8.1f ms %12.2f %14.2f", name, p99_ms(log), log->ranges / log->dispatches,
        log->deviations / log->dispatches);
}

void office_log_compare(const struct office_log *turns, const struct office_log *heap)
{
    if (turns->answers == 0 || heap->answers == 0)
        return;
    say("dispatched       99 %% wait      pending:");
    say("                 less than   most - fewest   deviation");
    show("in turn", turns);
    show("to the lightest", heap);
    holds(heap->ranges < turns->ranges && heap->deviations < turns->deviations,
          "the heap keeps the loads more even");
    // In real time who waits longest waits for the machine's other work, too.
    if (talk_virtual())
        holds(p99_ms(heap) < p99_ms(turns), "and the unlucky wait a shorter time");
    finds("turns, range", turns->ranges / turns->dispatches);
    finds("heap, range", heap->ranges / heap->dispatches);
    finds("turns, p99", p99_ms(turns));
    finds("heap, p99", p99_ms(heap));
}
