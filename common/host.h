// host.h -- the machine and the build that a result comes from.
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host {
    char cpu[128];  // as the CPU names itself: a label, never a reason to choose code
    char isa[128];  // "avx2 fma avx512f sha", from feature bits
    char kernel[128];
    int cores, threads_total;
    int usable_cpus;        // affinity, then cgroup quota: what every engine gets
    double cpu_quota;       // cgroup CPUs, 0: none
    uint64_t memory_bytes;  // that this process may use: RAM, cgroup limit
    uint64_t l1d_bytes, l2_bytes, l3_bytes;             // 0: unknown
    const char *version, *revision, *compiler, *flags;  // of this program
    bool dirty;  // built from a tree with uncommitted changes
};

void host_read(struct host *);  // what cannot be read is "unknown" or 0, never an error

// A CPU's name as a label: no blanks around it, one between words.
void host_tidy_name(char *name);

// CPUs this process may use: the affinity mask, then the cgroup's quota (v1 and v2)
// rounded up; at least 1. `quota` may be NULL.
int host_usable_cpus(double *quota);

// So many of `affinity` CPUs are worth using under a quota; 0: no quota.
int host_cpus_within(int affinity, double quota);

// Bytes that may still be allocated: MemAvailable, the cgroup's and RLIMIT_AS's rest,
// whichever is least; UINT64_MAX where none of them is known.
uint64_t host_available_memory(void);

// Bytes of memory that this process holds now; 0: unknown.
uint64_t host_resident_bytes(void);

#endif
