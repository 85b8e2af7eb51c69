// csp_lock.h -- a lock for critical sections of a few dozen instructions, and futex
// calls.
//
// Unlocking is one plain store, which is why the lock does not keep count of sleepers: a
// thread that finds it taken spins, then gives way to other threads, then naps. The
// holder of a channel's never waits for anything but the processor; those of the pools
// and of the monitor make a system call now and then.

#ifndef CSP_LOCK_H
#define CSP_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct lock {
    _Atomic uint32_t taken;
};

void lock_contended(struct lock *l);

static inline bool lock_try(struct lock *l)
{
    return !atomic_exchange_explicit(&l->taken, 1, memory_order_acquire);
}

static inline void lock_take(struct lock *l)
{
    if (__builtin_expect(!lock_try(l), 0))
        lock_contended(l);
}

static inline void lock_drop(struct lock *l)
{
    atomic_store_explicit(&l->taken, 0, memory_order_release);
}

// Tells the processor that this is a spin loop; in switch_<arch>.S.
void csp_cpu_relax(void);

// One step of waiting for another thread to get on: pause, yield or nap, the longer the
// softer.
void lock_backoff(unsigned *step);

// Sleeps while *word is expected, at most timeout_ns (negative: for ever); may return
// early.
void futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t timeout_ns);
void futex_wake(_Atomic uint32_t *word, int n);

#endif
