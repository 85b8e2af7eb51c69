// test_host.c -- control groups from made-up trees, and this machine's own figures.
#include "host.h"

#include "cgroup.h"
#include "scratch.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct scratch scratch;

static int open_scratch(void **state)
{
    (void)state;
    scratch_make(&scratch);
    return 0;
}

static int close_scratch(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

// Writes a file below the folder, and the folders above it.
static void put(const char *name, const char *text)
{
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        char folder[256];
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
        mkdir(scratch_path(&scratch, folder), 0755);
    }
    scratch_file(&scratch, name, text, strlen(text));
}

#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"

static void version_2_takes_the_tightest_level(void **state)
{
    (void)state;
    put("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n" V2_MOUNT);
    put("proc/self/cgroup", "0::/a/b\n");
    put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
    put("sys/fs/cgroup/a/b/memory.max", "4294967296\n");
    put("sys/fs/cgroup/a/b/memory.current", "1000000\n");
    put("sys/fs/cgroup/a/b/memory.stat", "anon 400000\ninactive_file 600000\n");
    put("sys/fs/cgroup/a/memory.max", "max\n");
    assert_true(cgroup_cpus(scratch.folder) == 1.5);
    assert_true(cgroup_memory_limit(scratch.folder) == 4294967296.0);
    assert_true(cgroup_memory_rest(scratch.folder) == 4294967296.0 - 400000);
    // An outer group may have less left than the inner one allows.
    put("sys/fs/cgroup/a/memory.max", "2000000000\n");
    put("sys/fs/cgroup/a/memory.current", "1999999000\n");
    assert_true(cgroup_memory_limit(scratch.folder) == 2000000000.0);
    assert_true(cgroup_memory_rest(scratch.folder) == 1000);
    put("sys/fs/cgroup/a/memory.current", "3000000000\n");
    assert_true(cgroup_memory_rest(scratch.folder) == 0);
}

static void version_1_has_a_hierarchy_a_controller(void **state)
{
    (void)state;
    put("proc/self/mountinfo",
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup "
        "rw,cpu,cpuacct\n"
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    put("proc/self/cgroup", "4:memory:/m\n3:cpu,cpuacct:/job\n2:cpuset:/\n");
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "50000\n");
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/m/memory.limit_in_bytes", "1048576\n");
    put("sys/fs/cgroup/memory/m/memory.usage_in_bytes", "48576\n");
    put("sys/fs/cgroup/memory/m/memory.stat", "cache 1\ntotal_inactive_file 8576\n");
    assert_true(cgroup_cpus(scratch.folder) == 0.5);
    assert_true(cgroup_memory_limit(scratch.folder) == 1048576);
    assert_true(cgroup_memory_rest(scratch.folder) == 1048576 - 40000);
}

