// os_threads.h -- threads of the operating system, to stand beside the tasks: as many as
// are asked for or as it grants, all there at once, then all gone.
//
// They live in a child process, so that nothing of them stays. Not for a process that
// runs under ThreadSanitizer and has threads.
#ifndef OS_THREADS_H
#define OS_THREADS_H

#include <stdbool.h>
#include <stdint.h>

struct os_threads {
    int started;             // all at once
    int refused;             // the error number of the one that was not; 0: none
    double start_s;          // until all were there
    double end_s;            // from the word to go until the last had ended
    double cpu_s;            // processor time of all of it
    uint64_t memory_bytes;   // that all of them held: without the kernel's part
    uint64_t stack_bytes;    // of each: as small as it gets
    uint64_t default_bytes;  // of a stack that nobody asked to be small
};

// Starts `most` threads on one processor (one_cpu) or on all; at the word to go each
// waits wait_ns, and ends. Returns 0, or -1 without a child process.
struct os_threads_plan {
    int most;
    uint64_t wait_ns;
    bool one_cpu;
};
int os_threads_try(const struct os_threads_plan *, struct os_threads *found);

#endif
