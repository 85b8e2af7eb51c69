// test_ocl_code.c -- the machine code that PoCL makes of the packed kernel: on a CPU with
// 64-byte vectors its tile must lie in them, and nothing in the loop on the stack. LLVM
// may halve vectors and run out of registers, and nothing but speed would tell.
#include "ocl_fixture.h"

#include "ocl_matmul.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char cache[] = "/tmp/gopherbench-test-XXXXXX";
static int wide_fmas, spills;
static char objdump[32];

static bool cpu_has(const char *flag)
{
    char line[8192];
    bool found = false;
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && !found && fgets(line, sizeof line, f))
        found = strncmp(line, "flags", 5) == 0 && strstr(line, flag);
    if (f)
        fclose(f);
    return found;
}

static bool find_objdump(void)
{
    static const char *const names[] = {"objdump", "llvm-objdump", "llvm-objdump-15",
                                        "llvm-objdump-14"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char command[96];
        snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", names[i]);
        if (system(command) == 0) {
            snprintf(objdump, sizeof objdump, "%s", names[i]);
            return true;
        }
    }
    return false;
}

static int count_fmas(const char *path, const struct stat *info, int kind,
                      struct FTW *where)
{
    char command[1200], line[512];
    (void)info, (void)where;
    if (kind != FTW_F || !strstr(path, "matmul_packed") ||
        strcmp(path + strlen(path) - 3, ".so"))
        return 0;
    snprintf(command, sizeof command, "%s -d '%s'", objdump, path);
    FILE *f = popen(command, "r");
    // Between one multiply-add and the next, unless a jump lies between.
    int stacked = 0;
    bool inside = false;
    while (f && fgets(line, sizeof line, f)) {
        const bool fma = strstr(line, "vfmadd") && strstr(line, "zmm");
        if (fma || strstr(line, "\tj")) {
            spills += fma && inside ? stacked : 0;
            stacked = 0;
            inside = fma;
        }
        stacked += strstr(line, "(%rsp") != NULL;
        wide_fmas += fma;
    }
    if (f)
        pclose(f);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static void the_packed_kernel_uses_whole_vectors(void **state)
{
    float a[16] = {1}, b[16] = {1}, c[16];
    struct matmul job = {.m = 4, .n = 4, .k = 4, .a = a, .b = b, .c = c};
    struct fail why = {.text = ""};
    struct ocl o;
    (void)state;
    fixture_need_device();
    if (!cpu_has("avx512f") || !find_objdump() ||
        ocl_device_choose(fixture_devices, fixture_device_count, "pthread", &why) < 0) {
        print_message("skipped: needs PoCL, AVX-512 and objdump\n");
        skip();
    }
    const struct engine_opts opts = {.threads = 2, .device = "pthread"};
    assert_int_equal(ocl_open(&o, &opts, &why), 0);
    struct ocl_matmul *x = ocl_matmul_make(&o, "packed", &job, &why);
    assert_non_null(x);
    ocl_matmul_free(x);
    ocl_close(&o);
    nftw(cache, count_fmas, 16, FTW_PHYS);
    print_message("%d fused multiply-adds on 64-byte vectors\n", wide_fmas);
    assert_true(wide_fmas >= 28);
    assert_int_equal(spills, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_packed_kernel_uses_whole_vectors)};
    if (!mkdtemp(cache) || setenv("POCL_CACHE_DIR", cache, 1) != 0)
        return 1;
    const int failed = cmocka_run_group_tests(tests, fixture_find, NULL);
    nftw(cache, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return failed;
}
