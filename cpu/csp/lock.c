// lock.c -- the slow paths of csp_lock.h.

#include "csp_lock.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// A pause takes some 45 ns on recent processors of Intel's.
enum { FIRST_PAUSES = 64, MOST_PAUSES = 1024 };
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

// Whoever has the lock has its channel in the cache, and each look from here takes it
// away; so looks are few and far between, and the other gets many operations done
// meanwhile.
void lock_contended(struct lock *l)
{
    unsigned pauses = FIRST_PAUSES, step = 0;
    do {
        if (pauses < MOST_PAUSES) {
            for (unsigned i = 0; i < pauses; i++)
                csp_cpu_relax();
            pauses *= 2;
        } else {
            lock_backoff(&step);
        }
    } while (atomic_load_explicit(&l->taken, memory_order_relaxed) || !lock_try(l));
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
