// fork.c -- what a child of fork finds: every lock free, and no thread but its own.
//
// Handlers are registered when the program starts, before anybody can fork. Those that a
// first run registered would not be seen by a fork under way on another thread, whose
// child could find a lock taken for good.

#include "csp_impl.h"

#include <pthread.h>

// In the order of locks.
static void before(void)
{
    monitor_before_fork();
    stack_before_fork();
    overflow_before_fork();
}

static void after(void)
{
    overflow_after_fork();
    stack_after_fork();
    monitor_after_fork();
}

static void in_child(void)
{
    overflow_after_fork();
    stack_after_fork();
    thread_forget();
    blocking_forget();
    monitor_forget();
}

static void watch(void)
{
    pthread_atfork(before, after, in_child);
}

__attribute__((constructor)) void fork_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch);
}
