// cgroup.c -- see cgroup.h.
#include "cgroup.h"

#include "fail.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- small files

__attribute__((format(printf, 1, 2))) static char *joined(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text;
    if (vasprintf(&text, format, args) < 0)
        die("no memory for a path");
    va_end(args);
    return text;
}

static FILE *open_in(const char *folder, const char *name)
{
    char *path = joined("%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    free(path);
    return file;
}

// The n-th number of a file, from 0; INFINITY where there is none ("max", or no file).
static double number_in(const char *folder, const char *name, int n)
{
    double value = INFINITY;
    FILE *file = open_in(folder, name);
    char word[64];
    for (int i = 0; file && i <= n; i++) {
        char *end;
        if (fscanf(file, "%63s", word) != 1)
            break;
        const unsigned long long number = strtoull(word, &end, 10);
        if (i == n && word[0] != '-' && end != word && *end == '\0')
            value = (double)number;
    }
    if (file)
        fclose(file);
    return value;
}

// The number after a name, in a file of such lines; 0 where there is none.
static double named_number_in(const char *folder, const char *name, const char *field)
{
    double value = 0;
    FILE *file = open_in(folder, name);
    char word[64], number[64];
    while (file && fscanf(file, "%63s %63s", word, number) == 2)
        if (strcmp(word, field) == 0)
            value = (double)strtoull(number, NULL, 10);
    if (file)
        fclose(file);
    return value;
}

// ---- one level

static double cpus(double quota, double period)
{
    return quota > 0 && period > 0 && isfinite(period) ? quota / period : INFINITY;
}

static double cpus_v1(const char *folder)
{
    return cpus(number_in(folder, "cpu.cfs_quota_us", 0),
                number_in(folder, "cpu.cfs_period_us", 0));
}

static double cpus_v2(const char *folder)
{
    return cpus(number_in(folder, "cpu.max", 0), number_in(folder, "cpu.max", 1));
}

static double limit_v1(const char *folder)
{
    return number_in(folder, "memory.limit_in_bytes", 0);
}

static double limit_v2(const char *folder)
{
    return number_in(folder, "memory.max", 0);
}

// Pages of files that nobody used lately count as used, but go when memory is wanted.
static double rest(double limit, double used, double idle)
{
    if (!isfinite(limit) || !isfinite(used))
        return limit;
    return fmax(limit - fmax(used - idle, 0), 0);
}

static double rest_v1(const char *folder)
{
    return rest(limit_v1(folder), number_in(folder, "memory.usage_in_bytes", 0),
                named_number_in(folder, "memory.stat", "total_inactive_file"));
}

static double rest_v2(const char *folder)
{
    return rest(limit_v2(folder), number_in(folder, "memory.current", 0),
                named_number_in(folder, "memory.stat", "inactive_file"));
}

// ---- all levels

// A mounted hierarchy. Its `top` is the group that shows at the mount point.
struct mount {
    char *top, *point;
    bool v2;
};

// Whether a comma-separated list holds the name.
static bool listed(const char *list, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = list;; at++) {
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
        at = strchr(at, ',');
        if (!at)
            return false;
    }
}

// A line of mountinfo: id, parent, device, top, mount point, options..., "-", type,
// source, super options. True when it mounts the controller.
static bool parse_mount(char *line, const char *controller, bool v2, struct mount *found)
{
    char *save = NULL, *field[5], *type, *options;
    for (int i = 0; i < 5; i++)
        if (!(field[i] = strtok_r(i == 0 ? line : NULL, " \n", &save)))
            return false;
    do {
        type = strtok_r(NULL, " \n", &save);
    } while (type && strcmp(type, "-") != 0);
    type = strtok_r(NULL, " \n", &save);
    strtok_r(NULL, " \n", &save);
    options = strtok_r(NULL, " \n", &save);
    if (!type || !options || strcmp(type, v2 ? "cgroup2" : "cgroup") != 0 ||
        (!v2 && !listed(options, controller)))
        return false;
    *found =
        (struct mount){.top = joined("%s", field[3]), .point = joined("%s", field[4])};
    return true;
}

static bool find_mount(const char *root, const char *controller, bool v2,
                       struct mount *found)
{
    FILE *file = open_in(root, "proc/self/mountinfo");
    char *line = NULL;
    size_t room = 0;
    bool yes = false;
    while (file && !yes && getline(&line, &room, file) > 0)
        yes = parse_mount(line, controller, v2, found);
    free(line);
    if (file)
        fclose(file);
    return yes;
}

// The process's group, as /proc/self/cgroup names it: "id:controllers:path". NULL: none.
static char *find_group(const char *root, const char *controller, bool v2)
{
    FILE *file = open_in(root, "proc/self/cgroup");
    char *line = NULL, *group = NULL;
    size_t room = 0;
    while (file && !group && getline(&line, &room, file) > 0) {
        char *path = line;
        strsep(&path, ":");
        const char *controllers = strsep(&path, ":");
        if (!path)
            continue;
        path[strcspn(path, "\n")] = '\0';
        if (v2 ? *controllers == '\0' : listed(controllers, controller))
            group = joined("%s", path);
    }
    free(line);
    if (file)
        fclose(file);
    return group;
}

// The group's path below the mount point. In a container the mount shows only a part of
// the hierarchy, and the group may lie outside it: then the mount point is all that there
// is.
static const char *below_mount(const struct mount *mount, const char *group)
{
    const size_t length = strlen(mount->top);
    if (strcmp(mount->top, "/") == 0)
        return group;
    if (strncmp(group, mount->top, length) == 0 &&
        (group[length] == '/' || !group[length]))
        return group + length;
    return "";
}

static double least_in_hierarchy(const char *root, const char *controller, bool v2,
                                 double (*level)(const char *folder))
{
    struct mount mount = {0};
    if (!find_mount(root, controller, v2, &mount))
        return INFINITY;
    double least = INFINITY;
    char *group = find_group(root, controller, v2);
    if (group) {
        char *folder = joined("%s%s%s", root, mount.point, below_mount(&mount, group));
        const size_t top = strlen(root) + strlen(mount.point);
        for (;;) {
            const double value = level(folder);
            if (value < least)
                least = value;
            char *slash = strrchr(folder, '/');
            if (strlen(folder) <= top || !slash || slash < folder + top)
                break;
            *slash = '\0';
        }
        free(folder);
    }
    free(group);
    free(mount.top);
    free(mount.point);
    return least;
}

double cgroup_cpus(const char *root)
{
    return fmin(least_in_hierarchy(root, "cpu", false, cpus_v1),
                least_in_hierarchy(root, "cpu", true, cpus_v2));
}

double cgroup_memory_limit(const char *root)
{
    return fmin(least_in_hierarchy(root, "memory", false, limit_v1),
                least_in_hierarchy(root, "memory", true, limit_v2));
}

double cgroup_memory_rest(const char *root)
{
    return fmin(least_in_hierarchy(root, "memory", false, rest_v1),
                least_in_hierarchy(root, "memory", true, rest_v2));
}
