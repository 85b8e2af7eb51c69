// csp_sanitize.h -- which sanitizer is on, and the hooks that are empty without one.
//
// TSan thinks in tasks, not in OS threads. It is told which task runs and that a switch
// orders nothing, or it would take two tasks on one worker for synchronised and miss the
// races of the program. What does order them is said here by hand: sanitize_release and
// the sanitize_acquire of the same address that follows.

#ifndef CSP_SANITIZE_H
#define CSP_SANITIZE_H

#if defined(__SANITIZE_ADDRESS__)
#define CSP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CSP_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define CSP_TSAN 1
#endif
#endif

#ifdef CSP_TSAN
#include <sanitizer/tsan_interface.h>
enum { SANITIZE_TASKS = 1 };
static inline void sanitize_release(void *address)
{
    __tsan_release(address);
}
static inline void sanitize_acquire(void *address)
{
    __tsan_acquire(address);
}
#else
enum { SANITIZE_TASKS = 0 };
static inline void sanitize_release(void *address)
{
    (void)address;
}
static inline void sanitize_acquire(void *address)
{
    (void)address;
}
#endif

// Plain accesses in these functions are ordered by the OS thread, which TSan cannot see;
// atomics in them stay instrumented.
#define OWNER_ONLY __attribute__((no_sanitize("thread")))

#endif
