// tick.c -- csp_after and csp_tick: channels with a clock behind them.
//
// The clock sends like anybody else, but never waits: a value that finds the buffer full
// is dropped, and so are the ticks that a late clock has missed.

#include "csp_impl.h"

#include <stdlib.h>

struct ticker {
    struct timer timer;
    struct csp_chan *ch;
    _Atomic(struct run *) run;  // NULL: the run has ended, or this has fired for good
    uint64_t period_ns;         // 0: once
};

static void fire_ticker(struct timer *timer, struct worker *w, uint64_t now_ns)
{
    struct ticker *ticker = (struct ticker *)(void *)timer;
    struct csp_chan *ch = ticker->ch;
    struct task *wake = NULL;
    void *fiber = fiber_lend(w);
    sanitize_acquire(ticker);
    sanitize_hide();
    chan_lock(ch, w);
    chan_send_now(ch, &now_ns, &wake);
    chan_unlock(ch, w);
    sanitize_show();
    sanitize_release(ticker);
    fiber_return(fiber);
    if (wake)
        sched_ready(wake, w);
    if (ticker->period_ns == 0) {
        // No longer in the heap, it will not be dropped with the run. The last touch:
        // whoever sees it frees the ticker.
        atomic_store(&ticker->run, NULL);
        return;
    }
    uint64_t missed = (now_ns - timer->node.key) / ticker->period_ns;
    if (__builtin_mul_overflow(missed + 1, ticker->period_ns, &missed) ||
        __builtin_add_overflow(timer->node.key, missed, &timer->node.key)) {
        // The simulated clock does not go on that long.
        atomic_store(&ticker->run, NULL);
        return;
    }
    timer->node.seq = timer_seq(w->run);
    timer->armed = true;
    heap_insert(&w->run->timers, &timer->node);
}

static void drop_ticker(struct timer *timer)
{
    struct ticker *ticker = (struct ticker *)(void *)timer;
    atomic_store(&ticker->run, NULL);
}

static struct csp_chan *ticker_new(uint64_t ns, uint64_t period_ns)
{
    struct run *run = task_run(task_here());
    struct csp_chan *ch = csp_chan_make(sizeof(uint64_t), 1);
    struct ticker *ticker = malloc(sizeof *ticker);
    if (!ch || !ticker) {
        free(ch);
        free(ticker);
        return NULL;
    }
    ticker->timer.fire = fire_ticker;
    ticker->timer.drop = drop_ticker;
    ticker->ch = ch;
    ticker->period_ns = period_ns;
    atomic_init(&ticker->run, run);
    ch->ticker = ticker;
    sanitize_release(ticker);
    timer_arm(run, &ticker->timer, timer_deadline(run, ns));
    return ch;
}

struct csp_chan *csp_after(uint64_t ns)
{
    return ticker_new(ns, 0);
}

struct csp_chan *csp_tick(uint64_t ns)
{
    if (ns == 0)
        csp_panic("csp_tick(0)");
    return ticker_new(ns, ns);
}

void ticker_free(struct ticker *ticker)
{
    struct run *run = atomic_load(&ticker->run);
    if (run)
        timer_cancel(run, &ticker->timer);
    sanitize_acquire(ticker);
    free(ticker);
}