// In a container the mount shows only the container's group, but /proc names the host's
// path.
static void a_container_sees_its_own_top(void **state)
{
    (void)state;
    put("proc/self/mountinfo",
        "32 31 0:29 /docker/42 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n");
    put("proc/self/cgroup", "1:cpu:/docker/42\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "250000\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    assert_true(cgroup_cpus(scratch.folder) == 2.5);
    put("proc/self/cgroup", "1:cpu:/docker/42/inner\n");
    put("sys/fs/cgroup/cpu/inner/cpu.cfs_quota_us", "100000\n");
    put("sys/fs/cgroup/cpu/inner/cpu.cfs_period_us", "100000\n");
    assert_true(cgroup_cpus(scratch.folder) == 1);
    put("proc/self/cgroup",
        "1:cpu:/docker/421\n");  // another one, whose name only begins alike
    assert_true(cgroup_cpus(scratch.folder) == 2.5);
}

static void junk_limits_nothing(void **state)
{
    (void)state;
    static const char *const mounts[] = {"", "junk\n", "1 2 3\n", "1 2 3 / /sys - \n",
                                         V2_MOUNT};
    static const char *const groups[] = {"",      "junk\n",           ":\n",
                                         "0::\n", "0::/gone/../..\n", "0::/x\n"};
    static const char *const quotas[] = {"",    "junk",      "max",    "100000",
                                         "1 0", "-5 100000", "0x10 5", "1e5 1e5"};
    assert_true(cgroup_cpus(scratch.folder) == INFINITY);
    for (size_t i = 0; i < sizeof mounts / sizeof *mounts; i++)
        for (size_t j = 0; j < sizeof groups / sizeof *groups; j++)
            for (size_t k = 0; k < sizeof quotas / sizeof *quotas; k++) {
                put("proc/self/mountinfo", mounts[i]);
                put("proc/self/cgroup", groups[j]);
                put("sys/fs/cgroup/x/cpu.max", quotas[k]);
                put("sys/fs/cgroup/x/memory.max",
                    quotas[k][0] == '1' ? "max" : quotas[k]);
                assert_true(cgroup_cpus(scratch.folder) == INFINITY);
                assert_true(cgroup_memory_limit(scratch.folder) == INFINITY);
                assert_true(cgroup_memory_rest(scratch.folder) == INFINITY);
            }
}

static void quotas_round_up(void **state)
{
    (void)state;
    static const struct {
        int affinity;
        double quota;
        int cpus;
    } table[] = {{4, 0, 4},   {4, 0.5, 1}, {4, 1, 1},   {4, 1.5, 2}, {4, 2, 2},
                 {4, 3.1, 4}, {4, 99, 4},  {1, 0.1, 1}, {0, 0, 1},   {8, 1e300, 8}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(host_cpus_within(table[i].affinity, table[i].quota),
                         table[i].cpus);
}

static void this_machine(void **state)
{
    (void)state;
    struct host host;
    assert_int_equal(setenv("HWLOC_PLUGINS_PATH", "/kept", 1), 0);
    host_read(&host);
    assert_string_equal(getenv("HWLOC_PLUGINS_PATH"), "/kept");
    assert_int_equal(unsetenv("HWLOC_PLUGINS_PATH"), 0);
    host_read(&host);
    assert_null(getenv("HWLOC_PLUGINS_PATH"));
    assert_true(host.cpu[0] && host.kernel[0]);
    assert_true(host.usable_cpus >= 1 && host.usable_cpus <= 1 << 20);
    assert_true(host.cores >= 1 && host.threads_total >= host.cores);
    assert_true(host.memory_bytes > 1 << 20);
    assert_true(host.version[0] && host.revision[0] && host.compiler[0] && host.flags);
    const uint64_t available = host_available_memory();
    assert_true(available > 0 && available <= host.memory_bytes);
}

// Runs `check` in a child with a limit of its own; its status is the answer.
static void in_child(int (*check)(void))
{
    const pid_t child = fork();
    if (child == 0)
        _exit(check());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int one_cpu_is_one(void)
{
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask))
        return 1;
    size_t first = 0;
    while (!CPU_ISSET(first, &mask))
        first++;
    CPU_ZERO(&mask);
    CPU_SET(first, &mask);
    if (sched_setaffinity(0, sizeof mask, &mask))
        return 2;
    return host_usable_cpus(NULL) == 1 ? 0 : 3;
}

static void affinity_counts(void **state)
{
    (void)state;
    in_child(one_cpu_is_one);
}

static int address_space_is_bounded(void)
{
    enum { REST = 64 << 20, SLACK = 8 << 20 };
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long pages = 0;
    if (!statm || fscanf(statm, "%lu", &pages) != 1 || fclose(statm))
        return 1;
    const rlim_t bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE) + REST;
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
    if (setrlimit(RLIMIT_AS, &limit))
        return 2;
    const uint64_t available = host_available_memory();
    return available <= REST && available >= REST - SLACK ? 0 : 3;
}

static void address_space_counts(void **state)
{
    (void)state;
    in_child(address_space_is_bounded);
}

static void the_name_of_a_cpu_has_no_stray_blanks(void **state)
{
    static const struct {
        const char *raw, *tidy;
    } table[] = {{"Turin-like Processor             ", "Turin-like Processor"},
                 {"  Xeon(R)  CPU   @ 2 GHz", "Xeon(R) CPU @ 2 GHz"},
                 {"plain", "plain"},
                 {"   ", ""},
                 {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", table[i].raw);
        host_tidy_name(name);
        assert_string_equal(name, table[i].tidy);
    }
    struct host host;
    host_read(&host);
    assert_null(strstr(host.cpu, "  "));
    assert_true(*host.cpu && host.cpu[0] != ' ' && host.cpu[strlen(host.cpu) - 1] != ' ');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(version_2_takes_the_tightest_level, open_scratch,
                                        close_scratch),
        cmocka_unit_test_setup_teardown(version_1_has_a_hierarchy_a_controller,
                                        open_scratch, close_scratch),
        cmocka_unit_test_setup_teardown(a_container_sees_its_own_top, open_scratch,
                                        close_scratch),
        cmocka_unit_test_setup_teardown(junk_limits_nothing, open_scratch, close_scratch),
        cmocka_unit_test(quotas_round_up),
        cmocka_unit_test(this_machine),
        cmocka_unit_test(the_name_of_a_cpu_has_no_stray_blanks),
        cmocka_unit_test(affinity_counts),
        cmocka_unit_test(address_space_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
