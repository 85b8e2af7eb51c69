// host.c -- see host.h.
#include "host.h"

#include "build_info.h"
#include "cgroup.h"
#include "fail.h"
#include "isa.h"

#include <errno.h>
#include <hwloc.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

// ---- CPUs

enum { MANY_CPUS = 1 << 20 };

// CPUs in the affinity mask; the kernel says EINVAL while ours is shorter than its own.
static int affinity_cpus(void)
{
    for (size_t cpus = 1024; cpus <= MANY_CPUS; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC(cpus);
        if (!set)
            break;
        const size_t bytes = CPU_ALLOC_SIZE(cpus);
        CPU_ZERO_S(bytes, set);
        const int failed = sched_getaffinity(0, bytes, set) ? errno : 0;
        const int count = failed ? 0 : CPU_COUNT_S(bytes, set);
        CPU_FREE(set);
        if (failed != EINVAL)
            return count > 0 ? count : 1;
    }
    return 1;
}

int host_cpus_within(int affinity, double quota)
{
    if (!(quota > 0) || ceil(quota) >= affinity)
        return affinity > 1 ? affinity : 1;
    return (int)ceil(quota);
}

int host_usable_cpus(double *quota)
{
    const double cpus = cgroup_cpus("");
    if (quota)
        *quota = isfinite(cpus) ? cpus : 0;
    return host_cpus_within(affinity_cpus(), isfinite(cpus) ? cpus : 0);
}

// ---- memory

// A field of /proc/meminfo in bytes; INFINITY: not known.
static double meminfo(const char *field)
{
    FILE *file = fopen("/proc/meminfo", "re");
    double found = INFINITY;
    char line[128];
    const size_t length = strlen(field);
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, field, length) == 0 && line[length] == ':')
            found = 1024 * (double)strtoull(line + length + 1, NULL, 10);
    if (file)
        fclose(file);
    return found;
}

// Bytes of address space that this process has, and of memory; 0: unknown.
static void own_size(uint64_t *space_bytes, uint64_t *memory_bytes)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";
    if (file) {
        if (!fgets(line, sizeof line, file))
            line[0] = '\0';
        fclose(file);
    }
    char *rest = line;
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *space_bytes = strtoull(line, &rest, 10) * page;
    *memory_bytes = strtoull(rest, NULL, 10) * page;
}

uint64_t host_resident_bytes(void)
{
    uint64_t space_bytes, memory_bytes;
    own_size(&space_bytes, &memory_bytes);
    return memory_bytes;
}

// What RLIMIT_AS leaves of the address space; INFINITY: no limit.
static double address_space_rest(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return INFINITY;
    uint64_t space_bytes, memory_bytes;
    own_size(&space_bytes, &memory_bytes);
    return fmax((double)limit.rlim_cur - (double)space_bytes, 0);
}

uint64_t host_available_memory(void)
{
    const double bytes =
        fmin(fmin(meminfo("MemAvailable"), cgroup_memory_rest("")), address_space_rest());
    return isfinite(bytes) ? (uint64_t)bytes : UINT64_MAX;
}

// ---- topology

static uint64_t cache_bytes(hwloc_topology_t topology, hwloc_obj_type_t level)
{
    const hwloc_obj_t cache = hwloc_get_obj_by_type(topology, level, 0);
    return cache ? cache->attr->cache.size : 0;
}

// hwloc's plug-ins would bring OpenCL, X11 and more into this process, which is to have
// none of them, and take ten times as long as all the rest. There is no other way to say
// so.
static bool load_without_plugins(hwloc_topology_t *topology)
{
    static const char variable[] = "HWLOC_PLUGINS_PATH";
    const char *value = getenv(variable);
    char *before = value ? strdup(value) : NULL;
    setenv(variable, "", 1);
    const bool made = hwloc_topology_init(topology) == 0;
    if (before)
        setenv(variable, before, 1);
    else
        unsetenv(variable);
    free(before);
    if (!made)
        return false;
    hwloc_topology_set_flags(*topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(*topology) == 0)
        return true;
    hwloc_topology_destroy(*topology);
    return false;
}

void host_tidy_name(char *name)
{
    char *to = name;
    for (const char *from = name; *from; from++)
        if (*from != ' ' || (to > name && to[-1] != ' '))
            *to++ = *from;
    if (to > name && to[-1] == ' ')
        to--;
    *to = '\0';
}

static void read_topology(struct host *host)
{
    hwloc_topology_t topology;
    if (!load_without_plugins(&topology))
        return;
    const int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    const int threads = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    host->cores = cores > 0 ? cores : 0;
    host->threads_total = threads > 0 ? threads : 0;
    host->l1d_bytes = cache_bytes(topology, HWLOC_OBJ_L1CACHE);
    host->l2_bytes = cache_bytes(topology, HWLOC_OBJ_L2CACHE);
    host->l3_bytes = cache_bytes(topology, HWLOC_OBJ_L3CACHE);
    const hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
    const char *model = package ? hwloc_obj_get_info_by_name(package, "CPUModel") : NULL;
    if (model && model[strspn(model, " ")])
        snprintf(host->cpu, sizeof host->cpu, "%s", model);
    host_tidy_name(host->cpu);
    hwloc_topology_destroy(topology);
}

void host_read(struct host *host)
{
    *host = (struct host){.cpu = "unknown",
                          .kernel = "unknown",
                          .version = GOPHERBENCH_VERSION,
                          .revision = GOPHERBENCH_REVISION,
                          .compiler = GOPHERBENCH_COMPILER,
                          .flags = GOPHERBENCH_FLAGS,
                          .dirty = GOPHERBENCH_DIRTY};
    read_topology(host);
    isa_names(host->isa, sizeof host->isa);
    struct utsname name;
    if (uname(&name) == 0)
        snprintf(host->kernel, sizeof host->kernel, "%.30s %.64s %.30s", name.sysname,
                 name.release, name.machine);
    host->usable_cpus = host_usable_cpus(&host->cpu_quota);
    const double memory = fmin(meminfo("MemTotal"), cgroup_memory_limit(""));
    host->memory_bytes = isfinite(memory) ? (uint64_t)memory : 0;
}
