// csp_sanitize.h -- which sanitizer is on, and the hooks that are empty without one.
//
// TSan thinks in tasks, not in OS threads. It is told which task runs and that a switch
// orders nothing, or it would take two tasks on one worker for synchronised and miss the
// races of the program. What does order them is said here by hand: sanitize_release and
// the sanitize_acquire of the same address that follows.
//
// Under TSan the runtime is built twice. For programs, with CSP_MEMORY_MODEL, it is not
// instrumented: its locks and atomics order nothing, its memory is nobody's business, and
// tasks are ordered by csp_order.h alone, so that TSan finds the races of the program
// even where the runtime has happened to order them. (One order too many is left: a task
// comes after those that have ended on its stack, or TSan would see two users of the
// memory.) For the runtime's own tests it is
// instrumented, and TSan finds the runtime's races; what the OS thread orders there is
// said by checked_release and checked_acquire.

#ifndef CSP_SANITIZE_H
#define CSP_SANITIZE_H

#include <stddef.h>
#include <stdint.h>

#if defined(CSP_MEMORY_MODEL)
#define CSP_TSAN 1
#elif defined(__SANITIZE_ADDRESS__)
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
// Of ThreadSanitizer's runtime, which has no header for them.
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
// Between the two the calling thread's writes, and its memory from the heap, are taken
// for ordered before everything.
static inline void sanitize_writes_off(void)
{
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}
static inline void sanitize_writes_on(void)
{
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
}
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
static inline void sanitize_writes_off(void)
{
}
static inline void sanitize_writes_on(void)
{
}
static inline void sanitize_release(void *address)
{
    (void)address;
}
static inline void sanitize_acquire(void *address)
{
    (void)address;
}
#endif

#if defined(CSP_TSAN) && !defined(CSP_MEMORY_MODEL)
static inline void checked_release(void *address)
{
    __tsan_release(address);
}
static inline void checked_acquire(void *address)
{
    __tsan_acquire(address);
}
#else
static inline void checked_release(void *address)
{
    (void)address;
}
static inline void checked_acquire(void *address)
{
    (void)address;
}
#endif

#ifdef CSP_MEMORY_MODEL
enum { MEMORY_MODEL = 1 };
// In TSan's library, but in none of its headers.
void __tsan_read_range(const void *address, size_t size);
void __tsan_write_range(const void *address, size_t size);
void __tsan_ignore_thread_begin(void);
void __tsan_ignore_thread_end(void);
uint16_t order_release(void);
void order_acquire(uint16_t clock);
static inline void sanitize_read(const void *address, size_t size)
{
    if (size > 0)
        __tsan_read_range(address, size);
}
static inline void sanitize_write(void *address, size_t size)
{
    if (size > 0)
        __tsan_write_range(address, size);
}
static inline void sanitize_hide(void)
{
    __tsan_ignore_thread_begin();
}
static inline void sanitize_show(void)
{
    __tsan_ignore_thread_end();
}
#else
enum { MEMORY_MODEL = 0 };
// A number for what the calling task has done so far, to be acquired by another; see
// csp_order.h.
static inline uint16_t order_release(void)
{
    return 0;
}
static inline void order_acquire(uint16_t clock)
{
    (void)clock;
}
// The calling task reads or writes this memory of the program's.
static inline void sanitize_read(const void *address, size_t size)
{
    (void)address;
    (void)size;
}
static inline void sanitize_write(void *address, size_t size)
{
    (void)address;
    (void)size;
}
// From here to sanitize_show, functions of the C library that TSan watches touch memory
// on the runtime's behalf.
static inline void sanitize_hide(void)
{
}
static inline void sanitize_show(void)
{
}
#endif

// Valgrind's memcheck takes a jump of the stack pointer for a large frame, unless it
// knows both places as stacks; what lies below the pointer of a known one it takes for
// gone. Registered is a slot of stack for good; fresh is memory in it that is about to be
// written from without. Where no Valgrind runs these are a few instructions.
#ifdef CSP_VALGRIND
#include <valgrind/memcheck.h>
// Valgrind complains of system calls that it does not know.
static inline bool sanitize_old_kernel(void)
{
    return RUNNING_ON_VALGRIND != 0;
}
static inline void sanitize_stack(void *low, void *high)
{
    VALGRIND_STACK_REGISTER(low, high);
}
static inline void sanitize_fresh(void *at, size_t size)
{
    VALGRIND_MAKE_MEM_UNDEFINED(at, size);
}
#else
static inline bool sanitize_old_kernel(void)
{
    return false;
}
static inline void sanitize_stack(void *low, void *high)
{
    (void)low;
    (void)high;
}
static inline void sanitize_fresh(void *at, size_t size)
{
    (void)at;
    (void)size;
}
#endif

// Plain accesses in these functions are ordered by the OS thread, which TSan cannot see;
// atomics in them stay instrumented.
#define OWNER_ONLY __attribute__((no_sanitize("thread")))

#endif
