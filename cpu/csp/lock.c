// lock.c -- the slow paths of csp_lock.h.

#include "csp_lock.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SPINS = 40, YIELDS = 20, NAP_NS = 50000 };

void lock_backoff(unsigned *step)
{
    unsigned n = (*step)++;
    if (n < SPINS) {
        csp_cpu_relax();
    } else if (n < SPINS + YIELDS) {
        sched_yield();
    } else {
        // Under real-time policies a yield may never let the holder run; a nap does.
        nanosleep(&(struct timespec){.tv_nsec = NAP_NS}, NULL);
    }
}

void lock_contended(struct lock *l)
{
    unsigned step = 0;
    do {
        while (atomic_load_explicit(&l->taken, memory_order_relaxed))
            lock_backoff(&step);
    } while (!lock_try(l));
}

void futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t timeout_ns)
{
    struct timespec ts = {.tv_sec = timeout_ns / 1000000000,
                          .tv_nsec = timeout_ns % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout_ns < 0 ? NULL : &ts,
            NULL, 0);
}

void futex_wake(_Atomic uint32_t *word, int n)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}
