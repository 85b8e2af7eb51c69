// cpus.c -- how many processors this process may really use.
//
// The affinity mask, cut down by the cgroup's quota of processor time, rounded up:
// version 2 of cgroups states it in cpu.max, version 1 in cpu.cfs_quota_us and
// cpu.cfs_period_us. Every group from the process's own up to the root counts, since each
// may limit. Also: putting two threads on one processor.

#include "csp_impl.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SPACE = 4096 };

static bool read_line(const char *path, char *line, size_t size)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool ok = fgets(line, (int)size, f) != NULL;
    fclose(f);
    return ok;
}

static double read_number(const char *directory, const char *file)
{
    char path[PATH_SPACE + 64], line[64];
    snprintf(path, sizeof path, "%s/%s", directory, file);
    return read_line(path, line, sizeof line) ? strtod(line, NULL) : 0;
}

// Processors that the group's quota allows; 0: no quota.
static double group_quota(const char *directory, bool v2)
{
    double quota, period;
    if (v2) {
        char path[PATH_SPACE + 64], line[64];
        snprintf(path, sizeof path, "%s/cpu.max", directory);
        if (!read_line(path, line, sizeof line) ||
            sscanf(line, "%lf %lf", &quota, &period) != 2)
            return 0;
    } else {
        quota = read_number(directory, "cpu.cfs_quota_us");
        period = read_number(directory, "cpu.cfs_period_us");
    }
    return quota > 0 && period > 0 ? quota / period : 0;
}

// The least quota from root/path up to root.
static double path_quota(const char *root, const char *path, bool v2)
{
    char directory[PATH_SPACE];
    double least = 0;
    int n = snprintf(directory, sizeof directory, "%s%s", root, path);
    if (n < 0 || (size_t)n >= sizeof directory)
        return 0;
    while (strlen(directory) >= strlen(root)) {
        double quota = group_quota(directory, v2);
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
        char *slash = strrchr(directory, '/');
        if (!slash)
            break;
        *slash = '\0';
    }
    return least;
}

// Lines of /proc/self/cgroup read hierarchy:controllers:path; version 2 has no
// controllers.
static double process_quota(void)
{
    FILE *f = fopen("/proc/self/cgroup", "re");
    char line[PATH_SPACE];
    double least = 0;
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        controllers++;
        double quota = 0;
        if (!*controllers)
            quota = path_quota("/sys/fs/cgroup", path, true);
        else if (!strncmp(controllers, "cpu", 3) &&
                 strncmp(controllers, "cpuset", 6) != 0)
            quota = path_quota("/sys/fs/cgroup/cpu", path, false);
        if (quota > 0 && (least == 0 || quota < least))
            least = quota;
    }
    if (f)
        fclose(f);
    return least;
}

static int affinity_cpus(void)
{
    // The kernel refuses a mask that is too short for it.
    for (unsigned cpus = 1024; cpus <= 1u << 20; cpus *= 2) {
        size_t size = CPU_ALLOC_SIZE(cpus);
        cpu_set_t *set = CPU_ALLOC(cpus);
        if (!set)
            return 1;
        int n = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (n > 0)
            return n;
    }
    return 1;
}

int cpus_usable(void)
{
    // Reading the files takes longer than a short run, and quotas hardly ever change.
    static _Atomic double known_quota = -1;
    int cpus = affinity_cpus();
    double quota = atomic_load(&known_quota);
    if (quota < 0) {
        quota = process_quota();
        atomic_store(&known_quota, quota);
    }
    if (quota > 0 && quota < cpus) {
        int whole = (int)quota;
        cpus = whole < quota ? whole + 1 : whole;
    }
    return cpus > 0 ? cpus : 1;
}

// The processor on which a thread runs or last ran; -1: not to be found out. It is field
// 39 of its stat, counted from the command's name, which may hold anything, in
// parentheses.
static int cpu_of(int tid)
{
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    if (!read_line(path, line, sizeof line))
        return -1;
    const char *field = strrchr(line, ')');
    for (int i = 2; field && i < 39; i++)
        field = strchr(field + 1, ' ');
    return field ? (int)strtol(field, NULL, 10) : -1;
}

static void confine(struct worker *w, int tid, const cpu_set_t *to)
{
    if (!w->confined && sched_getaffinity(tid, sizeof w->cpus, &w->cpus) == 0)
        w->confined = sched_setaffinity(tid, sizeof *to, to) == 0;
}

void cpus_share(struct worker *w, struct worker *spare)
{
    int tid = atomic_load(&w->tid), spare_tid = atomic_load(&spare->tid);
    int cpu = tid && spare_tid ? cpu_of(tid) : -1;
    cpu_set_t one;
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    lock_take(&w->run->idle_lock);
    confine(w, tid, &one);
    confine(spare, spare_tid, &one);
    lock_drop(&w->run->idle_lock);
}

static void restore(struct worker *w, int tid)
{
    if (w->confined)
        sched_setaffinity(tid, sizeof w->cpus, &w->cpus);
    w->confined = false;
}

void cpus_restore(struct worker *w)
{
    lock_take(&w->run->idle_lock);
    restore(w, atomic_load(&w->tid));
    lock_drop(&w->run->idle_lock);
}

void cpus_restore_in_child(struct worker *w)
{
    restore(w, 0);
}
