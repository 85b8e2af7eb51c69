// fiber.c -- the two functions that switch, with the sanitizers' hooks: fiber_switch
// comes back when somebody goes on with the context it left, fiber_leave never does.
//
// ASan must know which stack is in use (its fake stack, and where not to look for
// overflows), TSan which task runs. The rest of what they are told is in csp_sanitize.h.

#include "csp_impl.h"

#include <pthread.h>

#ifdef CSP_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef CSP_TSAN
// Interceptors and function entries would disturb TSan's own stack of calls during the
// switch.
#define UNINSTRUMENTED __attribute__((noinline, disable_sanitizer_instrumentation))
#else
#define UNINSTRUMENTED
#endif

UNINSTRUMENTED void fiber_switch(struct context *from, struct context *to)
{
#ifdef CSP_ASAN
    __sanitizer_start_switch_fiber(&from->asan_fake, to->stack_low, to->stack_size);
#endif
#ifdef CSP_TSAN
    __tsan_switch_to_fiber(to->tsan_fiber, __tsan_switch_to_fiber_no_sync);
#endif
    csp_switch(from, to);
    fiber_arrived(from);
}

UNINSTRUMENTED _Noreturn void fiber_leave(struct context *from, struct context *to)
{
#ifdef CSP_ASAN
    __sanitizer_start_switch_fiber(NULL, to->stack_low, to->stack_size);
#endif
#ifdef CSP_TSAN
    __tsan_switch_to_fiber(to->tsan_fiber, __tsan_switch_to_fiber_no_sync);
#endif
    csp_switch(from, to);
    __builtin_unreachable();
}

UNINSTRUMENTED void fiber_arrived(struct context *ctx)
{
#ifdef CSP_ASAN
    __sanitizer_finish_switch_fiber(ctx->asan_fake, NULL, NULL);
#endif
    (void)ctx;
}

// A task that ended deep in calls, or was dropped in them, has left its frames' red zones
// behind.
void fiber_clean(struct task *t)
{
#ifdef CSP_ASAN
    __asan_unpoison_memory_region(stack_low(t), (size_t)((char *)t - stack_low(t)));
#endif
    (void)t;
}

OWNER_ONLY void fiber_init(struct task *t, void *top, void (*entry)(void *))
{
    struct context *ctx = &t->ctx;
    ctx->sp = csp_switch_prepare(top, entry, t);
#ifdef CSP_ASAN
    ctx->stack_low = stack_low(t);
    ctx->stack_size = (size_t)((char *)t - stack_low(t));
    ctx->asan_fake = NULL;
    fiber_clean(t);
#endif
#ifdef CSP_TSAN
    if (ctx->tsan_fiber)
        __tsan_destroy_fiber(ctx->tsan_fiber);
    // The last task on this slot has ended before this one begins. (See task_entry, too.)
    checked_acquire(t);
    ctx->tsan_fiber = __tsan_create_fiber(0);
#endif
}

void fiber_thread(struct context *ctx)
{
#ifdef CSP_ASAN
    pthread_attr_t attr;
    void *low;
    if (pthread_getattr_np(pthread_self(), &attr) != 0)
        return;
    if (pthread_attr_getstack(&attr, &low, &ctx->stack_size) == 0)
        ctx->stack_low = low;
    pthread_attr_destroy(&attr);
#endif
#ifdef CSP_TSAN
    ctx->tsan_fiber = __tsan_get_current_fiber();
#endif
    (void)ctx;
}

// What the dropped task did must happen before what the next one on its stack does: only
// the task itself can say so, hence the visit.
UNINSTRUMENTED void fiber_drop(struct task *t, struct context *host)
{
#ifdef CSP_TSAN
    __tsan_switch_to_fiber(t->ctx.tsan_fiber, __tsan_switch_to_fiber_no_sync);
    __tsan_release(t);
    __tsan_release(task_run(t));
    __tsan_switch_to_fiber(host->tsan_fiber, __tsan_switch_to_fiber_no_sync);
    __tsan_acquire(t);
#endif
    (void)t;
    (void)host;
}

UNINSTRUMENTED void *fiber_lend(struct worker *w)
{
    void *fiber = NULL;
#ifdef CSP_MEMORY_MODEL
    fiber = __tsan_get_current_fiber();
    if (fiber != w->ctx.tsan_fiber)
        __tsan_switch_to_fiber(w->ctx.tsan_fiber, __tsan_switch_to_fiber_no_sync);
#endif
    (void)w;
    return fiber;
}

UNINSTRUMENTED void fiber_return(void *fiber)
{
#ifdef CSP_MEMORY_MODEL
    if (fiber != __tsan_get_current_fiber())
        __tsan_switch_to_fiber(fiber, __tsan_switch_to_fiber_no_sync);
#endif
    (void)fiber;
}

#ifdef CSP_MEMORY_MODEL
// TSan keeps a clock for an address, and adds to it at each release. So clocks take turns
// at many addresses, and what is left of the last turn is too old to order anything new.
enum { CLOCKS = UINT16_MAX };

static uint64_t clocks[CLOCKS];
static _Atomic uint32_t next_clock;

uint16_t order_release(void)
{
    uint16_t clock = (uint16_t)(1 + atomic_fetch_add(&next_clock, 1) % CLOCKS);
    __tsan_release(&clocks[clock - 1]);
    return clock;
}

void order_acquire(uint16_t clock)
{
    if (clock > 0)
        __tsan_acquire(&clocks[clock - 1]);
}
#endif
