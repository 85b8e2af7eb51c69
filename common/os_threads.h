// os_threads.h -- an OS thread for each of many jobs: what tasks are compared with.
//
// Nothing here works for an engine. csp has threads of its own, and OpenMP does.
#ifndef OS_THREADS_H
#define OS_THREADS_H

#include <stddef.h>

// Calls fn on each of n elements of size bytes from `first` on, each in a thread of its
// own, all at once, and returns when all have returned. Stops starting threads at the
// first that the system refuses. Returns how many there were: n, or fewer, and then the
// elements behind them were left alone.
int os_threads_run(void (*fn)(void *), void *first, size_t size, int n);

#endif
