// task.c -- how tasks begin and end.
//
// A task is made on the worker that asks for it and is the next to run there; the one
// that would have been goes to the worker's ring. Its maker wakes an idle worker, which
// steals from the ring: who makes tasks hands them to nobody, unless the ring is full.

#include "csp_impl.h"

#include <string.h>

enum { ID_BATCH = 1024 };  // task numbers a worker takes at once

_Noreturn void csp_exit(void)
{
    sched_exit(task_here());
}

OWNER_ONLY void csp_pin(void)
{
    struct task *t = task_here();
    t->pins++;
    t->pinned_to = task_worker(t);
}

OWNER_ONLY void csp_unpin(void)
{
    struct task *t = task_here();
    if (t->pins == 0)
        csp_panic("csp_unpin without csp_pin");
    t->pins--;
}

static void task_entry(void *arg)
{
    struct task *t = arg;
    fiber_arrived(&t->ctx);
    // What the last task on this stack did is over.
    sanitize_acquire(t);
    t->fn(t->arg);
    sched_exit(t);
}

OWNER_ONLY struct task *task_new(struct worker *w, const struct spawn *s)
{
    struct run *run = w->run;
    sanitize_hide();
    struct task *t = stack_get(s->class, w);
    sanitize_show();
    if (!t)
        return NULL;
    char *top = (char *)t;
    t->arg = s->arg;
    if (s->copy) {
        fiber_clean(t);
        top -= (s->copy_size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
        // Also where fiber_init will lay out the first context.
        sanitize_fresh(top - 4 * CACHE_LINE, s->copy_size + (size_t)(4 * CACHE_LINE));
        sanitize_read(s->copy, s->copy_size);
        sanitize_hide();
        // The last task on this slot, and its copy, have come to an end.
        sanitize_writes_off();
        t->arg = memcpy(top, s->copy, s->copy_size);
        sanitize_writes_on();
        sanitize_show();
    }
    t->fn = s->fn;
    t->pins = 0;
    t->scratch = NULL;
    t->n_waiters = 0;
    t->timer.armed = false;
    t->spawned_at = s->at;
    t->holds_cpu = t->worked = false;
    t->priority = 0;
    t->name[0] = '\0';
    sanitize_hide();
    if (s->name)
        strncat(t->name, s->name, sizeof t->name - 1);
    sanitize_show();
    if (w->next_id == w->last_id) {
        w->next_id = atomic_fetch_add_explicit(&run->ids, ID_BATCH, memory_order_relaxed);
        w->last_id = w->next_id + ID_BATCH;
    }
    t->id = ++w->next_id;
    t->rng = s->rng;
    atomic_store_explicit(&t->worker, w, memory_order_relaxed);
    atomic_store_explicit(&t->run, run, memory_order_relaxed);
    atomic_store_explicit(&t->run_id, run->id, memory_order_relaxed);
    atomic_store_explicit(&t->since_ns, w->clock_ns, memory_order_relaxed);
    fiber_init(t, top, task_entry);
    w->spawned++;
    if (unlikely(run->trace))
        trace_spawn(w, t);
    return t;
}

// The smallest class that holds size bytes, or 0.
unsigned stack_class(size_t size)
{
    for (unsigned c = STACK_CLASS_MIN; c <= STACK_CLASS_MAX; c++) {
        if (size <= (size_t)1 << c)
            return c;
    }
    return 0;
}

OWNER_ONLY static int go(struct spawn s)
{
    struct task *me = task_here();
    struct worker *w = task_worker(me);
    if (unlikely(!s.fn))
        csp_panic("no function to run");
    if (s.class == 0)
        s.class = w->run->stack_class;
    if (s.copy_size > ((size_t)1 << s.class) / 4)
        return CSP_ENOMEM;
    s.rng = rng_next(&me->rng);
    struct task *t = task_new(w, &s);
    if (unlikely(!t))
        return CSP_ENOMEM;
    sched_start(t, w);
    give_way(w);
    return CSP_OK;
}

int csp_go(void (*fn)(void *), void *arg)
{
    return go((struct spawn){.fn = fn, .arg = arg, .at = __builtin_return_address(0)});
}

int csp_go_copy(void (*fn)(void *), const void *args, size_t size)
{
    return go((struct spawn){
        .fn = fn, .copy = args, .copy_size = size, .at = __builtin_return_address(0)});
}

int csp_go_named(const char *name, void (*fn)(void *), void *arg)
{
    return go((struct spawn){
        .fn = fn, .arg = arg, .name = name, .at = __builtin_return_address(0)});
}

int csp_go_stack(size_t stack_size, void (*fn)(void *), void *arg)
{
    unsigned class = stack_class(stack_size);
    if (class == 0)
        return CSP_ENOMEM;
    return go((struct spawn){
        .fn = fn, .arg = arg, .class = class, .at = __builtin_return_address(0)});
}
